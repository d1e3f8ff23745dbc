"""Reads JSON: a list, ``{"value": [...]}``, one object, or one object a line. Rows are decoded one by one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from scanner.model.reading import DEEPEST
from scanner.model.text import Text, say
from scanner.sources.folder.encoding import Utf8, read_utf8
from scanner.sources.folder.item import FileError, Item

BLANK = re.compile(rb"\s*")
BYTE = re.compile(r" \(byte (\d+)\)")
HALF_A_PAIR = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
REPLACEMENT = rb"\\ufffd"
BESIDE_VALUE = {"count"}  # what ConvertTo-Json puts beside a wrapped list; keys with @ are noise anyway
TRAILING = "trailing characters"

LIST = msgspec.json.Decoder(list[msgspec.Raw])
OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
LINE = msgspec.json.Decoder(msgspec.Raw)
ROW = msgspec.json.Decoder(dict[str, Any])


def read_json(stream: BinaryIO, name: str) -> Iterator[Item]:
    """Read the rows of a file.

    Args:
        stream: The file, at its beginning.
        name: The file, for the reader.

    Raises:
        FileError: None of it can be read.
    """
    text = read_utf8(stream, name)
    try:
        yield from _items(text, name)
    except msgspec.DecodeError as error:
        mended = HALF_A_PAIR.sub(REPLACEMENT, text)
        if mended == text:
            raise FileError(_broken(text, name, error)) from error
        yield from _items_of_mended(mended, name)
    except RecursionError as error:
        raise FileError(say("{file} is nested deeper than any export.", file=name)) from error


def _items_of_mended(text: bytes, name: str) -> Iterator[Item]:
    try:
        yield from _items(text, name)
    except msgspec.DecodeError as error:
        raise FileError(_broken(text, name, error)) from error


def _items(text: Utf8, name: str) -> Iterator[Item]:
    start = _start(text)
    match bytes(text[start : start + 1]):
        case b"[":
            return _rows(LIST.decode(text), name)
        case b"{":
            return _object_items(text, name)
        case b"":
            raise FileError(say("{file} is empty: an export of nothing is written as [].", file=name))
        case _:
            kind = type(msgspec.json.decode(text)).__name__
            raise FileError(say("{file} should hold objects; it holds one value ({kind}).", file=name, kind=kind))


def _start(text: Utf8) -> int:
    blank = BLANK.match(text)
    return blank.end() if blank else 0


def _object_items(text: Utf8, name: str) -> Iterator[Item]:
    try:
        whole = OBJECT.decode(text)
    except msgspec.DecodeError as error:
        if TRAILING not in str(error):
            raise
        return _rows(_lines(text, error), name)
    wrapped = _wrapped(whole)
    return _rows([msgspec.Raw(text)], name) if wrapped is None else _envelope_items(whole, wrapped, name)


def _lines(text: Utf8, first_error: msgspec.DecodeError) -> list[msgspec.Raw]:
    try:
        return LINE.decode_lines(text)
    except msgspec.DecodeError:
        raise first_error from None  # its position counts from the beginning of the file


def _wrapped(whole: Mapping[str, msgspec.Raw]) -> msgspec.Raw | None:
    """Give the list inside ``{"value": [...]}``; ``None`` where the object is a row itself."""
    keys = {key.lower(): key for key in whole if "@" not in key}
    key = keys.get("value")
    if key is None or keys.keys() - BESIDE_VALUE != {"value"}:
        return None
    return whole[key] if bytes(memoryview(whole[key])[:1]) == b"[" else None


def _envelope_items(whole: Mapping[str, msgspec.Raw], wrapped: msgspec.Raw, name: str) -> Iterator[Item]:
    yield from _rows(LIST.decode(wrapped), name)
    for key, value in whole.items():
        if key.lower() == "@odata.nextlink" and memoryview(value).tobytes() != b"null":
            yield say("{file} holds the first page only (it ends with a nextLink): export all pages.", file=name)


def _rows(raws: Sequence[msgspec.Raw], name: str) -> Iterator[Item]:
    for number, raw in enumerate(raws, start=1):
        try:
            yield _row(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            message = "{file}: entry {number} can't be read: {reason}."
            yield say(message, file=name, number=number, reason=_reason(error))


def _reason(error: Exception) -> str:
    match error:
        case RecursionError():
            return "it is nested deeper than any export"
        case UnicodeDecodeError():
            return "it holds bytes that are not UTF-8; save the file as UTF-8"
        case _:
            return str(error).replace("`", "")


def _row(raw: msgspec.Raw) -> dict[str, object]:
    row = ROW.decode(raw)
    content = memoryview(raw).tobytes()
    if content.count(b"[") + content.count(b"{") > DEEPEST and _depth(row) > DEEPEST:
        raise RecursionError
    return row


def _depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _broken(text: Utf8, name: str, error: msgspec.DecodeError) -> Text:
    before = bytes(text[: _offset(text, str(error))])
    line_start = before.rfind(b"\n") + 1
    return say(
        "{file}, line {line}, column {column}: the JSON is broken here ({what}). Export the file again.",
        file=name,
        line=before.count(b"\n") + 1,
        column=len(before[line_start:].decode(errors="replace")) + 1,
        what=BYTE.sub("", str(error)).removeprefix("JSON is malformed: "),
    )


def _offset(text: Utf8, words: str) -> int:
    found = BYTE.search(words)
    if found is None:  # the file ends too early
        return len(text)
    return int(found[1]) - (TRAILING in words)  # msgspec names the byte behind the first of these
