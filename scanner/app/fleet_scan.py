"""One tenant of a fleet run, scanned in a process of its own that knows no other tenant."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scanner.app import sources
from scanner.app.fleet_claims import failed, given_up, take
from scanner.app.job import FailOn, Job
from scanner.app.run import run_job, utc_now
from scanner.config import Config, TenantConfig, load_notes
from scanner.errors import ConfigurationError, ExitCode, PostureError, SignInError, StoreError
from scanner.model.fleet import FleetBook, FleetScan
from scanner.model.frozen import Frozen
from scanner.sources.interface import EvidenceSource, Trouble
from scanner.store import Store

RENEWAL = 10.0  # seconds
FINAL = (ConfigurationError, SignInError)
"""What the next try would meet again."""


class Task(Frozen, frozen=True, kw_only=True):
    """What a process is given: one tenant, and nothing of the others.

    Attributes:
        fleet: The fleet run.
        tenant_id: The tenant as the configuration names it, in lower case.
        tenant: Its configuration.
        store_url: Where the book of fleet runs and the evidence are.
        out: The folder that gets a folder per tenant.
        tries: How often it may be begun.
        signing_key: As in ``Job``.
        pseudonym_key: The key that pseudonyms are made with, where they are wanted.
    """

    fleet: str
    tenant_id: str
    tenant: TenantConfig
    store_url: str
    out: Path
    tries: int
    signing_key: Path | None
    pseudonym_key: Path

    @property
    def folder(self) -> Path:
        """The tenant's own folder; its id holds nothing that a path could read differently."""
        return self.out / self.tenant_id


def task_of(config: Config, tenant: TenantConfig, fleet: str, out: Path) -> Task:
    """Write what the process of one tenant is given."""
    return Task(
        fleet=fleet,
        tenant_id=tenant.id.lower(),
        tenant=tenant,
        store_url=config.store.url,
        out=out,
        tries=config.fleet.tries,
        signing_key=config.signing.key_file,
        pseudonym_key=config.pseudonyms.key_file,
    )


def attend(task: Task, open_source: Callable[[TenantConfig], EvidenceSource] = sources.live_source) -> None:
    """Scan a tenant if it is to be scanned, and keep how that ended.

    Args:
        task: Which tenant.
        open_source: Opens it.

    Raises:
        StoreError: The book can't be kept.
    """
    with Store.open(task.store_url) as store:
        book = store.fleets()
        scan = book.find(task.fleet, task.tenant_id)
        claim = take(book, scan, task.tries) if scan else None
        if scan is None or claim is None:
            return
        clear_leftover(store, task.folder, scan.run_id)
        try:
            with renewed(book, claim) as progress:
                run_job(open_source(task.tenant), job_of(task, claim), progress)
        except FINAL as error:
            book.swap(claim, given_up(claim, told(error), error.exit_code))
        except PostureError as error:
            book.swap(claim, failed(claim, told(error), error.exit_code, task.tries))
        except MemoryError:
            book.swap(claim, failed(claim, "It needed more than [fleet] memory_mib.", ExitCode.FAILURE, task.tries))
        except Exception as error:  # noqa: BLE001 -- the top of this process; what a stranger says may hold a secret
            reason = f"The program failed: {type(error).__name__}."
            book.swap(claim, failed(claim, reason, ExitCode.FAILURE, task.tries))
        finally:
            clear_leftover(store, task.folder, claim.run_id)


def job_of(task: Task, claim: FleetScan) -> Job:
    """Write the job of one tenant: what is wanted of all, with what its own configuration says."""
    options, tenant = claim.options, task.tenant
    return Job(
        as_of=options.as_of,
        out=task.folder,
        formats=options.formats,
        language=options.language,
        source_ips=tenant.senders.source_ips,
        fail_on=FailOn(options.fail_on) if options.fail_on else None,
        store_url=task.store_url,
        waivers=sources.waivers_of(tenant),
        owner_notes=load_notes(tenant.owner_notes) if tenant.owner_notes else (),
        archive=options.archive,
        resume_hours=tenant.limits.resume_hours,
        allow_partial=options.allow_partial,
        pseudonym_key=task.pseudonym_key if options.pseudonymise else None,
        signing_key=task.signing_key,
        claim=claim,
    )


def clear_leftover(store: Store, folder: Path, run_id: str) -> None:
    """Take away the folder of a try that was killed after it had written its reports and before they were kept."""
    if run_id and not store.runs_of([run_id]):
        with suppress(FileNotFoundError):
            shutil.rmtree(folder / run_id)


def told(error: PostureError) -> str:
    """Write an error in one line."""
    return " ".join(filter(None, (error.message, error.advice)))


class Reached:
    """Remembers how far a reading is, and ends it when somebody else took the tenant over."""

    def __init__(self) -> None:
        self.words = ""
        self.lost = threading.Event()

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Take note.

        Raises:
            StoreError: The tenant isn't ours any more.
        """
        if self.lost.is_set():
            raise StoreError("Another worker took over this tenant.")
        self.words = f"{section} {rows}" if expected is None else f"{section} {rows} of {expected}"

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:
        """Nothing to note: what comes next tells how far the reading is."""

    def wait(self, why: str, seconds: float) -> None:
        """Take note."""
        self.words = f"waiting {seconds:.0f} s: {why}"

    def tell(self, sentence: str) -> None:
        """Take note."""
        self.words = sentence


@contextmanager
def renewed(book: FleetBook, claim: FleetScan) -> Iterator[Reached]:
    """Say every few seconds that a tenant is still being scanned, and how far it is."""
    over, reached = threading.Event(), Reached()

    def renew() -> None:
        while not over.wait(RENEWAL):
            with suppress(StoreError):  # a store that is busy or away is asked again
                if not book.renew(claim, utc_now(), reached.words):
                    reached.lost.set()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield reached
    finally:
        over.set()
        thread.join()
