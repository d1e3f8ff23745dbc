"""Waivers: flags that somebody accepted, with reason, owner and end."""

import datetime as dt
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.chapters.situations import Person, show_person
from scanner.report.contract import MailboxPart, Report, WaiverPart
from scanner.report.language import Language
from scanner.report.names import isolate_name, show_name
from scanner.report.words import FLAG_TITLES, TONE_BY_FLAG

SOON: Final = 30
"""Days before its end from which a waiver is marked."""

WAIVER_LIMIT: Final = 100
"""Waivers that are told one by one; all of them are in the workbook."""


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


class Waivers(Frozen, frozen=True, kw_only=True):
    """Waivers, those that end first, up to `WAIVER_LIMIT`; ``more`` counts the others, as a sentence or ``""``."""

    rows: tuple[WaiverRow, ...]
    more: str


def write_waiver(waiver: WaiverPart | None, language: Language) -> str:
    """Writes who accepted a flag, until when and why; ``""`` where nobody did."""
    if waiver is None:
        return ""
    return language.gettext(
        "Accepted by {owner} until {expires}: {reason}",
        owner=isolate_name(waiver.owner),
        expires=language.date(waiver.expires),
        reason=isolate_name(waiver.reason),
    )


def list_waivers(report: Report, language: Language) -> Waivers:
    """Lists the waivers, those that end first at the top."""
    as_of = dt.date.fromisoformat(report.run.as_of[:10])
    waived = [(mailbox, mailbox.waiver) for mailbox in report.mailboxes if mailbox.waiver is not None]
    ordered = sorted(waived, key=lambda pair: (pair[1].expires, pair[0].address.casefold()))
    rest = len(ordered) - WAIVER_LIMIT
    return Waivers(
        rows=tuple(_list_row(mailbox, waiver, as_of, language) for mailbox, waiver in ordered[:WAIVER_LIMIT]),
        more=language.gettext("and {count} more", count=language.number(rest)) if rest > 0 else "",
    )


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
