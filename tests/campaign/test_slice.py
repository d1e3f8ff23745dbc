"""A slice of the fault campaign: one quick trial of each kind (``make faults`` plays them all)."""

import pytest

from tests.campaign.plays import PLAYS
from tests.campaign.result import End, Result
from tests.campaign.table import render_table

SLICE = (
    "R2/no-time",
    "R3/503",
    "R3/cut",
    "R3/mixed",
    "R4/503",
    "R5/every-50",
    "R6/once-graph",
    "R6/endless-exchange",
    "R7/foreign-host",
    "R7/userinfo-host",
    "R7/repeat",
    "R7/empty-page",
    "R7/duplicates",
    "R7/paging-expires",
    "R7/cut-alike",
    "R7/members-404",
    "R7/second-count-403",
    "R7/rows-exchanged",
    "R8/Policy.Read.All",
    "R8/GroupMember.Read.All+User.Read.All",
)


@pytest.mark.parametrize("name", SLICE)
def test_a_tenant_in_trouble_is_read_right_or_honestly_incomplete(name: str) -> None:
    """No verdict contradicts what the tenant would do, and nothing is called complete with rows missing."""
    result = PLAYS[name](1)
    assert result.end is not End.WRONG, f"{result.why}\n{result.replay}\n{result.scenario}"
    assert result.injected or name.startswith("R8")


def test_the_table_counts_how_trials_ended() -> None:
    """One line a fault, and one for all."""
    results = [
        Result(case="R1/date", seed=1, end=End.COMPLETE, injected=5, seconds=2),
        Result(case="R1/date", seed=2, end=End.WRONG, injected=3, seconds=9, why="it is"),
        Result(case="R13/full", seed=1, end=End.HONEST, injected=1),
    ]
    *_, first, thirteenth, every, summary = render_table(results, 12).splitlines()
    assert first.split()[-7:] == ["2", "8", "1", "0", "1", "9", "s"]
    assert thirteenth.startswith("R13")
    assert every.split() == ["all", "3", "9", "1", "1", "1", "9", "s"]
    assert summary == "trials=3 injected=9 wrong=1 seconds=12"
