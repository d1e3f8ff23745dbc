"""Which rows were seen, in eight bytes each: the same answers as a plain set of texts."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.sources.live import keys
from scanner.sources.live.keys import Ids, KeySet

PAGES = st.lists(st.lists(st.text("ab", max_size=3), max_size=8), max_size=8)


@pytest.fixture(autouse=True)
def small_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sort in after a few keys, so that both halves of the set are used."""
    monkeypatch.setattr(keys, "MOST_FRESH", 4)


@given(PAGES)
def test_a_key_set_knows_what_came_before(pages: list[list[str]]) -> None:
    mine, plain = KeySet(), set()
    for page in pages:
        expected = set()
        for at, key in enumerate(page):
            if key in plain:
                expected.add(at)
            elif key:
                plain.add(key)
        assert mine.take(page) == expected
        assert mine.find(page) == {at for at, key in enumerate(page) if key}
    assert len(mine) == len(plain)


@given(PAGES)
def test_pages_taken_together_give_what_they_give_one_by_one(pages: list[list[str]]) -> None:
    alone, together = KeySet(), KeySet()
    expected = [alone.take(page) for page in pages]
    assert not pages or together.take_pages([keys.number(page) for page in pages]) == expected
    assert len(alone) == len(together)


@given(st.lists(st.uuids(), min_size=1, max_size=5), st.data())
def test_a_guid_is_the_same_whatever_its_case_and_its_company(ids: list[uuid.UUID], data: st.DataObject) -> None:
    seen = KeySet()
    seen.take([str(one).upper() for one in ids])
    one = str(data.draw(st.sampled_from(ids)))
    others = data.draw(st.lists(st.text(max_size=3), max_size=2))
    assert seen.find([*others, one]) == {len(others)}


@given(st.sets(st.text("abc", min_size=1, max_size=3)), st.sets(st.text("abc", min_size=1, max_size=3)))
def test_key_sets_are_compared_by_number(first: set[str], second: set[str]) -> None:
    one, other = KeySet(), KeySet()
    one.take(list(first))
    other.take(list(second))
    assert one.count_beyond(other) == len(first - second)


def test_ids_are_kept_each_once_in_lower_case() -> None:
    guids = [str(uuid.UUID(int=number)) for number in range(10)]
    ids = Ids()
    ids.add([guids[0].upper(), guids[1], None, 7, "", "Other"])
    ids.add([guids[1], *guids[2:]])
    ids.add(["other", "x" * 36, f"{guids[0][:-1]}z"])
    assert list(ids) == [*guids, "other", "x" * 36, f"{guids[0][:-1]}z"]
    assert (len(ids), ids[1], ids[-1], ids[:2]) == (13, guids[1], f"{guids[0][:-1]}z", guids[:2])
