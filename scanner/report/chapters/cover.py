"""The cover: whose report it is, what it says in three sentences, and what a reader must know first."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.chapters.use import use_was_read
from scanner.report.contract import Report
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import FLAG_MEANINGS, FLAG_TITLES, TONE_BY_FLAG

DEFAULT_OFF: Final = dt.date(2026, 12, 31)
"""Microsoft names "end of December 2026" and no day (facts/smtp-auth.md §3.2); the last day is the one counted to."""


class Figure(Frozen, frozen=True, kw_only=True):
    """One large number with its label, a note below it and a tone."""

    value: str
    label: str
    note: str
    tone: str


class Banner(Frozen, frozen=True, kw_only=True):
    """What a reader must know before any number."""

    title: str
    lines: tuple[str, ...]
    tone: str


class Cover(Frozen, frozen=True, kw_only=True):
    """The first page.

    Attributes:
        tenant: Name of the tenant, else its domain.
        domain: Its domain.
        tenant_id: Its id.
        judged_for: The date that verdicts are judged for, formatted.
        made: When the evidence was read, formatted.
        run_id: The run.
        version: Version of this tool.
        digest: SHA-256 of the snapshot, or ``""``.
        headline: The answer in one sentence.
        sentences: The next sentences.
        banners: What must be known first.
        figures: The large numbers.
        partial: The mark of a run that was judged on half-read evidence, or ``""``; it stands on every page.
        coverage: Share of mailboxes with a known verdict, formatted.
        coverage_share: The same, 0 to 1.
    """

    tenant: str
    domain: str
    tenant_id: str
    judged_for: str
    made: str
    run_id: str
    version: str
    digest: str
    headline: str
    sentences: tuple[str, ...]
    banners: tuple[Banner, ...]
    figures: tuple[Figure, ...]
    partial: str
    coverage: str
    coverage_share: float


def make_cover(report: Report, language: Language, digest: str) -> Cover:
    """Makes the cover.

    Args:
        report: The report.
        language: Its language.
        digest: SHA-256 of the snapshot that it was made from, or ``""``.

    Returns:
        The cover.
    """
    return Cover(
        tenant=show_name(report.tenant.name or report.tenant.domain),
        domain=show_name(report.tenant.domain),
        tenant_id=show_name(report.tenant.id),
        judged_for=language.date(report.run.as_of),
        made=language.moment(report.run.started),
        run_id=show_name(report.run.id),
        version=report.run.tool_version,
        digest=digest,
        headline=write_headline(report, language),
        sentences=_write_sentences(report, language),
        banners=tuple(_make_banners(report, language)),
        figures=tuple(_make_figures(report, language)),
        partial=mark_partial(report, language),
        coverage=language.share(report.summary.coverage) if report.mailboxes else "–",
        coverage_share=report.summary.coverage if report.mailboxes else 0.0,
    )


def write_headline(report: Report, language: Language) -> str:
    """Writes the answer in one sentence: who stops working and who fails now, else how many are refused."""
    if not report.mailboxes:
        return language.gettext("No mailbox list was read. This report claims nothing about any mailbox.")
    clauses = [clause for clause in (_write_stopping(report, language), _write_failing(report, language)) if clause]
    if len(clauses) > 1:
        stopping, failing = clauses
        return language.gettext("{stopping}; {failing}.", stopping=stopping, failing=failing)
    return language.gettext("{clause}.", clause=clauses[0]) if clauses else _write_refused(report, language)


def _write_stopping(report: Report, language: Language) -> str:
    """Writes how many senders stop working, and when; empty where none is known to. Those that fail now don't count."""
    failing = {mailbox.id for mailbox in report.mailboxes if mailbox.flag == "failing"}
    dated = [change for change in report.announcements if change.certain and change.date and change.breaks]
    first = min(dated, key=lambda change: change.date or "", default=None)
    count = len(set(first.breaks) - failing) if first else report.summary.by_flag.get("will_fail", 0)
    if not count:
        return ""
    date = first.date if first and first.date else DEFAULT_OFF.isoformat()
    return language.ngettext(
        "{count} sender will stop working on {date}",
        "{count} senders will stop working on {date}",
        count,
        date=language.date(date),
    )


def _write_failing(report: Report, language: Language) -> str:
    """Writes how many senders fail now; empty where none was seen failing."""
    count = report.summary.by_flag.get("failing", 0)
    if not count:
        return ""
    return language.ngettext("{count} sender is failing now", "{count} senders are failing now", count)


def _write_refused(report: Report, language: Language) -> str:
    """Writes how many mailboxes are refused, where nothing more urgent is known."""
    counts = report.summary.by_outcome.get("basic", {})
    judged, refused = sum(counts.values()), counts.get("refused", 0)
    if not judged:
        return language.gettext("No mailbox could be judged.")
    return language.gettext(
        "{refused} of {judged} mailboxes are refused when they send with a password.",
        refused=language.number(refused),
        judged=language.number(judged),
    )


