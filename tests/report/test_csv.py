"""mailboxes.csv: opens in a spreadsheet as it is meant, and runs nothing there."""

import csv
import io

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.report.columns import MAILBOX_COLUMNS
from scanner.report.contract import MonthPart
from scanner.report.language import open_language
from scanner.report.tables import (
    FORMULA_STARTS,
    cross,
    disarm,
    disarm_text,
    frame_codes,
    frame_mailboxes,
    frame_rows,
    frame_trend,
)
from scanner.report.write import WrittenRun
from tests.report.outline import KEPT
from tests.report.sample import HOSTILE, make_hostile_report, make_report

STANDING = ("tenant_id", "tenant_domain", "run_id", "as_of")


def read_rows(run: WrittenRun) -> list[dict[str, str]]:
    text = run.files["csv"].read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_has_a_byte_order_mark_so_that_excel_reads_utf_8(written: WrittenRun) -> None:
    assert written.files["csv"].read_bytes().startswith(b"\xef\xbb\xbf")


def test_every_mailbox_is_a_row_with_all_columns(written: WrittenRun) -> None:
    rows = read_rows(written)
    assert len(rows) == 60
    assert list(rows[0]) == [*(column.name for column in MAILBOX_COLUMNS), *STANDING]


def test_a_row_stands_alone(written: WrittenRun) -> None:
    """Rows of many runs in one pile still say of which tenant, run and day they are."""
    told = {tuple(row[name] for name in STANDING) for row in read_rows(written)}
    tenant = "8f2d9c1e-5b0a-4c57-9d35-0f6f2f7b1a11"
    assert told == {(tenant, "contoso.example", "20261123-080000-contoso", "2026-11-23")}


def test_the_raw_file_holds_every_value_as_it_is(hostile: WrittenRun) -> None:
    content = hostile.files["csv-raw"].read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    assert [row["display_name"] for row in rows] == list(HOSTILE)
    assert not content.startswith(b"\xef\xbb\xbf")
    expected = frame_rows(make_hostile_report(), open_language("en"))
    assert [list(row.values()) for row in rows] == [["" if pd.isna(v) else str(v) for v in row]
                                                    for row in expected.itertuples(index=False)]  # fmt: skip


def test_no_cell_can_be_a_formula(hostile: WrittenRun) -> None:
    cells = [cell for row in read_rows(hostile) for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(FORMULA_STARTS)]


def test_hostile_names_are_whole_and_only_prefixed(hostile: WrittenRun) -> None:
    names = [row["display_name"] for row in read_rows(hostile)]
    assert names == [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in HOSTILE]


def test_a_cell_that_a_spreadsheet_makes_by_splitting_is_no_formula() -> None:
    """With another list separator the file's lines fall apart at semicolons, and at line ends inside of names."""
    assert disarm_text("Scanner;=1+1") == "Scanner;'=1+1"
    assert disarm_text("two\n@SUM(A1)") == "two\n'@SUM(A1)"
    assert disarm_text("a=b; c-d, e+f") == "a=b; c-d, e+f"


@given(st.lists(st.text(), min_size=1))
@settings(max_examples=50, deadline=None)
def test_disarming_adds_quotes_and_changes_nothing_else(texts: list[str]) -> None:
    safe = disarm(pd.DataFrame({"text": pd.Series(texts, dtype="str")}))["text"].tolist()
    for text, cell in zip(texts, safe, strict=True):
        assert not cell.startswith(FORMULA_STARTS)
        assert cell.replace("'", "") == text.replace("'", "")


def test_counts_that_are_not_known_are_empty_and_not_zero() -> None:
    frame = frame_mailboxes(make_report(2), open_language("en"))
    frame.loc[0, "use_basic"] = pd.NA
    assert frame["use_basic"].to_csv(index=False).splitlines()[1] == '""'


def test_cross_tables_count_every_mailbox() -> None:
    table = cross(frame_codes(make_report(60)), "kind", "basic")
    assert int(table.to_numpy().sum()) == 60
    assert table.index[0] == "user", "most mailboxes first"


def test_the_trend_says_what_each_month_gained_or_lost() -> None:
    """A month whose senders were not read has none, and not zero."""
    months = [
        MonthPart(month="2026-09", run_id="1", mailboxes=9, coverage=1.0, by_flag={"exposed": 3, "in_order": 6}),
        MonthPart(month="2026-10", run_id="2", mailboxes=9, coverage=1.0, by_flag={"exposed": 1}, senders=4),
    ]
    trend = frame_trend(months)
    assert list(trend.index) == ["2026-09", "2026-10"]
    assert trend["change"].tolist()[1] == -2
    assert pd.isna(trend["senders"].iloc[0])
    assert trend.loc["2026-10", "exposed"] == 1


def test_the_file_is_the_kept_copy(written: WrittenRun) -> None:
    first = written.files["csv"].read_bytes().splitlines()[:13]
    assert first == (KEPT / "mailboxes.csv").read_bytes().splitlines(), "run: python -m tests.report.outline"
