"""What the terminal shows: progress and complaints on stderr, results on stdout."""

import json
import math
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scanner.errors import PostureError
from scanner.sources.interface import Progress, Trouble

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
    """Lines on a stderr that is no terminal: what matters at once, how far the reading is now and then.

    Args:
        silence: Seconds after which a line says how far the reading is.
    """

    def __init__(self, silence: float = SILENCE) -> None:
        self._silence = silence
        self._rows: dict[str, str] = {}
        self._untold: dict[str, float] = {}
        self._told: dict[str, float] = {}
        self._ended = 0
        self._spoke_at = time.monotonic()

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Take note; say it where nothing was said for a while."""
        self._rows[section] = f"{section} {rows}" if expected is None else f"{section} {rows} of {expected}"
        if time.monotonic() - self._spoke_at >= self._silence:
            ended = f"{self._ended} section{'' if self._ended == 1 else 's'}"
            self._say(f"read so far: {ended}; {', '.join(self._rows.values())}{self._word_waits()}")

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:  # noqa: ARG002 -- as the interface has it
        """Take note; say at once what went wrong."""
        self._rows.pop(section, None)
        self._ended += 1
        if trouble:
            self._say(f"{section}: {trouble}")

    def wait(self, why: str, seconds: float) -> None:
        """Say why nothing happens for so long; short waits, and more of the same, are added up until the next line."""
        now = time.monotonic()
        if seconds >= LONG_WAIT and now - self._told.get(why, -math.inf) >= self._silence:
            self._told[why] = now
            self._say(f"waiting {seconds:.0f} s: {why}")
        else:
            self._untold[why] = self._untold.get(why, 0.0) + seconds

    def tell(self, sentence: str) -> None:
        """Say it."""
        self._say(sentence)

    def _word_waits(self) -> str:
        """Say how long the waits were that were not told since the last time, and why."""
        words = "; ".join(f"{seconds:.0f} s: {why}" for why, seconds in self._untold.items())
        self._untold.clear()
        return f"; waits: {words}" if words else ""

    def _say(self, sentence: str) -> None:
        self._spoke_at = time.monotonic()
        sys.stderr.write(f"smtp-posture: {plain(sentence)}\n")
        sys.stderr.flush()


def is_attended() -> bool:
    """Tell whether somebody is there, who sees stderr and could answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def progress_on_terminal() -> Iterator[Progress]:
    """Show progress on stderr: bars where it is a terminal, else a few lines."""
    if not sys.stderr.isatty():
        yield LineProgress()
        return
    from scanner.cli.bars import BarProgress

    with BarProgress() as progress:
        yield progress
