"""What the commands of ``fleet`` do."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.app import sources
from scanner.app.fleet import LocalFleet, Order, choose_tenants, follow, open_fleet, tasks_of
from scanner.app.fleet_retry import choose_failed
from scanner.app.fleet_scan import Task, attend
from scanner.app.fleet_status import FleetStatus, find_fleet, status_of
from scanner.app.job import DEFAULT_OUT, FailOn
from scanner.app.stopping import stop_signals
from scanner.cli.commands import print_json, print_line, say_on_stderr
from scanner.cli.fleet_progress import fleet_on_terminal
from scanner.cli.fleet_table import draw_fleet
from scanner.cli.options import make_job
from scanner.config import Config
from scanner.errors import ConfigurationError, ExitCode
from scanner.fleet.processes import Processes
from scanner.model.fleet import FleetOptions, FleetScan
from scanner.model.frozen import Frozen
from scanner.report.language import open_language
from scanner.store import Store

if TYPE_CHECKING:
    from scanner.fleet.queue import Queue

SECONDS = 3600
PRELOAD = ("scanner.app.fleet_scan", "scanner.store.sql", "scanner.sources.live")


class Wish(Frozen, frozen=True, kw_only=True):
    """The options of ``fleet scan``, as they were given; those that were not are ``None``."""

    tenants: tuple[str, ...]
    out: Path | None
    abreast: int | None
    formats: str
    archive: bool
    pseudonymise: bool
    lang: str
    as_of: str
    fail_on: FailOn | None
    allow_partial: bool
    retry_failed: bool
    distributed: bool
    wait: bool


Work = Callable[[Task], None]


def do_fleet_scan(*, config_file: Path | None, wish: Wish, as_json: bool, work: Work = attend) -> ExitCode:
    """Scan tenants in processes of this machine, each doing the work with its own task; or have workers do it."""
    config = sources.load_config(config_file)
    order = order_of(wish, config)
    queue = queue_of(wish, config) if wish.distributed or config.fleet.distributed else None
    with Store.open(config.store.url) as store:
        if wish.retry_failed:
            order, failed = choose_failed(store.fleets(), config, order)
            if not order.tenants:
                return announce_nothing(as_json=as_json)
            for scan in failed:
                say_on_stderr(word_retry(scan))
        fleet, resumed = open_fleet(store.fleets(), config, order)
        say_on_stderr(f"Fleet run {fleet}{' is gone on with' if resumed else ''}.")
        code = None
        if queue is None:
            scan_here(store, config, fleet, tasks_of(config, order.tenants, fleet, out_of(wish)), wish.abreast, work)
        elif not have_scanned(store, queue, fleet, wait=wish.wait):
            code = ExitCode.OK
        return announce(status_of(store, fleet), as_json=as_json, code=code)


def announce_nothing(*, as_json: bool) -> ExitCode:
    """Say that nothing failed; programs are told of no fleet run."""
    say_on_stderr("No tenant failed the last time: there is nothing to try again.")
    if as_json:
        print_json(None)
    return ExitCode.OK


def word_retry(scan: FleetScan) -> str:
    """Say that a tenant is tried again, and why."""
    reason = f": {scan.reason}" if scan.reason else ""
    return f"{scan.name} is tried again, since fleet run {scan.fleet} ended with exit code {scan.exit_code}{reason}"


def scan_here(
    store: Store, config: Config, fleet: str, tasks: Mapping[str, Task], abreast: int | None, work: Work
) -> None:
    """Scan tenants in processes of this machine, and show how far that is."""
    local = LocalFleet(store.fleets(), tasks, processes_of(config, work), abreast or config.fleet.abreast)
    with stop_signals() as stop, fleet_on_terminal() as watch:
        whole = local.scan(fleet, stop, watch)
    if not whole:
        say_on_stderr("Interrupted; the same command goes on with it.")


def have_scanned(store: Store, queue: "Queue", fleet: str, *, wait: bool) -> bool:
    """Put tenants on the queue and wait until workers have scanned them; tell whether that was waited for."""
    book = store.fleets()
    queue.put(fleet, [scan.tenant_id for scan in book.scans(fleet) if not scan.is_settled])
    if not wait:
        return False
    with stop_signals() as stop, fleet_on_terminal() as watch:
        whole = follow(book, fleet, stop, watch)
    if not whole:
        say_on_stderr("No longer waiting; the workers go on.")
    return True


def out_of(wish: Wish) -> Path:
    """Give the folder that gets the tenants' folders."""
    return wish.out or DEFAULT_OUT


