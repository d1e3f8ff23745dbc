"""Charts of lines: values over time as geometry, drawn by the templates as SVG."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.contract import BurnPart, MonthPart
from scanner.report.language import Language
from scanner.report.words import FLAG_TITLES, TONE_BY_FLAG

SPARK_WIDTH: Final = 240.0
SPARK_HEIGHT: Final = 36.0
BURN_WIDTH: Final = 600.0
BURN_HEIGHT: Final = 150.0
_EDGE: Final = 5.0
"""Space around a line, so that its ends and their dots stay inside the drawing."""


class Dot(Frozen, frozen=True, kw_only=True):
    """One value: its place in the drawing and its label."""

    x: float
    y: float
    label: str


class Sparkline(Frozen, frozen=True, kw_only=True):
    """A small line without axes.

    Attributes:
        key: Unique in the report, for ids of the drawing.
        label: What it counts.
        tone: Its colour.
        first: Its first value, formatted.
        last: Its last value, formatted.
        dots: Its values.
        points: The same as the ``points`` of an SVG polyline.
        description: The same in words, for those who can't see it.
    """

    key: str
    label: str
    tone: str
    first: str
    last: str
    dots: tuple[Dot, ...]
    points: str
    description: str


class BurnDown(Frozen, frozen=True, kw_only=True):
    """How many senders still had to move, run by run, against a straight line to the deadline.

    Attributes:
        dots: One per run.
        points: The same as the ``points`` of an SVG polyline.
        ideal: The straight line from the first run to none at the deadline, as ``points``.
        start: Date of the first run, formatted.
        now: Date of the last run, formatted.
        deadline: The deadline, formatted.
        first: Senders at the first run, formatted.
        last: Senders at the last run, formatted.
        description: The same in words.
    """

    dots: tuple[Dot, ...]
    points: str
    ideal: str
    start: str
    now: str
    deadline: str
    first: str
    last: str
    description: str


def draw_months(months: Sequence[MonthPart], language: Language) -> tuple[Sparkline, ...]:
    """Draws one line per flag that was ever met.

    Args:
        months: The last run of each month, oldest first.
        language: The language of the labels.

    Returns:
        The lines; none where there are fewer than two months, since one value is no trend.
    """
    if len(months) < 2:  # noqa: PLR2004 (a line has two ends)
        return ()
    lines = []
    for flag, title in FLAG_TITLES.items():
        values = [month.by_flag.get(flag, 0) for month in months]
        if any(values):
            lines.append(_draw_line(flag, language.render(title), values, months, language))
    return tuple(lines)


def _draw_line(flag: str, label: str, values: list[int], months: Sequence[MonthPart], language: Language) -> Sparkline:
    places = [index / (len(values) - 1) for index in range(len(values))]
    labels = [f"{month.month}: {language.number(value)}" for month, value in zip(months, values, strict=True)]
    dots = _place(places, values, labels, (SPARK_WIDTH, SPARK_HEIGHT))
    return Sparkline(
        key=flag,
        label=label,
        tone=TONE_BY_FLAG[flag],
        first=language.number(values[0]),
        last=language.number(values[-1]),
        dots=dots,
        points=_join(dots),
        description=f"{label}: {', '.join(labels)}",
    )


def draw_burn_down(runs: Sequence[BurnPart], deadline: str, language: Language) -> BurnDown | None:
    """Draws how many senders still had to move.

    Args:
        runs: One value per run, oldest first; dates as ISO 8601.
        deadline: The day on which none should be left, as ISO 8601 date.
        language: The language of the labels.

    Returns:
        The drawing; ``None`` without two runs on different days.
    """
    days = [_day(run.date) for run in runs]
    if len(set(days)) < 2:  # noqa: PLR2004 (a line has two ends)
        return None
    start, end = days[0], max(_day(deadline), days[-1])
    places = [(day - start) / (end - start) for day in days]
    values = [run.open for run in runs]
    labels = [f"{language.date(run.date)}: {language.number(run.open)}" for run in runs]
    dots = _place(places, values, labels, (BURN_WIDTH, BURN_HEIGHT))
    finish = _place([(_day(deadline) - start) / (end - start)], [0], [""], (BURN_WIDTH, BURN_HEIGHT), max(values))
    return BurnDown(
        dots=dots,
        points=_join(dots),
        ideal=_join((dots[0], *finish)),
        start=language.date(runs[0].date),
        now=language.date(runs[-1].date),
        deadline=language.date(deadline),
        first=language.number(values[0]),
        last=language.number(values[-1]),
        description=f"{language.gettext('Senders that still have to move')}: {', '.join(labels)}",
    )


def _place(
    places: Sequence[float], values: Sequence[int], labels: Sequence[str], size: tuple[float, float], top: int = 0
) -> tuple[Dot, ...]:
    """Places values in a drawing: zero at the bottom, the largest at the top."""
    width, height = size
    largest = max(top, *values, 1)
    return tuple(
        Dot(
            x=round(_EDGE + place * (width - 2 * _EDGE), 1),
            y=round(height - _EDGE - value / largest * (height - 2 * _EDGE), 1),
            label=label,
        )
        for place, value, label in zip(places, values, labels, strict=True)
    )


def _join(dots: Sequence[Dot]) -> str:
    return " ".join(f"{dot.x},{dot.y}" for dot in dots)


def _day(date: str) -> int:
    """Counts the days up to an ISO 8601 date or time."""
    return dt.date.fromisoformat(date[:10]).toordinal()
