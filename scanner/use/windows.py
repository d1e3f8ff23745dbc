"""Counts of windows that may overlap, put together so that nothing is counted twice."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable

from scanner.model.frozen import Frozen


class Window(Frozen, frozen=True, kw_only=True):
    """How much was counted from one day to another, both included; ``None`` where the day isn't known."""

    count: int
    start: dt.date | None = None
    end: dt.date | None = None


def merge(windows: Iterable[Window]) -> int:
    """Count what windows hold together.

    Windows that overlap may hold the same messages, so of each such group those are summed that don't overlap and hold
    the most. One without both days may overlap any other. The sum is what was sent at least: exact where no window
    overlaps another.
    """
    known: list[tuple[dt.date, dt.date, int]] = []
    unknown = [0]
    for window in windows:
        if window.start is None or window.end is None:
            unknown.append(window.count)
        else:
            known.append((window.end, window.start, window.count))
    return max(most_apart(known), *unknown)


def most_apart(windows: list[tuple[dt.date, dt.date, int]]) -> int:
    """Give the largest sum of windows that don't overlap, as (end, start, count)."""
    windows.sort()
    ends = [end for end, _, _ in windows]
    best = [0]
    for place, (_, start, count) in enumerate(windows):
        before = bisect_left(ends, start, hi=place)
        best.append(max(best[place], best[before] + count))
    return best[-1]
