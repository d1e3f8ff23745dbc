"""The store in a SQL database."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, select

from scanner.errors import StoreError
from scanner.model.kept import KeptPosture
from scanner.model.reading import RequestRecord, RequestTotals
from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant
from scanner.model.text import Text
from scanner.store.chain import add_link, to_link
from scanner.store.digest import digest_of
from scanner.store.engine import open_engine, read_rows, read_url, transact, writing
from scanner.store.erase import (
    drop_unreported,
    erase_deliveries,
    erase_from_run,
    erase_from_snapshot,
    note_reports_gone,
)
from scanner.store.fleets import SqlFleets, settle_with_run
from scanner.store.forms import plain, to_remarks, to_report, to_request, to_tenant, to_unfinished
from scanner.store.interface import Erasure, Store
from scanner.store.outbox import SqlOutbox
from scanner.store.pages import belongs, read_pages, sum_up
from scanner.store.periods import SqlPeriods
from scanner.store.purge import count_leftovers, give_back_space, purge_leftovers, purge_run
from scanner.store.records import FleetPart, KeptWaiver, Link, RunHashes, RunRecord, StoredPage, Unfinished
from scanner.store.runs import (
    body_of,
    find_run,
    has_run,
    insert_run,
    read_posture,
    read_runs,
    read_runs_of,
    read_waivers,
)
from scanner.store.tables import LINK, PAGE, REQUEST, SECTION, SNAPSHOT
from scanner.store.troubles import explained
from scanner.store.writer import SqlSnapshotWriter

MILLI = 1000


class SqlStore(Store):
    """Keeps snapshots and runs in SQLite or PostgreSQL.

    Args:
        url: As ``Store.open`` explains.

    Raises:
        StoreError: It can't be opened.
    """

    def __init__(self, url: str) -> None:
        parsed = read_url(url)
        self._place = parsed.render_as_string(hide_password=True)
        with explained(self._place):
            self._engine = open_engine(parsed)

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    def begin_snapshot(self, tenant: Tenant, *, origin: str = "") -> SqlSnapshotWriter:
        """Begin a snapshot of a tenant, as far as the tenant is known."""
        return SqlSnapshotWriter.begin(self._engine, self._place, tenant, origin)

    def unfinished(self) -> list[Unfinished]:
        """Give the snapshots whose reading was not ended, the newest first."""
        query = select(SNAPSHOT).where(SNAPSHOT.c.finished.is_(None)).order_by(SNAPSHOT.c.started.desc())
        return [to_unfinished(row) for row in self._rows(query)]

    def continue_snapshot(self, snapshot_id: str) -> SqlSnapshotWriter:
        """Go on with a snapshot; a run that still adds to it ends with an error.

        Raises:
            StoreError: There is no such snapshot.
        """
        self._snapshot(snapshot_id)
        return SqlSnapshotWriter(self._engine, self._place, snapshot_id)

    def is_partial(self, snapshot_id: str) -> bool:
        """Tell whether a snapshot was judged though its reading was not ended.

        Raises:
            StoreError: There is no such snapshot.
        """
        return bool(self._snapshot(snapshot_id).partial)

    def requests(self, snapshot_id: str) -> list[RequestRecord]:
        """Give the ledger of requests of a snapshot, in the order in which they ended."""
        query = select(REQUEST).where(belongs(REQUEST, snapshot_id)).order_by(REQUEST.c.number)
        return [to_request(row) for row in self._rows(query)]

    def request_totals(self, snapshot_id: str) -> RequestTotals | None:
        """Give what the ledger of requests of a snapshot adds up to; ``None`` where nobody was asked."""
        columns = (
            func.count().label("requests"),
            func.coalesce(func.sum(case((REQUEST.c.reading, 0), else_=1)), 0).label("writes"),
            func.coalesce(func.sum(REQUEST.c.received), 0).label("received_bytes"),
            func.coalesce(func.sum(REQUEST.c.waited_ms), 0).label("waited_ms"),
        )
        (row,) = self._rows(select(*columns).where(belongs(REQUEST, snapshot_id)))
        if not row.requests:
            return None
        return RequestTotals(
            requests=row.requests,
            writes=row.writes,
            received_bytes=row.received_bytes,
            waited_seconds=row.waited_ms / MILLI,
        )

    def tenant(self, snapshot_id: str) -> Tenant:
        """Give the tenant of a snapshot.

        Raises:
            StoreError: There is no such snapshot.
        """
        return to_tenant(self._snapshot(snapshot_id))

    def remarks(self, snapshot_id: str) -> tuple[Text, ...]:
        """Give what readers should know of the whole reading.

        Raises:
            StoreError: There is no such snapshot.
        """
        return tuple(to_remarks(self._snapshot(snapshot_id).remarks).values())

    def sections(self, snapshot_id: str) -> dict[str, SectionReport]:
        """Give how much was read of each section of a snapshot, by name."""
        query = select(SECTION).where(belongs(SECTION, snapshot_id)).order_by(SECTION.c.section)
        return {row.section: to_report(row) for row in self._rows(query)}

    def pages(self, snapshot_id: str, section: str) -> Iterator[StoredPage]:
        """Give the pages of a section in the order in which they came, one at a time."""
        with explained(self._place):
            yield from read_pages(self._engine, snapshot_id, section)

    def digest(self, snapshot_id: str) -> str:
        """Give the SHA-256 that was kept when the snapshot was finished; empty while it is not.

        Raises:
            StoreError: There is no such snapshot.
        """
        kept: str = self._snapshot(snapshot_id).digest
        return kept

    def measure_digest(self, snapshot_id: str) -> str:
        """Make the SHA-256 of a snapshot anew, from what is kept now: it differs when somebody altered it."""
        names = select(PAGE.c.section).where(belongs(PAGE, snapshot_id)).distinct()
        rows = {row.section: sum_up(self._engine, snapshot_id, row.section).hexdigest() for row in self._rows(names)}
        kept = to_remarks(self._snapshot(snapshot_id).remarks)
        return digest_of(self.tenant(snapshot_id), self.sections(snapshot_id), rows, kept)

    def evidence_at(self, snapshot_id: str) -> dt.datetime:
        """Tell when the evidence of a snapshot was collected: as its source says, else when it was kept.

        Raises:
            StoreError: There is no such snapshot.
        """
        row = self._snapshot(snapshot_id)
        return dt.datetime.fromisoformat(row.collected_at or row.started)

    def add_run(
        self,
        run: RunRecord,
        posture: KeptPosture | None = None,
        waivers: Sequence[KeptWaiver] = (),
        hashes: RunHashes | None = None,
        part: FleetPart | None = None,
    ) -> None:
        """Keep a run with what is to be remembered of it, all or nothing.

        Raises:
            StoreError: A run of that id is there already, it can't be written, or it isn't the fleet run's any more.
        """

        def keep(connection: Connection) -> None:
            if part is not None:
                settle_with_run(connection, part.claim, part.settled)
            insert_run(connection, run, posture, waivers)
            if hashes is not None:
                add_link(connection, plain(run.tenant_id), "run", run.id, body_of(run, hashes))

        with explained(self._place):
            transact(self._engine, keep, lambda connection: has_run(connection, run))

    def links(self, tenant_id: str) -> list[Link]:
        """Give the hash chain of a tenant, in order."""
        query = select(LINK).where(LINK.c.tenant_id == plain(tenant_id)).order_by(LINK.c.number)
        return list(map(to_link, self._rows(query)))

    def links_about(self, run_id: str) -> list[Link]:
        """Give the links about a run, whichever tenant's it is, also after it was purged."""
        query = select(LINK).where(LINK.c.subject == run_id).order_by(LINK.c.tenant_id, LINK.c.number)
        return list(map(to_link, self._rows(query)))

    def purge_run(self, run: RunRecord) -> None:
        """Take one run out of the store, and its evidence where no other run is left on it; its chain says so.

        Raises:
            StoreError: It can't be written.
        """
        with explained(self._place):
            purge_run(self._engine, run)

    def count_leftovers(self, before: dt.datetime) -> tuple[int, int]:
        """Count evidence that no run is on, and deliveries, both older than a moment."""
        with explained(self._place):
            return count_leftovers(self._engine, before)

    def purge_leftovers(self, before: dt.datetime) -> None:
        """Take out evidence that no run is on, and deliveries, both older than a moment."""
        with explained(self._place):
            purge_leftovers(self._engine, before)

    def erase(self, tenant_id: str, snapshots: Sequence[str], runs: Sequence[str], change: Erasure) -> None:
        """Take somebody out of all that is kept of a tenant, in one transaction; its chain says so.

        Raises:
            StoreError: It can't be written.
        """
        records = self.runs(tenant_id)
        with explained(self._place), writing(self._engine) as connection:
            for snapshot_id in snapshots:
                erase_from_snapshot(connection, snapshot_id, change)
            for run in records:
                erase_from_run(connection, run, change)
            for run_id in runs:
                note_reports_gone(connection, tenant_id, run_id)
            erase_deliveries(connection, tenant_id, change)
            drop_unreported(connection, tenant_id)

    def give_back_space(self) -> None:
        """Make the database's files smaller; nothing of what was taken out stays in them."""
        with explained(self._place):
            give_back_space(self._engine)

    def posture(self, run: RunRecord) -> KeptPosture | None:
        """Give what was remembered of a run; ``None`` for runs of the first version."""
        with explained(self._place):
            return read_posture(self._engine, run)

    def waivers(self, run: RunRecord) -> list[KeptWaiver]:
        """Give the flags that somebody had accepted when a run was made."""
        with explained(self._place):
            return read_waivers(self._engine, run)

    def runs(self, tenant_id: str | None = None) -> list[RunRecord]:
        """Give all runs, of one tenant or of all, oldest first."""
        with explained(self._place):
            return read_runs(self._engine, tenant_id)

    def find_run(self, name: str, tenant_id: str | None = None) -> RunRecord:
        """Find one run.

        Raises:
            RunNotFoundError: There is none, or several begin like that.
        """
        return find_run(self.runs(tenant_id), name)

    def periods(self) -> SqlPeriods:
        """Give the book of schedule periods."""
        return SqlPeriods(self._engine, self._place)

    def fleets(self) -> SqlFleets:
        """Give the book of fleet runs."""
        return SqlFleets(self._engine, self._place)

    def runs_of(self, ids: Collection[str]) -> dict[str, RunRecord]:
        """Give the runs of these ids, by id; those that are not kept are left out."""
        with explained(self._place):
            return {run.id: run for run in read_runs_of(self._engine, ids)}

    def outbox(self) -> SqlOutbox:
        """Give the outbox."""
        return SqlOutbox(self._engine, self._place)

    def _snapshot(self, snapshot_id: str) -> Row[Any]:
        for found in self._rows(select(SNAPSHOT).where(SNAPSHOT.c.id == snapshot_id)):
            return found
        raise StoreError(f"There is no snapshot {snapshot_id} in the store {self._place}.")

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with explained(self._place):
            return read_rows(self._engine, query)
