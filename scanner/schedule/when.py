"""When a job recurs, as people say it: a day of the month or weekdays, a time, and a zone."""

import re
from typing import Literal
from zoneinfo import ZoneInfo

from scanner.config.table import Table
from scanner.schedule.cron import CronFields

WeekdayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

LAST_SAFE_DAY = 28  # the last that every month has
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
USUAL_TIME = "06:00"


class When(Table, frozen=True, kw_only=True):
    """When a job recurs; every day, where neither a day nor weekdays are given.

    Attributes:
        day: A day that every month has (1 to 28), or ``last``.
        weekdays: Days of the week by name.
        time: Time of day, as HH:MM.
        zone: The IANA time zone whose clock shows that time.
    """

    day: int | Literal["last"] | None = None
    weekdays: tuple[WeekdayName, ...] = ()
    time: str = USUAL_TIME
    zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse what can't be meant.

        Raises:
            ValueError: Which key, and why; the first word is the key.
        """
        if isinstance(self.day, int) and not 1 <= self.day <= LAST_SAFE_DAY:
            raise ValueError(f'`day` can\'t be {self.day}: expected is 1 to {LAST_SAFE_DAY}, or "last"')
        if self.day is not None and self.weekdays:
            raise ValueError("`weekdays` can't be given together with a day of the month")
        if not TIME.fullmatch(self.time):
            raise ValueError(f"`time` can't be {self.time!r}: expected is HH:MM, from 00:00 to 23:59")
        try:
            ZoneInfo(self.zone)
        except (OSError, LookupError, ValueError) as error:
            raise ValueError(f"`zone` {self.zone!r} is not known") from error

    @property
    def fields(self) -> CronFields:
        """The same as fields of cron."""
        hour, minute = map(int, self.time.split(":"))
        weekdays = ",".join(self.weekdays) or None
        return CronFields(day=self.day, day_of_week=weekdays, hour=hour, minute=minute)
