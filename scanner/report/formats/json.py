"""report.json: the contract itself, one mailbox a line, written piece by piece."""

from dataclasses import dataclass
from typing import BinaryIO, Final

import msgspec

from scanner.model.text import write_text
from scanner.report.formats import Edition

_OPEN_END: Final = b'"mailboxes":[]}'
"""How a report without mailboxes ends: they are the last field of the contract."""


@dataclass(frozen=True, slots=True)
class JsonFormat:
    """Writes report.json."""

    file_name: str = "report.json"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes the report with one mailbox a line, so that memory stays flat and diff and grep are of use."""
        encoder = msgspec.json.Encoder(enc_hook=write_text)
        head = encoder.encode(msgspec.structs.replace(edition.report, mailboxes=[]))
        out.write(head.removesuffix(b"]}"))
        separator = b"\n"
        for mailbox in edition.report.mailboxes:
            out.write(separator + encoder.encode(mailbox))
            separator = b",\n"
        out.write(b"\n]}\n")


FORMAT = JsonFormat()
