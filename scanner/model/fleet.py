"""A fleet run: many tenants scanned for one command, and what became of each."""

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Protocol

from scanner.model.frozen import Frozen


class FleetState(StrEnum):
    """What became of one tenant of a fleet run."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"  # it has its one run
    FAILED = "failed"  # it is not tried again


class FleetOptions(Frozen, frozen=True, kw_only=True):
    """What is wanted of every tenant alike; where files are and how to sign in, whoever scans knows by itself.

    Attributes:
        as_of: The date that is judged for.
        formats: Names of formats.
        language: Code of the reports' language.
        fail_on: Flag at or above which a tenant's exit code is 3; "" for none.
        archive: The PDF is PDF/A-3.
        pseudonymise: Names, addresses and ids become pseudonyms.
        allow_partial: Judge what an interrupted reading left, without reading on.
    """

    as_of: dt.date
    formats: tuple[str, ...]
    language: str = "en"
    fail_on: str = ""
    archive: bool = False
    pseudonymise: bool = False
    allow_partial: bool = False


class FleetScan(Frozen, frozen=True, kw_only=True):
    """One tenant of one fleet run; times in UTC.

    Attributes:
        tenant_id: The tenant as the configuration names it, in lower case.
        fleet: Id of the fleet run.
        name: The tenant's name in the configuration.
        origin: What was asked for, in words that the same command gives again.
        options: What is wanted.
        queued: When the fleet run began.
        state: What became of it.
        attempts: How often it was begun, without those that were handed back.
        holder: Who scans it or scanned it last, as ``scanner.store.holder`` names a process; "" for nobody.
        due: A tenant that is to be tried again waits until then.
        started: When the last try began.
        renewed: When whoever scans it last said that it still does.
        finished: When it was settled.
        run_id: The run that came of it; before it is done, the id that the last try's would have got.
        exit_code: As a scan of it alone would have ended; ``None`` before it is settled.
        reached: How far the reading is, in a few words.
        reason: Why the last try failed; "" otherwise.
    """

    tenant_id: str
    fleet: str
    name: str
    origin: str
    options: FleetOptions
    queued: dt.datetime
    state: FleetState = FleetState.WAITING
    attempts: int = 0
    holder: str = ""
    due: dt.datetime | None = None
    started: dt.datetime | None = None
    renewed: dt.datetime | None = None
    finished: dt.datetime | None = None
    run_id: str = ""
    exit_code: int | None = None
    reached: str = ""
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Nobody will scan it again for this fleet run."""
        return self.state in {FleetState.DONE, FleetState.FAILED}


class FleetBook(Protocol):
    """Keeps one row per tenant and fleet run; the database decides who scans a tenant."""

    def begin(self, scans: Sequence[FleetScan], since: dt.datetime) -> str:
        """Keep the tenants of a new fleet run, unless the same was asked for and is not settled yet.

        Args:
            scans: All tenants.
            since: One that began before is not gone on with.

        Returns:
            The id of the fleet run that is to be done: the new one, or the one that was found.
        """

    def fleets(self) -> Sequence[str]:
        """Give the ids of all fleet runs, oldest first."""

    def scans(self, fleet: str) -> Sequence[FleetScan]:
        """Give the tenants of a fleet run, by name."""

    def find(self, fleet: str, tenant_id: str) -> FleetScan | None:
        """Give one tenant of a fleet run."""

    def elsewhere(self, scan: FleetScan) -> Sequence[FleetScan]:
        """Give the same tenant in other fleet runs, where it is being scanned."""

    def claim(self, before: FleetScan, after: FleetScan, *, gone: Collection[str] = ()) -> bool:
        """Take a tenant to scan it; tell whether it is ours now.

        Args:
            before: The row as it was read; nothing is taken if it is another one by now.
            after: In the state ``running``, with who claims it.
            gone: Holders that are known to have ended: what they still seem to scan for other fleet runs is nobody's.
        """

    def swap(self, before: FleetScan, after: FleetScan) -> bool:
        """Put one row in place of another; tell whether that was still the one that is kept."""

    def renew(self, scan: FleetScan, at: dt.datetime, reached: str) -> bool:
        """Say that a tenant is still being scanned, and how far it is; tell whether it is still ours."""
