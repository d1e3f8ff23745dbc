"""Rows that are nested too deep to be read again are not kept, and end their section only."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.reading import DEEPEST, RawRows, TooDeepError
from scanner.store.nesting import refuse_depth


def nest(levels: int, *, kind: str = "dict", beside: str = "") -> str:
    """Give a row of so many levels, each with a text beside the next one."""
    inner: Any = 1
    for _ in range(levels):
        inner = [inner, beside] if kind == "list" else {"a": inner, "b": beside}
    return json.dumps([inner])


@pytest.mark.parametrize("beside", ["", "}", "]{", '"{[', "[[[", '"}"', "}{"])
@pytest.mark.parametrize("kind", ["list", "dict"])
def test_deep_rows_are_told_from_others(kind: str, beside: str) -> None:
    """Whatever brackets stand in the texts beside."""
    refuse_depth(RawRows(count=1, body=nest(DEEPEST - 1, kind=kind, beside=beside).encode()))
    with pytest.raises(TooDeepError):
        refuse_depth(RawRows(count=1, body=memoryview(nest(DEEPEST + 1, kind=kind, beside=beside).encode())))


VALUES = st.recursive(
    st.none() | st.text(alphabet='{}[]"\\a,:'), lambda one: st.lists(one) | st.dictionaries(st.text("{}[]\"'"), one)
)


@given(st.lists(VALUES, max_size=20))
def test_no_row_of_few_levels_is_refused(rows: list[object]) -> None:
    """Neither for its texts nor for its length."""
    refuse_depth(RawRows(count=len(rows), body=json.dumps(rows * 50).encode()))
