"""What a store does: one page."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, Self

from scanner.model.delivery import Outbox
from scanner.model.fleet import FleetBook
from scanner.model.kept import KeptPosture
from scanner.model.period import PeriodBook
from scanner.model.reading import Place, RawRows, RequestRecord, RequestTotals
from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant
from scanner.model.text import Text
from scanner.store.records import FleetPart, KeptWaiver, Link, RunHashes, RunRecord, StoredPage, Unfinished


class SnapshotWriter(Protocol):
    """Writes one snapshot; a ``LastingSink``. Every page is kept as soon as it is added."""

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that is being written."""

    def add_page(
        self,
        section: str,
        rows: Sequence[Mapping[str, object]] | RawRows,
        *,
        tabular: bool = False,
        place: Place | None = None,
    ) -> int:
        """Keep one page of rows, and in the same transaction how far the listing came.

        Returns:
            The page's number within its section.

        Raises:
            StoreError: It can't be written, its section is closed, or the snapshot is finished.
        """

    def amend_page(self, section: str, rows: RawRows) -> None:
        """Put rows in place of those of the page of their number, which held some twice.

        Raises:
            StoreError: It can't be written.
        """

    def note_place(self, section: str, place: Place) -> None:
        """Keep how far a listing came, where no rows came with it.

        Raises:
            StoreError: It can't be written.
        """

    def settle(self) -> None:
        """Do what could wait. Called while the next page is on its way."""

    def drop_part(self, section: str, part: str) -> None:
        """Forget the pages of a part and how far it was read: its listing begins anew.

        Raises:
            StoreError: It can't be written.
        """

    def places(self, section: str) -> dict[str, bytes]:
        """Give how far each part of a section was read, by an earlier run too."""

    def pages(self, section: str) -> Iterator[RawRows]:
        """Give the pages of a section that are kept so far, by an earlier run too."""

    def page(self, section: str, number: int) -> RawRows:
        """Give one of these pages by its number."""

    def report_of(self, section: str) -> SectionReport | None:
        """Give how much was read of a section that is closed already; ``None`` where it is not."""

    def remark(self, subject: str, remark: Text) -> None:
        """Keep what readers should know of the whole reading, in place of what was said of the same subject.

        Raises:
            StoreError: It can't be written.
        """

    def hold_requests(self, records: Sequence[RequestRecord]) -> None:
        """Take what was asked; it is kept in one transaction with what is kept next, such as the page it brought."""

    def add_requests(self, records: Sequence[RequestRecord]) -> None:
        """Keep what was asked, and what is held.

        Raises:
            StoreError: It can't be written.
        """

    def close_section(self, report: SectionReport) -> None:
        """Keep how much of a section was read.

        Raises:
            StoreError: It can't be written, the section is closed already, or the snapshot is finished.
        """

    def meet(self, tenant: Tenant) -> None:
        """Keep whose evidence it is, once the source knows.

        Raises:
            StoreError: It can't be written, or it is another tenant than the one that the snapshot began with.
        """

    def finish(self, tenant: Tenant, *, partial: bool = False) -> str:
        """Seal the snapshot: from now on nothing can be added to it.

        Args:
            tenant: The tenant as the source came to know it; an id that was not known before is filled in.
            partial: The reading was not ended; the snapshot is judged all the same.

        Returns:
            The snapshot's id.

        Raises:
            StoreError: It can't be written, it is finished, or the evidence turned out to be another tenant's.
        """

    def release(self) -> None:
        """Let another run go on with the snapshot, where this one ends before it is finished."""


