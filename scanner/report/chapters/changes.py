"""What changed since the run before, and the trend over the months."""

from typing import Final

from scanner.model.frozen import Frozen
from scanner.model.text import Text, say
from scanner.report.chapters.lines import Sparkline, draw_months
from scanner.report.contract import ChangePart, HistoryPart, MonthPart, Report
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import FLAG_TITLES, METHOD_TITLES, OUTCOME_TITLES, SWITCH_TITLES, name_code

CHANGE_LIMIT: Final = 60
"""Changes that are told one by one; the rest is counted."""

CHANGE_TITLES: Final[dict[str, Text]] = {
    "sender_stopped": say("Was sending, stopped"),
    "sender_new": say("New sender"),
    "verdict": say("Verdict"),
    "flag": say("Flag"),
    "switch": say("SMTP AUTH switch"),
    "policy": say("Policy"),
    "setting": say("Setting of the tenant"),
    "authentication_policy": say("Authentication policy"),
    "readiness": say("Readiness"),
    "reply": say("Reply"),
    "mailbox_new": say("New mailbox"),
    "mailbox_gone": say("Mailbox is gone"),
    "mailbox_renamed": say("Mailbox was renamed"),
    "mailbox_kind": say("Kind"),
}
"""Kinds of change, the ones that readers must not miss first."""

_VALUES: Final = {**OUTCOME_TITLES, **FLAG_TITLES}


_SAID_BY_THEIR_VALUES: Final = frozenset({"address", "display_name", "name"})


class Change(Frozen, frozen=True, kw_only=True):
    """One difference; ``before`` and ``after`` are ``"–"`` where there was or is nothing."""

    kind: str
    name: str
    before: str
    after: str
    because: str


class Changes(Frozen, frozen=True, kw_only=True):
    """What changed.

    Attributes:
        told: What is said in one sentence: since when, or that there is nothing to compare with.
        rows: The changes, most important kinds first.
        more: How many others there are, as a sentence, or ``""``.
        months: One line per flag over the months; empty with fewer than two runs.
    """

    told: str
    rows: tuple[Change, ...]
    more: str
    months: tuple[Sparkline, ...]


def show_changes(report: Report, language: Language) -> Changes:
    """Shows what changed since the run before.

    Args:
        report: The report.
        language: Its language.

    Returns:
        The changes; without an earlier run a sentence that says so.
    """
    history = report.history
    if history is None:
        return Changes(told=language.gettext("Not made for this run."), rows=(), more="", months=())
    months = draw_months([*history.months, this_month(report)], language)
    if history.previous is None:
        told = language.gettext("This is the first run of this tenant: there is nothing to compare with yet.")
        return Changes(told=told, rows=(), more="", months=months)
    order = list(CHANGE_TITLES)
    changes = sorted(history.changes, key=lambda change: _rank(change, order))
    rest = _count(history) - min(len(changes), CHANGE_LIMIT)
    return Changes(
        told=_tell_since(history, language),
        rows=tuple(_show(change, language) for change in changes[:CHANGE_LIMIT]),
        more=language.gettext("and {count} more", count=language.number(rest)) if rest > 0 else "",
        months=months,
    )


def this_month(report: Report) -> MonthPart:
    """Gives this run as the last point of the trend."""
    return MonthPart(
        month=report.run.started[:7],
        run_id=report.run.id,
        mailboxes=report.summary.mailboxes,
        coverage=report.summary.coverage,
        by_flag=report.summary.by_flag,
    )


def _count(history: HistoryPart) -> int:
    """Counts all changes; the report holds the first thousand of each kind."""
    return sum(history.counts.values()) or len(history.changes)


def _rank(change: ChangePart, order: list[str]) -> int:
    return order.index(change.kind) if change.kind in order else len(order)


def _tell_since(history: HistoryPart, language: Language) -> str:
    since = language.date(history.previous_finished) if history.previous_finished else show_name(history.previous or "")
    if not history.changes:
        return language.gettext(
            "Nothing has changed since {since}. What was unknown then or now is no change.", since=since
        )
    return language.ngettext(
        "{count} change since {since}. What was unknown then or now is no change.",
        "{count} changes since {since}. What was unknown then or now is no change.",
        _count(history),
        since=since,
    )


def _show(change: ChangePart, language: Language) -> Change:
    kind = language.render(name_code(change.kind, CHANGE_TITLES))
    aspect = _show_aspect(change.aspect, language)
    return Change(
        kind=f"{kind}: {aspect}" if aspect else kind,
        name=show_name(change.name or change.subject),
        before=_show_value(change.before, change.kind, language),
        after=_show_value(change.after, change.kind, language),
        because=language.render(change.because),
    )


def _show_aspect(aspect: str, language: Language) -> str:
    """Gives what of a thing changed: a method in words, the setting of a policy as it is."""
    if aspect in METHOD_TITLES:
        return language.render(METHOD_TITLES[aspect])
    return "" if aspect in _SAID_BY_THEIR_VALUES else show_name(aspect)


def _show_value(value: str, kind: str, language: Language) -> str:
    """Gives a value in words where it is one of our codes; else as it is."""
    words = SWITCH_TITLES if kind == "switch" else _VALUES
    if value in words:
        return language.render(words[value])
    return show_name(value, limit=160) or "–"
