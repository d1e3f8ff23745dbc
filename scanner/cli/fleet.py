"""``smtp-posture fleet``: all tenants at one command, what became of them, and workers that share them."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.app.job import DEFAULT_OUT
from scanner.cli import options as o
from scanner.errors import ExitCode

app = typer.Typer(
    help="Scan all tenants of the configuration, here or on workers, and tell what became of them.",
    no_args_is_help=True,
)

Abreast = Annotated[
    int | None,
    typer.Option("--abreast", min=1, max=256, help="Tenants at a time.", show_default="[fleet] abreast: 4"),
]
Tenants = Annotated[
    list[str] | None,
    typer.Option("--tenant", help="Name of a configured tenant; may be given several times.", show_default="all"),
]


@app.command("scan")
def scan_fleet(
    config: o.ConfigFile = None,
    tenants: Tenants = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder that gets one folder per tenant.", show_default=str(DEFAULT_OUT)),
    ] = None,
    abreast: Abreast = None,
    formats: o.Format = o.USUAL_FORMATS,
    archive: o.Archive = False,
    pseudonymise: o.Pseudonymise = False,
    lang: o.Lang = "en",
    as_of: o.AsOf = "",
    fail_on: o.FailOnFlag = None,
    allow_partial: o.AllowPartial = False,
    retry_failed: Annotated[
        bool,
        typer.Option("--retry-failed", help="Only tenants that failed the last time: exit code 1 or 2, or given up."),
    ] = False,
    distributed: Annotated[
        bool,
        typer.Option("--distributed", help="Have workers scan; needs a store in PostgreSQL, and `fleet worker`."),
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="With --distributed: wait until the workers are done.")
    ] = True,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Scan all tenants of the configuration, each in a process of its own, and report on each in a folder of its own.

    The same command goes on with a fleet run that was interrupted, and helps with one that is under way: no tenant is
    scanned twice. The exit code is that of the worst tenant: 1, then 2, 4, 3, 0.
    """
    from scanner.cli.fleet_commands import Wish, do_fleet_scan

    wish = Wish(
        tenants=tuple(tenants or ()),
        out=out,
        abreast=abreast,
        formats=formats,
        archive=archive,
        pseudonymise=pseudonymise,
        lang=lang,
        as_of=as_of,
        fail_on=fail_on,
        allow_partial=allow_partial,
        retry_failed=retry_failed,
        distributed=distributed,
        wait=wait,
    )
    return do_fleet_scan(config_file=config, wish=wish, as_json=as_json)


@app.command("status")
def fleet_status(
    fleet: Annotated[str, typer.Argument(metavar="[FLEET]", help="An id of a fleet run, or latest.")] = "latest",
    config: o.ConfigFile = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Tell of each tenant of a fleet run: waiting, running, stalled, done with what was found, or failed and why."""
    from scanner.cli.fleet_commands import do_fleet_status

    return do_fleet_status(fleet=fleet, config_file=config, as_json=as_json)


@app.command("worker")
def fleet_worker(
    config: o.ConfigFile = None,
    out: o.Out = DEFAULT_OUT,
    abreast: Abreast = None,
    once: Annotated[bool, typer.Option("--once", help="End as soon as no tenant waits.")] = False,
) -> ExitCode:
    """Scan tenants that `fleet scan --distributed` put on the queue, until SIGTERM or SIGINT comes.

    It takes the tenants of its own configuration only, signs in with what that says, and writes to its own folder.
    When it is to stop, it waits [fleet] grace_seconds for those under way and hands back the others.
    """
    from scanner.cli.fleet_commands import do_fleet_worker

    return do_fleet_worker(config_file=config, out=out, abreast=abreast, once=once)
