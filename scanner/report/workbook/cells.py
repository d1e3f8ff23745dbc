"""What a cell can hold, and how it is written into a sheet's XML."""

import datetime as dt
import re
from functools import lru_cache
from typing import Final

Cell = str | int | float | None
"""Text, a number, a date as a number of days (`to_serial`), or nothing."""

LONGEST: Final = 32_767
"""UTF-16 units that a cell can hold (ECMA-376 part 1, 18.18.37; Excel refuses a workbook with a longer text)."""

_CUT: Final = "…"
_DAY_ZERO: Final = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)
"""Day 0 of a spreadsheet's calendar, which holds from March 1900 on."""

_UNUSUAL: Final = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s$")
_UNWRITABLE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML can't hold, and what would be read as its escape: all of it is written as ``_xHHHH_`` (ST_Xstring)."""


@lru_cache(maxsize=8192)
def write_text(text: str) -> str:
    """Writes text as the inside of a cell: in place, never a formula, a link or rich text, whatever it looks like.

    Args:
        text: Any text.

    Returns:
        An ``is`` element; a text too long for a cell is cut and ends in an ellipsis.
    """
    if len(text) > LONGEST // 2:
        text = _cut(text)
    if not _UNUSUAL.search(text):
        return f"<is><t>{text}</t></is>"
    written = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    escaped = written.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<is><t xml:space="preserve">{escaped}</t></is>'


def to_serial(moment: str | None) -> Cell:
    """Gives an ISO 8601 date or time as a spreadsheet counts it, in days, UTC; gives anything else back as it is.

    Args:
        moment: A date or a time, or text that is neither.

    Returns:
        Days with their fraction, so that the sheet holds a real date.
    """
    if not moment:
        return None
    try:
        read = dt.datetime.fromisoformat(moment)
    except ValueError:
        return moment
    known = read.replace(tzinfo=dt.UTC) if read.tzinfo is None else read
    return round((known - _DAY_ZERO).total_seconds()) / 86_400


def _cut(text: str) -> str:
    """Cuts a text to what a cell can hold."""
    units = text.encode("utf-16-le", errors="surrogatepass")
    if len(units) <= LONGEST * 2:
        return text
    return units[: (LONGEST - 1) * 2].decode("utf-16-le", errors="ignore") + _CUT
