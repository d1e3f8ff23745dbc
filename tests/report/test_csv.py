"""mailboxes.csv: opens in a spreadsheet as it is meant, and runs nothing there."""

import csv
import io

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.report.columns import MAILBOX_COLUMNS
from scanner.report.language import open_language
from scanner.report.tables import FORMULA_STARTS, cross, disarm, frame_mailboxes
from scanner.report.write import WrittenRun
from tests.report.outline import KEPT
from tests.report.sample import HOSTILE, make_report


def read_rows(run: WrittenRun) -> list[dict[str, str]]:
    text = run.files["csv"].read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_has_a_byte_order_mark_so_that_excel_reads_utf_8(written: WrittenRun) -> None:
    assert written.files["csv"].read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_mailbox_is_a_row_with_all_columns(written: WrittenRun) -> None:
    rows = read_rows(written)
    assert len(rows) == 60
    assert list(rows[0]) == [column.name for column in MAILBOX_COLUMNS]


def test_no_cell_can_be_a_formula(hostile: WrittenRun) -> None:
    cells = [cell for row in read_rows(hostile) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


def test_hostile_names_are_whole_and_only_prefixed(hostile: WrittenRun) -> None:
    names = [row["display_name"] for row in read_rows(hostile)]
    assert names == [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in HOSTILE]


@given(st.lists(st.text(), min_size=1))
@settings(max_examples=50, deadline=None)
def test_disarming_changes_nothing_but_the_start(texts: list[str]) -> None:
    safe = disarm(pd.DataFrame({"text": pd.Series(texts, dtype="str")}))["text"].tolist()
    for text, cell in zip(texts, safe, strict=True):
        assert cell == (f"'{text}" if text.startswith(FORMULA_STARTS) else text)


def test_counts_that_are_not_known_are_empty_and_not_zero() -> None:
    frame = frame_mailboxes(make_report(2), open_language("en"))
    frame.loc[0, "use_basic"] = pd.NA
    assert frame["use_basic"].to_csv(index=False).splitlines()[1] == '""'


def test_cross_tables_count_every_mailbox() -> None:
    table = cross(frame_mailboxes(make_report(60), open_language("en")), "kind", "basic")
    assert int(table.to_numpy().sum()) == 60
    assert table.index[0] == "user", "most mailboxes first"


def test_the_file_is_the_kept_copy(written: WrittenRun) -> None:
    first = written.files["csv"].read_bytes().splitlines()[:13]
    assert first == (KEPT / "mailboxes.csv").read_bytes().splitlines(), "run: python -m tests.report.outline"
