"""How a listing of Exchange is cut: whatever a name begins with, it is in one part and in no other."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.section import Cmdlet
from scanner.sources.live.parts import ALPHABET, CUT_BY, KINDS, LONGEST_PREFIX, Part

CONDITION = re.compile(r"(\w+) -(like|notlike) '([^'*]*)\*'")
NAMES = st.text(st.sampled_from(f"{ALPHABET}ABZ '\"*!#é漢😀Яß\u0301\u212a"), max_size=LONGEST_PREFIX + 2)


def holds(part: Part, cmdlet: str, name: str) -> bool:
    """Tell whether Exchange, which knows no case, lists a name in a part."""
    conditions = str(part.narrow(Cmdlet(name=cmdlet)).parameters.get("Filter", "")).split(" -and ")
    return all(_fits(words, cmdlet, name) for words in filter(None, conditions))


def _fits(words: str, cmdlet: str, name: str) -> bool:
    found = CONDITION.fullmatch(words)
    assert found, words
    assert found[1] == CUT_BY[cmdlet]
    return name.lower().startswith(found[3]) == (found[2] == "like")


@pytest.mark.parametrize("cmdlet", sorted(KINDS))
@given(name=NAMES)
def test_a_name_is_in_exactly_one_of_the_finer_parts_down_to_the_finest(cmdlet: str, name: str) -> None:
    """No gap, so that none lacks, and no overlap, so that parts that begin alike give a broken filter away."""
    part = Part(kind=KINDS[cmdlet][0])
    names = set()
    while part.can_be_cut:
        (part,) = [finer for finer in part.cut(cmdlet) if holds(finer, cmdlet, name)]
        assert holds(part, cmdlet, name)
        names.add(part.name)
    assert part.rest or len(part.prefix) == LONGEST_PREFIX
    assert len(names) == len(part.prefix) + part.rest, "each has a place of its own in the store"


@pytest.mark.parametrize("cmdlet", sorted(KINDS))
def test_the_whole_is_cut_into_each_kind_once(cmdlet: str) -> None:
    parts = list(Part().cut(cmdlet))
    assert [part.kind for part in parts] == list(KINDS[cmdlet])
    assert len({part.name for part in parts}) == len(parts)