class Erasure(Protocol):
    """Takes somebody out of what is kept."""

    def rows(self, section: str, rows: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
        """Give the rows of a section without them; the same object where nothing of them is in it."""

    def words(self, text: str) -> str:
        """Give a text without mentions of them."""

    def is_about(self, key: str) -> bool:
        """Tell whether an id or an address is theirs."""


class Store(ABC):
    """Keeps snapshots and runs; used as a context manager."""

    @staticmethod
    def open(url: str) -> "Store":
        """Open the store, and make it where there is none.

        Args:
            url: ``sqlite:///PATH`` or ``postgresql+psycopg://USER@HOST/NAME``.

        Raises:
            StoreError: It can't be opened, or it isn't a store of this version.
        """
        from scanner.store.sql import SqlStore  # noqa: PLC0415 -- the database library loads when a store is opened

        return SqlStore(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Give back every connection."""

    @abstractmethod
    def begin_snapshot(self, tenant: Tenant, *, origin: str = "") -> SnapshotWriter:
        """Begin a snapshot of a tenant, as far as the tenant is known.

        Args:
            tenant: The tenant.
            origin: What is read, in words that the same command gives again; empty where it can't be gone on with.
        """

    @abstractmethod
    def unfinished(self) -> list[Unfinished]:
        """Give the snapshots whose reading was not ended, the newest first."""

    @abstractmethod
    def continue_snapshot(self, snapshot_id: str) -> SnapshotWriter:
        """Go on with a snapshot; a run that still adds to it ends with an error.

        Raises:
            StoreError: There is no such snapshot.
        """

    @abstractmethod
    def is_partial(self, snapshot_id: str) -> bool:
        """Tell whether a snapshot was judged though its reading was not ended.

        Raises:
            StoreError: There is no such snapshot.
        """

    @abstractmethod
    def requests(self, snapshot_id: str) -> list[RequestRecord]:
        """Give the ledger of requests of a snapshot, in the order in which they ended."""

    @abstractmethod
    def request_totals(self, snapshot_id: str) -> RequestTotals | None:
        """Give what the ledger of requests of a snapshot adds up to; ``None`` where nobody was asked."""

    @abstractmethod
    def tenant(self, snapshot_id: str) -> Tenant:
        """Give the tenant of a snapshot.

        Raises:
            StoreError: There is no such snapshot.
        """

    @abstractmethod
    def remarks(self, snapshot_id: str) -> tuple[Text, ...]:
        """Give what readers should know of the whole reading.

        Raises:
            StoreError: There is no such snapshot.
        """

    @abstractmethod
    def sections(self, snapshot_id: str) -> dict[str, SectionReport]:
        """Give how much was read of each section of a snapshot, by name."""

    @abstractmethod
    def pages(self, snapshot_id: str, section: str) -> Iterator[StoredPage]:
        """Give the pages of a section in the order in which they came, one at a time."""

    @abstractmethod
    def digest(self, snapshot_id: str) -> str:
        """Give the SHA-256 that was kept when the snapshot was finished; empty while it is not.

        Raises:
            StoreError: There is no such snapshot.
        """

    @abstractmethod
    def measure_digest(self, snapshot_id: str) -> str:
        """Make the SHA-256 of a snapshot anew, from what is kept now: it differs when somebody altered it."""

    @abstractmethod
    def evidence_at(self, snapshot_id: str) -> dt.datetime:
        """Tell when the evidence of a snapshot was collected: as its source says, else when it was kept.

        Raises:
            StoreError: There is no such snapshot.
        """

    @abstractmethod
    def add_run(
        self,
        run: RunRecord,
        posture: KeptPosture | None = None,
        waivers: Sequence[KeptWaiver] = (),
        hashes: RunHashes | None = None,
        part: FleetPart | None = None,
    ) -> None:
        """Keep a run with what is to be remembered of it, all or nothing.

        Args:
            run: The run.
            posture: What later runs are compared with.
            waivers: Flags that somebody had accepted.
            hashes: What the run is recognised by; with them it becomes a link of its tenant's hash chain.
            part: The tenant of a fleet run that it is of, which is done in the same transaction.

        Raises:
            StoreError: A run of that id is there already, it can't be written, or it isn't the fleet run's any more.
        """

    @abstractmethod
    def links(self, tenant_id: str) -> list[Link]:
        """Give the hash chain of a tenant, in order."""

    @abstractmethod
    def links_about(self, run_id: str) -> list[Link]:
        """Give the links about a run, whichever tenant's it is, also after it was purged."""

    @abstractmethod
    def purge_run(self, run: RunRecord) -> None:
        """Take one run out of the store, and its evidence where no other run is left on it; its chain says so.

        Raises:
            StoreError: It can't be written.
        """

    @abstractmethod
    def count_leftovers(self, before: dt.datetime) -> tuple[int, int]:
        """Count evidence that no run is on, and deliveries, both older than a moment."""

    @abstractmethod
    def purge_leftovers(self, before: dt.datetime) -> None:
        """Take out evidence that no run is on, and deliveries, both older than a moment."""

    @abstractmethod
    def erase(self, tenant_id: str, snapshots: Sequence[str], runs: Sequence[str], change: Erasure) -> None:
        """Take somebody out of all that is kept of a tenant, in one transaction; its chain says so.

        Args:
            tenant_id: The tenant.
            snapshots: Ids of the snapshots that name them.
            runs: Ids of the runs whose reports were removed.
            change: Takes them out.

        Raises:
            StoreError: It can't be written.
        """

    @abstractmethod
    def give_back_space(self) -> None:
        """Make the database's files smaller; nothing of what was taken out stays in them."""

    @abstractmethod
    def posture(self, run: RunRecord) -> KeptPosture | None:
        """Give what was remembered of a run; ``None`` for runs of the first version."""

    @abstractmethod
    def waivers(self, run: RunRecord) -> list[KeptWaiver]:
        """Give the flags that somebody had accepted when a run was made."""

    @abstractmethod
    def runs(self, tenant_id: str | None = None) -> list[RunRecord]:
        """Give all runs, of one tenant or of all, oldest first."""

    @abstractmethod
    def find_run(self, name: str, tenant_id: str | None = None) -> RunRecord:
        """Find one run.

        Args:
            name: An id, the beginning of one, ``latest``, or ``previous``: the one before the latest, of its tenant.
            tenant_id: Look among the runs of this tenant only.

        Raises:
            RunNotFoundError: There is none, or several begin like that.
        """

    @abstractmethod
    def periods(self) -> PeriodBook:
        """Give the book of schedule periods."""

    @abstractmethod
    def fleets(self) -> FleetBook:
        """Give the book of fleet runs."""

    @abstractmethod
    def runs_of(self, ids: Collection[str]) -> dict[str, RunRecord]:
        """Give the runs of these ids, by id; those that are not kept are left out."""

    @abstractmethod
    def outbox(self) -> Outbox:
        """Give the outbox."""
