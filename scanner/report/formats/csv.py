"""mailboxes.csv: one row per mailbox, for spreadsheets and scripts."""

import io
from dataclasses import dataclass
from typing import BinaryIO, Final

from scanner.report.formats import Edition

_ENCODING: Final = "utf-8-sig"
"""With a byte order mark: without it Excel reads UTF-8 as the local code page and spoils every name."""


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """Writes mailboxes.csv: column names are English and stable, cells can't be formulas."""

    file_name: str = "mailboxes.csv"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes all mailboxes."""
        from scanner.report.tables import disarm, frame_mailboxes  # noqa: PLC0415 (pandas)

        text = io.TextIOWrapper(out, encoding=_ENCODING, newline="", write_through=True)
        disarm(frame_mailboxes(edition.report, edition.language)).to_csv(text, index=False, lineterminator="\r\n")
        text.detach()


FORMAT = CsvFormat()
