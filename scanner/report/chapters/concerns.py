"""What needs attention, flag by flag: the situations that its mailboxes are in, and the mailboxes themselves."""

from collections.abc import Sequence
from typing import Final

from scanner.model.frozen import Frozen
from scanner.model.text import Text, say
from scanner.report.chapters.roster import RosterRow, list_row
from scanner.report.chapters.situations import Situations, is_flagged, tell_situations
from scanner.report.chapters.use import use_was_read
from scanner.report.contract import MailboxPart, Report
from scanner.report.language import Language
from scanner.report.words import FLAG_MEANINGS, TONE_BY_FLAG

ROW_LIMIT: Final = 20
"""Mailboxes listed per flag; all of them are in the table of all mailboxes."""

HEADINGS: Final[dict[str, Text]] = {
    "failing": say("Failing now"),
    "will_fail": say("Breaks next"),
    "would_fail": say("Would fail if used"),
    "exposed": say("Exposed"),
    "unknown": say("Not known"),
}

_NONE: Final[dict[str, Text]] = {
    "failing": say("No mailbox was seen trying to send and being refused."),
    "will_fail": say("No mailbox that was seen sending will stop because of a known or announced change."),
    "would_fail": say("No mailbox without use is refused."),
    "exposed": say("No mailbox accepts a password without being used."),
    "unknown": say("Every mailbox has a known verdict."),
}

_NEEDS_USE: Final = frozenset({"failing", "will_fail"})


class Concern(Frozen, frozen=True, kw_only=True):
    """One flag and its mailboxes.

    Attributes:
        key: The flag as report.json names it.
        title: Heading for readers.
        tone: Its colour.
        meaning: What the flag means.
        count: Mailboxes with it, formatted.
        total: The same as a number.
        none: Why there is nothing to show, or ``""``.
        situations: Its mailboxes by verdict and cause, each told once.
        rows: Its mailboxes, those likely to be used first, up to `ROW_LIMIT`.
        rest: Mailboxes beyond those listed, as a sentence, or ``""``.
    """

    key: str
    title: str
    tone: str
    meaning: str
    count: str
    total: int
    none: str
    situations: Situations
    rows: tuple[RosterRow, ...]
    rest: str


def show_concerns(report: Report, language: Language) -> tuple[Concern, ...]:
    """Shows every flag that needs attention, the most urgent first.

    Args:
        report: The report.
        language: Its language.

    Returns:
        One concern per flag of `HEADINGS`, with or without mailboxes.
    """
    flagged: dict[str, list[MailboxPart]] = {flag: [] for flag in HEADINGS}
    for mailbox in report.mailboxes:
        if is_flagged(mailbox) and mailbox.waiver is None:
            flagged[mailbox.flag].append(mailbox)
    first = 1
    concerns = []
    for flag, mailboxes in flagged.items():
        none = "" if mailboxes else _explain_none(flag, report, language)
        concern = _show(flag, mailboxes, none, first, language)
        first += len(concern.situations.told)
        concerns.append(concern)
    return tuple(concerns)


def _show(flag: str, mailboxes: Sequence[MailboxPart], none: str, first: int, language: Language) -> Concern:
    ordered = sorted(
        mailboxes, key=lambda mailbox: mailbox.likelihood != "likely"
    )  # else as urgent as the report has it
    rest = len(ordered) - ROW_LIMIT
    return Concern(
        key=flag,
        title=language.render(HEADINGS[flag]),
        tone=TONE_BY_FLAG[flag],
        meaning=language.render(FLAG_MEANINGS[flag]),
        count=language.number(len(mailboxes)),
        total=len(mailboxes),
        none=none,
        situations=tell_situations(ordered, language, first=first),
        rows=tuple(list_row(mailbox, language) for mailbox in ordered[:ROW_LIMIT]),
        rest=language.ngettext(
            "{count} more is in the table of all mailboxes.", "{count} more are in the table of all mailboxes.", rest
        )
        if rest > 0
        else "",
    )


def _explain_none(flag: str, report: Report, language: Language) -> str:
    """Says why nothing is shown: without mailboxes or without evidence of use that is no good news."""
    if not report.mailboxes:
        return language.gettext("No mailbox list was read, so nothing is known here.")
    if flag in _NEEDS_USE and not use_was_read(report):
        return language.gettext("Who really sends was not read in this run, so nobody can be shown here.")
    return language.render(_NONE[flag])
