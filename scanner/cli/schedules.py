"""``smtp-posture schedule``: what recurs, when it is due, one run now, and the service."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import options as o
from scanner.errors import ConfigurationError, ExitCode, PostureError

if TYPE_CHECKING:
    from scanner.schedule import Schedule

app = typer.Typer(help="List schedules, say when they are due, run one now, or serve them.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Option("--schedules", help="Folder of your own schedules.", show_default="./schedules if there"),
]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Schedules; all, if none is named.")]


@app.command("list")
def list_schedules(folder: Folder = None, as_json: o.AsJson = False) -> ExitCode:
    """List the schedules: names, when they recur, when they are due next, and what they are for."""
    from scanner.app.schedules import choose_schedules
    from scanner.cli.commands import print_json, print_line

    schedules = choose_schedules(folder)
    if as_json:
        print_json([summary_of(schedule) for schedule in schedules])
        return ExitCode.OK
    for schedule in schedules:
        print_line(f"{schedule.name}  {schedule.title}")
        print_line(f"  {schedule.fields}  ({schedule.timezone}); next: {next_of(schedule) or 'never again'}")
        if schedule.description:
            print_line(f"  {' '.join(schedule.description.split())}")
    return ExitCode.OK


@app.command("next")
def next_due(
    names: Names = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Times for each schedule.")] = 5,
    after: Annotated[
        str, typer.Option(help="ISO 8601; without an offset, on the schedule's own clock.", show_default="now")
    ] = "",
    folder: Folder = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Say when schedules are due next, the earliest first."""
    from scanner.app.schedules import choose_schedules, due_times
    from scanner.cli.commands import print_json, print_line

    found = due_times(choose_schedules(folder, names or ()), read_moment(after), count)
    if as_json:
        print_json(found)
        return ExitCode.OK
    for due in found:
        print_line(f"{due.at:%a %Y-%m-%d %H:%M:%S %z}  {due.name}  ({due.timezone})")
    return ExitCode.OK


@app.command("run")
def run_now(
    name: Annotated[str, typer.Argument(help="Name of a schedule.")],
    config: o.ConfigFile = None,
    folder: Folder = None,
) -> ExitCode:
    """Run a schedule once, now, as `scan` would for each of its tenants; the worst exit code counts."""
    from scanner.app.schedules import choose_schedules, tenants_of, worst
    from scanner.app.sources import load_config

    (schedule,) = choose_schedules(folder, [name])
    tenants = tenants_of(schedule, load_config(config))
    return worst([scan_one(schedule, tenant, config) for tenant in tenants])


@app.command()
def serve(names: Names = None, config: o.ConfigFile = None, folder: Folder = None) -> ExitCode:
    """Run schedules at their times until SIGTERM or Ctrl-C.

    Files are read when it starts. A run that is under way when it ends is interrupted. Times that passed while it was
    not running are not made up for, and only one such service should run.
    """
    from scanner.app.schedules import choose_schedules, serve_schedules, tenants_of
    from scanner.app.sources import load_config
    from scanner.cli.commands import say_on_stderr

    schedules = choose_schedules(folder, names or ())
    configured = load_config(config)
    for schedule in schedules:
        tenants = ", ".join(tenants_of(schedule, configured))
        say_on_stderr(f"{schedule.name}: {tenants}; next: {next_of(schedule) or 'never again'}")
    serve_schedules(schedules, paths_as_options(config, folder), say_on_stderr)
    say_on_stderr("Stopped.")
    return ExitCode.OK


def scan_one(schedule: "Schedule", tenant: str, config: Path | None) -> ExitCode:
    """Scan one tenant of a schedule; its failure is told, and leaves the other tenants alone."""
    from scanner.cli.commands import do_scan, say_on_stderr
    from scanner.cli.terminal import complain

    say_on_stderr(f"{schedule.name}: {tenant}")
    try:
        return do_scan(config_file=config, tenant_name=tenant, as_json=False, choices=choices_of(schedule))
    except PostureError as error:
        complain(error)
        return error.exit_code


def choices_of(schedule: "Schedule") -> dict[str, object]:
    """Write a schedule as the options of `scan`."""
    from scanner.app.job import FailOn

    return {
        "out": Path(schedule.out),
        "formats": ",".join(schedule.formats),
        "lang": schedule.lang,
        "as_of": schedule.as_of.isoformat() if schedule.as_of else "",
        "source_ips": [],
        "fail_on": FailOn(schedule.fail_on) if schedule.fail_on else None,
    }


def paths_as_options(config: Path | None, folder: Path | None) -> list[str]:
    """Write the paths that were given as options of `schedule run`."""
    given = (("--config", config), ("--schedules", folder))
    return [text for option, path in given if path for text in (option, str(path.absolute()))]


def next_of(schedule: "Schedule") -> str:
    """Say when a schedule is due next; "" where it has ended."""
    from scanner.app.schedules import due_times

    return "".join(due.at.isoformat(sep=" ") for due in due_times([schedule], read_moment(""), 1))


def summary_of(schedule: "Schedule") -> dict[str, object]:
    """Write a schedule for programs."""
    keys = (
        "name",
        "title",
        "description",
        "timezone",
        "until",
        "tenants",
        "formats",
        "lang",
        "out",
        "as_of",
        "fail_on",
    )
    coming = next_of(schedule).replace(" ", "T") or None
    return {
        **{key: getattr(schedule, key) for key in keys},
        "file": str(schedule.file),
        "cron": schedule.fields.given,
        "next": coming,
    }


def read_moment(text: str) -> dt.datetime:
    """Read ``--after``; the present where it isn't given.

    Raises:
        ConfigurationError: It is no time.
    """
    if not text:
        return dt.datetime.now(tz=dt.UTC)
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        message = f"--after: {text!r} is no time."
        raise ConfigurationError(message, "Write it as 2026-12-31T06:00, with an offset if you like.") from error
