"""Message traces: one row per recipient of each message, for ten days at most."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator

from scanner.simulator.diary import Attempt
from scanner.simulator.graph.desk import Desk, Paging, Query, Row, answer_list
from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.wire import Answer

_PAGING = Paging(default=1000, maximum=5000, filtered=True)
_LONGEST = dt.timedelta(days=10)
_WHEN = re.compile(r"receivedDateTime (ge|le) (\S+)")
_WHO = re.compile(r"senderAddress eq '((?:[^']|'')*)'")
CUSTOMERS = ("orders@fabrikam.example", "accounts@northwind.example")
"""Whom those that write to the outside write to."""
OUTWARD = frozenset({"erp", "backup"})
"""How the addresses of these begin."""


def list_traces(desk: Desk, query: Query) -> Answer:
    """Answer `GET /admin/exchange/tracing/messageTraces`."""
    text = query.ask.query.get("$filter", "")
    bounds = {word: dt.datetime.fromisoformat(moment) for word, moment in _WHEN.findall(text)}
    senders = [found.replace("''", "'").lower() for found in _WHO.findall(text)]
    if set(bounds) != {"ge", "le"} or bounds["le"] - bounds["ge"] > _LONGEST or len(senders) != 1:
        raise GraphRefusalError(400, "BadRequest", "The filter is not supported: a window of up to 10 days is needed.")
    rows = [
        (attempt, recipient)
        for attempt in desk.diary.attempts
        if attempt.sent and attempt.mailbox.address == senders[0] and bounds["ge"] <= attempt.moment <= bounds["le"]
        for recipient in recipients_of(desk, attempt)
    ]
    return answer_list(desk, query, rows, lambda row: trace_row(*row), _PAGING)


def recipients_of(desk: Desk, attempt: Attempt) -> Iterator[str]:
    """Give whom a message is for."""
    yield f"info@{desk.population.scenario.domain}"
    if attempt.mailbox.alias.startswith(tuple(OUTWARD)):
        yield from CUSTOMERS


def trace_row(attempt: Attempt, recipient: str) -> Row:
    """Render one recipient of one message."""
    message = uuid.uuid5(uuid.NAMESPACE_OID, f"{attempt.mailbox.key}/{attempt.moment.isoformat()}")
    return {
        "id": str(uuid.uuid5(message, recipient)),
        "senderAddress": attempt.mailbox.address,
        "recipientAddress": recipient,
        "messageId": f"<{message}@{attempt.mailbox.address.partition('@')[2]}>",
        "receivedDateTime": f"{attempt.moment:%Y-%m-%dT%H:%M:%SZ}",
        "subject": "Canary: no subject may be kept",
        "size": 4242,
        "fromIP": attempt.address,
        "toIP": "198.51.100.7",
        "status": "delivered",
    }
