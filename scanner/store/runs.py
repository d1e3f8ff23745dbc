"""Finding a run by the names that people use."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from sqlalchemy import ColumnElement, Connection, Engine, Table, insert, select

from scanner.errors import RunNotFoundError
from scanner.model.kept import KeptPosture
from scanner.store.engine import read_rows
from scanner.store.forms import from_moment, from_posture, from_run, from_waiver, plain, to_posture, to_run, to_waiver
from scanner.store.records import KeptWaiver, RunHashes, RunRecord
from scanner.store.tables import POSTURE, RUN, WAIVER

AT_A_TIME = 500
LISTED = "List them with: smtp-posture runs."
HOW_TO_BEGIN = "Make one with: smtp-posture scan, or smtp-posture import FOLDER."


def insert_run(
    connection: Connection, run: RunRecord, posture: KeptPosture | None, waivers: Sequence[KeptWaiver]
) -> None:
    """Keep a run with what is to be remembered of it."""
    key = {"tenant_id": plain(run.tenant_id), "run_id": run.id}
    connection.execute(insert(RUN).values(from_run(run)))
    if posture is not None:
        connection.execute(insert(POSTURE).values({**key, "body": from_posture(posture)}))
    if waivers:
        connection.execute(insert(WAIVER), [{**key, **from_waiver(waiver)} for waiver in waivers])


def has_run(connection: Connection, run: RunRecord) -> bool:
    """Tell whether a run is kept."""
    mine = (RUN.c.tenant_id == plain(run.tenant_id)) & (RUN.c.id == run.id)
    return connection.execute(select(RUN.c.id).where(mine)).first() is not None


def body_of(run: RunRecord, hashes: RunHashes) -> dict[str, object]:
    """Say of a run what its link in the chain keeps; nothing of it is personal."""
    return {
        "run": run.id,
        "started": from_moment(run.started),
        "finished": from_moment(run.finished),
        "as_of": run.as_of.isoformat(),
        "complete": run.complete,
        "tool_version": run.tool_version,
        "snapshot": run.snapshot_id,
        "snapshot_sha256": hashes.snapshot,
        "report_sha256": hashes.report,
        "manifest_sha256": hashes.manifest,
    }


def read_posture(engine: Engine, run: RunRecord) -> KeptPosture | None:
    """Give what was remembered of a run."""
    rows = read_rows(engine, select(POSTURE.c.body).where(_of(POSTURE, run)))
    return to_posture(rows[0].body) if rows else None


def read_waivers(engine: Engine, run: RunRecord) -> list[KeptWaiver]:
    """Give the flags that somebody had accepted when a run was made."""
    query = select(WAIVER).where(_of(WAIVER, run)).order_by(WAIVER.c.mailbox, WAIVER.c.flag)
    return [to_waiver(row) for row in read_rows(engine, query)]


def _of(table: Table, run: RunRecord) -> ColumnElement[bool]:
    return (table.c.tenant_id == run.tenant_id) & (table.c.run_id == run.id)


def read_runs(engine: Engine, tenant_id: str | None) -> list[RunRecord]:
    """Give the runs of one tenant or of all, oldest first."""
    query = select(RUN).order_by(RUN.c.started, RUN.c.id)
    if tenant_id is not None:
        query = query.where(RUN.c.tenant_id == tenant_id)
    return [to_run(row) for row in read_rows(engine, query)]


def read_runs_of(engine: Engine, ids: Collection[str]) -> list[RunRecord]:
    """Give the runs of these ids, as many as fit into a statement at a time."""
    return [
        to_run(row)
        for some in batched(ids, AT_A_TIME)
        for row in read_rows(engine, select(RUN).where(RUN.c.id.in_(some)))
    ]


def batched(ids: Collection[str], size: int) -> Iterator[tuple[str, ...]]:
    """Give ids in groups."""
    rest = iter(ids)
    while some := tuple(islice(rest, size)):
        yield some


def find_run(runs: Sequence[RunRecord], name: str) -> RunRecord:
    """Find one run among some.

    Args:
        runs: Oldest first.
        name: An id, the beginning of one, ``latest`` or ``previous``.

    Raises:
        RunNotFoundError: There is none, or several begin like that.
    """
    if not runs:
        raise RunNotFoundError("There is no run yet.", HOW_TO_BEGIN)
    match name:
        case "latest":
            return runs[-1]
        case "previous":
            return _previous(runs)
        case _:
            return _by_id(runs, name)


def _previous(runs: Sequence[RunRecord]) -> RunRecord:
    same_tenant = [run for run in runs if run.tenant_id == runs[-1].tenant_id]
    if len(same_tenant) == 1:
        raise RunNotFoundError("There is no run before the latest one.", LISTED)
    return same_tenant[-2]


def _by_id(runs: Sequence[RunRecord], name: str) -> RunRecord:
    if not name:
        raise RunNotFoundError("The name of a run is empty.", LISTED)
    found = [run for run in runs if run.id.lower().startswith(name.lower())]
    match found:
        case [run]:
            return run
        case []:
            raise RunNotFoundError(f"There is no run {name}.", LISTED)
        case _:
            ids = ", ".join(run.id for run in found[:5])
            raise RunNotFoundError(f"{len(found)} runs begin with {name}: {ids}.", "Give more of the id.")
