"""Finding a run by the names that people use."""

from collections.abc import Sequence

from sqlalchemy import Engine, insert, select

from scanner.errors import RunNotFoundError
from scanner.store.engine import writing
from scanner.store.forms import from_run, to_run
from scanner.store.records import RunRecord
from scanner.store.tables import RUN

LISTED = "List them with: smtp-posture runs."
HOW_TO_BEGIN = "Make one with: smtp-posture scan, or smtp-posture import FOLDER."


def add_run(engine: Engine, run: RunRecord) -> None:
    """Keep a run."""
    with writing(engine) as connection:
        connection.execute(insert(RUN).values(from_run(run)))


def read_runs(engine: Engine, tenant_id: str | None) -> list[RunRecord]:
    """Give the runs of one tenant or of all, oldest first."""
    query = select(RUN).order_by(RUN.c.started, RUN.c.id)
    if tenant_id is not None:
        query = query.where(RUN.c.tenant_id == tenant_id)
    with engine.connect() as connection:
        return [to_run(row) for row in connection.execute(query)]


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
