"""Which period of a schedule is to be run now: the latest that is due; older ones that nobody ran are missed."""

import datetime as dt
from collections.abc import Iterator

from scanner.model.frozen import Frozen
from scanner.schedule.times import Recurring, next_times

# How far back the latest due time is looked for, step by step: an hourly schedule is due within the first.
LOOK_BACK = tuple(dt.timedelta(days=days) for days in (1, 8, 35, 400, 1500))
FEW = 64
MOST_MISSED = 1000


class Plan(Frozen, frozen=True, kw_only=True):
    """What is due; due times are in the schedule's zone.

    Attributes:
        due: The latest due time; ``None`` where none has come yet.
        missed: Due times between the last one known and the latest, oldest first; the newest thousand of them.
    """

    due: dt.datetime | None
    missed: tuple[dt.datetime, ...] = ()


def make_plan(schedule: Recurring, now: dt.datetime, newest_known: dt.datetime | None) -> Plan:
    """Find what is due.

    Args:
        schedule: What recurs.
        now: The present.
        newest_known: The latest due time that the book knows; ``None`` where it knows none. One that is yet to come
            (the clock was set back) says nothing about what is due now.
    """
    if newest_known is not None and newest_known <= now:
        coming = list(times_between(schedule, newest_known, now))
        due = coming[-1] if coming else newest_known.astimezone(schedule.zone)
        return Plan(due=due, missed=tuple(coming[:-1][-MOST_MISSED:]))
    for span in LOOK_BACK:
        *_, due = (None, *times_between(schedule, now - span, now))
        if due is not None:
            return Plan(due=due)
    return Plan(due=None)


def times_between(schedule: Recurring, after: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    """Give the due times later than one moment and not later than another."""
    moment = after
    while found := next_times(schedule, moment, FEW):
        for moment in found:
            if moment > until:
                return
            yield moment


def name_period(due: dt.datetime) -> str:
    """Name a period by its due time on the schedule's own clock."""
    return due.isoformat(timespec="seconds")
