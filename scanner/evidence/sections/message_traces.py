"""Graph message traces of senders that were seen: how much they send, and whether to the outside.

No message data is kept: neither subjects nor whom a message was for, only the recipient's domain.
"""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Section, SenderTraces
from scanner.evidence.trace_tally import TraceGatherer
from scanner.model.text import say
from scanner.model.use import Trace


def parse(row: Row) -> Trace:
    """Read one recipient of one message.

    Raises:
        RowError: It has no sender or no recipient.
    """
    sender, recipient = row.word("senderAddress").strip().lower(), row.word("recipientAddress").strip().lower()
    if not sender or "@" not in recipient:
        raise RowError(say("a message trace without senderAddress or recipientAddress"))
    return Trace(
        id=f"{row.word('id')} {recipient}" if row.word("id") else "",  # the rows of one message share its id
        sender=sender,
        message=row.word("messageId") or row.word("id"),
        domain=recipient.rpartition("@")[2],
    )


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
