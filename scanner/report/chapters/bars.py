"""Charts of bars: shares as geometry, drawn by the templates as SVG."""

from collections.abc import Iterable, Mapping
from typing import Final

from scanner.model.frozen import Frozen
from scanner.model.text import Text
from scanner.report.language import Language
from scanner.report.words import name_code

BAR_LENGTH: Final = 1000
"""Length of a full bar, in units of the SVG's view box."""

_SMALLEST: Final = 4.0
"""Length of the shortest visible part: one mailbox of a hundred thousand must not vanish."""


class Segment(Frozen, frozen=True, kw_only=True):
    """One part of a bar; ``start`` and ``length`` in units of the view box (0 to `BAR_LENGTH`)."""

    label: str
    count: int
    count_text: str
    share_text: str
    tone: str
    start: float
    length: float


class Bar(Frozen, frozen=True, kw_only=True):
    """One bar.

    Attributes:
        label: What it counts.
        total: Mailboxes in it, formatted.
        segments: Its parts, from the start; empty ones are left out.
        description: The same in words, for those who can't see it.
    """

    label: str
    total: str
    segments: tuple[Segment, ...]
    description: str


def stack_bar(
    label: str, counts: Mapping[str, int], titles: Mapping[str, Text], tones: Mapping[str, str], language: Language
) -> Bar:
    """Makes a bar whose parts add up to its full length.

    Args:
        label: What it counts.
        counts: Mailboxes by code.
        titles: Titles by code; their order is the order of the parts, unknown codes come last.
        tones: Colours by code.
        language: The language of the labels.

    Returns:
        The bar.
    """
    codes = [code for code in (*titles, *(counts.keys() - titles.keys())) if counts.get(code)]
    total = sum(counts[code] for code in codes)
    lengths = _measure([counts[code] for code in codes], total)
    segments = []
    start = 0.0
    for code, length in zip(codes, lengths, strict=True):
        title = language.render(name_code(code, titles))
        tone = tones.get(code, "neutral")
        segments.append(_make_segment(title, (counts[code], total), (start, length), tone, language))
        start += length
    return _make_bar(label, total, segments, language)


def rank_bars(counts: Mapping[str, int], titles: Mapping[str, Text], tone: str, language: Language) -> tuple[Bar, ...]:
    """Makes one bar per code, the longest first and at full length.

    Args:
        counts: Mailboxes by code.
        titles: Titles by code.
        tone: The colour of all bars.
        language: The language of the labels.

    Returns:
        The bars.
    """
    largest = max(counts.values(), default=0)
    total = sum(counts.values())
    bars = []
    for code, count in sorted(counts.items(), key=lambda item: -item[1]):
        title = language.render(name_code(code, titles))
        length = round(max(count / largest * BAR_LENGTH, _SMALLEST), 1) if largest else 0.0
        segment = _make_segment(title, (count, total), (0.0, length), tone, language)
        bars.append(_make_bar(title, count, [segment], language))
    return tuple(bars)


def _measure(counts: Iterable[int], total: int) -> list[float]:
    """Shares the length of a bar out, so that small parts stay visible and the sum stays the full length."""
    raw = [max(count / total * BAR_LENGTH, _SMALLEST) for count in counts]
    scale = BAR_LENGTH / sum(raw) if raw else 0.0
    return [round(length * scale, 1) for length in raw]


def _make_segment(
    title: str, counted: tuple[int, int], span: tuple[float, float], tone: str, language: Language
) -> Segment:
    """Makes one part of a bar, from its count and the total, its start and its length."""
    count, total = counted
    start, length = span
    return Segment(
        label=title,
        count=count,
        count_text=language.number(count),
        share_text=language.share(count / total),
        tone=tone,
        start=round(start, 1),
        length=length,
    )


def _make_bar(label: str, total: int, segments: list[Segment], language: Language) -> Bar:
    """Makes a bar with its description."""
    parts = language.join(f"{segment.label} {segment.count_text} ({segment.share_text})" for segment in segments)
    return Bar(label=label, total=language.number(total), segments=tuple(segments), description=f"{label}: {parts}")
