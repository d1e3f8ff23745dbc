"""Things that go wrong on request: a share of requests refused, and lists that are not what they should be."""

import random

from scanner.simulator.population.frozen import Frozen
from scanner.simulator.wire import Answer

_TOO_MANY = {"error": {"code": "TooManyRequests", "message": "Too many requests. Please try again later."}}


class Faults(Frozen, frozen=True, kw_only=True):
    """What shall go wrong. By default nothing does."""

    throttle_share: float = 0.0
    """Share of requests (of a batch: of its items) answered with 429, from 0 to 1."""
    retry_after: int | None = 1
    """Seconds in the Retry-After header of those; None leaves the header out."""
    error_share: float = 0.0
    """Share of requests answered with `error_status`, from 0 to 1."""
    error_status: int = 503
    omit_smtp_flag: bool = False
    """Get-CASMailbox leaves SmtpClientAuthenticationDisabled out of every row."""
    empty_mailboxes: bool = False
    """Get-Mailbox and Get-CASMailbox give no rows."""
    foreign_next_link: str | None = None
    """Takes the place of every nextLink."""
    seed: int = 1


class FaultDice:
    """Decides for one request after the other whether it goes wrong.

    Args:
        faults: the shares.
        explains: True if the service says in a body why it throttles, as Graph does and Exchange does not.
    """

    def __init__(self, faults: Faults, *, explains: bool) -> None:
        self._faults = faults
        self._explains = explains
        self._rng = random.Random(faults.seed)

    def roll(self) -> Answer | None:
        """Return the answer that spoils this request, or None to let it through."""
        number = self._rng.random()
        if number < self._faults.throttle_share:
            return self._throttled()
        if number < self._faults.throttle_share + self._faults.error_share:
            status = self._faults.error_status
            return Answer(status=status, raw=b"<html>Service unavailable</html>", headers={"Content-Type": "text/html"})
        return None

    def _throttled(self) -> Answer:
        seconds = self._faults.retry_after
        return Answer(
            status=429,
            content=_TOO_MANY if self._explains else None,
            headers={} if seconds is None else {"Retry-After": str(seconds)},
        )