def queue_of(wish: Wish, config: Config) -> "Queue":
    """Open the queue.

    Raises:
        ConfigurationError: The store has none, or an option is the workers' own.
    """
    if wish.out is not None or wish.abreast is not None:
        raise ConfigurationError("--out and --abreast are of each worker.", "Give them to `smtp-posture fleet worker`.")
    return open_queue(config)


def open_queue(config: Config) -> "Queue":
    """Open the queue of the store.

    Raises:
        ConfigurationError: The store has none, or the library is not installed.
    """
    try:
        from scanner.fleet.queue import Queue
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "Workers need Procrastinate and psycopg.", "Install them: pip install 'smtp-posture[distributed]'."
        ) from error
    return Queue(config.store.url)


def do_fleet_worker(
    *, config_file: Path | None, out: Path, abreast: int | None, once: bool, work: Work = attend
) -> ExitCode:
    """Take tenants from the queue until SIGTERM or SIGINT comes."""
    config = sources.load_config(config_file)
    queue = open_queue(config)
    from scanner.app.fleet_worker import Worker
    from scanner.fleet.queue import Shift, tell_troubles

    names = choose_tenants(config, ())
    tasks = tasks_of(config, names, "", out)
    tell_troubles(say_on_stderr)
    with Store.open(config.store.url) as store:
        worker = Worker(store.fleets(), tasks, processes_of(config, work))
        most = abreast or config.fleet.abreast
        say_on_stderr(f"Worker for {len(tasks)} tenants, {most} at a time.")
        shift = Shift(
            tenants=tuple(tasks),
            abreast=most,
            heartbeat=config.fleet.heartbeat_seconds,
            grace=config.fleet.grace_seconds,
            once=once,
        )
        asyncio.run(queue.serve(worker.work, shift, say_on_stderr))
    say_on_stderr("Stopped.")
    return ExitCode.OK


def processes_of(config: Config, work: Work) -> Processes[Task]:
    """Make what tenants are scanned in."""
    return Processes(work, seconds=config.fleet.hours * SECONDS, memory=config.fleet.memory_mib, preload=PRELOAD)


def order_of(wish: Wish, config: Config) -> Order:
    """Write the options as an order; what can't be done is told before any tenant is read.

    Raises:
        ConfigurationError: An option can't be read, or a tenant is not configured.
    """
    open_language(wish.lang)
    job = make_job(
        out=out_of(wish),
        formats=wish.formats,
        lang=wish.lang,
        as_of=wish.as_of,
        source_ips=[],
        fail_on=wish.fail_on,
        config=config,
        archive=wish.archive,
        pseudonymise=wish.pseudonymise,
    )
    options = FleetOptions(
        as_of=job.as_of,
        formats=job.formats,
        language=job.language,
        fail_on=job.fail_on.value if job.fail_on else "",
        archive=job.archive,
        pseudonymise=wish.pseudonymise,
        allow_partial=wish.allow_partial,
    )
    place = "" if wish.distributed or config.fleet.distributed else str(out_of(wish).absolute())
    return Order(tenants=choose_tenants(config, wish.tenants), options=options, words=(wish.as_of, place))


def announce(status: FleetStatus, *, as_json: bool, code: ExitCode | None = None) -> ExitCode:
    """Say what became of a fleet run; the exit code says it to programs.

    Args:
        status: What became of it.
        as_json: Say it to programs.
        code: The exit code, where it isn't that of the worst tenant.
    """
    if as_json:
        print_json(status)
    else:
        print_line("\n".join(draw_fleet(status)))
    return ExitCode(status.exit_code) if code is None else code


def do_fleet_status(*, fleet: str, config_file: Path | None, as_json: bool) -> ExitCode:
    """Tell what became of a fleet run."""
    config = sources.load_config(config_file)
    with Store.open(config.store.url) as store:
        status = status_of(store, find_fleet(store, fleet))
    return announce(status, as_json=as_json, code=ExitCode.OK)
