"""Interrupted readings: gone on with, begun anew where they are too old, or judged as they are on purpose."""

import datetime as dt
from collections.abc import Sequence

from scanner.app.job import Job
from scanner.errors import RunNotFoundError, StoreError
from scanner.evidence.registry import SECTIONS
from scanner.model.section import SectionReport, SectionState
from scanner.model.text import say
from scanner.sources.interface import EvidenceSource, Progress
from scanner.store import RunRecord, SnapshotWriter, Store, Unfinished

ELSEWHERE = dt.timedelta(minutes=10)  # a run on another machine that added nothing for so long is taken for dead
INTERRUPTED = say("the reading was interrupted")


def open_snapshot(store: Store, source: EvidenceSource, job: Job, progress: Progress) -> SnapshotWriter:
    """Go on with the snapshot that the same reading left unfinished, or begin a new one.

    Args:
        store: Where snapshots are kept.
        source: What is read.
        job: How old a snapshot may be.
        progress: Is told what is done, and why.
    """
    found = find_unfinished(store, source)
    if found and not _is_too_old(found, job):
        progress.tell(f"The reading that began at {_clock(found.started)} is gone on with.")
        return store.continue_snapshot(found.id)
    if found:
        hours = (dt.datetime.now(tz=dt.UTC) - found.started).total_seconds() / 3600
        progress.tell(
            f"The interrupted reading that began at {_clock(found.started)}, {hours:.0f} hours ago, is too old to be "
            f"gone on with (limit: {job.resume_hours:g} hours): it begins anew."
        )
    return store.begin_snapshot(source.known, origin=source.origin)


def find_unfinished(store: Store, source: EvidenceSource) -> Unfinished | None:
    """Find the newest snapshot that the same reading left unfinished and that nobody adds to."""
    if not source.origin:
        return None
    same = (one for one in store.unfinished() if one.origin == source.origin)
    return next((one for one in same if not _is_in_work(one)), None)


def seal_partial(store: Store, snapshot: Unfinished) -> str:
    """Close a snapshot whose reading was interrupted, so that it can be judged: nothing is added to it any more.

    Args:
        store: Where it is kept.
        snapshot: The snapshot.

    Returns:
        The snapshot's id.

    Raises:
        StoreError: A run is still adding to it.
    """
    if _is_in_work(snapshot):
        raise StoreError(f"A run is still adding to the snapshot {snapshot.id}.", "Wait until it ends.")
    writer = store.continue_snapshot(snapshot.id)
    for section in SECTIONS:
        if writer.report_of(section.name) is None:
            count = sum(rows.count for rows in writer.pages(section.name))
            state = SectionState.PARTIAL if count else SectionState.MISSING
            report = SectionReport(section=section.name, state=state, count=count, reason=INTERRUPTED)
            writer.close_section(report)
    return writer.finish(store.tenant(snapshot.id), partial=True)


def choose_evidence(store: Store, name: str, *, allow_partial: bool) -> str:
    """Find the snapshot of a run, or an interrupted one that shall be judged on purpose.

    Args:
        store: Where snapshots and runs are kept.
        name: Of a run, as ``Store.find_run`` takes it; or the id of an interrupted snapshot or the beginning of one.
        allow_partial: An interrupted snapshot may be judged, and ``latest`` may be one.

    Returns:
        The snapshot's id.

    Raises:
        RunNotFoundError: There is none, or it was interrupted and that is not allowed.
    """
    runs = store.runs()
    interrupted = [one for one in store.unfinished() if _is_named(one, name, runs)]
    if interrupted and allow_partial:
        return seal_partial(store, interrupted[0])
    if interrupted and name != "latest":
        message = f"The reading of the snapshot {interrupted[0].id} was interrupted."
        raise RunNotFoundError(message, "Scan again to go on with it, or judge what there is with --allow-partial.")
    return store.find_run(name).snapshot_id


def _is_named(snapshot: Unfinished, name: str, runs: Sequence[RunRecord]) -> bool:
    if name == "latest":
        return not runs or snapshot.started > runs[-1].started
    known = any(run.id.lower().startswith(name.lower()) for run in runs)
    return bool(name) and not known and snapshot.id.lower().startswith(name.lower())


def _is_in_work(snapshot: Unfinished) -> bool:
    """Tell whether a run still adds to a snapshot; of one on another machine only its silence tells."""
    if snapshot.running is None:
        return dt.datetime.now(tz=dt.UTC) - snapshot.touched < ELSEWHERE
    return snapshot.running


def _is_too_old(snapshot: Unfinished, job: Job) -> bool:
    return dt.datetime.now(tz=dt.UTC) - snapshot.started > dt.timedelta(hours=job.resume_hours)


def _clock(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
