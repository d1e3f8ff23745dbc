"""report.xlsx: the workbook for engineers, written row by row with constant memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from scanner.errors import RenderError
from scanner.model.text import Text, say
from scanner.report.chapters.situations import is_flagged
from scanner.report.columns import MAILBOX_COLUMNS, Cell
from scanner.report.contract import MailboxPart, Report
from scanner.report.formats import Edition
from scanner.report.language import Language
from scanner.report.words import FLAG_MEANINGS, FLAG_TITLES, METHOD_TITLES

LAST_ROW: Final = 1_048_575
"""The last row that a sheet can hold, counted from 0."""

_LONGEST: Final = 32_767
"""Characters that a cell can hold."""

_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Headers = Sequence[tuple[Text, int]]
"""Header texts with the width of their columns, in characters."""

_SUMMARY: Final = ((say("What"), 44), (say("Value"), 24), (say("Meaning"), 90))
_GATES: Final = (
    (say("Address"), 36),
    (say("Name"), 28),
    (say("Gate"), 22),
    (say("Basic"), 11),
    (say("OAuth, user"), 12),
    (say("OAuth, application"), 12),
    (say("Why"), 80),
    (say("Evidence"), 60),
)
_EVIDENCE: Final = (
    (say("Section"), 30),
    (say("State"), 10),
    (say("Rows"), 10),
    (say("Expected"), 10),
    (say("Reason"), 70),
    (say("Permission"), 34),
    (say("Read at"), 24),
)
_POLICIES: Final = (
    (say("Policy"), 44),
    (say("State"), 34),
    (say("Effect on Basic"), 18),
    (say("Mailboxes"), 11),
    (say("Why"), 90),
    (say("Id"), 40),
)


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
                    {"title": "SMTP AUTH", "subject": edition.report.run.id, "author": "smtp-posture"}
                )
                _write_sheets(workbook, edition.report, edition.language)
        except XlsxWriterException as error:
            raise RenderError(f"The workbook can't be written: {error}") from error


def _write_sheets(workbook: Any, report: Report, language: Language) -> None:  # noqa: ANN401 (xlsxwriter is untyped)
    """Writes the sheets; their names are English, so that scripts find them in every language."""
    mailboxes: Headers = [(column.title, column.width) for column in MAILBOX_COLUMNS]
    sheets: tuple[tuple[str, Headers, Iterable[Sequence[Cell]]], ...] = (
        ("Summary", _SUMMARY, _list_summary(report, language)),
        ("Mailboxes", mailboxes, ([column.read(row) for column in MAILBOX_COLUMNS] for row in report.mailboxes)),
        ("Gates", _GATES, (line for row in report.mailboxes if is_flagged(row) for line in _list_gates(row))),
        ("Evidence", _EVIDENCE, _list_evidence(report)),
        ("Policies", _POLICIES, _list_policies(report)),
    )
    style = workbook.add_format({"bold": True, "font_color": "#ffffff", "bg_color": "#1d3b53", "valign": "vcenter"})
    for name, headers, rows in sheets:
        _write_sheet(
            workbook.add_worksheet(name),
            [(language.render(text), width) for text, width in headers],
            ([language.cell(cell) for cell in row] for row in rows),
            style,
        )


def _write_sheet(
    sheet: Any,  # noqa: ANN401 (xlsxwriter is untyped)
    headers: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[str | int | None]],
    style: object,
) -> None:
    """Writes one sheet with header, frozen panes, widths and filter; rows beyond the limit are counted, not lost."""
    for place, (_, width) in enumerate(headers):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 1)
    for place, (header, _) in enumerate(headers):
        sheet.write_string(0, place, header, style)
    last = 0
    left_out = 0
    for row in rows:
        if last == LAST_ROW - 1:
            left_out += 1
            continue
        last += 1
        _write_row(sheet, last, row)
    if left_out:
        sheet.write_string(LAST_ROW, 0, f"… {left_out} more rows: see report.json")
    sheet.autofilter(0, 0, last, len(headers) - 1)


def _write_row(sheet: Any, number: int, row: Sequence[str | int | None]) -> None:  # noqa: ANN401 (xlsxwriter is untyped)
    """Writes one row; a text too long for a cell is cut."""
    for place, cell in enumerate(row):
        if isinstance(cell, int):
            sheet.write_number(number, place, cell)
        elif cell:
            sheet.write_string(number, place, cell[:_LONGEST])


def _list_summary(report: Report, language: Language) -> list[Sequence[Cell]]:
    """Lists tenant, run and counts."""
    summary = report.summary
    rows: list[Sequence[Cell]] = [
        (language.gettext("Tenant"), report.tenant.name, report.tenant.domain),
        (language.gettext("Tenant id"), report.tenant.id, ""),
        (language.gettext("Run"), report.run.id, report.run.started),
        (language.gettext("Judged for"), report.run.as_of, ""),
        (
            language.gettext("Evidence complete"),
            language.gettext("Yes") if report.run.complete else language.gettext("No"),
            "" if report.run.complete else language.gettext("See the sheet Evidence."),
        ),
        (language.gettext("Mailboxes"), summary.mailboxes, ""),
        (
            language.gettext("Verdict known"),
            language.share(summary.coverage) if report.mailboxes else "–",
            language.gettext("Share of mailboxes; unknown counts neither as good nor as bad."),
        ),
    ]
    rows += [
        (language.render(FLAG_TITLES[flag]), summary.by_flag.get(flag, 0), language.render(meaning))
        for flag, meaning in FLAG_MEANINGS.items()
    ]
    rows += [
        (language.render(title), count, outcome)
        for method, title in METHOD_TITLES.items()
        for outcome, count in summary.by_outcome.get(method, {}).items()
    ]
    rows += [(reply, count, language.gettext("Predicted reply")) for reply, count in summary.by_reply.items()]
    return rows


def _list_gates(mailbox: MailboxPart) -> Iterable[Sequence[Cell]]:
    """Lists the gates of a mailbox that are not open for every method, with the evidence of each.

    Gates that are open for all are left out: they would be nine rows in ten, and a sheet holds a million.
    """
    verdicts = (mailbox.verdicts.basic, mailbox.verdicts.oauth_delegated, mailbox.verdicts.oauth_app)
    answers = [{gate.gate: gate for gate in verdict.gates} for verdict in verdicts]
    for name in dict.fromkeys(name for answer in answers for name in answer):
        given = [answer.get(name) for answer in answers]
        told = next((gate for gate in given if gate is not None and gate.state != "open"), None)
        if told is not None:
            states = [gate.state if gate else "" for gate in given]
            evidence = "; ".join(f"{found.section} {found.path} = {found.value}" for found in told.evidence)
            yield (mailbox.address, mailbox.display_name, name, *states, told.because, evidence)


def _list_evidence(report: Report) -> Iterable[Sequence[Cell]]:
    """Lists the sections of evidence."""
    for part in report.run.evidence:
        yield (part.section, part.state, part.count, part.expected, part.reason, part.permission, part.collected_at)


def _list_policies(report: Report) -> Iterable[Sequence[Cell]]:
    """Lists the Conditional Access policies."""
    for policy in report.tenant_posture.conditional_access:
        yield (policy.name, policy.state, policy.effect, policy.mailboxes, policy.because, policy.id)


FORMAT = XlsxFormat()