def _write_sentences(report: Report, language: Language) -> tuple[str, ...]:
    """Writes the sentences below the headline."""
    if not report.mailboxes:
        return (_write_deadline(report, language),)
    counts = report.summary.by_outcome.get("basic", {})
    accepted = counts.get("accepted", 0)
    urgent = any(report.summary.by_flag.get(flag) for flag in ("failing", "will_fail"))
    sentences = [
        *([_write_refused(report, language)] if urgent else []),
        language.gettext("No mailbox accepts a password (Basic) for sending through smtp.office365.com.")
        if accepted == 0
        else language.ngettext(
            "{count} mailbox accepts a password (Basic) for sending through smtp.office365.com.",
            "{count} mailboxes accept a password (Basic) for sending through smtp.office365.com.",
            accepted,
        ),
    ]
    if counts.get("depends"):
        sentences.append(
            language.ngettext(
                "For {count} the answer depends on where or how it sends.",
                "For {count} the answer depends on where or how they send.",
                counts["depends"],
            )
        )
    if counts.get("unknown"):
        sentences.append(
            language.ngettext(
                "{count} is unknown, because evidence is missing; it counts neither as good nor as bad.",
                "{count} are unknown, because evidence is missing; they count neither as good nor as bad.",
                counts["unknown"],
            )
        )
    apart = sum(mailbox.set_aside is not None for mailbox in report.mailboxes)
    if apart:
        sentences.append(
            language.ngettext(
                "{count} is listed apart: inactive, soft-deleted or on-premises.",
                "{count} are listed apart: inactive, soft-deleted or on-premises.",
                apart,
            )
        )
    paragraphs = [" ".join(sentences), _write_forecast(report, language), _write_deadline(report, language)]
    return tuple(paragraph for paragraph in paragraphs if paragraph)


def _write_forecast(report: Report, language: Language) -> str:
    """Writes what would change if report-only policies were enforced; empty where nothing would."""
    changed = sum(report.summary.forecast.values())
    if not changed:
        return ""
    return language.ngettext(
        "If the report-only policies were enforced, the answer would change for {count} mailbox.",
        "If the report-only policies were enforced, the answer would change for {count} mailboxes.",
        changed,
    )


def _write_deadline(report: Report, language: Language) -> str:
    """Writes what Microsoft has announced, as seen from the date that the report judges for."""
    as_of = dt.date.fromisoformat(report.run.as_of[:10])
    days = (DEFAULT_OFF - as_of).days
    if days > 0:
        default_off = language.ngettext(
            "At the end of December 2026, in {count} day, Microsoft turns Basic for SMTP AUTH off by default; "
            "administrators can turn it on again.",
            "At the end of December 2026, in {count} days, Microsoft turns Basic for SMTP AUTH off by default; "
            "administrators can turn it on again.",
            days,
        )
    else:
        default_off = language.gettext(
            "Microsoft had announced to turn Basic for SMTP AUTH off by default at the end of December 2026; "
            "administrators can turn it on again."
        )
    removal = language.gettext("The date of its final removal is to be announced in the second half of 2027.")
    return f"{default_off} {removal}"


def _make_figures(report: Report, language: Language) -> list[Figure]:
    """Makes one large number per flag."""
    if not report.mailboxes:
        return []
    by_flag = report.summary.by_flag
    known = use_was_read(report)  # else nobody can be seen failing, and a zero would claim that nobody does
    shown = [flag for flag in FLAG_TITLES if by_flag.get(flag) or known or flag not in {"failing", "will_fail"}]
    return [
        Figure(
            value=language.number(by_flag.get(flag, 0)),
            label=language.render(FLAG_TITLES[flag]),
            note=language.render(FLAG_MEANINGS[flag]),
            tone=TONE_BY_FLAG[flag] if by_flag.get(flag) else "none",
        )
        for flag in shown
    ]


def warn_of_missing_files(missing: Mapping[str, str], language: Language) -> Banner | None:
    """Makes the banner about files of the run that could not be made.

    Args:
        missing: File names with the reason.
        language: The language of the report.

    Returns:
        The banner, or ``None`` where nothing is missing.
    """
    if not missing:
        return None
    title = language.gettext("Some files of this run could not be made")
    return Banner(title=title, lines=tuple(f"{name}: {reason}" for name, reason in missing.items()), tone="warn")


def mark_partial(report: Report, language: Language) -> str:
    """Gives the mark of a run that was judged on half-read evidence, or ``""``."""
    return language.gettext("Partial: the reading of the tenant was interrupted") if report.run.partial else ""


def _make_banners(report: Report, language: Language) -> list[Banner]:
    """Makes the banners: no mailboxes, incomplete evidence."""
    banners = []
    if title := mark_partial(report, language):
        line = language.gettext(
            "What had been read until then was judged on request. What was not read is unknown, and mailboxes may be "
            "missing from this report."
        )
        banners.append(Banner(title=title, lines=(line,), tone="bad"))
    if not report.mailboxes:
        title = language.gettext("No mailbox list was read")
        line = language.gettext("What the tenant's settings say stands below; nothing is known of any mailbox.")
        banners.append(Banner(title=title, lines=(line,), tone="bad"))
    if not report.run.complete:
        banners.append(_warn_of_gaps(report, language))
    return banners


def _warn_of_gaps(report: Report, language: Language) -> Banner:
    """Makes the banner that says what evidence is missing."""
    lines = []
    for section in report.run.evidence:
        if section.state == "complete":
            continue
        reason = language.show(section.reason) if section.reason else language.gettext("no reason given")
        line = f"{show_name(section.section)}: {reason}"
        if section.permission:
            line += " " + language.gettext("Needs {permission}.", permission=section.permission)
        lines.append(line)
    title = language.gettext("The evidence is incomplete")
    note = language.gettext("What rests on the missing parts is unknown in this report, never good and never bad.")
    return Banner(title=title, lines=(note, *lines), tone="warn")
