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
    counts={"mailboxes": 2, "sign-ins": 2, "message-traces": 2},
    since="2026-10-28T00:00:00Z",
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


OLD, NEW = "2026-10-27T18:29:00Z", "2026-10-28T18:29:00Z"


@pytest.mark.parametrize(
    ("name", "moment", "rows", "wrong"),
    [
        ("sign-ins", "createdDateTime", [("1", NEW), ("2", NEW), ("3", OLD)], ""),
        ("sign-ins", "createdDateTime", [("1", NEW), ("3", OLD)], "1 of 2 rows"),
        ("sign-ins", "createdDateTime", [("1", NEW), ("2", NEW), ("2", NEW)], "3 of 2 rows"),
        ("message-traces", "receivedDateTime", [("1", NEW), ("2", NEW), ("2", NEW)], ""),
        ("message-traces", "receivedDateTime", [("1", NEW), ("1", NEW)], "1 of 2 rows"),
    ],
)
def test_of_logs_the_days_are_compared_that_every_scan_reads_whole(
    name: str, moment: str, rows: list[tuple[str, str]], wrong: str
) -> None:
    """What falls out of the window while the campaign runs is no loss."""
    evidence = [{"section": one, "state": "partial", "count": 0} for one in SECTIONS]
    evidence.append({"section": name, "state": "complete", "count": len(rows)})
    report = {"run": {"complete": False, "evidence": evidence}, "mailboxes": []}
    kept: dict[str, list[Mapping[str, Any]]] = {name: [{"id": mark, moment: when} for mark, when in rows], "groups": []}
    said = find_false_completeness(Scan(report=report, rows=kept), BASELINE)
    assert said == (f"{name} is called complete with {wrong}" if wrong else "")
