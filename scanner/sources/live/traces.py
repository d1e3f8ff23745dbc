"""Reads the message traces of senders: each on its own, since all mail of a tenant would be too much."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence

from scanner.evidence.section import SenderTraces
from scanner.model.text import say
from scanner.sources.live.bookmark import Bookmark
from scanner.sources.live.graph import Graph
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.page import make_page

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
        now: When the reading began.

    Raises:
        RefusedError: Graph refused it.
        UnreadableError: It can't be read, or no longer.
    """
    chosen = senders[:AT_ONCE]
    if len(senders) > len(chosen):
        ledger.doubt(say("of {all} senders only {number} were asked for", all=len(senders), number=len(chosen)))
    windows = WINDOWS if len(chosen) * WINDOWS <= AT_ONCE else 1
    for sender in chosen:
        for number in range(windows):
            end = now - number * WINDOW
            part = f"{hashlib.sha256(sender.encode()).hexdigest()[:16]}/{number}"  # no address among the places
            if not ledger.mark(part).done:
                rows = await _read_window(graph, ask, sender, end - WINDOW, end)
                ledger.add(make_page(rows), part, Bookmark(done=True))
                ledger.settle()


async def _read_window(
    graph: Graph, ask: SenderTraces, sender: str, start: dt.datetime, end: dt.datetime
) -> list[dict[str, object]]:
    address = sender.replace("'", "''")
    words = (
        f"receivedDateTime ge {start:%Y-%m-%dT%H:%M:%SZ} and receivedDateTime le {end:%Y-%m-%dT%H:%M:%SZ}"
        f" and senderAddress eq '{address}'"
    )
    listing = graph.open_listing(ask.path, {"$filter": words, "$top": ROWS})
    rows: list[dict[str, object]] = []
    while not listing.mark.done:
        page = await listing.read()
        rows.extend(_reduced(page.decode(), sender))
    return rows


def _reduced(rows: Sequence[Mapping[str, object]], sender: str) -> Iterator[dict[str, object]]:
    """Keep neither subjects nor names: of a recipient the domain is enough, and of a message that it was sent."""
    for row in rows:
        recipient, from_ip = str(row.get("recipientAddress") or ""), row.get("fromIP")
        yield {
            "id": row.get("id"),
            "senderAddress": sender,
            "recipientAddress": f"*@{recipient.rpartition('@')[2]}",
            "messageId": row.get("messageId"),
            "receivedDateTime": row.get("receivedDateTime"),
            "fromIP": from_ip,
            "status": row.get("status"),
        }
