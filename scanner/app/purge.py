"""Takes away what is older than it may be kept: runs, their evidence and their reports."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scanner.model.frozen import Frozen
from scanner.report.signature import SIGNATURE
from scanner.report.write import MANIFEST, Manifest
from scanner.store import RunRecord, Store


class PurgedRun(Frozen, frozen=True, kw_only=True):
    """One run that is taken away.

    Attributes:
        folder: Where its reports were written.
        files: Their files that are removed; empty where the folder is not there, or not the run's own.
        left: Why files stay, or the run itself; "" where nothing does.
        stays: The run itself stays.
    """

    run: str
    tenant_id: str
    started: dt.datetime
    folder: str
    files: list[str]
    left: str = ""
    stays: bool = False


class Purged(Frozen, frozen=True, kw_only=True):
    """What was purged, or would be.

    Attributes:
        before: What is older goes.
        dry_run: Nothing was removed.
        evidence: Snapshots that no run is on, e.g. of scans that were interrupted.
        deliveries: Records of deliveries.
    """

    before: dt.datetime
    dry_run: bool
    runs: list[PurgedRun]
    evidence: int
    deliveries: int


def purge(store: Store, before: dt.datetime, *, dry_run: bool, tenant_id: str | None = None) -> Purged:
    """Take away all that is older than a moment; a run whose files can't be removed stays, to be purged later.

    Args:
        store: Where runs are kept.
        before: Runs that started earlier go.
        dry_run: Only tell.
        tenant_id: Runs of this tenant only; then evidence and deliveries without a run stay.
    """
    old = [run for run in store.runs(tenant_id) if run.started < before]
    runs = [describe(run) if dry_run else take_away(store, run) for run in old]
    if tenant_id is not None:
        return Purged(before=before, dry_run=dry_run, runs=runs, evidence=0, deliveries=0)
    evidence, deliveries = store.count_leftovers(before)
    if not dry_run:
        store.purge_leftovers(before)
        store.give_back_space()
    return Purged(before=before, dry_run=dry_run, runs=runs, evidence=evidence, deliveries=deliveries)


def take_away(store: Store, run: RunRecord) -> PurgedRun:
    """Take away one run: its files first, so that a failure leaves a run that is known."""
    told = describe(run)
    if told.stays:
        return told
    try:
        remove_files(Path(run.folder), told.files)
    except OSError as error:
        return msgspec.structs.replace(told, files=[], left=hindered("removed", error), stays=True)
    store.purge_run(run)
    return told


def describe(run: RunRecord) -> PurgedRun:
    """Tell which files of a run would go."""
    plain = PurgedRun(run=run.id, tenant_id=run.tenant_id, started=run.started, folder=run.folder, files=[])
    try:
        files, left = own_files(Path(run.folder), run.id)
    except OSError as error:
        return msgspec.structs.replace(plain, left=hindered("read", error), stays=True)
    return msgspec.structs.replace(plain, files=files, left=left)


def hindered(deed: str, error: OSError) -> str:
    """Say why a run stays."""
    return f"the run stays: {error.filename} can't be {deed} ({error.strerror})"


def own_files(folder: Path, run_id: str) -> tuple[list[str], str]:
    """Name the files of a folder that are a run's own: those of its manifest, if that is the run's.

    Returns:
        The names, and why others, or all, stay; "" where none does.

    Raises:
        OSError: The folder can't be read.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return [], f"its folder holds no {MANIFEST} of a run, and is left alone" if folder.exists() else ""
    if manifest.run_id != run_id or folder.is_symlink():
        return [], f"its folder is another run's now: {folder}"
    named = {entry.name for entry in manifest.files} | {MANIFEST, SIGNATURE}
    there = {path.name for path in folder.iterdir()}
    strange = sorted(there - named)
    left = f"files that are not the run's stay: {', '.join(strange)}" if strange else ""
    return sorted(named & there), left


def remove_files(folder: Path, names: Sequence[str]) -> None:
    """Remove a run's files, its manifest last, and the folder where nothing else is in it.

    Raises:
        OSError: One can't be removed.
    """
    for name in sorted(names, key=lambda name: (name == MANIFEST, name)):
        (folder / name).unlink(missing_ok=True)
    if names and not any(folder.iterdir()):
        folder.rmdir()
