"""A sheet that is written row by row and keeps none of them in memory."""

from collections.abc import Sequence
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from scanner.report.workbook.cells import Cell, write_text

LAST_ROW: Final = 1_048_575
"""The last row that a sheet can hold, counted from 0."""

_LETTERS: Final = tuple(xl_col_to_name(place) for place in range(100))


class Sheet(Worksheet):  # type: ignore[misc] # XlsxWriter publishes no types
    """A sheet whose rows are written at once, as XlsxWriter's own constant-memory mode does cell by cell.

    Two reasons: a hundred thousand rows take a quarter of the time; and in that mode XlsxWriter writes a text that
    starts with ``<r>`` and ends with ``</r>`` unescaped, as rich text, so that a mailbox's name could bring a formula.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows = 0
        """Rows written."""
        self._columns = 1

    def put(self, cells: Sequence[Cell], styles: Sequence[str] = ()) -> None:
        """Writes the next row.

        Args:
            cells: Its cells from the first column on; nothing and ``""`` leave a cell empty.
            styles: From `style_of`, one per cell or none at all.
        """
        number = self.rows + 1
        parts = [f'<row r="{number}">']
        for letter, cell, style in zip(_LETTERS, cells, styles or ("",) * len(cells), strict=False):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                parts.append(f'<c r="{letter}{number}"{style} t="inlineStr">{write_text(cell)}</c>')
            else:
                parts.append(f'<c r="{letter}{number}"{style}><v>{cell}</v></c>')
        parts.append("</row>")
        self.fh.write("".join(parts))
        self._reach(len(cells))

    def is_full(self) -> bool:
        """Tells whether only the last row is left."""
        return self.rows >= LAST_ROW

    def _reach(self, columns: int) -> None:
        """Counts the row into the sheet's dimensions."""
        self._columns = max(self._columns, columns)
        self.dim_rowmin, self.dim_rowmax = 0, self.rows
        self.dim_colmin, self.dim_colmax = 0, self._columns - 1
        self.rows += 1


def style_of(style: Any) -> str:  # noqa: ANN401 (XlsxWriter publishes no types)
    """Gives the attribute by which a cell takes a format of the workbook."""
    return f' s="{style._get_xf_index()}"'  # noqa: SLF001 (how XlsxWriter's own sheets ask)
