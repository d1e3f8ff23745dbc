"""report.xlsx: every sheet is there, every text is text."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from scanner.report.formats import xlsx
from scanner.report.write import WrittenRun, write_run
from tests.report.sample import HOSTILE, make_report


@pytest.fixture(scope="module")
def book(written: WrittenRun) -> Iterator[Workbook]:
    opened = openpyxl.load_workbook(written.files["xlsx"])
    yield opened
    opened.close()


def test_the_sheets_have_names_that_scripts_can_rely_on(book: Workbook) -> None:
    assert book.sheetnames == ["Summary", "Mailboxes", "Gates", "Evidence", "Policies"]


@pytest.mark.parametrize("name", ["Summary", "Mailboxes", "Gates", "Evidence", "Policies"])
def test_every_sheet_is_ready_to_read(book: Workbook, name: str) -> None:
    sheet = book[name]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet["A1"].font.bold


def test_every_mailbox_has_its_row(book: Workbook) -> None:
    assert book["Mailboxes"].max_row == 61


def test_every_gate_that_is_not_open_is_listed_for_flagged_mailboxes(book: Workbook) -> None:
    rows = list(book["Gates"].iter_rows(min_row=2, values_only=True))
    report = make_report()
    flagged = [mailbox for mailbox in report.mailboxes if mailbox.flag != "in_order" and mailbox.set_aside is None]
    expected = {
        (mailbox.address, gate.gate, gate.state)
        for mailbox in flagged
        for gate in mailbox.verdicts.basic.gates
        if gate.state != "open"
    }
    assert expected
    assert {(row[0], row[2], row[3]) for row in rows} >= expected


def test_hostile_text_is_never_a_formula_or_a_link(hostile: WrittenRun) -> None:
    opened = openpyxl.load_workbook(hostile.files["xlsx"])
    kinds = {cell.data_type for sheet in opened for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}
    with ZipFile(hostile.files["xlsx"]) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if "<f>" in sheet or "hyperlink" in sheet]
    names = [row[1] or "" for row in opened["Mailboxes"].iter_rows(min_row=2, values_only=True)]
    assert names[2] == HOSTILE[2]


def test_rows_beyond_the_end_of_a_sheet_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "LAST_ROW", 11)
    run = write_run(make_report(60), tmp_path / "run", ["xlsx"])
    sheet = openpyxl.load_workbook(run.files["xlsx"])["Mailboxes"]
    assert sheet["A12"].value == "… 50 more rows: see report.json"
