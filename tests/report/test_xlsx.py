"""report.xlsx: every sheet is there and ready to read, and no cell of it runs."""

import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from scanner.report.chapters.situations import is_flagged
from scanner.report.contract import WaiverPart
from scanner.report.formats.xlsx import SHEETS
from scanner.report.workbook import sheet
from scanner.report.workbook.cells import LONGEST, to_serial, write_text
from scanner.report.write import WrittenRun, write_run
from tests.report.hostile import HOSTILE, make_hostile
from tests.report.sample import make_report

RICH = '<r><t>x</t></r></is></c><c r="B1"><f>1+1</f></c><c r="C1" t="inlineStr"><is><r><t>x</t></r>'
"""A name that XlsxWriter's own constant-memory sheets write as it is: it brings a formula."""


@pytest.fixture(scope="module")
def book(written: WrittenRun) -> Iterator[Workbook]:
    opened = openpyxl.load_workbook(written.files["xlsx"])
    yield opened
    opened.close()


def read(path: Path, name: str) -> list[dict[str, Any]]:
    """Reads a sheet's rows by the titles of their columns, escapes undone."""
    opened = openpyxl.load_workbook(path)
    rows = opened[name].iter_rows(values_only=True)
    titles = [str(title) for title in next(rows)]
    return [dict(zip(titles, map(unescape, row), strict=True)) for row in rows]


