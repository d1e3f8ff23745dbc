"""The campaign's judge finds what a count can't tell."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from tests.campaign.trial import Baseline, Scan, find_false_completeness

SECTIONS = ("mailboxes", "groups", "conditional-access-policies", "role-assignments")
BASELINE = Baseline(
    rows={"mailboxes": Counter({"m1": 1, "m2": 1})},
    members={"g1": {"u1", "u2"}},
    counts={"mailboxes": 2},
    unknown=0,
)
WHOLE = {"id": "g1", "transitiveMembers": [{"id": "u1"}, {"id": "u2"}]}


def judge(mailboxes: list[str], group: Mapping[str, Any]) -> str:
    evidence = [{"section": name, "state": "complete", "count": 2} for name in SECTIONS]
    report = {"run": {"complete": True, "evidence": evidence}, "mailboxes": [{}, {}]}
    rows: dict[str, list[Mapping[str, Any]]] = {"mailboxes": [{"Guid": name} for name in mailboxes], "groups": [group]}
    return find_false_completeness(Scan(report=report, rows=rows), BASELINE)


def test_a_true_reading_is_right() -> None:
    assert judge(["M1", "m2"], WHOLE) == ""


def test_a_lost_row_is_found_also_where_another_is_doubled() -> None:
    assert "1 rows lack and 1 are too many" in judge(["m1", "m1"], WHOLE)


@pytest.mark.parametrize(
    ("group", "said"),
    [
        (WHOLE | {"transitiveMembers": [{"id": "u1"}]}, "1 of 2 members"),
        (WHOLE | {"transitiveMembers": [{"id": "u1"}, {"id": "u1"}]}, "1 of 2 members"),
        ({"id": "g1", "exists": False}, "is called deleted"),
        (WHOLE | {"id": "g2"}, "members of"),
    ],
)
def test_members_of_groups_are_compared_too(group: Mapping[str, Any], said: str) -> None:
    assert said in judge(["m1", "m2"], group)
