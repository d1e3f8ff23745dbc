"""The commands."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner import __version__
from scanner.app.job import DEFAULT_OUT, FailOn
from scanner.cli import options as o
from scanner.cli.fleet import app as fleet_app
from scanner.cli.schedules import app as schedule_app
from scanner.errors import ConfigurationError, ExitCode

INTERRUPTED = 130  # what the command-line library makes of Ctrl-C


def leave(code: ExitCode, **_: object) -> None:
    """Leave with the exit code that a command gave."""
    raise typer.Exit(int(code))


app = typer.Typer(
    result_callback=leave,
    name="smtp-posture",
    help="Tells for every mailbox of a Microsoft 365 tenant whether authenticated SMTP submission works, and why not.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(schedule_app, name="schedule")
app.add_typer(fleet_app, name="fleet")


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code; mistakes in the arguments are told by the command-line library."""
    try:
        app(args=list(arguments), prog_name="smtp-posture")
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            raise KeyboardInterrupt from stop
        return int(stop.code or 0)
    return int(ExitCode.OK)


def show_version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Arguments that every command has."""


@app.command()
def demo(
    mailboxes: Annotated[
        int | None,
        typer.Option(min=1, max=1_000_000, help="Mailboxes of the simulated tenant.", show_default="2000"),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="What its population is made from.", show_default="1")] = None,
    scenario: Annotated[
        str, typer.Option(help="TOML file, or name of a ready one, that says what goes wrong (docs/scenarios.md).")
    ] = "",
    out: o.Out = DEFAULT_OUT,
    formats: o.Format = o.USUAL_FORMATS,
    archive: o.Archive = False,
    pseudonymise: o.Pseudonymise = False,
    owner_notes: o.OwnerNotes = None,
    lang: o.Lang = "en",
    as_of: o.AsOf = "",
    source_ip: o.SourceIp = o.NO_IPS,
    fail_on: o.FailOnFlag = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Do the whole job on a simulated tenant over real TLS."""
    from scanner.cli.commands import do_demo

    choices = shared(out, formats, lang, as_of, source_ip, fail_on, archive, owner_notes, pseudonymise)
    return do_demo(mailboxes=mailboxes, seed=seed, scenario=scenario, as_json=as_json, choices=choices)


