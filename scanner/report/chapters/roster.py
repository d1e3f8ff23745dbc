"""The roster: flagged mailboxes one by one, and those listed apart."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.chapters.situations import (
    FLAG_ORDER,
    SITUATION_LIMIT,
    Person,
    Remedy,
    ReplyLine,
    Situation,
    explain_flag,
    group_mailboxes,
    is_flagged,
    show_person,
    show_remedy,
    show_replies,
    tell_situation,
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
"""Flagged mailboxes in the PDF: a row costs it about 4 ms, and 0.1 MB (benchmarks/render.py)."""

UNTOLD_LIMIT: Final = 40
"""Situations that are told in the list, since the chapter of their flag is full: each costs a third of a page."""

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


class PrintedLine(Frozen, frozen=True, kw_only=True):
    """One flagged mailbox as the print lists it; ``note`` says what its situation doesn't: use, likelihood, waiver."""

    person: Person
    kind: str
    note: str


class PrintedGroup(Frozen, frozen=True, kw_only=True):
    """Flagged mailboxes of one situation.

    Attributes:
        situation: What they share.
        told: The situation is told in the chapter of its flag, and not here.
        lines: The mailboxes.
    """

    situation: Situation
    told: bool
    lines: tuple[PrintedLine, ...]


class Roster(Frozen, frozen=True, kw_only=True):
    """Flagged mailboxes by situation, the most urgent first; ``rest`` says how many are left out, or is ``""``."""

    groups: tuple[PrintedGroup, ...]
    rest: str


class Apart(Frozen, frozen=True, kw_only=True):
    """Mailboxes of one kind that are listed apart; ``more`` counts those not named, as a sentence or ``""``."""

    title: str
    meaning: str
    count: str
    people: tuple[Person, ...]
    more: str


def list_flagged(mailboxes: Sequence[MailboxPart], language: Language) -> Roster:
    """Lists flagged mailboxes for the print: what they share is told once, so that a row costs four short cells.

    Args:
        mailboxes: All mailboxes of the report.
        language: The language of the report.

    Returns:
        The roster; its situations have the numbers that they have in the chapters of their flags.
    """
    flagged = sorted((mailbox for mailbox in mailboxes if is_flagged(mailbox)), key=rank)
    groups: list[PrintedGroup] = []
    left, number, untold = ROSTER_LIMIT, 1, 0
    for _, of_flag in groupby(flagged, key=lambda mailbox: mailbox.flag):
        for place, group in enumerate(group_mailboxes(of_flag)):
            told = place < SITUATION_LIMIT
            if left and (told or untold < UNTOLD_LIMIT):
                groups.append(_print_group(number, group, group[:left], language, told=told))
                left -= len(groups[-1].lines)
            number, untold = (number + 1, untold) if told else (number, untold + 1)
    rest = len(flagged) - ROSTER_LIMIT + left
    return Roster(
        groups=tuple(groups),
        rest=language.ngettext(
            "This list ends here: {count} more flagged mailbox is in report.xlsx.",
            "This list ends here: {count} more flagged mailboxes are in report.xlsx.",
            rest,
        )
        if rest > 0
        else "",
    )


def _print_group(
    number: int, group: Sequence[MailboxPart], listed: Sequence[MailboxPart], language: Language, *, told: bool
) -> PrintedGroup:
    return PrintedGroup(
        situation=tell_situation(number if told else 0, group, language),
        told=told,
        lines=tuple(_print_line(mailbox, language) for mailbox in listed),
    )


def _print_line(mailbox: MailboxPart, language: Language) -> PrintedLine:
    likely = language.gettext("Likely used.") if mailbox.likelihood == "likely" else ""
    accepted = write_waiver(mailbox.waiver, language)
    return PrintedLine(
        person=show_person(mailbox),
        kind=language.render(name_code(mailbox.kind, KIND_TITLES)),
        note=" ".join(part for part in (likely, write_use(mailbox.use, language), accepted) if part),
    )


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
    waiver = write_waiver(mailbox.waiver, language)
    notes = (write_dependencies(basic, language), write_missing(basic, language), waiver)
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
