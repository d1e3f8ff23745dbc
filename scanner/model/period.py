"""A period of a schedule: one due time for one tenant, and what became of it."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from scanner.model.frozen import Frozen


class PeriodState(StrEnum):
    """What became of a period."""

    BEFORE = "before"  # it was due before the schedule was first served: nobody waits for it
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"  # a later one was due already when somebody looked


class Period(Frozen, frozen=True, kw_only=True):
    """One due time of one schedule for one tenant; times in UTC.

    Attributes:
        tenant_id: The tenant as the configuration names it, in lower case.
        schedule: The schedule's name.
        period: The due time on the schedule's own clock, as ISO 8601 text.
        due: The same as a moment.
        state: What became of it.
        claimed_by: Who runs it or ran it: host, process, and a random word.
        started: When the last try began.
        renewed: When whoever runs it last said that it still does.
        finished: When the last try ended.
        run_id: The run that came of it; "" where none did.
        exit_code: As a process would have ended.
        attempts: How often it was tried.
        reason: Why it failed; "" otherwise.
    """

    tenant_id: str
    schedule: str
    period: str
    due: dt.datetime
    state: PeriodState
    claimed_by: str = ""
    started: dt.datetime | None = None
    renewed: dt.datetime | None = None
    finished: dt.datetime | None = None
    run_id: str = ""
    exit_code: int | None = None
    attempts: int = 0
    reason: str = ""


class PeriodBook(Protocol):
    """Keeps one row per tenant, schedule and period, so that each is run once, whoever asks."""

    def list(self, schedule: str, tenant_id: str | None = None) -> Sequence[Period]:
        """Give the periods of a schedule, of one tenant or of all, oldest first."""

    def note(self, period: Period) -> bool:
        """Keep a period unless it is known already; tell whether it was new."""

    def claim(self, period: Period, *, stale: dt.datetime, again: bool = False) -> bool:
        """Take a period to run it; tell whether it is ours now.

        Args:
            period: In the state ``running``, with who claims it and since when.
            stale: Whoever has not renewed a claim since then is gone.
            again: Take it even if it was done already.
        """

    def renew(self, period: Period, at: dt.datetime) -> bool:
        """Say that it is still being run; tell whether it is still ours."""

    def settle(self, period: Period) -> bool:
        """Keep how it ended, if it is still ours; tell whether it was."""
