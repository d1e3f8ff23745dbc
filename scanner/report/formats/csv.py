"""mailboxes.csv: one row per mailbox, for spreadsheets and scripts."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from scanner.report.formats import Edition

if TYPE_CHECKING:
    import pandas as pd

_ENCODING: Final = "utf-8-sig"
"""With a byte order mark: without it Excel reads UTF-8 as the local code page and spoils every name."""


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """Writes mailboxes.csv: column names are English and stable, cells can't be formulas."""

    file_name: str = "mailboxes.csv"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes all mailboxes; each row says of which tenant and run it is."""
        from scanner.report.tables import disarm, frame_rows  # noqa: PLC0415 (pandas)

        write_frame(disarm(frame_rows(edition.report, edition.language)), out, _ENCODING)


def write_frame(frame: "pd.DataFrame", out: BinaryIO, encoding: str) -> None:
    """Writes a frame as CSV (RFC 4180), without its index.

    Args:
        frame: Any frame.
        out: Where to write; it stays open.
        encoding: How text becomes bytes.
    """
    text = io.TextIOWrapper(out, encoding=encoding, errors="replace", newline="", write_through=True)
    # The terminator decides what is quoted: with "\n" alone a bare "\r" in a name would end its row.
    frame.to_csv(text, index=False, lineterminator="\r\n")
    text.detach()


FORMAT = CsvFormat()
