"""The book of fleet runs in a SQL database: who scans a tenant is decided by the database, so that one wins."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, func, insert, select, update

from scanner.errors import StoreError
from scanner.model.fleet import FleetOptions, FleetScan, FleetState
from scanner.store.engine import read_rows, transact, writing
from scanner.store.forms import from_moment, plain, to_moment
from scanner.store.tables import FLEET_SCAN as TABLE
from scanner.store.troubles import explained

SETTLED = (FleetState.DONE.value, FleetState.FAILED.value)
OPTIONS = msgspec.json.Decoder(FleetOptions)


class SqlFleets:
    """Keeps one row per tenant and fleet run.

    Args:
        engine: The open database.
        place: The store as the reader knows it.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place

    def begin(self, scans: Sequence[FleetScan], since: dt.datetime) -> str:
        """Keep the tenants of a new fleet run, unless the same was asked for and is not settled yet."""
        origin = scans[0].origin
        unsettled = (
            select(TABLE.c.fleet)
            .where((TABLE.c.origin == origin) & (TABLE.c.queued >= from_moment(since)) & TABLE.c.state.not_in(SETTLED))
            .order_by(TABLE.c.queued.desc())
            .limit(1)
        )
        found: list[str] = []

        def work(connection: Connection) -> None:
            if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(origin))))
            known = connection.execute(unsettled).scalar()
            if known is None:
                connection.execute(insert(TABLE), [from_scan(scan) for scan in scans])
            found.append(known or scans[0].fleet)

        with explained(self._place):
            transact(self._engine, work)
        return found[-1]

    def fleets(self) -> list[str]:
        """Give the ids of all fleet runs, oldest first."""
        query = select(TABLE.c.fleet).group_by(TABLE.c.fleet).order_by(func.min(TABLE.c.queued), TABLE.c.fleet)
        return [row.fleet for row in self._rows(query)]

    def scans(self, fleet: str) -> list[FleetScan]:
        """Give the tenants of a fleet run, by name."""
        return self._scans(select(TABLE).where(TABLE.c.fleet == fleet).order_by(TABLE.c.name))

    def find(self, fleet: str, tenant_id: str) -> FleetScan | None:
        """Give one tenant of a fleet run."""
        mine = (TABLE.c.tenant_id == plain(tenant_id)) & (TABLE.c.fleet == fleet)
        return next(iter(self._scans(select(TABLE).where(mine))), None)

    def elsewhere(self, scan: FleetScan) -> list[FleetScan]:
        """Give the same tenant in other fleet runs, where it is being scanned."""
        return self._scans(select(TABLE).where(_elsewhere(scan)))

    def claim(self, before: FleetScan, after: FleetScan, *, gone: Collection[str] = ()) -> bool:
        """Take a tenant to scan it; tell whether it is ours now."""
        of_tenant = select(TABLE.c.fleet).where(TABLE.c.tenant_id == plain(before.tenant_id)).with_for_update()
        others = select(TABLE.c.fleet).where(_elsewhere(before) & TABLE.c.holder.not_in(gone))

        def is_alone(connection: Connection) -> bool:
            connection.execute(of_tenant).all()  # whoever wants this tenant for another fleet run waits here
            return connection.execute(others).first() is None

        return self._change(before, after, is_alone)

    def swap(self, before: FleetScan, after: FleetScan) -> bool:
        """Put one row in place of another; tell whether that was still the one that is kept."""
        return self._change(before, after, lambda _: True)

    def _change(self, before: FleetScan, after: FleetScan, allowed: Callable[[Connection], bool]) -> bool:
        """Put one row in place of another where that is allowed; a connection that is lost doesn't make it twice."""
        won: list[bool] = []

        def landed(connection: Connection) -> bool:
            won.append(connection.execute(select(TABLE.c.fleet).where(_as_read(after))).first() is not None)
            return won[-1]

        with explained(self._place):
            transact(
                self._engine,
                lambda connection: won.append(allowed(connection) and _put(connection, before, after)),
                landed,
            )
        return won[-1]

    def renew(self, scan: FleetScan, at: dt.datetime, reached: str) -> bool:
        """Say that a tenant is still being scanned, and how far it is; tell whether it is still ours."""
        statement = update(TABLE).where(_as_read(scan)).values(renewed=from_moment(at), reached=plain(reached))
        with explained(self._place), writing(self._engine) as connection:
            return connection.execute(statement).rowcount == 1

    def _scans(self, query: Select[Any]) -> list[FleetScan]:
        return [to_scan(row) for row in self._rows(query)]

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with explained(self._place):
            return read_rows(self._engine, query)


def settle_with_run(connection: Connection, claim: FleetScan, settled: FleetScan) -> None:
    """Note in the transaction that keeps a tenant's run that it is done.

    Raises:
        StoreError: Somebody else scans the tenant by now; then the run isn't kept either.
    """
    if not _put(connection, claim, settled):
        message = f"Another worker took over {claim.name} in the fleet run {claim.fleet}; this run is not kept."
        raise StoreError(message, "Look at what became of it: smtp-posture fleet status.")


def _put(connection: Connection, before: FleetScan, after: FleetScan) -> bool:
    return connection.execute(update(TABLE).where(_as_read(before)).values(**from_scan(after))).rowcount == 1


def _as_read(scan: FleetScan) -> ColumnElement[bool]:
    """Match a row that nobody has begun, ended or handed back since it was read."""
    return (
        (TABLE.c.tenant_id == plain(scan.tenant_id))
        & (TABLE.c.fleet == scan.fleet)
        & (TABLE.c.state == scan.state.value)
        & (TABLE.c.holder == scan.holder)
        & (TABLE.c.attempts == scan.attempts)
    )


def _elsewhere(scan: FleetScan) -> ColumnElement[bool]:
    running = TABLE.c.state == FleetState.RUNNING.value
    return (TABLE.c.tenant_id == plain(scan.tenant_id)) & (TABLE.c.fleet != scan.fleet) & running


def from_scan(scan: FleetScan) -> dict[str, object]:
    """Write one tenant of a fleet run as a table row."""
    return {
        "tenant_id": plain(scan.tenant_id),
        "fleet": scan.fleet,
        "name": plain(scan.name),
        "origin": scan.origin,
        "options": msgspec.json.encode(scan.options),
        "queued": from_moment(scan.queued),
        "state": scan.state.value,
        "attempts": scan.attempts,
        "holder": scan.holder,
        "due": from_moment(scan.due),
        "started": from_moment(scan.started),
        "renewed": from_moment(scan.renewed),
        "finished": from_moment(scan.finished),
        "run_id": scan.run_id,
        "exit_code": scan.exit_code,
        "reached": plain(scan.reached),
        "reason": plain(scan.reason),
    }


def to_scan(row: Row[Any]) -> FleetScan:
    """Read one tenant of a fleet run from its table row."""
    return FleetScan(
        tenant_id=row.tenant_id,
        fleet=row.fleet,
        name=row.name,
        origin=row.origin,
        options=OPTIONS.decode(row.options),
        queued=dt.datetime.fromisoformat(row.queued),
        state=FleetState(row.state),
        attempts=row.attempts,
        holder=row.holder,
        due=to_moment(row.due),
        started=to_moment(row.started),
        renewed=to_moment(row.renewed),
        finished=to_moment(row.finished),
        run_id=row.run_id,
        exit_code=row.exit_code,
        reached=row.reached,
        reason=row.reason,
    )
