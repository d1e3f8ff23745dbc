"""Notes: what Microsoft has announced, how the report was made, and what its words mean."""

from scanner.model.frozen import Frozen
from scanner.report.chapters.sources import Source, list_sources
from scanner.report.contract import Report
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import CONFIDENCE_MEANINGS, CONFIDENCE_TITLES, FLAG_MEANINGS, FLAG_TITLES, TONE_BY_FLAG


class Term(Frozen, frozen=True, kw_only=True):
    """A word and what it means."""

    word: str
    meaning: str
    tone: str


class Fact(Frozen, frozen=True, kw_only=True):
    """One fact about the run: what it is, and its value."""

    title: str
    value: str


class Notes(Frozen, frozen=True, kw_only=True):
    """The last chapter.

    Attributes:
        timeline: What Microsoft has announced, in order of time.
        method: How verdicts came about, in sentences.
        limits: What was not read, or can't be, in sentences.
        facts: Times, requests and versions of the run.
        sources: Where the rules come from, gate by gate.
    """

    timeline: tuple[Term, ...]
    method: tuple[str, ...]
    limits: tuple[str, ...]
    facts: tuple[Fact, ...]
    sources: tuple[Source, ...]
    flags: tuple[Term, ...]
    confidence: tuple[Term, ...]
    remarks: tuple[str, ...]


def write_notes(report: Report, language: Language) -> Notes:
    """Writes the notes.

    Args:
        report: The report.
        language: Its language.

    Returns:
        The notes.
    """
    return Notes(
        timeline=_write_timeline(language),
        method=tuple(_write_method(language)),
        limits=tuple(_write_limits(report, language)),
        facts=tuple(_list_facts(report, language)),
        sources=list_sources(language),
        flags=tuple(
            Term(word=language.render(FLAG_TITLES[flag]), meaning=language.render(meaning), tone=TONE_BY_FLAG[flag])
            for flag, meaning in FLAG_MEANINGS.items()
        ),
        confidence=tuple(
            Term(word=language.render(CONFIDENCE_TITLES[level]), meaning=language.render(meaning), tone="neutral")
            for level, meaning in CONFIDENCE_MEANINGS.items()
        ),
        remarks=tuple(language.render(note) for note in report.run.notes if note),
    )


def _write_timeline(language: Language) -> tuple[Term, ...]:
    """Writes Microsoft's plan of January 2026 (facts/smtp-auth.md §3.2); it promises no reply for any stage."""
    return (
        Term(
            word=language.gettext("End of December 2026"),
            meaning=language.gettext(
                "Basic for SMTP AUTH is turned off by default for existing tenants; administrators can turn it on "
                "again. How, and which reply senders then see, is not published: scan again in the first days of "
                "January."
            ),
            tone="warn",
        ),
        Term(
            word=language.gettext("After December 2026"),
            meaning=language.gettext("Basic is not available by default in new tenants; OAuth is the method."),
            tone="neutral",
        ),
        Term(
            word=language.gettext("Second half of 2027"),
            meaning=language.gettext(
                "Microsoft announces the date of the final removal. The date itself is not known."
            ),
            tone="neutral",
        ),
    )


def _write_method(language: Language) -> list[str]:
    """Writes how the verdicts came about."""
    return [
        language.gettext(
            "Nothing was sent and no password was tried: every reply is predicted from settings that were read, and "
            "the evidence is kept beside this report."
        ),
        language.gettext(
            "Each layer that can refuse a submission is judged for every mailbox; the first closed one decides the "
            "reply, the others are named too. The order of the first two layers is inferred, not documented."
        ),
        language.gettext(
            "After a change allow up to an hour before senders see it; that is experience, not a promise."
        ),
    ]


def _write_limits(report: Report, language: Language) -> list[str]:
    """Writes what no setting shows, and what this run did not read."""
    sentences = [
        language.gettext(
            "A wrong password, a lock-out after failed attempts and the settings of the sending device can't be seen "
            "in the tenant's settings, and can refuse a submission that is shown as accepted."
        ),
    ]
    if not any(mailbox.use.source for mailbox in report.mailboxes):
        sentences.append(
            language.gettext("Who really sends was not read in this run: no use seen does not mean that there is none.")
        )
    if report.run.source_ips:
        addresses = show_name(", ".join(report.run.source_ips), limit=300)
        sentences.append(language.gettext("Location conditions were judged for these sender addresses: {addresses}.",
                                          addresses=addresses))  # fmt: skip
    return sentences


def _list_facts(report: Report, language: Language) -> list[Fact]:
    """Lists when what was read, for which day it was judged, and what that took."""
    run = report.run
    read = sorted(section.collected_at for section in run.evidence if section.collected_at)
    facts = [
        Fact(title=language.gettext("Run"), value=show_name(run.id)),
        Fact(title=language.gettext("Started"), value=language.moment(run.started)),
        Fact(title=language.gettext("Finished"), value=language.moment(run.finished)),
        Fact(title=language.gettext("Judged for"), value=language.date(run.as_of)),
        Fact(title=language.gettext("Requests"), value=_write_requests(report, language)),
    ]
    if read:
        span = language.gettext("{first} to {last}", first=language.moment(read[0]), last=language.moment(read[-1]))
        facts.insert(3, Fact(title=language.gettext("Evidence read"), value=span))
    return facts


def _write_requests(report: Report, language: Language) -> str:
    """Writes what reading the tenant took; from files no request is made."""
    took = report.requests
    if took is None:
        return language.gettext("Not counted in this run.")
    return language.ngettext(
        "Read-only: {count} request, {writes} writes, {size} MB received, {waited} s spent waiting for limits.",
        "Read-only: {count} requests, {writes} writes, {size} MB received, {waited} s spent waiting for limits.",
        took.requests,
        writes=language.number(took.writes),
        size=language.number(round(took.received_bytes / 1e6)),
        waited=language.number(round(took.waited_seconds)),
    )
