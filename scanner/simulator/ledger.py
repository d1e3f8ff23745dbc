"""The server's account of every request: what was asked, with which token, what was answered, and what went wrong."""

import email.utils
import time
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from scanner.simulator.population.frozen import Frozen

_SECRET_HEADERS = frozenset({"authorization", "cookie"})


class Visit(Frozen, frozen=True, kw_only=True):
    """One request that reached the server; without its body and the text of its token, so that no secret stays."""

    at: float
    """When it came, in seconds of the monotonic clock."""
    answered: float
    """When its answer was ready to be sent, on the same clock."""
    method: str
    path: str
    """Path and query as they came."""
    cmdlet: str = ""
    page: int = 1
    identity: str = ""
    """The same for the same request, whenever it comes."""
    headers: Mapping[str, str] = {}
    """Names in lower case."""
    token: int = 0
    """Which of the tokens issued came with it, counted from 1; 0 for none of them."""
    status: int
    bytes: int = 0
    """Length of the answer's body as it was sent."""
    wait: float | None = None
    """Seconds that the answer asked to wait, at least."""
    fault: str = ""
    """What went wrong on purpose; empty where nothing did."""


class Ledger:
    """All requests so far, in the order in which they were answered."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All of them."""
        return tuple(self._visits)

    def add(self, visit: Visit) -> None:
        """Keep one."""
        self._visits.append(visit)

    def to(self, path: str, cmdlet: str = "*") -> list[Visit]:
        """Return the requests to paths, and for cmdlets, that fit patterns."""
        return [
            visit
            for visit in self._visits
            if fnmatchcase(visit.path.partition("?")[0], path) and fnmatchcase(visit.cmdlet, cmdlet)
        ]

    def early(self) -> Iterator[Visit]:
        """Find requests that came again before the time that the service had asked to wait was over.

        Yields:
            The requests that should have waited.
        """
        not_before: dict[str, float] = {}
        for visit in sorted(self._visits, key=lambda one: one.at):
            if visit.at < not_before.get(visit.identity, 0.0):
                yield visit
            if visit.wait is not None:
                not_before[visit.identity] = visit.answered + visit.wait


def tell_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that may be kept, by their names in lower case."""
    return {name.lower(): value for name, value in headers.items() if name.lower() not in _SECRET_HEADERS}


def read_wait(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds an answer asks to wait; None if it doesn't. A date holds from its full second."""
    text = headers.get("Retry-After", "")
    if not text:
        return None
    if text.replace(".", "", 1).isdecimal():
        return float(text)
    return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
