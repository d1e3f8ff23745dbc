"""The retirement calendar as data, with the date on which it was last compared with Microsoft's announcements."""

import datetime as dt

from scanner.model.frozen import Frozen
from scanner.model.text import Text, say


class RetirementCalendar(Frozen, frozen=True, kw_only=True):
    """Dates of the retirement of Basic for SMTP AUTH.

    Attributes:
        off_by_default: Basic is off by default, and an admin can enable it again ("end of December 2026").
        final_removal: Basic is removed for good; ``None`` while Microsoft has not announced the date.
        final_announcement: When Microsoft said it would announce that date, in words.
        hve_basic_ends: High Volume Email stops taking Basic.
        compared_on: When these dates were last compared with the sources.
        sources: Where they come from, as facts/smtp-auth.md keys them.
    """

    off_by_default: dt.date
    final_removal: dt.date | None
    final_announcement: Text
    hve_basic_ends: dt.date
    compared_on: dt.date
    sources: tuple[str, ...]


CALENDAR = RetirementCalendar(
    off_by_default=dt.date(2026, 12, 31),
    final_removal=None,
    final_announcement=say("second half of 2027"),
    hve_basic_ends=dt.date(2028, 9, 1),
    compared_on=dt.date(2026, 11, 23),
    sources=("S15", "techcommunity 4489835 (27 January 2026)", "S14"),
)
