"""What breaks next: announced changes with those whom they break, and how far the senders are on their way."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from scanner.model.frozen import Frozen
from scanner.report.chapters.bars import Bar, stack_bar
from scanner.report.chapters.lines import BurnDown, draw_burn_down
from scanner.report.chapters.situations import Person, show_person
from scanner.report.chapters.use import use_was_read
from scanner.report.contract import AnnouncementPart, ApplicationPart, MailboxPart, ReadinessPart, Report
from scanner.report.language import Language
from scanner.report.words import READINESS_TITLES, TONE_BY_READINESS

NAMED_LIMIT: Final = 25
"""Mailboxes named per announcement; all of them are in the table of all mailboxes."""


class Announcement(Frozen, frozen=True, kw_only=True):
    """One known or announced change.

    Attributes:
        title: What changes.
        date: When, formatted, or ``""``.
        certain: It is announced, and not only possible.
        breaks: How many senders break, formatted with their noun; ``""`` where nobody knows who sends.
        failing: How many of them fail already, as a sentence, or ``""``.
        same: The same senders break as by the change before: they are not named again.
        changed: How many verdicts change, formatted with their noun.
        unknown: Of how many it can't be told, as a sentence, or ``""``.
        because: How sure it is, or ``""``.
        tone: ``bad`` where senders break, else ``neutral``.
        people: Those who break.
        more: How many others, as a sentence, or ``""``.
    """

    title: str
    date: str
    certain: bool
    breaks: str
    failing: str
    same: bool
    changed: str
    unknown: str
    because: str
    tone: str
    people: tuple[Person, ...]
    more: str


class Readiness(Frozen, frozen=True, kw_only=True):
    """How far senders are on their way off Basic; ``burn_down`` is null until there are two runs."""

    told: str
    bar: Bar
    burn_down: BurnDown | None


class Application(Frozen, frozen=True, kw_only=True):
    """An application registered in Exchange with which something is wrong or not known; ``command`` mends it."""

    because: str
    command: str
    tone: str


class Upcoming(Frozen, frozen=True, kw_only=True):
    """What breaks next; ``readiness`` is null where it was not made for this run."""

    announced: tuple[Announcement, ...]
    possible: tuple[Announcement, ...]
    readiness: Readiness | None
    applications: tuple[Application, ...] = ()


def show_upcoming(report: Report, language: Language) -> Upcoming:
    """Shows what is announced and whom it breaks.

    Args:
        report: The report.
        language: Its language.

    Returns:
        Announced changes by date, then those that are only possible.
    """
    people = {mailbox.id: mailbox for mailbox in report.mailboxes} if report.announcements else {}
    ordered = sorted(
        report.announcements, key=lambda announcement: (announcement.date or "9999", -len(announcement.breaks))
    )
    unseen = language.gettext("Who really sends was not read in this run, so nobody can be shown here.")
    shown = []
    before: list[str] = []
    for announcement in ordered:
        told = _show(announcement, people, language, same=bool(before) and announcement.breaks == before)
        if not use_was_read(report):
            told = msgspec.structs.replace(told, breaks="", unknown=unseen)
        shown.append((announcement.certain, told))
        before = announcement.breaks
    return Upcoming(
        announced=tuple(announcement for certain, announcement in shown if certain),
        possible=tuple(announcement for certain, announcement in shown if not certain),
        readiness=_show_readiness(report.readiness, language) if report.readiness else None,
        applications=tuple(_show_applications(report.oauth_applications or (), language)),
    )


def _show_applications(applications: Iterable[ApplicationPart], language: Language) -> Iterator[Application]:
    for application in applications:
        if application.state != "ok":
            yield Application(
                because=language.render(application.because),
                command=application.command,
                tone="neutral" if application.state == "unknown" else "bad",
            )


def _show(
    announcement: AnnouncementPart, people: Mapping[str, MailboxPart], language: Language, *, same: bool
) -> Announcement:
    failing = sum(people[name].flag == "failing" for name in announcement.breaks if name in people)
    broken = [people[name] for name in announcement.breaks if name in people]
    rest = len(announcement.breaks) - len(broken[:NAMED_LIMIT])
    return Announcement(
        title=language.render(announcement.title),
        date=language.date(announcement.date) if announcement.date else "",
        certain=announcement.certain,
        breaks=language.ngettext(
            "{count} sender stops working", "{count} senders stop working", len(announcement.breaks)
        ),
        failing=language.ngettext(
            "{count} of them is failing already.", "{count} of them are failing already.", failing
        )
        if failing
        else "",
        same=same,
        changed=language.ngettext(
            "The answer for Basic changes for {count} mailbox.",
            "The answer for Basic changes for {count} mailboxes.",
            announcement.changed,
        ),
        unknown=language.ngettext(
            "Of {count} mailbox it can't be told.", "Of {count} mailboxes it can't be told.", announcement.unknown
        )
        if announcement.unknown
        else "",
        because=language.render(announcement.because),
        tone="bad" if announcement.breaks else "neutral",
        people=() if same else tuple(show_person(mailbox) for mailbox in broken[:NAMED_LIMIT]),
        more=language.gettext("and {count} more", count=language.number(rest)) if rest > 0 else "",
    )


def _show_readiness(readiness: ReadinessPart, language: Language) -> Readiness:
    counts = {
        "done": readiness.done,
        "in_work": readiness.in_work,
        "blocked": readiness.blocked,
        "unknown": readiness.unknown,
    }
    left = readiness.senders - sum(counts.values())
    if left > 0:
        counts["to_do"] = left
    told = language.ngettext(
        "{done} of {count} sender no longer needs a password; until {deadline} all of them should.",
        "{done} of {count} senders no longer need a password; until {deadline} all of them should.",
        readiness.senders,
        done=language.number(readiness.done),
        deadline=language.date(readiness.deadline),
    )
    return Readiness(
        told=told,
        bar=stack_bar(
            language.gettext("Senders on their way to OAuth"), counts, READINESS_TITLES, TONE_BY_READINESS, language
        ),
        burn_down=draw_burn_down(readiness.burn_down, readiness.deadline, language),
    )
