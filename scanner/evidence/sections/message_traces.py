"""Graph message traces of senders that were seen: how much they send, and whether to the outside.

No message data is kept: neither subjects nor whom a message was for, only the recipient's domain.
"""

import re

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Section, SenderTraces
from scanner.evidence.trace_tally import TraceGatherer
from scanner.model.text import say
from scanner.model.use import Trace

MASKED = "*@"  # how the live source begins a recipient of whom it keeps the domain only
DIGEST = re.compile(r"[0-9a-f]{32}")  # of message and recipient, its id of such a row; older rows have the message's


def parse(row: Row) -> Trace:
    """Read one recipient of one message.

    Raises:
        RowError: It has no sender or no recipient.
    """
    sender, recipient = row.word("senderAddress").strip().lower(), row.word("recipientAddress").strip().lower()
    if not sender or "@" not in recipient:
        raise RowError(say("a message trace without senderAddress or recipientAddress"))
    return Trace(
        id=_name(row.word("id"), recipient),
        sender=sender,
        message=row.word("messageId") or row.word("id"),
        domain=recipient.rpartition("@")[2],
    )


def _name(message: str, recipient: str) -> str:
    """Name one recipient of one message, or nothing: rows of a message share its id, and masked ones the recipient."""
    known = message and (not recipient.startswith(MASKED) or DIGEST.fullmatch(message))
    return f"{message} {recipient}" if known else ""


SECTION = Section(
    name="message-traces",
    title="Graph message traces of those who send",
    gives="how much senders send, and whether to the outside",
    permission="ExchangeMessageTrace.Read.All",
    ask=SenderTraces(path="/v1.0/admin/exchange/tracing/messageTraces"),
    parse=parse,
    gather=TraceGatherer,
    core=False,
)
