"""Windows that overlap are not counted twice."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from scanner.use.windows import Window, merge

DAY = dt.date(2026, 9, 1)


def a_window(start: int, length: int, count: int) -> Window:
    first = DAY + dt.timedelta(days=start)
    return Window(count=count, start=first, end=first + dt.timedelta(days=length))


KNOWN = st.builds(a_window, st.integers(0, 60), st.integers(0, 40), st.integers(0, 500))
UNKNOWN = st.builds(lambda count: Window(count=count), st.integers(0, 500))
WINDOWS = st.lists(KNOWN | UNKNOWN, max_size=7)


def apart(windows: tuple[Window, ...]) -> bool:
    """Tell whether no two windows share a day; one without days may share any."""
    if any(window.start is None for window in windows):
        return len(windows) == 1
    days = [set(range(window.start.toordinal(), window.end.toordinal() + 1)) for window in windows]  # type: ignore[union-attr]
    return all(not one & other for one, other in itertools.combinations(days, 2))


@given(WINDOWS)
def test_the_sum_is_the_most_that_windows_without_a_common_day_hold(windows: list[Window]) -> None:
    """Held against all choices of windows."""
    choices = (choice for size in range(len(windows) + 1) for choice in itertools.combinations(windows, size))
    assert merge(windows) == max(sum(window.count for window in choice) for choice in choices if apart(choice))


@given(WINDOWS, st.randoms())
def test_order_and_copies_change_nothing(windows: list[Window], random: st.DataObject) -> None:
    """A file that is there twice counts once."""
    shuffled = [*windows, *windows]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merge(shuffled) == merge(windows)


@given(WINDOWS, KNOWN | UNKNOWN)
def test_one_more_window_never_lowers_the_sum(windows: list[Window], more: Window) -> None:
    """It holds at least what any one of them holds, and at most their sum."""
    both = merge([*windows, more])
    assert max(merge(windows), more.count) <= both <= merge(windows) + more.count