@app.command()
def scan(
    config: o.ConfigFile = None,
    tenant: o.TenantName = None,
    out: o.Out = DEFAULT_OUT,
    formats: o.Format = o.USUAL_FORMATS,
    archive: o.Archive = False,
    pseudonymise: o.Pseudonymise = False,
    owner_notes: o.OwnerNotes = None,
    lang: o.Lang = "en",
    as_of: o.AsOf = "",
    source_ip: o.SourceIp = o.NO_IPS,
    fail_on: o.FailOnFlag = None,
    allow_partial: o.AllowPartial = False,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Read a tenant over the network and report on it; go on where an interrupted scan left off."""
    from scanner.cli.commands import do_scan

    choices = shared(out, formats, lang, as_of, source_ip, fail_on, archive, owner_notes, pseudonymise)
    choices["allow_partial"] = allow_partial
    return do_scan(config_file=config, tenant_name=tenant, as_json=as_json, choices=choices)


@app.command("import")
def import_folder(
    folder: Annotated[Path, typer.Argument(help="Folder of exported files.")],
    config: o.ConfigFile = None,
    tenant: o.TenantName = None,
    out: o.Out = DEFAULT_OUT,
    formats: o.Format = o.USUAL_FORMATS,
    archive: o.Archive = False,
    pseudonymise: o.Pseudonymise = False,
    owner_notes: o.OwnerNotes = None,
    lang: o.Lang = "en",
    as_of: o.AsOf = "",
    source_ip: o.SourceIp = o.NO_IPS,
    fail_on: o.FailOnFlag = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Do the same job from exported files, without signing in."""
    from scanner.cli.commands import do_import

    choices = shared(out, formats, lang, as_of, source_ip, fail_on, archive, owner_notes, pseudonymise)
    return do_import(folder=folder, config_file=config, tenant_name=tenant, as_json=as_json, choices=choices)


@app.command()
def init(
    out: Annotated[Path, typer.Option("--out", help="The configuration file.")] = Path("smtp-posture.toml"),
    script: Annotated[Path, typer.Option("--script", help="The registration script.")] = Path("smtp-posture-app.ps1"),
    name: Annotated[str, typer.Option("--name", help="The tenant's name in the configuration.")] = "",
    tenant_id: Annotated[str, typer.Option("--tenant-id", help="The tenant's id, or one of its domains.")] = "",
    client_id: Annotated[str, typer.Option("--client-id", help="The application's id, where it exists already.")] = "",
    cloud: Annotated[str, typer.Option("--cloud", help="public, gcc-high, dod or china.")] = "public",
    credential: Annotated[
        str, typer.Option("--credential", help="certificate, secret, federated, managed-identity or device-code.")
    ] = "certificate",
    certificate_file: Annotated[
        Path, typer.Option("--certificate-file", help="Private key and certificate (PEM); made where there is none.")
    ] = Path("smtp-posture.pem"),
    exchange: Annotated[
        str,
        typer.Option(
            "--exchange",
            help="How the app may read Exchange: role-group (View-Only Organization Management) or global-reader.",
        ),
    ] = "role-group",
    app_name: Annotated[str, typer.Option("--app-name", help="How the application is called.")] = "smtp-posture",
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there; never over a key.")] = False,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Write a first configuration and a registration script.

    Beside the configuration: a certificate where there is none, and a PowerShell script that registers the application.
    Nothing is sent anywhere: an administrator reads the script and runs it. A terminal is asked for what is not given.
    """
    from scanner.cli.init import do_init

    return do_init(
        out=out,
        script=script,
        name=name,
        tenant_id=tenant_id,
        client_id=client_id,
        cloud=cloud,
        credential=credential,
        certificate_file=certificate_file,
        exchange=exchange,
        app_name=app_name,
        force=force,
        as_json=as_json,
    )


@app.command("export-script")
def export_script() -> ExitCode:
    """Print a script that makes an evidence folder.

    The script is PowerShell, reads the tenant with Get- cmdlets and GET requests, and changes nothing there.
    Run it in Windows PowerShell 5.1 or PowerShell 7 as somebody with Global Reader, then: smtp-posture import FOLDER.
    """
    from scanner.app.export_script import write_export_script

    typer.echo(write_export_script(), nl=False)
    return ExitCode.OK


@app.command()
def doctor(
    config: o.ConfigFile = None, tenant: o.TenantName = None, out: o.Out = DEFAULT_OUT, as_json: o.AsJson = False
) -> ExitCode:
    """Tell what a scan would lack, and what to do.

    It signs in, tries every permission with one small request, and looks at hosts, clocks, certificate, store, folder,
    Pango and delivery. Nothing is written to the tenant, and nothing is sent.

    Exit code 0: all readable. 4: something would be missing. 1: no sign-in, no host, no store. 2: configuration.
    """
    from scanner.cli.doctor import do_doctor

    return do_doctor(config_file=config, tenant_name=tenant, out=out, as_json=as_json)


@app.command()
def runs(config: o.ConfigFile = None, as_json: o.AsJson = False) -> ExitCode:
    """List the runs that were kept, with what each found."""
    from scanner.cli.memory import do_runs

    return do_runs(config_file=config, as_json=as_json)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="RUN", help="The earlier run: an id, latest, or previous.")],
    after: Annotated[str, typer.Argument(metavar="RUN", help="The later run.")],
    config: o.ConfigFile = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Show what changed between two runs of one tenant; what was unknown in one of them is no change."""
    from scanner.cli.memory import do_diff

    return do_diff(before=before, after=after, config_file=config, as_json=as_json)


@app.command()
def verify(
    run_name: Annotated[
        str, typer.Argument(metavar="RUN", help="An id, latest, previous, or the path of a run folder.")
    ],
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="Public key (PEM, Ed25519) of whoever signed the run.")
    ] = None,
    config: o.ConfigFile = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Say whether a run is still what it was, and what each level of that proves; works offline."""
    from scanner.cli.memory import do_verify

    return do_verify(run_name=run_name, public_key=public_key, config_file=config, as_json=as_json)


@app.command()
def purge(
    older_than: Annotated[
        str,
        typer.Option("--older-than", help="Age in days or weeks, e.g. 400d.", show_default="[store] keep_days: 400d"),
    ] = "",
    person: Annotated[
        str,
        typer.Option(
            "--person", help="Address or id of somebody: take them out of all that is kept, whatever its age."
        ),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    config: o.ConfigFile = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Remove runs that are older than they may be kept, with their evidence and their reports; or one person."""
    from scanner.cli.purging import do_erase, do_purge

    if person and older_than:
        raise ConfigurationError("--person and --older-than are two jobs.", "Give one of them.")
    if person:
        return do_erase(person=person, dry_run=dry_run, config_file=config, as_json=as_json)
    return do_purge(older_than=older_than, dry_run=dry_run, config_file=config, as_json=as_json)


@app.command()
def report(
    run_name: Annotated[str, typer.Argument(metavar="RUN", help="An id, latest, or previous.")],
    config: o.ConfigFile = None,
    out: o.Out = DEFAULT_OUT,
    formats: o.Format = o.USUAL_FORMATS,
    archive: o.Archive = False,
    pseudonymise: o.Pseudonymise = False,
    owner_notes: o.OwnerNotes = None,
    lang: o.Lang = "en",
    as_of: o.AsOf = "",
    source_ip: o.SourceIp = o.NO_IPS,
    fail_on: o.FailOnFlag = None,
    allow_partial: o.AllowPartial = False,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Judge and render a kept run again, from its evidence, with today's rules."""
    from scanner.cli.commands import do_report

    choices = shared(out, formats, lang, as_of, source_ip, fail_on, archive, owner_notes, pseudonymise)
    choices["allow_partial"] = allow_partial
    return do_report(run_name=run_name, config_file=config, as_json=as_json, choices=choices)


@app.command()
def explain(
    address: Annotated[str, typer.Argument(help="Address or id of a mailbox.")],
    method: Annotated[str, typer.Option("--method", help="basic, oauth_delegated or oauth_app.")] = "basic",
    run_name: o.RunName = "latest",
    config: o.ConfigFile = None,
    as_of: o.AsOf = "",
    source_ip: o.SourceIp = o.NO_IPS,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Show for one mailbox of a kept run which gates are open, which is the first closed one, and what opens it."""
    from scanner.cli.answers import Question, do_explain

    question = Question(
        address=address, run_name=run_name, config_file=config, as_of=as_of, source_ips=tuple(source_ip)
    )
    return do_explain(question, method=method, as_json=as_json)


@app.command()
def diagnose(
    reply: Annotated[str, typer.Argument(help="The reply as you see it, wrapped or cut; - reads it from stdin.")],
    mailbox: Annotated[str, typer.Option("--mailbox", help="Say which causes hold for this mailbox.")] = "",
    method: Annotated[str, typer.Option("--method", help="basic, oauth_delegated or oauth_app.")] = "basic",
    run_name: o.RunName = "latest",
    config: o.ConfigFile = None,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Say what an SMTP reply means, its possible causes in order of likelihood, and what opens each."""
    from scanner.cli.answers import Question, do_diagnose

    question = Question(address=mailbox, run_name=run_name, config_file=config, as_of="", source_ips=())
    return do_diagnose(reply, question, method=method, as_json=as_json)


@app.command()
def whatif(
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="An id, latest, or previous.")] = "",
    changes: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help="A change; may be given several times.")
    ] = o.NO_CHANGES,
    run_name: o.RunName = "latest",
    config: o.ConfigFile = None,
    as_of: o.AsOf = "",
    source_ip: o.SourceIp = o.NO_IPS,
    as_json: o.AsJson = False,
) -> ExitCode:
    """Tell what a change would do to every mailbox of a kept run, and which exceptions keep its senders working."""
    from scanner.cli.whatif import do_what_if

    return do_what_if(
        changes=changes,
        run_name=run or run_name,
        config_file=config,
        as_of=as_of,
        source_ips=source_ip,
        as_json=as_json,
    )


def shared(
    out: Path,
    formats: str,
    lang: str,
    as_of: str,
    source_ips: list[str],
    fail_on: FailOn | None,
    archive: bool,
    owner_notes: Path | None,
    pseudonymise: bool,
) -> dict[str, Any]:
    """Gather the options that all runs share."""
    return {
        "out": out,
        "formats": formats,
        "lang": lang,
        "as_of": as_of,
        "source_ips": source_ips,
        "fail_on": fail_on,
        "archive": archive,
        "owner_notes": owner_notes,
        "pseudonymise": pseudonymise,
    }
