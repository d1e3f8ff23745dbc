"""Counts: bars by method, flag and gate, and cross tables."""

from collections.abc import Mapping

import pandas as pd

from scanner.model.frozen import Frozen
from scanner.model.text import Text
from scanner.report.chapters.bars import Bar, rank_bars, stack_bar
from scanner.report.chapters.funnel import draw_funnel
from scanner.report.contract import Report
from scanner.report.language import Language
from scanner.report.tables import cross, frame_codes
from scanner.report.words import (
    FLAG_TITLES,
    GATE_TITLES,
    KIND_TITLES,
    METHOD_TITLES,
    OUTCOME_TITLES,
    TONE_BY_FLAG,
    TONE_BY_OUTCOME,
    name_code,
)


class CrossRow(Frozen, frozen=True, kw_only=True):
    """One row of a cross table; cells and total formatted, a cell of none is ``"–"``."""

    title: str
    cells: tuple[str, ...]
    total: str


class CrossTable(Frozen, frozen=True, kw_only=True):
    """Mailboxes counted by two codes."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[CrossRow, ...]


class Counts(Frozen, frozen=True, kw_only=True):
    """The charts and tables of numbers.

    Attributes:
        methods: Outcomes, one bar per method.
        flags: All flags in one bar.
        gates: Mailboxes by the gate that refuses Basic first.
        funnel: Gate by gate, how many mailboxes get on and how many stop there.
        kinds: Kind by outcome of Basic.
        causes: Deciding gate by flag.
    """

    methods: tuple[Bar, ...]
    flags: Bar
    gates: tuple[Bar, ...]
    funnel: tuple[Bar, ...]
    kinds: CrossTable
    causes: CrossTable


def count_mailboxes(report: Report, language: Language) -> Counts:
    """Counts mailboxes.

    Args:
        report: The report.
        language: Its language.

    Returns:
        Bars from the report's own summary, cross tables from its mailboxes.
    """
    summary = report.summary
    frame = frame_codes(report)
    return Counts(
        methods=tuple(
            stack_bar(
                language.render(title), summary.by_outcome.get(code, {}), OUTCOME_TITLES, TONE_BY_OUTCOME, language
            )
            for code, title in METHOD_TITLES.items()
        ),
        flags=stack_bar(language.gettext("Mailboxes"), summary.by_flag, FLAG_TITLES, TONE_BY_FLAG, language),
        gates=rank_bars({gate: n for gate, n in summary.by_gate.items() if gate}, GATE_TITLES, "refused", language),
        funnel=draw_funnel(report.mailboxes, language),
        kinds=_make_cross(
            language.gettext("Kind of mailbox and outcome of Basic"),
            cross(frame, "kind", "basic"),
            KIND_TITLES,
            OUTCOME_TITLES,
            language,
        ),
        causes=_make_cross(
            language.gettext("Deciding gate and flag"),
            cross(frame, "decided_by", "flag"),
            GATE_TITLES,
            FLAG_TITLES,
            language,
        ),
    )


def _make_cross(
    caption: str, table: pd.DataFrame, rows: Mapping[str, Text], columns: Mapping[str, Text], language: Language
) -> CrossTable:
    """Puts a cross table into words; columns stand in the order of their titles."""
    ordered = table[[code for code in columns if code in table.columns]]
    return CrossTable(
        caption=caption,
        columns=tuple(language.render(columns[code]) for code in ordered.columns),
        rows=tuple(
            CrossRow(
                title=language.render(name_code(str(code), rows)),
                cells=tuple(language.number(int(count)) if count else "–" for count in counts),
                total=language.number(int(counts.sum())),
            )
            for code, counts in ordered.iterrows()
        ),
    )
