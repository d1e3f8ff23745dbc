"""Takes one person out of everything that is kept: evidence, what was remembered of runs, and reports."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from scanner.app.history import originals
from scanner.app.purge import own_files, remove_files
from scanner.errors import RunNotFoundError, StoreError
from scanner.evidence.person import PEOPLE, Eraser, Person, Rows, person_of, widened_by_all
from scanner.model.frozen import Frozen
from scanner.store import RunRecord, Store

ROUNDS = 3  # names that lead to names: an address to an id, that to a GUID, that to another address


class ErasedFrom(Frozen, frozen=True, kw_only=True):
    """What was erased from one tenant.

    Attributes:
        keys: By how many ids and addresses the person was known.
        snapshots: Ids of the snapshots that were rewritten.
        reports: Folders whose report files were removed, since they may name the person.
        left: Files that are not the runs' own, and stay.
        stays: Report files that can't be removed: the evidence stays as well, so that the erasure can be repeated.
    """

    tenant_id: str
    keys: int
    snapshots: list[str]
    reports: list[str]
    left: list[str]
    stays: list[str]


class Erased(Frozen, frozen=True, kw_only=True):
    """What was erased, or would be."""

    dry_run: bool
    tenants: list[ErasedFrom]


def erase(store: Store, token: str, *, dry_run: bool) -> Erased:
    """Take one person out of the store, and remove the reports that may name them.

    Args:
        store: Where evidence is kept.
        token: One of the person's addresses or ids.
        dry_run: Only tell.

    Raises:
        RunNotFoundError: Nobody of that name is in any evidence.
        StoreError: A reading that may name them is under way.
    """
    if any(unfinished.running for unfinished in store.unfinished()):
        raise StoreError("A tenant is being read: it can't be told yet who is in it.", "Wait until that run ends.")
    tenants = [found for tenant in tenants_of(store) if (found := erase_from(store, tenant, token, dry_run=dry_run))]
    if not tenants:
        message = f"No kept evidence names {token!r}."
        raise RunNotFoundError(message, "Give an address or an id as report.json shows it.")
    if not dry_run:
        store.give_back_space()
    return Erased(dry_run=dry_run, tenants=tenants)


def tenants_of(store: Store) -> list[str]:
    """Name the tenants whose evidence is kept."""
    return sorted({run.tenant_id for run in store.runs()})


def erase_from(store: Store, tenant_id: str, token: str, *, dry_run: bool) -> ErasedFrom | None:
    """Take one person out of all that is kept of a tenant; ``None`` where they are not in it."""
    runs = sorted(store.runs(tenant_id), key=lambda run: run.order)
    person = identify(store, runs, token)
    eraser = Eraser(person)
    named = [run.snapshot_id for run in originals(runs) if is_named(store, run.snapshot_id, eraser)]
    if not named:
        return None
    touched = list(runs_that_name(runs, set(named)))
    dropped = [drop_reports(run, dry_run=dry_run) for run in touched]
    if not dry_run and not any(item.stays for item in dropped):
        store.erase(tenant_id, named, [run.id for run in touched], eraser)
    return ErasedFrom(
        tenant_id=tenant_id,
        keys=len(person.keys),
        snapshots=named,
        reports=[item.folder for item in dropped if item.gone],
        left=[item.left for item in dropped if item.left],
        stays=[item.stays for item in dropped if item.stays],
    )


def identify(store: Store, runs: Sequence[RunRecord], token: str) -> Person:
    """Find all ids, addresses and names of a person in a tenant's lists of people."""
    person = person_of(token)
    for _ in range(ROUNDS):
        before = person
        for run in originals(runs):
            person = widened_by_all(person, pages_of_people(store, run.snapshot_id))
        if person == before:
            break
    return person


def pages_of_people(store: Store, snapshot_id: str) -> Iterator[Rows]:
    """Give the pages of the lists of people."""
    for section in PEOPLE:
        for page in store.pages(snapshot_id, section):
            yield page.rows


def is_named(store: Store, snapshot_id: str, eraser: Eraser) -> bool:
    """Tell whether a snapshot names the person anywhere."""
    return any(
        eraser.rows(section, page.rows) is not page.rows
        for section in store.sections(snapshot_id)
        for page in store.pages(snapshot_id, section)
    )


def runs_that_name(runs: Sequence[RunRecord], named: set[str]) -> Iterator[RunRecord]:
    """Give the runs whose reports may name the person: on such evidence, or compared with such.

    Args:
        runs: Of one tenant, by the age of their evidence.
        named: The snapshots that name the person.
    """
    previous: dict[str, str] = {}
    last = ""
    for run in originals(runs):
        previous[run.snapshot_id], last = last, run.snapshot_id
    yield from (run for run in runs if run.snapshot_id in named or previous[run.snapshot_id] in named)


class Dropped(Frozen, frozen=True, kw_only=True):
    """What became of the report files of one run."""

    folder: str
    gone: bool = False
    left: str = ""
    stays: str = ""


def drop_reports(run: RunRecord, *, dry_run: bool) -> Dropped:
    """Remove the report files of a run."""
    try:
        files, left = own_files(Path(run.folder), run.id)
        if not dry_run:
            remove_files(Path(run.folder), files)
    except OSError as error:
        stays = f"{error.filename} can't be removed ({error.strerror}): let this user do it, and erase again"
        return Dropped(folder=run.folder, stays=stays)
    return Dropped(folder=run.folder, gone=bool(files), left=f"{run.folder}: {left}" if left else "")
