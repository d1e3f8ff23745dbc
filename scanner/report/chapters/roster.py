"""The roster: flagged mailboxes one by one, and those listed apart."""

from collections.abc import Sequence
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.chapters.situations import (
    FLAG_ORDER,
    Person,
    Remedy,
    ReplyLine,
    explain_flag,
    is_flagged,
    show_person,
    show_remedy,
    show_replies,
    title_gates,
    write_dependencies,
    write_missing,
    write_next_step,
)
from scanner.report.chapters.use import write_use
from scanner.report.chapters.waivers import write_waiver
from scanner.report.contract import MailboxPart
from scanner.report.language import Language
from scanner.report.words import (
    FLAG_TITLES,
    KIND_TITLES,
    OUTCOME_TITLES,
    SET_ASIDE_MEANINGS,
    SET_ASIDE_TITLES,
    TONE_BY_FLAG,
    name_code,
)

ROSTER_LIMIT: Final = 1500
"""Flagged mailboxes in the PDF: a row costs it about 10 ms (performance.md §5)."""

APART_LIMIT: Final = 100
"""Mailboxes named per group that is listed apart."""


class RosterRow(Frozen, frozen=True, kw_only=True):
    """One flagged mailbox.

    Attributes:
        person: Whose it is.
        kind: Its kind.
        flag: Title of its flag.
        tone: Colour of its flag.
        likely: It is likely to be used.
        use: Who was seen sending, and when; since when it fails.
        because: Why, in sentences.
        outcome: Outcome of Basic.
        oauth: Outcome of OAuth as a user.
        replies: What a sender sees, in order.
        closed: Titles of the closed gates in order.
        note: What depends, what is missing, who accepted it; or ``""``.
        next_step: "Opening this alone will not help …", or ``""``.
        remedies: What opens it.
        route: The way off Basic.
    """

    person: Person
    kind: str
    flag: str
    tone: str
    likely: bool
    use: str
    because: tuple[str, ...]
    outcome: str
    oauth: str
    replies: tuple[ReplyLine, ...]
    closed: tuple[str, ...]
    note: str
    next_step: str
    remedies: tuple[Remedy, ...]
    route: str


class Roster(Frozen, frozen=True, kw_only=True):
    """Flagged mailboxes, the most urgent first, up to `ROSTER_LIMIT`; ``total`` counts all of them."""

    rows: tuple[RosterRow, ...]
    total: int


class Apart(Frozen, frozen=True, kw_only=True):
    """Mailboxes of one kind that are listed apart; ``more`` counts those not named, as a sentence or ``""``."""

    title: str
    meaning: str
    count: str
    people: tuple[Person, ...]
    more: str


def list_flagged(mailboxes: Sequence[MailboxPart], language: Language) -> Roster:
    """Lists flagged mailboxes.

    Args:
        mailboxes: All mailboxes of the report.
        language: The language of the report.

    Returns:
        The roster: by flag, then likely use, then address.
    """
    flagged = sorted((mailbox for mailbox in mailboxes if is_flagged(mailbox)), key=rank)
    return Roster(rows=tuple(list_row(mailbox, language) for mailbox in flagged[:ROSTER_LIMIT]), total=len(flagged))


def list_apart(mailboxes: Sequence[MailboxPart], language: Language) -> tuple[Apart, ...]:
    """Lists mailboxes that nobody can send from, or that other servers govern."""
    groups = ((code, [mailbox for mailbox in mailboxes if mailbox.set_aside == code]) for code in SET_ASIDE_TITLES)
    return tuple(_list_group(code, group, language) for code, group in groups if group)


def rank(mailbox: MailboxPart) -> tuple[int, bool, str]:
    """Gives the place of a mailbox among others: by flag, then likely use, then address."""
    return (FLAG_ORDER[mailbox.flag], mailbox.likelihood != "likely", mailbox.address.casefold())


def list_row(mailbox: MailboxPart, language: Language) -> RosterRow:
    """Shows one flagged mailbox with everything that a reader needs to act."""
    basic = mailbox.verdicts.basic
    return RosterRow(
        person=show_person(mailbox),
        kind=language.render(name_code(mailbox.kind, KIND_TITLES)),
        flag=language.render(FLAG_TITLES[mailbox.flag]),
        tone=TONE_BY_FLAG[mailbox.flag],
        likely=mailbox.likelihood == "likely",
        use=write_use(mailbox.use, language),
        because=explain_flag(mailbox, language),
        outcome=language.render(OUTCOME_TITLES[basic.outcome]),
        oauth=language.render(OUTCOME_TITLES[mailbox.verdicts.oauth_delegated.outcome]),
        replies=show_replies(basic),
        closed=title_gates(basic.closed, language),
        note=_write_note(mailbox, language),
        next_step=write_next_step(mailbox, language),
        remedies=tuple(show_remedy(remedy, language) for remedy in mailbox.remedies),
        route=language.render(mailbox.migration.text),
    )


def _write_note(mailbox: MailboxPart, language: Language) -> str:
    basic = mailbox.verdicts.basic
    notes = [write_dependencies(basic, language), write_missing(basic, language)]
    notes.append(write_waiver(mailbox.waiver, language))
    return " ".join(note for note in notes if note)


def _list_group(code: str, group: Sequence[MailboxPart], language: Language) -> Apart:
    rest = len(group) - APART_LIMIT
    return Apart(
        title=language.render(SET_ASIDE_TITLES[code]),
        meaning=language.render(SET_ASIDE_MEANINGS[code]),
        count=language.number(len(group)),
        people=tuple(show_person(mailbox) for mailbox in group[:APART_LIMIT]),
        more=language.gettext("and {count} more", count=language.number(rest)) if rest > 0 else "",
    )
