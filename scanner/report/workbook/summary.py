"""The first sheet: the report in numbers, then its pivots and its trend, block by block."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from scanner.model.frozen import Frozen
from scanner.model.text import Text, say
from scanner.report.chapters.cover import mark_partial, write_headline
from scanner.report.contract import Report
from scanner.report.language import Language
from scanner.report.words import (
    CONTROL_STATES,
    FLAG_MEANINGS,
    FLAG_TITLES,
    GATE_TITLES,
    KIND_TITLES,
    METHOD_TITLES,
    OUTCOME_TITLES,
    name_code,
)
from scanner.report.workbook.cells import Cell, to_serial

if TYPE_CHECKING:
    import pandas as pd

WIDTHS: Final = (46, 24, 24, 24, 24, 24, 24, 24, 24)

_NUMBERS: Final = (say("What"), say("Value"), say("Meaning"))
_CONTROLS: Final = (say("Framework"), say("Control"), say("State"), say("What it asks for"), say("Why"))
_ANNOUNCED: Final = (say("What changes"), say("Date"), say("Senders that break"), say("Verdicts that change"))


class Block(Frozen, frozen=True, kw_only=True):
    """One table of the sheet; ``moments`` are the places of its columns of dates."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    moments: frozenset[int] = frozenset()


def summarise(report: Report, language: Language) -> Iterator[Block]:
    """Gives the blocks of the sheet, those without rows left out."""
    blocks = (
        _sum_up(report, language),
        _count_replies(report, language),
        *_pivot(report, language),
        _follow(report, language),
        _announce(report, language),
        _control(report, language),
    )
    return (block for block in blocks if block.rows)


def _sum_up(report: Report, language: Language) -> Block:
    """Sums up run, coverage, flags and outcomes."""
    summary = report.summary
    complete = language.gettext("Yes") if report.run.complete else language.gettext("No")
    gaps = language.gettext("See the sheet “Evidence gaps”.")
    share = language.share(summary.coverage) if report.mailboxes else "–"
    told = language.gettext("Share of mailboxes; unknown counts neither as good nor as bad.")
    rows: list[tuple[Cell, ...]] = [
        (language.gettext("Tenant"), report.tenant.name, report.tenant.domain),
        (language.gettext("Tenant id"), report.tenant.id),
        (language.gettext("Run"), report.run.id, language.moment(report.run.started)),
        (language.gettext("Judged for"), language.date(report.run.as_of)),
        (language.gettext("Evidence complete"), complete, mark_partial(report, language) or gaps),
        (language.gettext("Verdict known"), share, told),
        (language.gettext("Mailboxes"), summary.mailboxes),
    ]
    rows += [
        (language.render(FLAG_TITLES[flag]), summary.by_flag.get(flag, 0), language.render(meaning))
        for flag, meaning in FLAG_MEANINGS.items()
    ]
    rows += [
        (language.render(title), count, language.render(name_code(outcome, OUTCOME_TITLES)))
        for method, title in METHOD_TITLES.items()
        for outcome, count in summary.by_outcome.get(method, {}).items()
    ]
    return Block(title=write_headline(report, language), headers=_render(_NUMBERS, language), rows=tuple(rows))


def _count_replies(report: Report, language: Language) -> Block:
    """Counts the replies that are predicted."""
    headers = _render((say("Predicted reply"), say("Mailboxes")), language)
    rows = tuple(report.summary.by_reply.items())
    return Block(title=language.gettext("Predicted replies"), headers=headers, rows=rows)


def _pivot(report: Report, language: Language) -> Iterator[Block]:
    """Counts mailboxes by two codes at a time."""
    from scanner.report.tables import cross, frame_codes  # noqa: PLC0415 (pandas)

    frame = frame_codes(report)
    pivots: tuple[tuple[str, str, Mapping[str, Text], str, Mapping[str, Text]], ...] = (
        (language.gettext("Kind of mailbox and outcome of Basic"), "kind", KIND_TITLES, "basic", OUTCOME_TITLES),
        (language.gettext("Deciding gate and flag"), "decided_by", GATE_TITLES, "flag", FLAG_TITLES),
        (language.gettext("Deciding gate and kind of mailbox"), "decided_by", GATE_TITLES, "kind", KIND_TITLES),
    )
    for title, rows, row_titles, columns, column_titles in pivots:
        yield _tabulate(title, cross(frame, rows, columns), row_titles, column_titles, language)


def _tabulate(
    title: str, table: "pd.DataFrame", rows: Mapping[str, Text], columns: Mapping[str, Text], language: Language
) -> Block:
    """Puts a cross table into words, with a sum at the end of each row."""
    heads = (language.render(name_code(str(code), columns)) for code in table.columns)
    return Block(
        title=title,
        headers=("", *heads, language.gettext("Total")),
        rows=tuple(
            (language.render(name_code(str(code), rows)), *map(int, counts), int(counts.sum()))
            for code, counts in table.iterrows()
        ),
    )


def _follow(report: Report, language: Language) -> Block:
    """Follows the months, with what each flag gained or lost since the month before."""
    from scanner.report.tables import frame_trend  # noqa: PLC0415 (pandas)

    months = report.history.months if report.history else []
    trend = frame_trend(months)
    titles = {"mailboxes": say("Mailboxes"), "senders": say("Senders"), "change": say("Flagged, change"), **FLAG_TITLES}
    return Block(
        title=language.gettext("Month by month"),
        headers=(language.gettext("Month"), *(language.render(titles[str(name)]) for name in trend.columns)),
        rows=tuple(
            (str(month), *(int(value) if known else None for value, known in zip(values, here, strict=True)))
            for (month, values), here in zip(trend.iterrows(), trend.notna().to_numpy(), strict=True)
        ),
    )


def _announce(report: Report, language: Language) -> Block:
    """Lists what is announced, and how many break."""
    return Block(
        title=language.gettext("What changes next"),
        headers=_render(_ANNOUNCED, language),
        rows=tuple(
            (language.render(part.title), to_serial(part.date), len(part.breaks), part.changed)
            for part in report.announcements
        ),
        moments=frozenset({1}),
    )


def _control(report: Report, language: Language) -> Block:
    """Lists the controls."""
    return Block(
        title=language.gettext("Controls"),
        headers=_render(_CONTROLS, language),
        rows=tuple(
            (
                f"{part.framework} {part.version}",
                part.id,
                language.render(CONTROL_STATES[part.state]),
                language.render(part.title),
                language.render(part.because),
            )
            for part in report.controls
        ),
    )


def _render(texts: Sequence[Text], language: Language) -> tuple[str, ...]:
    return tuple(language.render(text) for text in texts)
