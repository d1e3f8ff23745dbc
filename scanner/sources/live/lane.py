"""Paces the requests to one service, so that other tools of the tenant are not starved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from scanner.model.text import say
from scanner.sources.live.patience import PassingError


class Lane:
    """Requests that share a limit.

    Args:
        abreast: How many may be under way at once.
        longest: Longest wait that is worth it, in seconds.
        interval: Least time between the starts of two, in seconds.
    """

    def __init__(self, *, abreast: int, longest: float, interval: float = 0.0) -> None:
        self._seats = asyncio.Semaphore(abreast)
        self._longest = longest
        self._interval = interval
        self._free_at = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a free seat and for the time that the service asked to wait.

        Raises:
            PassingError: The service asked to wait longer than it is worth.
        """
        async with self._seats:
            await self._wait()
            yield

    def hold(self, seconds: float) -> None:
        """Let nobody start for some seconds: the service asked for it."""
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + seconds)

    async def _wait(self) -> None:
        clock = asyncio.get_running_loop().time
        while (pause := self._free_at - clock()) > 0:  # the time may move on while we sleep
            if pause > self._longest:
                raise PassingError(say("the service asked to wait {seconds} s", seconds=round(pause)), wait=pause)
            await asyncio.sleep(pause)
        self._free_at = max(self._free_at, clock() + self._interval)