def unescape(value: Any) -> Any:
    """Undoes ``_xHHHH_`` as a spreadsheet does; openpyxl leaves it."""
    return re.sub(r"_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), value) if isinstance(value, str) else value


def find_formulas_and_links(content: bytes) -> list[str]:
    """Finds what would run or open, in the cells as openpyxl reads them and in the raw XML of the sheets."""
    opened = openpyxl.load_workbook(BytesIO(content))
    found = [f"{cell.coordinate} {cell.data_type}" for ws in opened for row in ws.iter_rows() for cell in row
             if cell.data_type not in {"s", "n", "d", "inlineStr"} or cell.hyperlink]  # fmt: skip
    with ZipFile(BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        found += [name for name in sheets if b"<f>" in parts.read(name) or b"<hyperlink" in parts.read(name)]
        found += [name for name in parts.namelist() if "externalLinks" in name or "vbaProject" in name]
    return found


def test_the_sheets_have_names_that_scripts_can_rely_on(book: Workbook) -> None:
    assert book.sheetnames == ["Summary", "Flagged", "All mailboxes", "Evidence gaps", "Policies"]


@pytest.mark.parametrize("name", SHEETS[1:])
def test_every_sheet_is_ready_to_read(book: Workbook, name: str) -> None:
    sheet = book[name]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width > 20


def test_the_summary_starts_with_the_verdict_and_filters_its_numbers(book: Workbook) -> None:
    sheet = book["Summary"]
    assert sheet["A1"].value == "2 senders will stop working on December 31, 2026; 4 senders are failing now."
    assert sheet.freeze_panes == "B3"
    assert sheet.auto_filter.ref.startswith("A2:C")


def test_every_mailbox_has_its_row(written: WrittenRun) -> None:
    rows = read(written.files["xlsx"], "All mailboxes")
    assert [row["Id"] for row in rows] == [mailbox.id for mailbox in make_report().mailboxes]


def test_every_flagged_mailbox_has_all_that_a_reader_needs_to_act(written: WrittenRun) -> None:
    rows = {row["Id"]: row for row in read(written.files["xlsx"], "Flagged")}
    flagged = [mailbox for mailbox in make_report().mailboxes if is_flagged(mailbox)]
    assert set(rows) == {mailbox.id for mailbox in flagged}
    for mailbox in flagged:
        row, basic = rows[mailbox.id], mailbox.verdicts.basic
        assert row["Flag"] == mailbox.flag
        assert row["In words"]
        if basic.reply:
            assert row["Predicted reply at AUTH"] == f"535 5.7.139 {basic.reply.text}"
            assert row["Then at MAIL FROM"].startswith("530 5.7.57 Client not authenticated")
        for remedy in mailbox.remedies:
            assert str(remedy.text) in row["What opens it"]
            assert remedy.command in (row["Command"] or "")
            assert remedy.portal in (row["Where to click"] or "")
            assert str(remedy.undo) in (row["Undo"] or "")


def test_dates_are_dates(written: WrittenRun) -> None:
    seen = {row["Last seen"] for row in read(written.files["xlsx"], "All mailboxes")}
    assert seen == {None, dt.datetime.fromisoformat("2026-11-20T06:31:00")}


def test_a_waiver_is_told_with_its_reason_owner_and_end(tmp_path: Path) -> None:
    waiver = WaiverPart(reason="Replaced in spring", owner="it@contoso.example", expires="2027-03-31")
    waived = [msgspec.structs.replace(mailbox, waiver=waiver) for mailbox in make_report(1).mailboxes]
    row = read(write_run(make_report(mailboxes=waived), tmp_path / "run", ["xlsx"]).files["xlsx"], "Flagged")[0]
    ends = dt.datetime.fromisoformat("2027-03-31")
    told = (row["Accepted because"], row["Accepted by"], row["Accepted until"])
    assert told == (waiver.reason, waiver.owner, ends)


def test_flags_and_outcomes_are_coloured_by_what_they_say(book: Workbook) -> None:
    rules = {
        (str(place.sqref), rule.formula[0])
        for place in book["All mailboxes"].conditional_formatting
        for rule in place.rules
    }
    assert ("D2:D61", '"failing"') in rules
    assert ("G2:G61", '"Refused"') in rules


def test_evidence_with_gaps_comes_first(written: WrittenRun) -> None:
    rows = read(written.files["xlsx"], "Evidence gaps")
    assert [row["Section"] for row in rows[:2]] == ["risky-users", "groups"]
    assert rows[0]["Permission"] == "IdentityRiskyUser.Read.All"
    assert rows[1]["Mailboxes unknown without it"] > 0


def test_the_pivots_count_every_mailbox(book: Workbook) -> None:
    rows = list(book["Summary"].iter_rows(values_only=True))
    start = next(place for place, row in enumerate(rows) if row[0] == "Kind of mailbox and outcome of Basic")
    end = next(at for at, row in enumerate(rows) if at > start and row == (None,) * len(row))
    header, *lines = rows[start + 1 : end]
    total = header.index("Total")
    assert sum(int(str(line[total])) for line in lines) == 60


def test_words_are_the_readers_and_sheet_names_are_not(tmp_path: Path) -> None:
    run = write_run(make_report(12), tmp_path / "run", ["xlsx"], language="uk")
    book = openpyxl.load_workbook(run.files["xlsx"])
    assert tuple(book.sheetnames) == SHEETS
    assert book["All mailboxes"]["A1"].value == "Адреса"


def test_a_partial_run_is_marked_on_every_sheet(tmp_path: Path) -> None:
    """At the foot of each printed page, and where the summary says whether the evidence is complete."""
    report = make_report(3)
    run = msgspec.structs.replace(report.run, partial=True, complete=False)
    path = write_run(msgspec.structs.replace(report, run=run), tmp_path / "run", ["xlsx"]).files["xlsx"]
    opened = openpyxl.load_workbook(path)
    mark = "Partial: the reading of the tenant was interrupted"
    feet = [opened[name].oddFooter for name in SHEETS]
    assert [foot.center.text for foot in feet if foot] == [f"&B{mark}"] * len(SHEETS)
    assert mark in [cell.value for row in opened["Summary"].iter_rows(max_row=12) for cell in row]
    opened.close()


def test_rows_beyond_the_end_of_a_sheet_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "LAST_ROW", 11)
    run = write_run(make_report(60), tmp_path / "run", ["xlsx"])
    rows = openpyxl.load_workbook(run.files["xlsx"])["All mailboxes"]
    assert rows["A12"].value == "… 50 more rows: see report.json"


# --- hostile text ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a report with four hundred hostile strings in every text field."""
    return write_run(make_hostile((*HOSTILE, RICH)), tmp_path_factory.mktemp("x") / "run", ["xlsx"]).files["xlsx"]


def test_hostile_text_is_never_a_formula_or_a_link(attacked: Path) -> None:
    assert find_formulas_and_links(attacked.read_bytes()) == []


def test_hostile_text_is_kept_whole(attacked: Path) -> None:
    """Whole but for what no cell can tell: that it holds nothing."""
    rows = read(attacked, "All mailboxes")
    assert [row["Name"] or "" for row in rows] == [*HOSTILE, RICH]
    policies = [row["Policy"] or "" for row in read(attacked, "Policies")]
    assert policies == [*HOSTILE, RICH] * 2


def test_xlsxwriters_own_sheet_would_let_a_formula_through() -> None:
    """Why the sheet is our own: the same name through the library's constant-memory mode."""

    def write(kind: type) -> bytes:
        out = BytesIO()
        with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False}) as workbook:
            made = workbook.add_worksheet("x", worksheet_class=kind)
            if kind is Worksheet:
                made.write_string(0, 0, RICH)
            else:
                made.put((RICH,))
        return out.getvalue()

    assert find_formulas_and_links(write(Worksheet))
    assert find_formulas_and_links(write(sheet.Sheet)) == []


@given(st.text(alphabet=st.characters(codec="utf-8")))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as workbook:
        workbook.add_worksheet("x", worksheet_class=sheet.Sheet).put(("first", text))
    cell = openpyxl.load_workbook(out)["x"]["B1"]
    assert cell.data_type in {"s", "n"}
    assert unescape(cell.value or "") == text


def test_text_that_looks_like_an_escape_stays_text() -> None:
    assert write_text("_x0041_") == '<is><t xml:space="preserve">_x005F_x0041_</t></is>'


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    report = make_report(1)
    long = [msgspec.structs.replace(mailbox, display_name="🔥" * 20_000) for mailbox in report.mailboxes]
    run = write_run(make_report(mailboxes=long), tmp_path / "run", ["xlsx"])
    name = read(run.files["xlsx"], "All mailboxes")[0]["Name"]
    assert name.endswith("…")
    assert len(name.encode("utf-16-le")) // 2 <= LONGEST


@pytest.mark.parametrize(
    ("moment", "serial"),
    [("2026-11-20", 46346), ("2026-11-20T12:00:00Z", 46346.5), ("2026-11-20T12:00:00+12:00", 46346), ("soon", "soon")],
)
def test_days_are_counted_as_spreadsheets_count_them(moment: str, serial: object) -> None:
    assert to_serial(moment) == serial
