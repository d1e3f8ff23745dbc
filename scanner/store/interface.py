"""What a store does: one page."""

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, Self

from scanner.model.delivery import Outbox
from scanner.model.kept import KeptPosture
from scanner.model.period import PeriodBook
from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant
from scanner.store.records import KeptWaiver, RunRecord, StoredPage


class SnapshotWriter(Protocol):
    """Writes one snapshot; a ``PageSink``. Every page is kept as soon as it is added."""

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that is being written."""

    def add_page(self, section: str, rows: Sequence[Mapping[str, object]], *, tabular: bool = False) -> None:
        """Keep one page of rows as decoded from the provider.

        Raises:
            StoreError: It can't be written, its section is closed, or the snapshot is finished.
        """

    def close_section(self, report: SectionReport) -> None:
        """Keep how much of a section was read.

        Raises:
            StoreError: It can't be written, the section is closed already, or the snapshot is finished.
        """

    def finish(self, tenant: Tenant) -> str:
        """Seal the snapshot: from now on nothing can be added to it.

        Args:
            tenant: The tenant as the source came to know it; an id that was not known before is filled in.

        Returns:
            The snapshot's id.

        Raises:
            StoreError: It can't be written, it is finished, or the evidence turned out to be another tenant's.
        """


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
    def begin_snapshot(self, tenant: Tenant) -> SnapshotWriter:
        """Begin a snapshot of a tenant, as far as the tenant is known."""

    @abstractmethod
    def tenant(self, snapshot_id: str) -> Tenant:
        """Give the tenant of a snapshot.

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
    def add_run(self, run: RunRecord, posture: KeptPosture | None = None, waivers: Sequence[KeptWaiver] = ()) -> None:
        """Keep a run with what is to be remembered of it, all or nothing.

        Args:
            run: The run.
            posture: What later runs are compared with.
            waivers: Flags that somebody had accepted.

        Raises:
            StoreError: A run of that id is there already, or it can't be written.
        """

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
    def outbox(self) -> Outbox:
        """Give the outbox."""
