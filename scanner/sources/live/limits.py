"""How many requests a tenant's services get, well under what they allow, so that its other tools are not starved."""

from dataclasses import dataclass
from typing import Self

from scanner.config import LimitsConfig

BURST_OF_TRACES = 300  # the same, where it counts in five minutes
BURST = 10  # seconds of the rate that may be used at once, where the service counts in tens of seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The size of a token bucket and how soon it is full again.

    Attributes:
        requests: Requests that may start at once.
        seconds: Time in which as many become possible again.
    """

    requests: float
    seconds: float

    @classmethod
    def of(cls, per_second: float, *, burst: float) -> Self:
        """Make the bucket of a rate.

        Args:
            per_second: Requests per second.
            burst: Seconds of the rate that may be used at once; one request in any case.
        """
        requests = max(1.0, per_second * burst)
        return cls(requests=requests, seconds=requests / per_second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Token buckets of one tenant, one for each limit of its services (facts/apis.md §2.8); ``None`` is no limit.

    Attributes:
        graph: Microsoft Graph, in resource units.
        conditional_access: Conditional Access and Identity Protection objects.
        reports: Sign-in logs and other reports.
        exchange: Exchange Online.
        message_trace: Message traces.
    """

    graph: Rate | None = None
    conditional_access: Rate | None = None
    reports: Rate | None = None
    exchange: Rate | None = None
    message_trace: Rate | None = None

    @classmethod
    def of(cls, config: LimitsConfig) -> Self:
        """Make the buckets that a configuration asks for."""
        return cls(
            graph=Rate.of(config.graph, burst=BURST),
            conditional_access=Rate.of(config.conditional_access, burst=0),
            reports=Rate.of(config.reports, burst=BURST),
            exchange=Rate.of(config.exchange, burst=1),
            message_trace=Rate.of(config.message_trace, burst=BURST_OF_TRACES),
        )


DEFAULT = Limits.of(LimitsConfig())
