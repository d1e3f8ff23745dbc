"""Options that several commands share, and how their words are read."""

import datetime as dt
import ipaddress
from pathlib import Path
from typing import Annotated

import typer

from scanner.app.job import ALL_FORMATS, DEFAULT_FORMATS, FailOn, Job, Waiver
from scanner.config import Config, load_notes
from scanner.errors import ConfigurationError
from scanner.model.notes import OwnerNote
from scanner.report.signature import load_signer

Out = Annotated[Path, typer.Option("--out", help="Folder that gets one folder per run.", show_default=True)]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        help="Comma-separated list of html, pdf, xlsx, csv, json, remediation (PowerShell, with undo beside it); for "
        "programs also csv-raw (values as they are), ocsf (compliance findings), junit (one test case per mailbox) and "
        "letter (the mail of a schedule).",
    ),
]
Archive = Annotated[
    bool,
    typer.Option("--archive", help="Make the PDF an archive: PDF/A-3 with report.json and mailboxes.csv in it."),
]
Lang = Annotated[
    str, typer.Option("--lang", help="Language of the reports: en, ar, de, es or uk. report.json stays English.")
]
AsOf = Annotated[str, typer.Option("--as-of", help="Date that is judged for, YYYY-MM-DD.", show_default="today")]
SourceIp = Annotated[
    list[str], typer.Option("--source-ip", help="Public address that senders use; may be given several times.")
]
FailOnFlag = Annotated[
    FailOn | None, typer.Option("--fail-on", help="Exit with 3 when a mailbox has this flag or a graver one.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Configuration file.", show_default="smtp-posture.toml if there")
]
OwnerNotes = Annotated[
    Path | None, typer.Option("--owner-notes", help="TOML file with what owners say of their senders.")
]
Pseudonymise = Annotated[
    bool,
    typer.Option("--pseudonymise", help="Names, addresses, ids and IP addresses become pseudonyms, in every file."),
]
TenantName = Annotated[str | None, typer.Option("--tenant", help="Name of a configured tenant.")]
RunName = Annotated[str, typer.Option("--run", help="An id of a kept run, latest, or previous.")]
AllowPartial = Annotated[
    bool, typer.Option("--allow-partial", help="Judge what an interrupted scan has read, without reading on.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

USUAL_FORMATS = ",".join(DEFAULT_FORMATS)
NO_IPS: list[str] = []
NO_CHANGES: list[str] = []


def read_formats(text: str) -> tuple[str, ...]:
    """Read the list of formats.

    Raises:
        ConfigurationError: One is not known, or there is none.
    """
    named = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    strange = [name for name in named if name not in ALL_FORMATS]
    if strange or not named:
        message = f"--format: {strange[0]!r} is no format." if strange else "--format: no format is named."
        raise ConfigurationError(message, f"Formats: {', '.join(ALL_FORMATS)}.")
    return named


def read_date(text: str) -> dt.date:
    """Read ``--as-of``; today in UTC where it isn't given.

    Raises:
        ConfigurationError: It is no date.
    """
    if not text:
        return dt.datetime.now(tz=dt.UTC).date()
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        message = f"--as-of: {text!r} is no date."
        raise ConfigurationError(message, "Write it as YYYY-MM-DD, e.g. 2027-01-15.") from error


def read_addresses(texts: list[str]) -> tuple[str, ...]:
    """Read ``--source-ip``, which may also hold a comma-separated list.

    Raises:
        ConfigurationError: One is no IP address.
    """
    named = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    for address in named:
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            message = f"--source-ip: {address!r} is no IP address."
            raise ConfigurationError(message, "Write one address, e.g. 203.0.113.7, without a mask.") from error
    return tuple(dict.fromkeys(named))


def read_notes(file: Path | None) -> tuple[OwnerNote, ...]:
    """Read the owner notes, where there are any.

    Raises:
        ConfigurationError: The file can't be read, or something in it is wrong.
    """
    return load_notes(file) if file else ()


def make_job(
    *,
    out: Path,
    formats: str,
    lang: str,
    as_of: str,
    source_ips: list[str],
    fail_on: FailOn | None,
    config: Config,
    configured_ips: tuple[str, ...] = (),
    waivers: tuple[Waiver, ...] = (),
    archive: bool = False,
    owner_notes: Path | None = None,
    configured_notes: Path | None = None,
    resume_hours: float = 24,
    allow_partial: bool = False,
    pseudonymise: bool = False,
) -> Job:
    """Make a job of the options; addresses on the command line replace the configured ones.

    Raises:
        ConfigurationError: An option can't be read, or two of them contradict each other.
    """
    if archive and "pdf" not in read_formats(formats):
        raise ConfigurationError("--archive is about the PDF, and --format leaves it out.", "Name pdf in --format.")
    if config.signing.key_file:
        load_signer(config.signing.key_file)  # a key that can't be used is told before a tenant is read
    if pseudonymise:
        from scanner.app.pseudonymise import read_key

        read_key(config.pseudonyms.key_file)
    return Job(
        out=out,
        formats=read_formats(formats),
        language=lang,
        as_of=read_date(as_of),
        source_ips=read_addresses(source_ips) or configured_ips,
        fail_on=fail_on,
        store_url=config.store.url,
        pseudonym_key=config.pseudonyms.key_file if pseudonymise else None,
        signing_key=config.signing.key_file,
        waivers=waivers,
        archive=archive,
        owner_notes=read_notes(owner_notes or configured_notes),
        resume_hours=resume_hours,
        allow_partial=allow_partial,
    )
