"""Gathers message traces by sender while they are read."""

from collections import Counter

from scanner.evidence.recent import RecentIds
from scanner.model.use import SenderTrace, Trace

KEPT_DOMAINS = 200  # of one sender; further ones are counted as one
OTHER_DOMAINS = "*"


class TraceGatherer:
    """Counts messages and recipients of each sender; a ``Gatherer``."""

    def __init__(self) -> None:
        self._domains: dict[str, Counter[str]] = {}
        self._messages: Counter[str] = Counter()
        self._rows = RecentIds()
        self._letters = RecentIds()

    def add(self, row: Trace) -> None:
        """Count one recipient of a message; the trace repeats rows, and mixes those of messages of one moment."""
        if self._rows.repeats(row.id):
            return
        domains = self._domains.setdefault(row.sender, Counter())
        domains[row.domain if row.domain in domains or len(domains) < KEPT_DOMAINS else OTHER_DOMAINS] += 1
        if not self._letters.repeats(f"{row.sender} {row.message}"):
            self._messages[row.sender] += 1

    def give(self) -> tuple[SenderTrace, ...]:
        """Sum up, the senders in the order of their addresses."""
        return tuple(
            SenderTrace(sender=sender, messages=self._messages[sender], domains=tuple(sorted(domains.items())))
            for sender, domains in sorted(self._domains.items())
        )
