"""What the terminal shows: progress and complaints on stderr, results on stdout."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from scanner.errors import PostureError


def complain(error: PostureError) -> None:
    """Tell what happened and what the reader can do, on stderr."""
    sys.stderr.write(f"smtp-posture: {plain(error.message)}\n")
    if error.advice:
        sys.stderr.write(f"  {plain(error.advice)}\n")


def plain(text: str) -> str:
    """Make text harmless for a terminal: control characters of hostile names are shown, not obeyed."""
    return "".join(mark if mark == "\n" or mark.isprintable() else f"\\x{ord(mark):02x}" for mark in text)


def plain_json(text: str) -> str:
    """Make JSON harmless for a terminal, as JSON writes such characters."""
    return "".join(mark if mark == "\n" or mark.isprintable() else json.dumps(mark)[1:-1] for mark in text)


class SilentProgress:
    """Shows nothing: stderr is no terminal."""

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Take note, silently."""


class BarProgress:
    """One line per section, redrawn in place while it is read."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TaskID,
            TextColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description:>28}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

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
            self._tasks[section] = self._progress.add_task(section, total=expected)
        self._progress.update(self._tasks[section], completed=rows, total=expected)


@contextmanager
def progress_on_terminal() -> Iterator[SilentProgress | BarProgress]:
    """Show progress where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield SilentProgress()
        return
    with BarProgress() as progress:
        yield progress
