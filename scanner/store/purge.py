"""Takes old runs out of a store; a link in the chain stays and says so."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, select, text

from scanner.store.chain import add_link
from scanner.store.engine import writing
from scanner.store.forms import from_moment
from scanner.store.records import RunRecord
from scanner.store.tables import DELIVERY, RUN, SNAPSHOT

IN_WORK = dt.timedelta(days=1)
"""Evidence that was added to since then may still be read, or be waiting for its run."""


def purge_run(engine: Engine, run: RunRecord) -> None:
    """Take one run out of the store, and its evidence where no other run is left on it; all or nothing."""
    mine = (RUN.c.tenant_id == run.tenant_id) & (RUN.c.id == run.id)
    with writing(engine) as connection:
        if connection.execute(delete(RUN).where(mine)).rowcount == 0:  # another program was faster
            return
        add_link(connection, run.tenant_id, "purge", run.id, {"run": run.id, "snapshot": run.snapshot_id})
        _drop_unless_needed(connection, run)


def _drop_unless_needed(connection: Connection, run: RunRecord) -> None:
    needed = (RUN.c.tenant_id == run.tenant_id) & (RUN.c.snapshot_id == run.snapshot_id)
    if connection.execute(select(func.count()).select_from(RUN).where(needed)).scalar_one() == 0:
        evidence = (SNAPSHOT.c.tenant_id == run.tenant_id) & (SNAPSHOT.c.id == run.snapshot_id)
        connection.execute(delete(SNAPSHOT).where(evidence))


def count_leftovers(engine: Engine, before: dt.datetime) -> tuple[int, int]:
    """Count evidence that no run is on, and deliveries, both older than a moment."""
    with engine.connect() as connection:
        evidence, deliveries = (
            connection.execute(select(func.count()).select_from(table).where(old)).scalar_one()
            for table, old in _leftovers(before)
        )
    return evidence, deliveries


def purge_leftovers(engine: Engine, before: dt.datetime) -> None:
    """Take out evidence that no run is on, and deliveries, both older than a moment."""
    with writing(engine) as connection:
        for table, old in _leftovers(before):
            connection.execute(delete(table).where(old))


def _leftovers(before: dt.datetime) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    quiet = min(before, dt.datetime.now(dt.UTC) - IN_WORK)
    used = select(RUN.c.id).where((RUN.c.tenant_id == SNAPSHOT.c.tenant_id) & (RUN.c.snapshot_id == SNAPSHOT.c.id))
    touched = func.coalesce(SNAPSHOT.c.touched, SNAPSHOT.c.started)
    yield SNAPSHOT, (touched < from_moment(quiet)) & ~used.exists()
    yield DELIVERY, DELIVERY.c.queued < from_moment(before)


def give_back_space(engine: Engine) -> None:
    """Make the database's files smaller; nothing of what was taken out stays in them."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM FULL"))
        return
    raw = engine.raw_connection()  # without the transaction that begins with every other connection
    try:
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            raw.cursor().execute(statement)
    finally:
        raw.close()
