"""What the terminal shows: progress and complaints on stderr, results on stdout."""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from scanner.errors import PostureError

SILENCE = 15.0  # seconds after which a line says how far the reading is
LONG_WAIT = 5.0  # seconds of waiting that are worth a line


DOUBTFUL = re.compile(r"[^\n\x20-\x7e]")  # what may not be printable; most answers hold little of it, and some are long


def complain(error: PostureError) -> None:
    """Tell what happened and what the reader can do, on stderr."""
    sys.stderr.write(f"smtp-posture: {plain(error.message)}\n")
    if error.advice:
        sys.stderr.write(f"  {plain(error.advice)}\n")


def plain(text: str) -> str:
    """Make text harmless for a terminal: control characters of hostile names are shown, not obeyed."""
    return DOUBTFUL.sub(lambda found: shown(found[0], f"\\x{ord(found[0]):02x}"), text)


def plain_json(text: str) -> str:
    """Make JSON harmless for a terminal, as JSON writes such characters."""
    return DOUBTFUL.sub(lambda found: shown(found[0], json.dumps(found[0])[1:-1]), text)


def shown(mark: str, escaped: str) -> str:
    """Give a mark that can be printed, else how it is written."""
    return mark if mark.isprintable() else escaped


class LineProgress:
    """Lines on a stderr that is no terminal: what matters at once, how far the reading is now and then."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}
        self._spoke_at = time.monotonic()

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Take note; say it where nothing was said for a while."""
        self._rows[section] = f"{section} {rows}" if expected is None else f"{section} {rows} of {expected}"
        if time.monotonic() - self._spoke_at >= SILENCE:
            self._say("read so far: " + ", ".join(self._rows.values()))

    def wait(self, why: str, seconds: float) -> None:
        """Say why nothing happens for so long."""
        if seconds >= LONG_WAIT:
            self._say(f"waiting {seconds:.0f} s: {why}")

    def tell(self, sentence: str) -> None:
        """Say it."""
        self._say(sentence)

    def _say(self, sentence: str) -> None:
        self._spoke_at = time.monotonic()
        sys.stderr.write(f"smtp-posture: {plain(sentence)}\n")
        sys.stderr.flush()


class BarProgress:
    """One line per section, redrawn in place while it is read, and below them what is waited for."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TaskID,
            TextColumn,
            TimeRemainingColumn,
        )

        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description:>28}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("objects, {task.fields[pages]} pages"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[waiting]}", style="yellow", markup=False),
            console=self._console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._pages: Counter[str] = Counter()
        self._until = 0.0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Redraw the section's line."""
        if section not in self._tasks:
            self._tasks[section] = self._progress.add_task(section, total=expected, pages=0, waiting="")
        self._pages[section] += 1
        self._progress.update(self._tasks[section], completed=rows, total=expected, pages=self._pages[section])
        if self._until and time.monotonic() >= self._until:
            self._until = 0.0
            self._show_waiting("")

    def wait(self, why: str, seconds: float) -> None:
        """Show beside the lines why nothing happens, until something does."""
        self._until = max(self._until, time.monotonic() + seconds)
        self._show_waiting(f"waiting {seconds:.0f} s: {plain(why)}")

    def tell(self, sentence: str) -> None:
        """Print it above the lines."""
        self._console.print(plain(sentence), markup=False, highlight=False)

    def _show_waiting(self, words: str) -> None:
        """Show words on the last line; the earlier ones are cleared."""
        *others, last = self._tasks.values() or [None]
        for task in others:
            if task is not None:
                self._progress.update(task, waiting="")
        if last is not None:
            self._progress.update(last, waiting=words)


def is_attended() -> bool:
    """Tell whether somebody is there, who sees stderr and could answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def progress_on_terminal() -> Iterator[LineProgress | BarProgress]:
    """Show progress on stderr: bars where it is a terminal, else a few lines."""
    if not sys.stderr.isatty():
        yield LineProgress()
        return
    with BarProgress() as progress:
        yield progress
