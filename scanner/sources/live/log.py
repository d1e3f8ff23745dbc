"""Reads a log in windows that the service survives: small at first, larger while answers are quick, halved on failure.

Wide windows with a filter that few events pass time out (facts/apis.md §6, traps 4 and 5).
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator, Mapping

from scanner.evidence.section import GraphLog
from scanner.model.text import quote, say
from scanner.sources.live.bookmark import Bookmark
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.ledger import Ledger

LAG = dt.timedelta(minutes=15)  # until an event is in the log (facts/apis.md §2.4)
FIRST = dt.timedelta(days=1)
SMALLEST = dt.timedelta(hours=3)
GROWTH = 5
QUICK = 10.0  # seconds of a window after which the next one is larger
SLOW = 60.0  # seconds after which it is smaller
LONGEST = 1800.0  # seconds for one kind of events
BEGUN = "begun"  # part that keeps when the reading began
HOPELESS = 2  # smallest windows in a row that fail
BAD_REQUEST = 400

ReadWindow = Callable[[str, Mapping[str, str]], Awaitable[None]]


async def read_log(ask: GraphLog, ledger: Ledger, read_window: ReadWindow, now: dt.datetime) -> None:
    """Read a log from its newest events back to what it keeps, one kind of events after the other.

    Args:
        ask: The log.
        ledger: Its account.
        read_window: Reads one window to its last page, given a name for it and query options.
        now: When the reading begins; an interrupted one began earlier.

    Raises:
        RefusedError: The service refused it.
        UnreadableError: It can't be read, or no longer.
    """
    begun = begin(ledger, now)
    for kind in ask.kinds:
        try:
            await _Reader(ask, kind, ledger, read_window).read(begun)
        except RefusedError as refused:
            if refused.status != BAD_REQUEST or kind == ask.kinds[0]:
                raise
            ledger.doubt(
                say("events of the kind {kind} could not be read: {reason}", kind=kind, reason=quote(refused.message))
            )


def begin(ledger: Ledger, now: dt.datetime) -> dt.datetime:
    """Give when the reading began, which an interrupted run may have kept."""
    kept = ledger.mark(BEGUN).link
    if isinstance(kept, str):
        return dt.datetime.fromisoformat(kept)
    ledger.note(BEGUN, Bookmark(link=now.isoformat(), done=True))
    return now


class _Reader:
    """Reads the events of one kind."""

    def __init__(self, ask: GraphLog, kind: str, ledger: Ledger, read_window: ReadWindow) -> None:
        self._ask = ask
        self._kind = kind
        self._ledger = ledger
        self._read_window = read_window
        self._size = FIRST
        self._largest = dt.timedelta(days=ask.days)
        self._failed = 0

    async def read(self, now: dt.datetime) -> None:
        end = self._left_off(now - LAG)
        oldest = now - dt.timedelta(days=self._ask.days)
        clock = asyncio.get_running_loop().time
        begun = clock()
        while end > oldest:
            if clock() - begun > LONGEST:
                self._ledger.doubt(
                    say(
                        "the time ran out: events of the kind {kind} before {day} lack", kind=self._kind, day=end.date()
                    )
                )
                return
            start = max(oldest, end - self._size)
            if await self._is_read(start, end):
                end = start

    def _left_off(self, newest: dt.datetime) -> dt.datetime:
        """Give where an interrupted run left off; its last window is taken up as it was."""
        marks = {
            dt.datetime.fromisoformat(part.partition("/")[2]): mark
            for part, mark in self._ledger.marks.items()
            if part.startswith(f"{self._kind}/")
        }
        end = min((start for start, mark in marks.items() if mark.done), default=newest)
        begun = [start for start, mark in marks.items() if not mark.done and start < end]
        if begun:
            self._size = end - max(begun)
        return end

    async def _is_read(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Read a window; tell whether to go on with the one before it."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            await self._read_window(f"{self._kind}/{start.isoformat()}", narrow(self._ask, self._kind, start, end))
        except UnreadableError as error:
            if error.fatal or self._failed >= HOPELESS:
                raise
            return self._give_way(start, end, error)
        self._failed = 0
        self._size = min(resized(self._size, clock() - begun), self._largest)
        return True

    def _give_way(self, start: dt.datetime, end: dt.datetime, error: UnreadableError) -> bool:
        """Halve the window that failed, and let none grow as large again; one that can't be halved is left out."""
        if self._size > SMALLEST:
            self._size = self._largest = max(SMALLEST, min(self._size, end - start) / 2)
            return False
        self._failed += 1
        self._ledger.doubt(
            say(
                "events of the kind {kind} of {day} are not all there: {reason}",
                kind=self._kind,
                day=start.date(),
                reason=error.reason,
            )
        )
        return True


def resized(size: dt.timedelta, seconds: float) -> dt.timedelta:
    """Choose the size of the next window by how long one took."""
    if seconds < QUICK:
        return size * GROWTH
    return max(SMALLEST, size / 2) if seconds > SLOW else size


def narrow(ask: GraphLog, kind: str, start: dt.datetime, end: dt.datetime) -> dict[str, str]:
    """Make the query of one window: times bare and in UTC, ``ge`` and ``le`` only (facts/apis.md §2.4)."""
    return {**ask.query, "$filter": " and ".join(_conditions(ask, kind, start, end))}


def _conditions(ask: GraphLog, kind: str, start: dt.datetime, end: dt.datetime) -> Iterator[str]:
    yield f"{ask.time} ge {start:%Y-%m-%dT%H:%M:%SZ}"
    yield f"{ask.time} le {end:%Y-%m-%dT%H:%M:%SZ}"
    yield ask.condition
    yield f"signInEventTypes/any(t: t eq '{kind}')"
