"""How far a reading is, on a terminal: a line for each section, redrawn in place, and below them what is waited for."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from math import ceil
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from scanner.cli.terminal import plain
from scanner.sources.interface import Trouble

BAR = 30  # characters
TimeLeft = Callable[[str, float], float | None]

LEAST = 1.0  # second that is left as long as anything is
LONG = 20.0  # seconds of waiting that are no part of how fast a section is read
SETTLED = 2.0  # seconds of reading that tell how fast it goes
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """When waiting began, and when it ends."""

    begun: float
    until: float


@dataclass(slots=True, kw_only=True)
class _Pace:
    """How fast a section is read, short waits included; a long one in which nothing of it came tells nothing of others.

    Attributes:
        begun_with: Objects that were there when it was first told of.
        rows: Objects that are there.
        at: When the last ones came.
        spent: Seconds of reading.
    """

    begun_with: int
    rows: int
    at: float
    spent: float = 0.0

    def since(self, now: float, waits: Iterable[_Wait]) -> float:
        """Give the seconds since objects came, but for the longest wait that began meanwhile."""
        held = max((min(one.until, now) - one.begun for one in waits if one.begun >= self.at), default=0.0)
        return now - self.at - held

    def take(self, now: float, rows: int, waits: Iterable[_Wait]) -> None:
        """Take note of objects that came; a wait that is not over did not hold them."""
        self.spent += self.since(now, (one for one in waits if one.until <= now))
        self.at, self.rows = now, rows

    def time_for(self, remaining: float) -> float | None:
        """Give the seconds that so many objects take; ``None`` as long as too little is known."""
        done = self.rows - self.begun_with
        return self.spent * remaining / done if done > 0 and self.spent >= SETTLED else None


class BarProgress:
    """One line per section, redrawn in place while it is read, and below them what is waited for.

    Args:
        clock: Gives the time in seconds.

    Attributes:
        lines: What is drawn.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._console = Console(stderr=True)
        self._waits: dict[str, _Wait] = {}
        self.lines = _Lines(self.list_waits, self.time_left, self._console)
        self._tasks: dict[str, TaskID] = {}
        self._paces: dict[str, _Pace] = {}
        self._pages: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self.lines.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lines.stop()

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Redraw the section's line."""
        now = self._clock()
        if section in self._paces:
            self._paces[section].take(now, rows, self._long_waits())
        else:
            self._paces[section] = _Pace(begun_with=rows, rows=rows, at=now)
        self._pages[section] += 1
        self.lines.update(self._line_of(section), completed=rows, total=expected, pages=self._pages[section])

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:
        """Draw the section's line as one that is done; what went wrong is printed above the lines at once."""
        state = trouble.state.value if trouble else ""
        self.lines.update(self._line_of(section), completed=rows, total=rows, state=state)
        if trouble:
            self.tell(f"{section}: {trouble}")

    def wait(self, why: str, seconds: float) -> None:
        """Show below the lines why nothing happens, and count down."""
        now = self._clock()
        known = self._waits.get(why)
        if known is None or known.until <= now:
            self._waits[why] = _Wait(begun=now, until=now + seconds)
        else:
            self._waits[why] = replace(known, until=max(known.until, now + seconds))

    def tell(self, sentence: str) -> None:
        """Print it above the lines."""
        self._console.print(plain(sentence), markup=False, highlight=False)

    def list_waits(self) -> list[str]:
        """Say what is waited for at this moment, and for how long."""
        now = self._clock()
        left = {why: one.until - now for why, one in self._waits.items()}
        return [f"waiting {ceil(seconds)} s: {plain(why)}" for why, seconds in left.items() if seconds > 0]

    def time_left(self, section: str, remaining: float) -> float | None:
        """Estimate how many seconds a section still takes; ``None`` where that is not known."""
        pace, now = self._paces.get(section), self._clock()
        seconds = pace.time_for(remaining) if pace else None
        if pace is None or seconds is None:
            return None
        since = pace.since(now, self._long_waits())
        waiting = max((one.until - now for one in self._long_waits()), default=0.0)
        return max(LEAST, seconds - since) + max(0.0, waiting)

    def _long_waits(self) -> list[_Wait]:
        return [one for one in self._waits.values() if one.until - one.begun >= LONG]

    def _line_of(self, section: str) -> TaskID:
        if section not in self._tasks:
            self._tasks[section] = self.lines.add_task(section, total=None, pages=0, state="")
        return self._tasks[section]


class _Lines(Progress):
    """The lines of all sections, and of what is waited for.

    Args:
        list_waits: Says what is waited for.
        time_left: Estimates how many seconds a section still takes for so many objects.
        console: Where they are drawn.
    """

    def __init__(self, list_waits: Callable[[], list[str]], time_left: TimeLeft, console: Console) -> None:
        self._list_waits = list_waits
        super().__init__(
            TextColumn("{task.description:>28}", markup=False),
            BarColumn(bar_width=BAR),
            MofNCompleteColumn(),
            TextColumn("objects, {task.fields[pages]} pages"),
            _End(time_left),
            console=console,
            transient=True,
        )

    def get_renderables(self) -> Iterable[RenderableType]:
        """Give the lines, from the first moment on."""
        yield self.make_tasks_table(self.tasks) if self.tasks else Text("waiting for the first answer", style="dim")
        for words in self._list_waits():
            yield Text(words, style="yellow", no_wrap=True, overflow="ellipsis")


class _End(ProgressColumn):
    """How long a section still takes, where that is known; what became of it, where it was broken off."""

    max_refresh = 0.5

    def __init__(self, time_left: TimeLeft) -> None:
        self._time_left = time_left
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        """Draw it."""
        if task.fields["state"]:
            return Text(task.fields["state"], style="red")
        remaining = task.remaining or 0
        seconds = self._time_left(task.description, remaining) if remaining > 0 else None
        return Text("" if seconds is None else f"{say_time(seconds)} left", style="cyan")


def say_time(seconds: float) -> str:
    """Write a duration in minutes and seconds, or hours and minutes, whichever tells enough."""
    whole = round(seconds)
    if whole >= HOUR:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02} min"
    return f"{whole // MINUTE}:{whole % MINUTE:02}"
