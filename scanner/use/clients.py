"""All exports of the Exchange admin center's report together, by sender."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from scanner.model.use import ClientRow, Clients, Protocol
from scanner.use.windows import Window, merge

Span = tuple[str, dt.date | None, dt.date | None]  # file, first and last day
Sums = defaultdict[Span, int]


def by_sender(rows: Iterable[ClientRow]) -> Mapping[str, Clients]:
    """Sort by address: the rows of one file and window add up, files and windows that overlap don't."""
    sums: defaultdict[str, dict[Protocol, Sums]] = defaultdict(
        lambda: {protocol: defaultdict(int) for protocol in Protocol}
    )
    old_tls: dict[str, bool] = {}
    for row in rows:
        sums[row.address][row.protocol][(row.file, row.start, row.end)] += row.messages
        if row.old_tls is not None:
            old_tls[row.address] = old_tls.get(row.address, False) or row.old_tls
    return {address: clients_of(found, old_tls.get(address)) for address, found in sums.items()}


def clients_of(sums: Mapping[Protocol, Sums], old_tls: bool | None) -> Clients:  # noqa: FBT001 -- three-valued
    """Put together what the files say of one sender."""
    return Clients(
        basic=merged(sums[Protocol.BASIC]),
        oauth=merged(sums[Protocol.OAUTH]),
        not_told=merged(sums[Protocol.NOT_TOLD]),
        last_basic=last_day(sums[Protocol.BASIC]),
        last_oauth=last_day(sums[Protocol.OAUTH]),
        old_tls=old_tls,
    )


def merged(sums: Sums) -> int:
    """Count the messages of one protocol."""
    return merge(Window(count=count, start=start, end=end) for (_, start, end), count in sums.items())


def last_day(sums: Sums) -> dt.date | None:
    """Give the last day of the newest window in which something was sent."""
    return max((end for (_, _, end), count in sums.items() if end and count), default=None)
