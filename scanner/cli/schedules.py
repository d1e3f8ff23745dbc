"""``smtp-posture schedule``: what recurs, when it is due, one run now, and the service."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import options as o
from scanner.errors import ConfigurationError, ExitCode, PostureError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.app.job import FinishedRun
    from scanner.app.occasions import Occasion
    from scanner.app.recipients import Recipient
    from scanner.cli.commands import Choices
    from scanner.config import Config
    from scanner.schedule import Schedule

app = typer.Typer(help="List schedules, say when they are due, run one now, or serve them.", no_args_is_help=True)

Folder = Annotated[
    Path | None,
    typer.Option("--schedules", help="Folder of your own schedules.", show_default="./schedules if there"),
]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Schedules; all, if none is named.")]
Now = Annotated[
    str, typer.Option("--now", help="ISO 8601; without an offset, on the schedule's own clock.", show_default="now")
]


@app.command("list")
def list_schedules(config: o.ConfigFile = None, folder: Folder = None, as_json: o.AsJson = False) -> ExitCode:
    """List the schedules: when they recur, when they are due next, and what became of their last periods."""
    from scanner.app.books import read_books
    from scanner.app.schedules import choose_schedules
    from scanner.app.sources import load_config
    from scanner.cli.commands import print_json, print_line

    schedules = choose_schedules(folder)
    books = read_books(load_config(config), [schedule.name for schedule in schedules])
    if as_json:
        print_json([summary_of(schedule) | {"periods": books.periods(schedule.name)} for schedule in schedules])
        return ExitCode.OK
    for schedule in schedules:
        print_line(f"{schedule.name}  {schedule.title}")
        print_line(f"  {schedule.fields}  ({schedule.zone_name}); next: {next_of(schedule) or 'never again'}")
        if schedule.description:
            print_line(f"  {' '.join(schedule.description.split())}")
        for line in books.told(schedule.name):
            print_line(f"  {line}")
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

    found = due_times(choose_schedules(folder, names or ()), read_time(after, "--after"), count)
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
    now: Now = "",
    again: Annotated[bool, typer.Option("--again", help="Run the period once more, even if it was done.")] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Send nothing: write the mail as .eml beside the run's folder."),
    ] = False,
) -> ExitCode:
    """Run the latest due period of a schedule, once, for each of its tenants, and bring the reports to who gets them.

    For cron, systemd and Kubernetes: whoever calls it, and however often, a period is run once, and each recipient gets
    it once. Older periods that nobody ran are noted as missed. The worst exit code counts.
    """
    from scanner.app.job import worst
    from scanner.app.occasions import Occasion
    from scanner.app.recipients import recipients_of
    from scanner.app.schedules import choose_schedules, tenants_of
    from scanner.app.sources import load_config

    (schedule,) = choose_schedules(folder, [name])
    configured = load_config(config)
    tenants = tenants_of(schedule, configured)
    for tenant in tenants:
        recipients_of(schedule, tenant, configured)
    moment = read_moment(now, schedule)
    return worst(
        [
            attend_one(
                Occasion(schedule=schedule, tenant=tenant, now=moment, again=again, rehearsal=dry_run), configured
            )
            for tenant in tenants
        ]
    )


@app.command("deliveries")
def list_deliveries(config: o.ConfigFile = None, as_json: o.AsJson = False) -> ExitCode:
    """List what was sent to whom, and what is unconfirmed: accepted or not, nobody knows, so it is not sent again."""
    from scanner.app.books import read_books
    from scanner.app.sources import load_config
    from scanner.cli.commands import print_json, print_line

    deliveries = read_books(load_config(config), ()).deliveries
    if as_json:
        print_json(deliveries)
        return ExitCode.OK
    for item in deliveries:
        told = f"  {item.reason}" if item.reason else ""
        print_line(f"{item.schedule}  {item.period}  {item.route}  {item.recipient}  {item.state.value}{told}")
    return ExitCode.OK


@app.command()
def serve(names: Names = None, config: o.ConfigFile = None, folder: Folder = None) -> ExitCode:
    """Run schedules at their times until SIGTERM or Ctrl-C.

    Files are read when it starts. A period that came due while nothing was running is run when it starts, the latest
    only; a schedule that it sees for the first time waits for its next time. Several such services may run beside each
    other: each period is run by one of them. A run that is under way when it ends is interrupted.
    """
    from scanner.app.recipients import recipients_of
    from scanner.app.schedules import choose_schedules, overdue, serve_schedules, tenants_of
    from scanner.app.sources import load_config
    from scanner.cli.commands import say_on_stderr

    schedules = choose_schedules(folder, names or ())
    configured = load_config(config)
    tenants = {schedule.name: tenants_of(schedule, configured) for schedule in schedules}
    for schedule in schedules:
        for tenant in tenants[schedule.name]:
            recipients_of(schedule, tenant, configured)
    waiting = overdue(schedules, configured, dt.datetime.now(tz=dt.UTC))
    for schedule in schedules:
        named = ", ".join(tenants[schedule.name])
        say_on_stderr(f"{schedule.name}: {named}; next: {next_of(schedule) or 'never again'}")
    serve_schedules(schedules, paths_as_options(config, folder), say_on_stderr, waiting)
    say_on_stderr("Stopped.")
    return ExitCode.OK


def attend_one(occasion: "Occasion", config: "Config") -> ExitCode:
    """Attend to one tenant of a schedule; its failure is told, and leaves the other tenants alone."""
    from scanner.app.occasions import attend
    from scanner.cli.commands import say_on_stderr
    from scanner.cli.terminal import complain

    say_on_stderr(f"{occasion.schedule.name}: {occasion.tenant}")
    try:
        return attend(occasion, config, lambda recipients: scan_for(occasion, config, recipients), say_on_stderr)
    except PostureError as error:
        complain(error)
        return error.exit_code


def scan_for(
    occasion: "Occasion", config: "Config", recipients: "Sequence[Recipient]"
) -> "tuple[ExitCode, FinishedRun]":
    """Scan a tenant, and write the reports in every language that a recipient reads."""
    from scanner.app.occasions import with_letters
    from scanner.cli.commands import announce, of_tenant, scan_tenant
    from scanner.cli.options import make_job
    from scanner.cli.terminal import complain

    tenant = config.tenants[occasion.tenant]
    job = make_job(**choices_of(occasion), config=config, **of_tenant(tenant))
    try:
        finished = scan_tenant(tenant, with_letters(job, recipients))
    except PostureError as error:
        complain(error)
        raise
    return announce(finished, job.fail_on, as_json=False), finished


def choices_of(occasion: "Occasion") -> "Choices":
    """Write a schedule as the options of `scan`; the day that is judged for is that of its own clock."""
    from scanner.app.job import FailOn

    schedule = occasion.schedule
    day = schedule.as_of or occasion.now.astimezone(schedule.zone).date()
    return {
        "out": Path(schedule.out),
        "formats": ",".join(schedule.formats),
        "lang": schedule.lang,
        "as_of": day.isoformat(),
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

    return "".join(due.at.isoformat(sep=" ") for due in due_times([schedule], read_time("", ""), 1))


def summary_of(schedule: "Schedule") -> dict[str, object]:
    """Write a schedule for programs."""
    keys = (
        "name",
        "title",
        "description",
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
        "timezone": schedule.zone_name,
        "file": str(schedule.file),
        "cron": schedule.fields.given,
        "next": coming,
    }


def read_time(text: str, option: str) -> dt.datetime:
    """Read a time that an option gives; the present where it isn't given.

    Raises:
        ConfigurationError: It is no time.
    """
    if not text:
        return dt.datetime.now(tz=dt.UTC)
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        message = f"{option}: {text!r} is no time."
        raise ConfigurationError(message, "Write it as 2026-12-31T06:00, with an offset if you like.") from error


def read_moment(text: str, schedule: "Schedule") -> dt.datetime:
    """Read ``--now``; without an offset it is on the schedule's own clock.

    Raises:
        ConfigurationError: It is no time.
    """
    found = read_time(text, "--now")
    return found if found.tzinfo else found.replace(tzinfo=schedule.zone)
