"""All trials of the campaign by name, and the order in which they are played."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from tests.campaign.cases import CASES
from tests.campaign.full_disk import run_on_full_disk, run_read_only, run_with_limited_files
from tests.campaign.killed import run_killed
from tests.campaign.result import Result
from tests.campaign.trial import run_trial

PROCESSES: Mapping[str, Callable[[int], Result]] = {
    "R9/killed": run_killed,
    "R13/full": run_on_full_disk,
    "R13/file-size": run_with_limited_files,
    "R13/read-only": run_read_only,
}
PLAYS: Mapping[str, Callable[[int], Result]] = {**{case.name: partial(run_trial, case) for case in CASES}, **PROCESSES}
# Of these, one trial is as the next.
ONCE = frozenset(case.name for case in CASES if case.same_each_time)


def play(name: str, seed: int) -> Result:
    """Play a trial; called in a process of its own."""
    return PLAYS[name](seed)


def list_plays(only: str, seed: int | None, deadline: float) -> Iterator[tuple[str, int]]:
    """List trials: round after round, with the next seed each time, until time is up.

    Args:
        only: How the names of the cases begin; an exact name means that one alone.
        seed: The one seed to play; ``None`` for as many as there is time for, at least one.
        deadline: When no more are begun, on the monotonic clock.
    """
    chosen = [only] if only in PLAYS else [name for name in PLAYS if name.startswith(only)]
    if seed is not None:
        yield from ((name, seed) for name in chosen)
        return
    for number in itertools.count(1):
        for name in chosen:
            if number > 1 and time.monotonic() > deadline:
                return
            if number == 1 or name not in ONCE:
                yield name, number
        if set(chosen) <= ONCE:
            return
