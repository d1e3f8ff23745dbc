"""mailboxes.raw.csv: the rows of mailboxes.csv with every value as it is, for programs and never for a spreadsheet."""

from dataclasses import dataclass
from typing import BinaryIO

from scanner.report.formats import Edition
from scanner.report.formats.csv import write_frame
from scanner.report.language import SOURCE_LANGUAGE, open_language


@dataclass(frozen=True, slots=True)
class RawCsvFormat:
    """Writes mailboxes.raw.csv: UTF-8 without a byte order mark, always in English, nothing put before a text."""

    file_name: str = "mailboxes.raw.csv"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes all mailboxes."""
        from scanner.report.tables import frame_rows  # noqa: PLC0415 (pandas)

        write_frame(frame_rows(edition.report, open_language(SOURCE_LANGUAGE)), out, "utf-8")


FORMAT = RawCsvFormat()
