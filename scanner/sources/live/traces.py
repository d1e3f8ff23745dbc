"""Reads the message traces of senders: each on its own, since all mail of a tenant would be too much."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from scanner.evidence.section import SenderTraces
from scanner.model.text import say
from scanner.sources.live.bookmark import Bookmark
from scanner.sources.live.graph import Graph, GraphListing
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.log import begin
from scanner.sources.live.page import ListPage, make_page
from scanner.sources.live.paging import Listing, read_part

WINDOW = dt.timedelta(days=10)  # the longest that one request may ask for (facts/apis.md §2.6)
WINDOWS = 3
AT_ONCE = 90  # requests that are made without waiting: 100 in five minutes are allowed
ROWS = "5000"


async def read_traces(
    graph: Graph, ask: SenderTraces, senders: Sequence[str], ledger: Ledger, now: dt.datetime
) -> None:
    """Read what each sender sent: in the last month, or the last ten days where there are many of them.

    Args:
        graph: The tenant's Graph.
        ask: Where the traces are.
        senders: Addresses.
        ledger: The section's account.
        now: When the reading begins; an interrupted one began earlier.

    Raises:
        RefusedError: Graph refused it.
        UnreadableError: It can't be read, or no longer.
    """
    begun = begin(ledger, now)
    chosen = senders[:AT_ONCE]
    if len(senders) > len(chosen):
        ledger.doubt(say("of {all} senders only {number} were asked for", all=len(senders), number=len(chosen)))
    windows = WINDOWS if len(chosen) * WINDOWS <= AT_ONCE else 1
    for sender in chosen:
        for number in range(windows):
            end = begun - number * WINDOW
            part = f"{hashlib.sha256(sender.encode()).hexdigest()[:16]}/{number}"  # no address among the places
            await read_part(_open_window(graph, ask, sender, end), ledger, part)


def _open_window(graph: Graph, ask: SenderTraces, sender: str, end: dt.datetime) -> Callable[[Bookmark], Listing]:
    address = sender.replace("'", "''")
    words = (
        f"receivedDateTime ge {end - WINDOW:%Y-%m-%dT%H:%M:%SZ} and receivedDateTime le {end:%Y-%m-%dT%H:%M:%SZ}"
        f" and senderAddress eq '{address}'"
    )
    query = {"$filter": words, "$top": ROWS}
    return lambda mark: _Traces(graph.open_listing(ask.path, query, mark), sender)


class _Traces:
    """The traces of one sender and window, page by page, without what is not needed of them."""

    def __init__(self, listing: GraphListing, sender: str) -> None:
        self._listing = listing
        self._sender = sender

    @property
    def mark(self) -> Bookmark:
        return self._listing.mark

    async def read(self) -> ListPage:
        page = await self._listing.read()
        return replace(make_page(list(_reduced(page.decode(), self._sender))), doubts=page.doubts)


def _reduced(rows: Sequence[Mapping[str, object]], sender: str) -> Iterator[dict[str, object]]:
    """Keep neither subjects nor names: of a recipient the domain is enough, and of a message that it was sent."""
    for row in rows:
        recipient, from_ip = str(row.get("recipientAddress") or ""), row.get("fromIP")
        yield {
            "id": _name(row.get("id"), recipient),
            "senderAddress": sender,
            "recipientAddress": f"*@{recipient.rpartition('@')[2]}",
            "messageId": row.get("messageId"),
            "receivedDateTime": row.get("receivedDateTime"),
            "fromIP": from_ip,
            "status": row.get("status"),
        }


def _name(message: object, recipient: str) -> str | None:
    """Name one recipient of a message without telling who: the trace gives one id to all, and repeats rows."""
    return hashlib.sha256(f"{message} {recipient}".encode()).hexdigest()[:32] if message else None
