"""A request and its answer, as the simulated services see them: free of any web framework."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from scanner.simulator.population.frozen import Frozen

Breakage = Literal["close", "reset", "stall", "cut"]
"""How a connection fails: closed or reset before the answer, no answer at all, or half of one."""


class Ask(Frozen, frozen=True, kw_only=True):
    """One request to a service."""

    method: str
    path: tuple[str, ...]
    """Segments below the service's root, decoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Looked up without regard to case."""
    body: bytes = b""
    target: str = ""
    """Path and query exactly as they came."""


class Answer(Frozen, frozen=True, kw_only=True):
    """What a service says to one request."""

    status: int = 200
    content: object = None
    """Becomes JSON; None is an empty body."""
    raw: bytes | None = None
    """Sent as it is, in place of `content`."""
    headers: Mapping[str, str] = {}
    delay: float = 0.0
    """Seconds before it is sent."""
    breakage: Breakage | None = None
    fault: str = ""
    """Name of the fault that made it what it is."""

    def encode(self) -> bytes:
        """Return the body's bytes."""
        if self.raw is not None:
            return self.raw
        return b"" if self.content is None else msgspec.json.encode(self.content)
