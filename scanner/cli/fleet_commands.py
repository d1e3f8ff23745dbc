"""What the commands of ``fleet`` do."""

from collections.abc import Callable
from pathlib import Path

from scanner.app import sources
from scanner.app.fleet import LocalFleet, Order, choose_tenants, open_fleet, tasks_of
from scanner.app.fleet_scan import Task, attend
from scanner.app.fleet_status import FleetStatus, find_fleet, status_of
from scanner.app.job import FailOn
from scanner.app.stopping import stop_signals
from scanner.cli.commands import print_json, print_line, say_on_stderr
from scanner.cli.fleet_progress import fleet_on_terminal
from scanner.cli.fleet_table import draw_fleet
from scanner.cli.options import make_job
from scanner.config import Config
from scanner.errors import ExitCode
from scanner.fleet.processes import Processes
from scanner.model.fleet import FleetOptions
from scanner.model.frozen import Frozen
from scanner.report.language import open_language
from scanner.store import Store

SECONDS = 3600
PRELOAD = ("scanner.app.fleet_scan", "scanner.store.sql", "scanner.sources.live")


class Wish(Frozen, frozen=True, kw_only=True):
    """The options of ``fleet scan``, as they were given."""

    tenants: tuple[str, ...]
    out: Path
    abreast: int | None
    formats: str
    archive: bool
    pseudonymise: bool
    lang: str
    as_of: str
    fail_on: FailOn | None
    allow_partial: bool


def do_fleet_scan(
    *, config_file: Path | None, wish: Wish, as_json: bool, work: Callable[[Task], None] = attend
) -> ExitCode:
    """Scan tenants side by side in processes of this machine; each does the work with its own task."""
    config = sources.load_config(config_file)
    order = order_of(wish, config)
    with Store.open(config.store.url) as store:
        fleet, resumed = open_fleet(store.fleets(), config, order)
        tell_of(fleet, resumed=resumed)
        scans = store.fleets().scans(fleet)
        processes = Processes(
            work, seconds=config.fleet.hours * SECONDS, memory=config.fleet.memory_mib, preload=PRELOAD
        )
        abreast = wish.abreast or config.fleet.abreast
        local = LocalFleet(store.fleets(), tasks_of(config, scans, wish.out), processes, abreast)
        with stop_signals() as stop, fleet_on_terminal() as watch:
            whole = local.scan(fleet, stop, watch)
        return announce(status_of(store, fleet), whole=whole, as_json=as_json)


def order_of(wish: Wish, config: Config) -> Order:
    """Write the options as an order; what can't be done is told before any tenant is read.

    Raises:
        ConfigurationError: An option can't be read, or a tenant is not configured.
    """
    open_language(wish.lang)
    job = make_job(
        out=wish.out,
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
    return Order(
        tenants=choose_tenants(config, wish.tenants), options=options, words=(wish.as_of, str(wish.out.absolute()))
    )


def tell_of(fleet: str, *, resumed: bool) -> None:
    """Say which fleet run it is."""
    say_on_stderr(f"Fleet run {fleet}{' is gone on with' if resumed else ''}.")


def announce(status: FleetStatus, *, whole: bool, as_json: bool) -> ExitCode:
    """Say what became of a fleet run; the exit code says it to programs."""
    if as_json:
        print_json(status)
    else:
        print_line("\n".join(draw_fleet(status)))
    if not whole:
        say_on_stderr("Interrupted; the same command goes on with it.")
    return ExitCode(status.exit_code)


def do_fleet_status(*, fleet: str, config_file: Path | None, as_json: bool) -> ExitCode:
    """Tell what became of a fleet run."""
    config = sources.load_config(config_file)
    with Store.open(config.store.url) as store:
        status = status_of(store, find_fleet(store, fleet))
    if as_json:
        print_json(status)
    else:
        print_line("\n".join(draw_fleet(status)))
    return ExitCode.OK
