"""A page is read once over where its rows come last, and says the same as the plain JSON in every other order."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.sources.live.page import decode_page

TEXTS = st.text(st.sampled_from('ab"{}[],:\\ é') | st.characters(codec="utf-8"), max_size=6)
ROWS = st.lists(
    st.fixed_dictionaries({"Guid": TEXTS, "value": st.lists(st.dictionaries(TEXTS, TEXTS, max_size=1), max_size=1)}),
    max_size=4,
)
OTHERS = st.fixed_dictionaries(
    {},
    optional={
        "@odata.context": TEXTS,
        "@odata.nextLink": TEXTS,
        "@adminapi.warnings": st.lists(TEXTS, max_size=2),
        "more": st.dictionaries(st.just("value") | TEXTS, st.lists(st.just({"Guid": "x"}), max_size=2), max_size=2),
    },
)
STYLES = st.sampled_from([{"separators": (",", ":")}, {"separators": (", ", ": ")}, {"ensure_ascii": False}])


@given(OTHERS, ROWS, OTHERS, STYLES)
@example({"more": {"value": [{}]}}, [{"Guid": "a"}], {}, {"separators": (",", ":")})
@example({}, [{"Guid": "a"}], {"more": {"value": [{}]}}, {"separators": (",", ":")})
@example({"@odata.nextLink": '"value":['}, [], {}, {"separators": (",", ":")})
def test_every_order_of_members_says_the_same(
    before: dict[str, object],
    rows: list[dict[str, object]],
    after: dict[str, object],
    style: dict[str, Any],
) -> None:
    members = {**before, "value": rows, **{key: value for key, value in after.items() if key not in before}}
    page = decode_page(json.dumps(members, **style).encode())
    assert page.decode() == rows
    assert page.rows.count == len(rows)
    assert list(page.ids.list_keys()) == [row["Guid"] for row in rows]
    assert page.next_link == members.get("@odata.nextLink")
    told: Any = members.get("@adminapi.warnings", [])
    assert list(page.warnings) == [text.strip() for text in told if text.strip()]


@pytest.mark.parametrize(
    "body",
    [
        b'{"value":[1]}',
        b'{"value":[{}],"value":[null]}',
        b'{"value":[{}],"value":[{}',
        b'{"value":[{}],"other":[}]}',
        b'{"value":[{}]]}',
        b'{"value":{"value":[{}]}}',
        b'{"other":[{"value":[{}]}',
        b'{"other":[]}',
        b'[{"value":[]}]',
        b'{"value":null}',
        b"",
    ],
)
def test_what_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_page(body)


def test_the_last_of_two_lists_of_rows_counts() -> None:
    assert decode_page(b'{"value":[{"id":"a"}],"value":[{"id":"b"}]}').decode() == [{"id": "b"}]


def test_text_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode_page(b'{"value":[{"name":"\xff"}]}')
