"""Rows read tolerantly: five kinds of not being there stay apart, and no value crashes anything."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.row import Row, RowError, holds_something, parse_time
from scanner.model.observed import Gap
from tests.evidence.documents import DOCUMENTS

MOMENT = dt.datetime(2026, 7, 22, 10, 48, 39, tzinfo=dt.UTC)
KEY = "Field"


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ({KEY: True}, True),
        ({KEY: False}, False),
        ({KEY: "True"}, True),
        ({KEY: " false "}, False),
        ({KEY: None}, None),
        ({KEY: ""}, Gap.EMPTY),
        ({}, Gap.ABSENT),
        ({KEY: "perhaps"}, Gap.UNREADABLE),
        ({KEY: 1}, Gap.UNREADABLE),
        ({KEY: []}, Gap.UNREADABLE),
    ],
)
def test_a_boolean_keeps_all_of_its_states_apart(raw: dict[str, object], seen: object) -> None:
    """Value, null, "", absent and unreadable are five things."""
    assert Row(raw).flag(KEY) is seen


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ({KEY: "text"}, "text"),
        ({KEY: None}, None),
        ({KEY: ""}, Gap.EMPTY),
        ({}, Gap.ABSENT),
        ({KEY: 3}, Gap.UNREADABLE),
    ],
)
def test_a_text_keeps_all_of_its_states_apart(raw: dict[str, object], seen: object) -> None:
    """The same for text."""
    assert Row(raw).text(KEY) == seen


def test_an_empty_cell_of_a_table_is_null() -> None:
    """PowerShell writes null as an empty cell; in JSON "" stays ""."""
    assert Row({KEY: ""}, blank_is_null=True).flag(KEY) is None
    assert Row({KEY: ""}, blank_is_null=True).text(KEY) is None
    assert Row({}, blank_is_null=True).flag(KEY) is Gap.ABSENT


@pytest.mark.parametrize("key", ["Field", "field", "FIELD", "fIeLd"])
def test_the_case_of_keys_is_irrelevant(key: str) -> None:
    """PascalCase of PowerShell, camelCase of Graph."""
    assert Row({key: "x"}).word(KEY) == "x"
    assert Row({key: "x"}).has(KEY)


def test_annotations_are_no_fields() -> None:
    """Keys with @ and # are the provider's noise."""
    row = Row({"Field@odata.type": "#String", "@odata.id": "x", "#microsoft.graph.do": {}})
    assert list(row.leftovers(())) == []
    assert not row.has("Field")


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("{AB-1}", "ab-1"),
        (" Ab-1 ", "ab-1"),
        (None, ""),
        (5, ""),
        ("00000000-0000-0000-0000-000000000000", ""),
    ],
)
def test_ids_are_lower_case(raw: object, seen: str) -> None:
    """Braces and blanks go; zeros mean none."""
    assert Row({KEY: raw}).id(KEY) == seen


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-22T10:48:39Z", MOMENT),
        ("2026-07-22T10:48:39.0000000Z", MOMENT),
        ("2026-07-22T10:48:39.1234567Z", MOMENT.replace(microsecond=123456)),
        ("2026-07-22T10:48:39.5Z", MOMENT.replace(microsecond=500000)),
        ("2026-07-22T12:48:39+02:00", MOMENT),
        ("2026-07-22T10:48:39", MOMENT),
        ("2026-07-22 10:48:39", MOMENT),
        ("2026-07-22", MOMENT.replace(hour=0, minute=0, second=0)),
        ("/Date(1784717319000)/", MOMENT),
        ("/Date(1784717319000+0200)/", MOMENT),
        ("/Date(-62135596800000)/", dt.datetime(1, 1, 1, tzinfo=dt.UTC)),
        ("/Date(99999999999999999999)/", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("22.07.2026 10:48", None),
        ("", None),
    ],
)
def test_times_of_every_form(text: str, moment: dt.datetime | None) -> None:
    """ISO with up to seven decimals, PowerShell's own, no offset (UTC); what is no time is none."""
    assert parse_time(text) == moment


@given(st.datetimes(timezones=st.just(dt.UTC)), st.integers(0, 9))
def test_a_written_time_is_read_again(moment: dt.datetime, seventh: int) -> None:
    """The provider's seven decimals lose only the last one."""
    assert parse_time(f"{moment:%Y}".zfill(4) + f"{moment:-%m-%dT%H:%M:%S.%f}{seventh}Z") == moment


@given(st.datetimes(min_value=dt.datetime(1900, 1, 1), max_value=dt.datetime(9000, 1, 1)))  # noqa: DTZ001 -- bounds
def test_a_powershell_time_is_read_again(naive: dt.datetime) -> None:
    """Milliseconds since 1970."""
    moment = naive.replace(tzinfo=dt.UTC, microsecond=naive.microsecond // 1000 * 1000)
    milliseconds = (moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)
    assert parse_time(f"/Date({milliseconds})/") == moment


@given(st.text() | st.from_regex(r"/Date\(-?\d+\)/") | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"))
def test_no_text_crashes_the_reading_of_times(text: str) -> None:
    """A time in UTC, or none."""
    moment = parse_time(text)
    assert moment is None or moment.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("value", "anything"),
    [
        (None, False),
        ("", False),
        (False, False),
        ([], False),
        ({}, False),
        ([None, ""], False),
        ({"a": None, "b": []}, False),
        ({"@odata.type": "x"}, False),
        (Gap.ABSENT, False),
        (0, False),
        ("x", True),
        (True, True),
        ([0, "x"], True),
        ({"a": {"b": "x"}}, True),
    ],
)
def test_what_says_something(value: object, anything: object) -> None:
    """Null, "", false, and lists and objects of nothing are no settings."""
    assert holds_something(value) is anything


@pytest.mark.parametrize(("method", "value"), [("row", 3), ("row", "x"), ("rows", [3]), ("words", [3]), ("words", {})])
def test_another_shape_is_an_error_that_names_the_field(method: str, value: object) -> None:
    """A row error says which field it was."""
    with pytest.raises(RowError, match=KEY):
        getattr(Row({KEY: value}), method)(KEY)


@given(st.dictionaries(st.text(max_size=8), DOCUMENTS), st.text(max_size=8))
def test_no_value_crashes_a_row(raw: dict[str, object], name: str) -> None:
    """Every accessor gives a value, a gap, or a RowError."""
    row = Row(raw)
    for method in (row.raw, row.flag, row.text, row.word, row.id, row.time, row.row, row.rows, row.items, row.words):
        try:
            method(name)
        except RowError:
            continue
    list(row.leftovers((name,)))


@pytest.mark.parametrize(
    ("value", "words"),
    [("mfa,Block", {"mfa", "block"}), (["All", " none "], {"all", "none"}), (", ,", set()), (None, set()), ("", set())],
)
def test_flag_enums_are_lists_of_words(value: object, words: set[str]) -> None:
    """Graph writes several flags as one string with commas."""
    assert Row({KEY: value}).words(KEY) == words
