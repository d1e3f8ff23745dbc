"""What is kept of a posture so that a later one can be compared with it: small, and joined by ids that last.

Records are written as arrays: a new field goes to the end, with a default, so that older ones can still be read.
"""

import datetime as dt
from collections.abc import Mapping

import msgspec

from scanner.model.frozen import Frozen


class KeptVerdict(Frozen, frozen=True, array_like=True):
    """One verdict, shared by all mailboxes that have it.

    Attributes:
        outcome: ``accepted``, ``refused``, ``depends`` or ``unknown``.
        reply: The preferred reply in one line; "" where there is none.
        decided_by: The gate that decides; "" where none does.
        gates: State of every gate, by its name.
        policies: Ids of the Conditional Access policies that it rests on.
    """

    outcome: str
    reply: str
    decided_by: str
    gates: dict[str, str]
    policies: tuple[str, ...] = ()


class KeptVerdicts(Frozen, frozen=True, array_like=True):
    """The verdicts of all methods."""

    basic: KeptVerdict
    oauth_delegated: KeptVerdict
    oauth_app: KeptVerdict


class KeptUse(Frozen, frozen=True, array_like=True):
    """How often a mailbox was seen sending; ``None`` where that was not read.

    Attributes:
        basic: Submissions with Basic.
        oauth: Submissions with OAuth.
        window_days: How many days were looked at.
        last_basic: The last day on which this run or one before it saw it send with Basic; empty where none did.
        last_oauth: The same with OAuth.
    """

    basic: int | None = None
    oauth: int | None = None
    window_days: int | None = None
    last_basic: str = ""
    last_oauth: str = ""


NO_USE = KeptUse()


class KeptMailbox(Frozen, frozen=True, array_like=True):
    """One mailbox.

    Attributes:
        id: As report.json shows it.
        kind: ``unknown`` where only the CAS list has the mailbox.
        set_aside: Why it is listed apart; "" where it isn't.
        switch: Its own SMTP AUTH switch: ``inherit``, ``enabled``, ``disabled`` or ``unknown``.
        verdicts: Place of its verdicts in ``KeptPosture.verdicts``.
    """

    id: str
    address: str
    name: str
    kind: str
    set_aside: str
    switch: str
    verdicts: int
    flag: str
    use: KeptUse = NO_USE


class KeptObject(Frozen, frozen=True, array_like=True):
    """A policy or a named location.

    Attributes:
        kind: ``policy``, ``location`` or ``authentication_policy``.
        section: The section of evidence that it is from.
        settings: Every setting that is set, by its path; ``None`` where its value could not be read.
    """

    kind: str
    section: str
    id: str
    name: str
    settings: dict[str, str | None]


class KeptPosture(Frozen, frozen=True):
    """A posture as it is kept.

    Attributes:
        tenant_id: Whose it is.
        as_of: The date that was judged for.
        tool_version: Of the program that judged.
        source_ips: Public addresses that it was judged with.
        sections: How much was read of each section, by name.
        settings: What holds for the whole tenant; ``None`` where it was not read.
        readiness: Senders that have yet to move; ``None`` where that is not known.
    """

    tenant_id: str
    as_of: dt.date
    tool_version: str
    source_ips: tuple[str, ...]
    sections: Mapping[str, str]
    settings: dict[str, str | None]
    objects: tuple[KeptObject, ...]
    verdicts: tuple[KeptVerdicts, ...]
    mailboxes: tuple[KeptMailbox, ...]
    readiness: int | None = None

    def is_complete(self, section: str) -> bool:
        """Tell whether all of a section was read."""
        return self.sections.get(section) == "complete"


ENCODER = msgspec.msgpack.Encoder()
DECODER = msgspec.msgpack.Decoder(KeptPosture)
