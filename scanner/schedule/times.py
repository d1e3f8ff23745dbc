"""When a schedule is due, on the clock of its time zone; APScheduler does the arithmetic."""

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from scanner.schedule.cron import CronFields

INSTANT = dt.timedelta(microseconds=1)
LAST_SECOND = dt.time(23, 59, 59)
# What does not come from this day on, up to APScheduler's year 9999, never comes.
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Recurring(Protocol):
    """What this module needs to know of a schedule."""

    @property
    def fields(self) -> CronFields:
        """The fields of cron."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that they are meant in."""

    @property
    def until(self) -> dt.date | None:
        """The last day on which it is due; ``None`` where it has no end."""


class ClockTrigger:
    """Cron for people: a named hour comes once a day, also on the days when the clock changes.

    A time that the clock shows twice counts the first time only, unless the schedule runs through the hours. A time
    that the clock leaps over comes as much later as it leaps.

    Args:
        wall: Cron on a clock that never changes: given a zone, APScheduler 3 loses days. Its steps from month to month
            and day to day land an hour late after a leap, and ``0 0 1 * *`` then has no 1 April in Amsterdam.
        zone: The zone whose clock is read.
        every_hour: Whether it runs through the hours.
    """

    def __init__(self, wall: CronTrigger, zone: ZoneInfo, *, every_hour: bool) -> None:
        self._wall = wall
        self._zone = zone
        self._every_hour = every_hour

    def get_next_fire_time(self, previous: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
        """Give the next due time; APScheduler calls it by this name.

        Args:
            previous: The due time before, if any.
            now: The present.

        Returns:
            The due time, later than the previous one, else not before the present; ``None`` where there is none.
        """
        moment = (previous or now - INSTANT).astimezone(self._zone)
        found = self._first(moment, moment)
        if found and self._every_hour and moment.utcoffset() != found.utcoffset():
            return self._first_repeated(moment, found) or found
        return found

    def _first(self, moment: dt.datetime, start: dt.datetime) -> dt.datetime | None:
        """Find the first time on the clock after ``start`` that comes after ``moment``."""
        fold = moment.fold if self._every_hour else 0
        shown = self._shown_after(start, fold)
        while shown and shown[1].timestamp() <= moment.timestamp():
            shown = self._shown_after(shown[0], fold)
        return shown[1] if shown else None

    def _first_repeated(self, moment: dt.datetime, found: dt.datetime) -> dt.datetime | None:
        """Find a time that the clock shows again between two moments, when it is set back between them."""
        start = moment.replace(tzinfo=None) + (offset_of(found) - offset_of(moment))
        shown = self._shown_after(start, fold=1)
        while shown and shown[0] <= moment.replace(tzinfo=None):
            if shown[1].fold and shown[1].timestamp() > moment.timestamp():
                return shown[1]
            shown = self._shown_after(shown[0], fold=1)
        return None

    def _shown_after(self, start: dt.datetime, fold: int) -> tuple[dt.datetime, dt.datetime] | None:
        """Give the next time of the unchanging clock, and the moment when the zone's clock shows it."""
        wall: dt.datetime | None = self._wall.get_next_fire_time(None, start.replace(tzinfo=dt.UTC, fold=0) + INSTANT)
        if wall is None:
            return None
        return wall.replace(tzinfo=None), as_shown(wall.replace(tzinfo=self._zone, fold=fold))


# APScheduler asks for this class; it publishes no types, so nothing can be derived from it under strict typing.
BaseTrigger.register(ClockTrigger)


def as_shown(moment: dt.datetime) -> dt.datetime:
    """Write a moment as the clock of its zone shows it: never a time that is leapt over, nor a false second showing."""
    shown = moment.astimezone(dt.UTC).astimezone(moment.tzinfo)
    return shown if shown.fold == moment.fold else as_shown(moment.replace(fold=0))


def offset_of(moment: dt.datetime) -> dt.timedelta:
    """Give the distance of a zone's clock from UTC."""
    return moment.utcoffset() or dt.timedelta()


def make_trigger(schedule: Recurring) -> ClockTrigger:
    """Make the trigger of a schedule.

    Raises:
        ValueError: A field is out of its range, or no such day ever comes.
    """
    fields = schedule.fields
    if CronTrigger(**fields.given, timezone=dt.UTC).get_next_fire_time(None, LONG_AGO) is None:
        raise ValueError(f"no such day ever comes: {fields}")
    end = schedule.until and dt.datetime.combine(schedule.until, LAST_SECOND, tzinfo=dt.UTC)
    wall = CronTrigger(**fields.given, timezone=dt.UTC, end_date=end)
    return ClockTrigger(wall, schedule.zone, every_hour=fields.every_hour)


def next_times(schedule: Recurring, after: dt.datetime, count: int) -> tuple[dt.datetime, ...]:
    """Give the next due times.

    Args:
        schedule: What recurs.
        after: Due times are later than this; without an offset it is on the schedule's own clock.
        count: How many.

    Returns:
        As many, in the schedule's time zone; fewer where it ends before.
    """
    trigger = make_trigger(schedule)
    moment: dt.datetime | None = (
        after.astimezone(schedule.zone) if after.tzinfo else after.replace(tzinfo=schedule.zone)
    )
    found: list[dt.datetime] = []
    while len(found) < count and moment:
        moment = trigger.get_next_fire_time(moment, moment)
        found += [moment] if moment else []
    return tuple(found)
