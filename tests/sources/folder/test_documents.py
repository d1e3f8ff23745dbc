"""JSON of every shape and encoding gives the same rows; what is broken is named with its position."""

import io
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model.text import Text
from scanner.sources.folder.documents import read_json
from scanner.sources.folder.item import FileError

PLAIN = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = {f"{encoding}-marked": "\ufeff" for encoding in PLAIN}
ENCODINGS = [*PLAIN, *MARKS]

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=6)
objects = st.dictionaries(st.text().filter(lambda key: key.lower() != "value"), values)


def rows_of(content: bytes) -> list[object]:
    return list(read_json(io.BytesIO(content), "users.json"))


def trouble_of(content: bytes) -> str:
    with pytest.raises(FileError) as caught:
        rows_of(content)
    return str(caught.value)


spellings = st.fixed_dictionaries(
    {"indent": st.sampled_from([None, 1]), "ensure_ascii": st.booleans(), "sort_keys": st.booleans()}
)
calm = settings(deadline=None, max_examples=60)


@calm
@given(
    rows=st.lists(objects, max_size=5),
    encoding=st.sampled_from(ENCODINGS),
    spelling=spellings,
    newline=st.sampled_from(["\n", "\r\n"]),
    wrapped=st.booleans(),
)
def test_rows_are_the_same_in_every_encoding_and_shape(
    *, rows: list[dict[str, object]], encoding: str, spelling: dict[str, Any], newline: str, wrapped: bool
) -> None:
    whole = {"@odata.context": "x", "value": rows} if wrapped else rows
    text = json.dumps(whole, **spelling).replace("\n", newline)
    assert rows_of((MARKS.get(encoding, "") + text).encode(encoding.removesuffix("-marked"))) == rows


@calm
@given(row=objects, encoding=st.sampled_from(PLAIN))
def test_one_object_is_one_row(row: dict[str, object], encoding: str) -> None:
    assert rows_of(json.dumps(row).encode(encoding)) == [row]


@calm
@given(rows=st.lists(objects, min_size=1, max_size=5), newline=st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_one_object_a_line_is_one_row_a_line(rows: list[dict[str, object]], newline: str) -> None:
    assert rows_of(newline.join(json.dumps(row) for row in rows).encode()) == rows


@calm
@given(content=st.binary())
def test_any_bytes_give_rows_or_a_sentence(content: bytes) -> None:
    with suppress(FileError):
        assert all(isinstance(item, dict | Text) for item in rows_of(content))


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (b'[{"a": 1},\n {"b": x}]', "users.json, line 2, column 8"),
        (b'[{"a": 1},\r\n {"b": 1},]', "users.json, line 2, column 11"),
        (b'[{"a": 1}] x', "users.json, line 1, column 12"),
        (b'\xef\xbb\xbf[{"a": 1}', "users.json, line 1, column 10"),
        ('[{"name": "Олена", }]'.encode(), "users.json, line 1, column 20"),
        ('[{"name": "Олена", }]'.encode("utf-16"), "users.json, line 1, column 20"),
        (b'{"a": 1}\n{"b": x}\n', "users.json, line 2, column 1"),
        (b"<!DOCTYPE html>", "users.json, line 1, column 1"),
    ],
)
def test_broken_json_is_named_with_its_position(content: bytes, position: str) -> None:
    message = trouble_of(content)
    assert message.startswith(f"{position}: the JSON is broken here (")
    assert message.endswith("Export the file again.")


def test_json_that_was_cut_off_says_so() -> None:
    assert "truncated" in trouble_of(b'[{"a": "no e')


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xff\xfe", b"\xef\xbb\xbf"])
def test_an_empty_file_is_not_an_empty_list(content: bytes) -> None:
    assert trouble_of(content) == "users.json is empty: an export of nothing is written as []."


@pytest.mark.parametrize(
    ("content", "kind"), [(b"7", "int"), (b'"x"', "str"), (b"null", "NoneType"), (b"true", "bool")]
)
def test_a_single_value_is_no_evidence(content: bytes, kind: str) -> None:
    assert trouble_of(content) == f"users.json should hold objects; it holds one value ({kind})."


def test_bytes_of_another_encoding_are_told() -> None:
    assert "is not in utf-16" in trouble_of('[{"a": 1}]'.encode("utf-16")[:-1])


@pytest.mark.parametrize("depth", [2_000, 200_000])
def test_a_hostile_nesting_is_refused(depth: int) -> None:
    assert "nested deeper" in trouble_of(b"[" * depth)


def test_a_row_nested_too_deep_costs_only_itself() -> None:
    deep = b'{"a":' + b"[" * 120 + b"]" * 120 + b"}"
    items = rows_of(b'[{"id": 1},' + deep + b"]")
    assert items[0] == {"id": 1}
    assert str(items[1]) == "users.json: entry 2 can't be read: it is nested deeper than any export."


def test_an_entry_that_is_no_object_is_named_by_its_number() -> None:
    first, second, third = rows_of(b'[{"id": 1}, 5, "x"]')
    assert first == {"id": 1}
    assert str(second) == "users.json: entry 2 can't be read: Expected object, got int."
    assert str(third) == "users.json: entry 3 can't be read: Expected object, got str."


def test_a_row_in_another_encoding_is_named_by_its_number() -> None:
    items = rows_of(b'[{"id": 1}, {"name": "Ren\xe9"}]')
    assert "entry 2 can't be read: it holds bytes that are not UTF-8" in str(items[1])


@pytest.mark.parametrize(
    "content",
    [
        b'[{"name": "cut \\ud83d"}, {"name": "\\ud83d\\ude00"}]',
        b'[{"name": "cut \\ude00"}, {"name": "\\uD83D\\uDE00"}]',
        b'\xef\xbb\xbf[{"name": "cut \\ud83d"}, {"name": "\\ud83d\\ude00"}]',
    ],
)
def test_half_an_emoji_costs_one_letter(content: bytes) -> None:
    assert rows_of(content) == [{"name": "cut \ufffd"}, {"name": "😀"}]


def test_half_an_emoji_in_utf16_costs_one_letter() -> None:
    content = '[{"name": "cut \ud83d"}]'.encode("utf-16", "surrogatepass")
    assert rows_of(content) == [{"name": "cut ?"}]


def test_half_an_emoji_does_not_hide_broken_json() -> None:
    assert "the JSON is broken here" in trouble_of(b'[{"name": "cut \\ud83d"}')


@pytest.mark.parametrize("key", ["value", "Value", "VALUE"])
def test_the_wrapper_of_graph_and_powershell_is_taken_off(key: str) -> None:
    assert rows_of(b'{"%b": [{"id": 1}], "Count": 1, "@odata.context": "x"}' % key.encode()) == [{"id": 1}]


def test_an_object_that_happens_to_have_a_value_is_a_row() -> None:
    assert rows_of(b'{"id": 1, "value": [2]}') == [{"id": 1, "value": [2]}]
    assert rows_of(b'{"value": {"a": 1}}') == [{"value": {"a": 1}}]


def test_a_first_page_is_not_taken_for_the_whole() -> None:
    row, trouble = rows_of(b'{"value": [{"id": 1}], "@odata.nextLink": "https://graph.example/next"}')
    assert row == {"id": 1}
    assert "the first page only" in str(trouble)
    assert rows_of(b'{"value": [{"id": 1}], "@odata.nextLink": null}') == [{"id": 1}]
