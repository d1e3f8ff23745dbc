"""What the store gives back."""

import datetime as dt
from collections.abc import Mapping

from scanner.model.fleet import FleetScan
from scanner.model.frozen import Frozen


class StoredPage(Frozen, frozen=True):
    """One page of rows as the provider gave them.

    Attributes:
        rows: The rows as decoded.
        tabular: They come from CSV, where an empty cell is null.
    """

    rows: tuple[Mapping[str, object], ...]
    tabular: bool = False


class RunSummary(Frozen, frozen=True):
    """What a run found, in a few numbers.

    Attributes:
        coverage: Share (0 to 1) of mailboxes with a known verdict for Basic.
        by_flag: Mailboxes by flag.
        senders: Mailboxes that were seen sending; ``None`` where use was not read.
        to_move: Senders that have yet to move off Basic; ``None`` where that is not known.
    """

    mailboxes: int
    coverage: float
    by_flag: Mapping[str, int]
    senders: int | None = None
    to_move: int | None = None


class KeptWaiver(Frozen, frozen=True):
    """A flag that somebody had accepted when a run was made."""

    mailbox: str
    flag: str
    reason: str
    owner: str
    expires: dt.date


class FleetPart(Frozen, frozen=True, kw_only=True):
    """What a run is of a fleet run.

    Attributes:
        claim: The tenant as whoever made the run claimed it.
        settled: The same, done.
    """

    claim: FleetScan
    settled: FleetScan


class Unfinished(Frozen, frozen=True):
    """A snapshot whose reading was not ended.

    Attributes:
        id: Its id.
        origin: What was to be read, in words that the same command gives again.
        tenant_id: Entra tenant id as far as it was known.
        started: When it began, in UTC.
        touched: When something was added last, in UTC.
        running: A run on this machine is adding to it; ``None`` where its run is, or was, on another machine.
    """

    id: str
    origin: str
    tenant_id: str
    started: dt.datetime
    touched: dt.datetime
    running: bool | None


class RunRecord(Frozen, frozen=True):
    """One run: evidence that was judged and reported.

    Attributes:
        id: Made by ``make_id``.
        tenant_id: Entra tenant id, in lower case; empty where the source didn't say.
        snapshot_id: The snapshot that was judged.
        folder: Where its reports are.
        started: In UTC.
        finished: In UTC.
        as_of: The date that it was judged for.
        complete: All core evidence was there.
        tool_version: Of smtp-posture.
        options: What it was asked to do: plain JSON values.
        evidence_at: When the evidence was collected, in UTC; ``None`` in runs of the first version.
        summary: What it found; ``None`` in runs of the first version.
    """

    id: str
    tenant_id: str
    snapshot_id: str
    folder: str
    started: dt.datetime
    finished: dt.datetime
    as_of: dt.date
    complete: bool
    tool_version: str
    options: Mapping[str, object] = {}
    evidence_at: dt.datetime | None = None
    summary: RunSummary | None = None

    @property
    def order(self) -> tuple[dt.datetime, dt.datetime]:
        """Sort runs by the age of their evidence: older evidence may be judged later."""
        return (self.evidence_at or self.started, self.started)


class RunHashes(Frozen, frozen=True):
    """What a run is recognised by; each a SHA-256 in hex.

    Attributes:
        snapshot: Of the evidence that was judged.
        report: Of the report's content as canonical JSON.
        manifest: Of manifest.json.
    """

    snapshot: str
    report: str
    manifest: str


class Link(Frozen, frozen=True):
    """One link of a tenant's hash chain.

    Attributes:
        number: From 1, without a gap.
        kind: ``run`` (one was kept), ``purge`` (one was removed) or ``erasure`` (a person was taken out of a snapshot).
        subject: Id of the run or the snapshot that it is about.
        at: When it was added, in UTC.
        body: What it says: plain JSON values.
        previous: Hash of the link before.
        hash: SHA-256 of all the rest, in hex.
    """

    tenant_id: str
    number: int
    kind: str
    subject: str
    at: dt.datetime
    body: Mapping[str, object]
    previous: str
    hash: str = ""
