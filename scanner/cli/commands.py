"""What the commands do: options to jobs, jobs to words on the terminal."""

from pathlib import Path
from typing import Any

import msgspec
import typer

from scanner.app import sources
from scanner.app.evidence import load_snapshot
from scanner.app.job import FailOn, FinishedRun, Job, exit_code_of, flagged
from scanner.app.past import earlier_use
from scanner.app.resume import choose_evidence
from scanner.app.run import finish_run, run_job, utc_now
from scanner.app.stopping import sigterm_as_ctrl_c
from scanner.cli.options import make_job
from scanner.cli.terminal import is_attended, plain, plain_json, progress_on_terminal
from scanner.config import TenantConfig
from scanner.errors import ExitCode
from scanner.evidence.registry import SECTIONS
from scanner.posture import pose
from scanner.store import Store

Choices = dict[str, Any]


def do_demo(*, mailboxes: int | None, seed: int | None, scenario: str, as_json: bool, choices: Choices) -> ExitCode:
    """Scan the simulated tenant."""
    config = sources.load_config(None)
    job = make_job(**choices, config=config)
    with sources.simulated_tenant(mailboxes, seed, scenario) as tenant, progress_on_terminal() as progress:
        finished = run_job(sources.live_source(tenant), job, progress)
    return announce(finished, job.fail_on, as_json=as_json)


def do_scan(*, config_file: Path | None, tenant_name: str | None, as_json: bool, choices: Choices) -> ExitCode:
    """Scan a configured tenant."""
    config = sources.load_config(config_file)
    tenant = sources.choose_tenant(config, tenant_name)
    job = make_job(**choices, config=config, **of_tenant(tenant))
    return announce(scan_tenant(tenant, job, attended=is_attended()), job.fail_on, as_json=as_json)


def scan_tenant(tenant: TenantConfig, job: Job, *, attended: bool = False) -> FinishedRun:
    """Scan a tenant, and show how far it has come; SIGTERM interrupts it as Ctrl-C does."""
    with sigterm_as_ctrl_c(), progress_on_terminal() as progress:
        return run_job(sources.live_source(tenant, attended=attended), job, progress)


def do_import(
    *, folder: Path, config_file: Path | None, tenant_name: str | None, as_json: bool, choices: Choices
) -> ExitCode:
    """Read a folder of exported files."""
    config = sources.load_config(config_file)
    named = of_tenant(sources.choose_tenant(config, tenant_name)) if tenant_name else {}
    job = make_job(**choices, config=config, **named)
    source = sources.folder_source(folder)
    with progress_on_terminal() as progress:
        finished = run_job(source, job, progress)
    problems = tuple(str(problem) for problem in source.problems)
    for sentence in (*problems, *map(str, source.notes)):
        say_on_stderr(sentence)
    return announce(msgspec.structs.replace(finished, problems=problems), job.fail_on, as_json=as_json)


def do_report(*, run_name: str, config_file: Path | None, as_json: bool, choices: Choices) -> ExitCode:
    """Judge and render a kept run again, or on purpose a snapshot whose reading was interrupted."""
    config = sources.load_config(config_file)
    job = make_job(**choices, config=config)
    started = utc_now()
    with Store.open(job.store_url) as store:
        snapshot_id = choose_evidence(store, run_name, allow_partial=job.allow_partial)
        snapshot = load_snapshot(store, snapshot_id)
        earlier = earlier_use(store, snapshot_id, started)
        posture = pose(snapshot, as_of=job.as_of, source_ips=job.source_ips, earlier=earlier)
        finished = finish_run(store, snapshot_id, posture, job, started)
    return announce(finished, job.fail_on, as_json=as_json)


def of_tenant(tenant: TenantConfig) -> Choices:
    """Give what the configuration says of a tenant's senders, waivers and interrupted readings."""
    return {
        "configured_ips": tenant.senders.source_ips,
        "waivers": sources.waivers_of(tenant),
        "resume_hours": tenant.limits.resume_hours,
        "configured_notes": tenant.owner_notes,
    }


def announce(finished: FinishedRun, fail_on: FailOn | None, *, as_json: bool) -> ExitCode:
    """Say where the reports are and what they say; the exit code says it to programs."""
    code = exit_code_of(finished, fail_on)
    if as_json:
        print_json(finished)
    else:
        print_line(summary_of(finished))
    for name, reason in finished.missing.items():
        say_on_stderr(f"The {name} report could not be made: {reason}")
    for name, remark in finished.remarks.items():
        say_on_stderr(f"{name}: {remark}")
    if code is ExitCode.INCOMPLETE:
        say_on_stderr(incompleteness_of(finished))
    if code is ExitCode.FLAGGED and fail_on:
        say_on_stderr(f"{flagged(finished.summary, fail_on)} mailboxes are flagged {fail_on.value} or graver.")
    return code


def summary_of(finished: FinishedRun) -> str:
    """Say in a few lines what was found and where it is written."""
    summary = finished.summary
    flags = ", ".join(f"{count} {flag}" for flag, count in summary.by_flag.items() if count)
    lines = [
        f"{summary.mailboxes} mailboxes, {summary.coverage:.0%} with a known verdict: {flags or 'none'}",
        *(f"  {form:5} {path}" for form, path in finished.files.items()),
    ]
    return "\n".join((*lines, f"  {'run':5} {finished.folder}"))


def incompleteness_of(finished: FinishedRun) -> str:
    """Say what was not read."""
    core = {section.name for section in SECTIONS if section.core}
    lacking = [part for part in finished.run.evidence if part.state != "complete" and part.section in core]
    lines = [f"  {part.section}: {part.state}: {part.reason}{permission_of(part.permission)}" for part in lacking]
    return "\n".join(
        ("The evidence is incomplete; what depends on it is unknown.", *map(str, finished.run.notes), *lines)
    )


def permission_of(name: str) -> str:
    """Say which permission lacks."""
    return f" (permission: {name})" if name else ""


def print_line(text: str) -> None:
    """Print a result on stdout."""
    typer.echo(plain(text))


def print_json(value: object) -> None:
    """Print a result as JSON on stdout."""
    typer.echo(plain_json(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode()))


def say_on_stderr(text: str) -> None:
    """Print a message on stderr."""
    typer.echo(plain(text), err=True)
