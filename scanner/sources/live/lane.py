"""Paces the requests to one service, so that other tools of the tenant are not starved."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiolimiter import AsyncLimiter

from scanner.model.text import say
from scanner.sources.live.limits import Rate
from scanner.sources.live.patience import PassingError, read_seconds_until

NEAR = 0.8  # share of a limit from which Graph names it (facts/apis.md §2.8)
NEAR_THE_END = 0.1  # share of Exchange's budget that is left for others
LONGEST_COURTESY = 30.0  # seconds that nearness alone can cost at a time
ANNOUNCED = 1.0  # seconds from which waiting is shown

Announce = Callable[[str, float], None]


class Lane:
    """Requests that share a limit.

    Args:
        name: The service, for readers.
        abreast: How many may be under way at once.
        longest: Longest wait that is worth it, in seconds.
        rate: How many may start in which time; as many as wanted where ``None``.
        announce: Is told why requests wait, and for how many seconds.
    """

    def __init__(
        self,
        name: str,
        *,
        abreast: int,
        longest: float,
        rate: Rate | None = None,
        announce: Announce = lambda _why, _seconds: None,
    ) -> None:
        self._name = name
        self._seats = asyncio.Semaphore(abreast)
        self._longest = longest
        self._rate = rate
        self._bucket = AsyncLimiter(rate.requests, rate.seconds) if rate else None
        self._first_in_line = asyncio.Lock()
        self._announce = announce
        self._free_at = 0.0

    @asynccontextmanager
    async def turn(self, cost: float = 1) -> AsyncIterator[float]:
        """Wait for a free seat, for the bucket, and for the time that the service asked to wait.

        Args:
            cost: What the request takes out of the bucket.

        Yields:
            The seconds that were spent waiting for limits, our own and the service's.

        Raises:
            PassingError: The service asked to wait longer than it is worth.
        """
        clock = asyncio.get_running_loop().time
        async with self._seats:
            begun = clock()
            if self._bucket and self._rate:
                await self._keep_to_rate(self._bucket, self._rate, min(cost, self._rate.requests))
            await self._wait()
            yield clock() - begun

    def hold(self, seconds: float, why: str = "asked to wait") -> None:
        """Let nobody start for some seconds: the service asked for it.

        Told once where several requests are asked to wait, and not where it is longer than anybody waits.
        """
        now = asyncio.get_running_loop().time()
        known, self._free_at = self._free_at, max(self._free_at, now + seconds)
        if self._free_at - max(known, now) >= ANNOUNCED and seconds <= self._longest:
            self._announce(f"{self._name} {why}", seconds)

    def heed(self, headers: Mapping[str, str]) -> None:
        """Slow down early where an answer says that a limit is near.

        Args:
            headers: The answer's headers, looked up without regard to case.
        """
        share = _read_number(headers.get("x-ms-throttle-limit-percentage", ""))
        if share is not None and share >= NEAR:
            self.hold(min(LONGEST_COURTESY, 1 + 10 * (share - NEAR)), f"said that {share:.0%} of its limit is used")
        most, left = (_read_number(headers.get(f"Rate-Limit-{name}", "")) for name in ("Limit", "Remaining"))
        if most and left is not None and left < NEAR_THE_END * most:
            until = read_seconds_until(headers.get("Rate-Limit-Reset", ""), headers)
            self.hold(min(LONGEST_COURTESY, 1.0 if until is None else until), "said that its limit is near")

    async def _keep_to_rate(self, bucket: AsyncLimiter, rate: Rate, cost: float) -> None:
        """Wait for the bucket; the others wait for whoever is first, so that each wait is told once."""
        async with self._first_in_line:
            longest = cost * rate.seconds / rate.requests
            if longest >= ANNOUNCED and not bucket.has_capacity(cost):
                self._announce(f"{self._name}: our own limit, {_word_rate(rate)}", longest)
            await bucket.acquire(cost)

    async def _wait(self) -> None:
        clock = asyncio.get_running_loop().time
        while (pause := self._free_at - clock()) > 0:  # the time may move on while we sleep
            if pause > self._longest:
                raise PassingError(say("the service asked to wait {seconds} s", seconds=round(pause)), wait=pause)
            await asyncio.sleep(pause)


def _word_rate(rate: Rate) -> str:
    number = f"{rate.requests / rate.seconds:.3g}"
    return f"{number} request a second" if number == "1" else f"{number} requests a second"


def _read_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number >= 0 and math.isfinite(number) else None
