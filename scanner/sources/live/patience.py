"""The one place that decides how long to wait, how often to try again and when to give up."""

import datetime as dt
import email.utils
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from scanner.config import LimitsConfig
from scanner.model.text import NOTHING, Text
from scanner.sources.live.limits import DEFAULT, Limits

ArgsT = ParamSpec("ArgsT")
ResultT = TypeVar("ResultT")

SECONDS_OF_AN_HOUR = 3600
LONGEST_ASKED = 24 * 3600.0  # seconds; no service means more, and 400 digits of them are no number to reckon with
ATTEMPTS = 8  # of one request, when the service stumbles
ATTEMPTS_TO_CONNECT = 3
ATTEMPTS_TO_UNDERSTAND = 5  # an answer that is cut off or no JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds, and how much to accept.

    Attributes:
        walk: The whole reading.
        call: One request with all its repetitions.
        connect: Making one connection.
        silence: A service that says nothing. Exchange may take minutes before a listing's first byte.
        answer: One answer from the request to its last byte; Exchange gives a cmdlet 15 minutes.
        backoff: Longest first pause where the service doesn't name one; it doubles, drawn at random from 0 upwards.
        longest_backoff: Longest such pause.
        link: How long a link to the next page is good after it was given; Exchange's live 30 minutes.
        body: Largest answer, in bytes, packed or unpacked.
        pages: Most pages of one listing.
        large: Objects from which a list is read in parts side by side.
        limits: How many requests each service gets.
    """

    walk: float = 4 * 3600
    call: float = 300
    connect: float = 15
    silence: float = 180
    answer: float = 960
    backoff: float = 1
    longest_backoff: float = 60
    link: float = 29 * 60
    body: int = 64 * 2**20
    pages: int = 20_000
    large: int = 10_000
    limits: Limits = DEFAULT


def patience_for(config: LimitsConfig) -> Patience:
    """Give the patience that a configuration asks for."""
    return Patience(walk=config.hours * SECONDS_OF_AN_HOUR, limits=Limits.of(config))


class PassingError(Exception):
    """A request failed in a way that may pass.

    Args:
        reason: What happened, in plain words.
        wait: Seconds that the service asked to wait; ``None`` where it didn't say.
        attempts: How often to try before giving up; ``None`` while there is time.
        unreachable: Nobody answered at all.
    """

    def __init__(
        self, reason: Text, *, wait: float | None = None, attempts: int | None = ATTEMPTS, unreachable: bool = False
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.wait = wait
        self.attempts = attempts
        self.unreachable = unreachable


async def keep_trying(
    patience: Patience, work: Callable[ArgsT, Awaitable[ResultT]], *args: ArgsT.args, **options: ArgsT.kwargs
) -> ResultT:
    """Do a work, again as long as it raises ``PassingError`` and patience lasts.

    Args:
        patience: How long to wait.
        work: What to do.
        args: What it is called with.
        options: The same, by name.

    Returns:
        What the work gives.

    Raises:
        PassingError: The last one.
    """
    try:
        return await work(*args, **options)
    except PassingError as error:
        failed = [error]

    async def go_on() -> ResultT:
        if failed:  # tenacity has to hear of the first attempt, which it costs too much to be part of
            raise failed.pop()
        return await work(*args, **options)

    return await _make_retrier(patience)(go_on)


def _make_retrier(patience: Patience) -> AsyncRetrying:
    draw = wait_random_exponential(multiplier=patience.backoff, max=patience.longest_backoff)

    def wait(state: RetryCallState) -> float:
        asked = _failure(state).wait
        return asked or draw(state)

    def stop(state: RetryCallState) -> bool:
        attempts = _failure(state).attempts
        spent = (state.seconds_since_start or 0) + state.upcoming_sleep
        return spent > patience.call or (attempts is not None and state.attempt_number >= attempts)

    return AsyncRetrying(retry=retry_if_exception_type(PassingError), wait=wait, stop=stop, reraise=True)


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how long the service asks to wait.

    Args:
        headers: The answer's headers, looked up without regard to case. A Retry-After date is compared with the
            answer's own Date, so that a wrong clock on either side does no harm.

    Returns:
        Seconds, a day at most; ``None`` where it doesn't say, or not in a way that can be read.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_ASKED)
    until = read_date(text)
    if until is None:
        return None
    now = read_date(headers.get("Date", "")) or dt.datetime.now(tz=dt.UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_ASKED)


def read_seconds_until(moment: str, headers: Mapping[str, str]) -> float | None:
    """Read how many seconds it is to a moment that an answer names.

    Args:
        moment: An ISO 8601 time.
        headers: The answer's headers; its own Date is compared with, so that a wrong clock does no harm.

    Returns:
        Seconds; ``None`` where it is no time.
    """
    try:
        until = dt.datetime.fromisoformat(moment)
    except ValueError:
        return None
    now = read_date(headers.get("Date", "")) or dt.datetime.now(tz=dt.UTC)
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=dt.UTC)) - now).total_seconds())


def read_date(text: str) -> dt.datetime | None:
    """Read a date as HTTP headers have it; ``None`` where it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _failure(state: RetryCallState) -> PassingError:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, PassingError) else PassingError(NOTHING)
