"""The next known change to Basic, from the retirement calendar."""

import datetime as dt

from scanner.gates.calendar import RetirementCalendar
from scanner.model.directory import MailboxKind
from scanner.model.frozen import Frozen
from scanner.model.text import Text, say


class Change(Frozen, frozen=True, kw_only=True):
    """A known or announced change that stops Basic.

    Attributes:
        key: ``default_off``, ``final_removal`` or ``hve_basic_ends``.
        title: What changes.
        date: When; ``None`` where Microsoft has announced the change and not its date.
    """

    key: str
    title: Text
    date: dt.date | None


def next_change(kind: MailboxKind, calendar: RetirementCalendar, as_of: dt.date) -> Change | None:
    """Give the first change after a date that stops Basic for a kind of mailbox; ``None`` where it is over.

    That an admin may turn the default of December 2026 back makes it no less announced: a sender has to be moved, or
    the admin has to act.
    """
    if kind is MailboxKind.HVE and as_of < calendar.hve_basic_ends:
        title = say("High Volume Email stops taking Basic")
        return Change(key="hve_basic_ends", title=title, date=calendar.hve_basic_ends)
    if as_of < calendar.off_by_default:
        title = say("Microsoft turns Basic off by default")
        return Change(key="default_off", title=title, date=calendar.off_by_default)
    if calendar.final_removal is None or as_of < calendar.final_removal:
        title = say("Microsoft removes Basic for good")
        return Change(key="final_removal", title=title, date=calendar.final_removal)
    return None
