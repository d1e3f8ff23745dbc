"""Waivers: flags that somebody accepted, with reason, owner and end."""

import datetime as dt
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.chapters.situations import Person, show_person
from scanner.report.contract import MailboxPart, Report, WaiverPart
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import FLAG_TITLES, TONE_BY_FLAG

SOON: Final = 30
"""Days before its end from which a waiver is marked."""


class WaiverRow(Frozen, frozen=True, kw_only=True):
    """One waiver; ``ends`` says how long it still holds, ``soon`` that its end is near."""

    person: Person
    flag: str
    tone: str
    reason: str
    owner: str
    expires: str
    ends: str
    soon: bool


def list_waivers(report: Report, language: Language) -> tuple[WaiverRow, ...]:
    """Lists the waivers, those that end first at the top."""
    as_of = dt.date.fromisoformat(report.run.as_of[:10])
    waived = [(mailbox, mailbox.waiver) for mailbox in report.mailboxes if mailbox.waiver is not None]
    ordered = sorted(waived, key=lambda pair: (pair[1].expires, pair[0].address.casefold()))
    return tuple(_list_row(mailbox, waiver, as_of, language) for mailbox, waiver in ordered)


def _list_row(mailbox: MailboxPart, waiver: WaiverPart, as_of: dt.date, language: Language) -> WaiverRow:
    days = (dt.date.fromisoformat(waiver.expires[:10]) - as_of).days
    left = language.ngettext("in {count} day", "in {count} days", days)
    return WaiverRow(
        person=show_person(mailbox),
        flag=language.render(FLAG_TITLES[mailbox.flag]),
        tone=TONE_BY_FLAG[mailbox.flag],
        reason=show_name(waiver.reason, limit=300),
        owner=show_name(waiver.owner),
        expires=language.date(waiver.expires),
        ends=left if days >= 0 else language.gettext("It has ended."),
        soon=days <= SOON,
    )
