"""report.xlsx: the workbook for engineers, written row by row; no cell of it is a formula or a link."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

from scanner.errors import RenderError
from scanner.model.text import Text
from scanner.report.chapters.cover import mark_partial
from scanner.report.chapters.roster import rank
from scanner.report.chapters.situations import is_flagged
from scanner.report.contract import MailboxPart, Report
from scanner.report.formats import Edition
from scanner.report.language import Language
from scanner.report.words import OUTCOME_TITLES
from scanner.report.workbook.cells import Cell
from scanner.report.workbook.columns import ALL_COLUMNS, FLAGGED_COLUMNS, SheetColumn, Style
from scanner.report.workbook.lists import GAP_COLUMNS, POLICY_COLUMNS, list_gaps, list_policies
from scanner.report.workbook.summary import WIDTHS, Block, summarise

SHEETS: Final = ("Summary", "Flagged", "All mailboxes", "Evidence gaps", "Policies")
"""In this order; named in English in every language, so that scripts find them."""

_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS: Final = {
    "plain": {},
    "number": {"num_format": "0"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "header": {"bold": True, "font_color": "#ffffff", "bg_color": "#1d3b53", "valign": "vcenter"},
    "headline": {"bold": True, "font_size": 14, "font_color": "#1d3b53"},
}
_FLAG_COLOURS: Final = {
    "failing": ("#fbe6e7", "#a31621"),
    "will_fail": ("#fde9e0", "#9a3d12"),
    "would_fail": ("#fdf0dc", "#8a4b00"),
    "exposed": ("#f1e8fa", "#6b2fa0"),
    "unknown": ("#eceff2", "#4a5561"),
    "in_order": ("#e3f4ea", "#1b6b42"),
}
_OUTCOME_COLOURS: Final = {
    "accepted": ("#e1f0f7", "#145a78"),
    "depends": ("#fdf0dc", "#8a4b00"),
    "refused": ("#e6e9ec", "#17212b"),
    "unknown": ("#eceff2", "#4a5561"),
}


@dataclass(frozen=True, slots=True)
class XlsxFormat:
    """Writes report.xlsx; every text is written as text, never as a formula or a link."""

    file_name: str = "report.xlsx"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes all sheets."""
        import xlsxwriter  # noqa: PLC0415
        from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415

        try:
            with xlsxwriter.Workbook(out, _OPTIONS) as workbook:
                workbook.set_properties(
                    {
                        "title": "SMTP AUTH",
                        "subject": edition.report.run.id,
                        "author": "smtp-posture",
                        "keywords": f"tenant-id={edition.report.tenant.id}",
                    }
                )
                mark = mark_partial(edition.report, edition.language)
                _Writer(workbook, edition.language, mark).write(edition.report)
        except XlsxWriterException as error:
            raise RenderError(f"The workbook can't be written: {error}") from error


class _Writer:
    """Writes the sheets of one workbook.

    Args:
        workbook: The open workbook.
        language: The language of its words.
        mark: What stands at the foot of every printed page; nothing where empty.
    """

    def __init__(self, workbook: Any, language: Language, mark: str) -> None:  # noqa: ANN401 (XlsxWriter publishes no types)
        from scanner.report.workbook.sheet import style_of  # noqa: PLC0415 (XlsxWriter)

        self._workbook = workbook
        self._language = language
        self._mark = mark
        self._styles = {name: style_of(workbook.add_format(form)) for name, form in _FORMATS.items()}

    def write(self, report: Report) -> None:
        """Writes all sheets."""
        summary, flagged, mailboxes, gaps, policies = SHEETS
        self._write_summary(summary, summarise(report, self._language))
        concerning = sorted((mailbox for mailbox in report.mailboxes if is_flagged(mailbox)), key=rank)
        self._write_mailboxes(flagged, FLAGGED_COLUMNS, concerning)
        self._write_mailboxes(mailboxes, ALL_COLUMNS, report.mailboxes)
        self._write_list(gaps, GAP_COLUMNS, list_gaps(report, self._language))
        self._write_list(policies, POLICY_COLUMNS, list_policies(report, self._language))

    def _write_summary(self, name: str, blocks: Iterable[Block]) -> None:
        """Writes the blocks one below the other; the first one's header is frozen, its rows are filtered."""
        sheet = self._open(name, WIDTHS)
        for place, block in enumerate(blocks):
            if place:
                sheet.put(())
            sheet.put((block.title,), (self._styles["headline"],))
            sheet.put(block.headers, [self._styles["header"]] * len(block.headers))
            first = sheet.rows - 1
            moments = [self._styles["date"] if at in block.moments else "" for at in range(len(block.headers))]
            for row in block.rows:
                sheet.put(row, moments)
            if not place:
                sheet.autofilter(first, 0, sheet.rows - 1, len(block.headers) - 1)
                sheet.freeze_panes(first + 1, 1)

    def _write_mailboxes(self, name: str, columns: Sequence[SheetColumn], mailboxes: Sequence[MailboxPart]) -> None:
        """Writes a sheet with one mailbox a row, and colours its flags and outcomes."""
        language = self._language
        rows = ([column.read(mailbox, language) for column in columns] for mailbox in mailboxes)
        sheet = self._write_list(name, [(column.title, column.width, column.style) for column in columns], rows)
        for place, column in enumerate(columns):
            if column.colours:
                self._colour(sheet, place, column.colours)

    def _write_list(self, name: str, columns: Sequence[tuple[Text, int, Style]], rows: Iterable[Sequence[Cell]]) -> Any:  # noqa: ANN401 (XlsxWriter publishes no types)
        """Writes a sheet with frozen header, widths and filter; rows beyond its end are counted, not lost."""
        sheet = self._open(name, [width for _, width, _ in columns])
        sheet.freeze_panes(1, 1)
        sheet.put([self._language.render(title) for title, _, _ in columns], [self._styles["header"]] * len(columns))
        styles = ["" if style == "plain" else self._styles[style] for _, _, style in columns]
        left_out = 0
        for row in rows:
            if sheet.is_full():
                left_out += 1
            else:
                sheet.put(row, styles)
        sheet.autofilter(0, 0, sheet.rows - 1, len(columns) - 1)
        if left_out:
            sheet.put((self._count_left_out(left_out),))
        return sheet

    def _count_left_out(self, count: int) -> str:
        """Says how many rows did not fit."""
        return self._language.ngettext(
            "… {count} more row: see report.json", "… {count} more rows: see report.json", count
        )

    def _colour(self, sheet: Any, place: int, kind: Literal["flag", "outcome"]) -> None:  # noqa: ANN401 (the same)
        """Colours the words of one column."""
        if sheet.rows < 2:  # noqa: PLR2004 (only a header)
            return
        outcomes = {self._language.render(title): _OUTCOME_COLOURS[code] for code, title in OUTCOME_TITLES.items()}
        for word, (background, colour) in (_FLAG_COLOURS if kind == "flag" else outcomes).items():
            form = self._workbook.add_format({"bg_color": background, "font_color": colour})
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": form}
            sheet.conditional_format(1, place, sheet.rows - 1, place, rule)

    def _open(self, name: str, widths: Sequence[int]) -> Any:  # noqa: ANN401 (the same)
        """Adds a sheet."""
        from scanner.report.workbook.sheet import Sheet  # noqa: PLC0415 (XlsxWriter)

        sheet = self._workbook.add_worksheet(name, worksheet_class=Sheet)
        if self._language.direction == "rtl":
            sheet.right_to_left()
        if self._mark:
            sheet.set_footer(f"&C&B{self._mark}")
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        return sheet


FORMAT = XlsxFormat()
