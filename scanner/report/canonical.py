"""The digest of a report's content: the same for the same content, however report.json is formatted."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from scanner.model.text import write_text
from scanner.report.contract import Report

_ENCODER: Final = msgspec.json.Encoder(enc_hook=write_text, order="sorted")
_LIST: Final = "mailboxes"
"""Hashed item by item, so that memory stays flat."""


def digest_report(report: Report) -> str:
    """Give the SHA-256 of a report as canonical JSON: keys in order, no spaces, UTF-8."""
    fields = {name: getattr(report, name) for name in report.__struct_fields__}
    return _digest(fields, report.mailboxes)


def digest_report_file(path: Path) -> str:
    """Give the same of a report.json.

    Raises:
        OSError: It can't be read.
        ValueError: It is no JSON object.
    """
    with path.open("rb") as lines:
        first = next(lines, b"")
        if first.endswith(b'"mailboxes":[\n'):  # as this program writes it: one mailbox a line
            return _digest(_read_object(first + b"]}"), _read_lines(lines))
    whole = _read_object(path.read_bytes())
    return _digest(whole, whole.get(_LIST) or [])


def _read_object(text: bytes) -> dict[str, Any]:
    found = msgspec.json.decode(text)
    if not isinstance(found, dict):
        raise ValueError("It holds no JSON object.")  # noqa: TRY004 -- whatever isn't a report is one mistake here
    return found


def _read_lines(lines: Iterable[bytes]) -> Iterator[object]:
    for line in lines:
        text = line.rstrip(b",\n")
        if text and text != b"]}":
            yield msgspec.json.decode(text)


def _digest(fields: Mapping[str, Any], mailboxes: Iterable[object]) -> str:
    found = hashlib.sha256()
    for mark, name in zip(b"{" + b"," * len(fields), sorted(fields), strict=False):
        found.update(b"%c%b:" % (mark, _ENCODER.encode(name)))
        if name == _LIST:
            _add_list(found, mailboxes)
        else:
            found.update(_ENCODER.encode(fields[name]))
    found.update(b"}")
    return found.hexdigest()


def _add_list(found: "hashlib._Hash", items: Iterable[object]) -> None:
    mark = b"["
    for item in items:
        found.update(mark + _ENCODER.encode(item))
        mark = b","
    found.update(b"]" if mark == b"," else b"[]")
