"""When a job recurs: the fields of cron, read strictly, since APScheduler drops what it doesn't understand.

Two habits of APScheduler 3 are kept away from the user: its patterns read ``mon-fri/2`` as ``mon-fri`` and ``last-1``
as ``last``, and its weekday 0 is Monday where that of every crontab is Sunday (agronholm/apscheduler issue 286).
"""

import re
from typing import Self

from scanner.config.table import Table

Field = int | str

MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
WEEKDAYS = "mon|tue|wed|thu|fri|sat|sun"
NUMBERS = r"\*(/\d+)?|\d+(-\d+)?(/\d+)?"
DAYS = rf"{NUMBERS}|last|(1st|2nd|3rd|4th|5th|last) +({WEEKDAYS})"
GRAMMAR = {
    "month": (rf"{NUMBERS}|({MONTHS})(-({MONTHS}))?", "1 to 12 or jan to dec"),
    "day": (DAYS, "1 to 31, last, or the like of '1st mon' and 'last fri'"),
    "day_of_week": (rf"\*|({WEEKDAYS})(-({WEEKDAYS}))?", "mon to sun, by name"),
    "hour": (NUMBERS, "0 to 23"),
    "minute": (NUMBERS, "0 to 59"),
    "second": (NUMBERS, "0 to 59"),
}
# Crontab counts from Sunday, and knows it as 0 and as 7.
CRONTAB_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
CRONTAB_WEEKDAY = re.compile(r"(?:(?P<all>\*)|(?P<first>[0-7])(?:-(?P<last>[0-7]))?)(?:/(?P<step>[1-7]))?")
CRONTAB_FIELDS = 5


class CronFields(Table, frozen=True, kw_only=True):
    """The fields of cron. Of those left out, the greater ones mean any, the lesser ones their first value.

    Attributes:
        month: Months of the year.
        day: Days of the month; ``last`` is the last one, whatever its number.
        day_of_week: Days of the week by name; with ``day``, both must hold.
        hour: Hours of the day.
        minute: Minutes of the hour.
        second: Seconds of the minute.
    """

    month: Field | None = None
    day: Field | None = None
    day_of_week: Field | None = None
    hour: Field | None = None
    minute: Field | None = None
    second: Field | None = None

    def __post_init__(self) -> None:
        """Refuse a field that would be misread.

        Raises:
            ValueError: Which one, and what was expected; the first word is the key.
        """
        if not self.given:
            raise ValueError(f"`month` or another field is missing: expected is one of {', '.join(GRAMMAR)}")
        for name, text in self.given.items():
            pattern, expected = GRAMMAR[name]
            for part in text.split(","):
                if not re.fullmatch(pattern, part.strip(), re.IGNORECASE):
                    raise ValueError(f"`{name}` can't be {part.strip()!r}: expected is {expected}, a range or a list")

    @classmethod
    def from_crontab(cls, line: str) -> Self:
        """Read the five fields of a crontab line: minute, hour, day of month, month, day of week.

        Raises:
            ValueError: They are not five, or one of them can't be read.
        """
        parts = line.split()
        if len(parts) != CRONTAB_FIELDS:
            raise ValueError(f"expected are five fields (minute, hour, day, month, weekday), not {len(parts)}")
        minute, hour, day, month, weekday = parts
        if not day.startswith("*") and not weekday.startswith("*"):
            raise ValueError(
                "a day and a weekday together mean 'either' to cron: write a [cron] table, where both hold"
            )
        return cls(minute=minute, hour=hour, day=day, month=month, day_of_week=named_weekdays(weekday))

    @property
    def given(self) -> dict[str, str]:
        """The fields that were given, the greatest first."""
        return {name: str(getattr(self, name)) for name in GRAMMAR if getattr(self, name) is not None}

    @property
    def every_hour(self) -> bool:
        """Whether it runs through the hours, as ``*`` and ``*/2`` do, instead of naming some."""
        lesser = self.minute is not None or self.second is not None
        return str(self.hour).startswith("*") if self.hour is not None else lesser

    def __str__(self) -> str:
        return " ".join(f"{name}={text}" for name, text in self.given.items())


def named_weekdays(field: str) -> str:
    """Write the weekdays of a crontab line by name: ``5-7`` becomes ``fri,sat,sun``."""
    return ",".join(_named(part) for part in field.split(","))


def _named(part: str) -> str:
    match = CRONTAB_WEEKDAY.fullmatch(part)
    if match is None or part == "*" or (match["step"] and match["first"] and not match["last"]):
        return part
    first, last = (0, 6) if match["all"] else (int(match["first"]), int(match["last"] or match["first"]))
    if first > last:
        raise ValueError(f"the weekdays {part!r} run backwards")
    return ",".join(CRONTAB_WEEKDAYS[first : last + 1 : int(match["step"] or 1)])
