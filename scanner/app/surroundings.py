"""What a run needs of this machine and of its configuration, tried without doing any of it."""

import datetime as dt
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path

from scanner.app.deliver import open_route
from scanner.app.recipients import Recipient, delivery_of, recipients_of
from scanner.app.schedules import choose_schedules
from scanner.config import Config, TenantConfig, load_notes
from scanner.config.delivery import SmtpConfig
from scanner.errors import ConfigurationError, ExitCode, PostureError, RenderError
from scanner.model.frozen import Frozen
from scanner.report.formats.pdf import PdfFormat
from scanner.report.signature import load_signer
from scanner.store.examine import examine_store

NEAR_ITS_END = dt.timedelta(days=30)
LONGEST_CONNECT = 10.0  # seconds


class Level(StrEnum):
    """How grave a remark is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Remark(Frozen, frozen=True, kw_only=True):
    """What the doctor says of one thing that a run needs.

    Attributes:
        subject: The thing, in a word or two.
        level: How grave it is.
        says: What was found.
        advice: What to do about it; may be empty.
        exit_code: What it makes of the whole examination.
    """

    subject: str
    level: Level
    says: str
    advice: str = ""
    exit_code: ExitCode = ExitCode.OK


def examine_machine(
    config: Config, tenant: TenantConfig, out: Path, environment: Mapping[str, str]
) -> Iterator[Remark]:
    """Try everything that needs no tenant.

    Args:
        config: The configuration.
        tenant: The tenant that is meant.
        out: The folder of the reports.
        environment: The environment, where secrets may stand.

    Yields:
        What was found, one remark or more for each thing.
    """
    yield from attempt("files", lambda: _read_files(config, tenant))
    yield from attempt("store", lambda: [ok("store", examine_store(config.store.url))])
    yield from attempt("folder", lambda: [ok("folder", _try_folder(out))])
    yield from attempt("PDF", _try_pdf)
    yield from _examine_delivery(config, tenant, environment)


def attempt(subject: str, work: Callable[[], list[Remark]]) -> Iterator[Remark]:
    """Do a work, and tell what it raises as a remark."""
    try:
        yield from work()
    except PostureError as error:
        yield fault(subject, error)


def fault(subject: str, error: PostureError) -> Remark:
    """Tell an error as a remark."""
    code = ExitCode.INCOMPLETE if isinstance(error, RenderError) else error.exit_code
    return Remark(subject=subject, level=Level.FAULT, says=error.message, advice=error.advice, exit_code=code)


def tell_end(what: str, end: dt.datetime, now: dt.datetime) -> Remark:
    """Say when a certificate or a secret ends, and whether that is soon."""
    days = (end.date() - now.date()).days
    left = "1 day" if days == 1 else f"{days} days"
    if end <= now:
        return Remark(
            subject="credential",
            level=Level.FAULT,
            says=f"The {what} ended on {end:%Y-%m-%d}.",
            advice="Make a new one, add it to the app registration, and name it in the configuration.",
            exit_code=ExitCode.FAILURE,
        )
    if end - now < NEAR_ITS_END:
        return Remark(
            subject="credential",
            level=Level.WARNING,
            says=f"The {what} ends on {end:%Y-%m-%d}, in {left}.",
            advice="Add its successor to the app registration before that day: both are good side by side.",
        )
    return ok("credential", f"The {what} is good until {end:%Y-%m-%d}, for {left}.")


def ok(subject: str, says: str) -> Remark:
    """Say that something is as it should be."""
    return Remark(subject=subject, level=Level.OK, says=says)


def _read_files(config: Config, tenant: TenantConfig) -> list[Remark]:
    """Read what the configuration names beside credentials.

    Raises:
        ConfigurationError: One can't be read, or something in it is wrong.
    """
    if tenant.owner_notes:
        load_notes(tenant.owner_notes)
    if config.signing.key_file:
        load_signer(config.signing.key_file)
    for path in tenant.senders.exports:
        if not path.exists():
            raise ConfigurationError(f"There is no export {path}.", "Correct [tenants.NAME.senders] exports.")
    return [ok("files", "Everything that the configuration names is there.")]


def _try_folder(folder: Path) -> str:
    """Make a file that has no name in a folder, or in the folder that it would be made in.

    Raises:
        ConfigurationError: That is not possible.
    """
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise ConfigurationError(
            f"Reports can't be written to {folder}: {place}: {error.strerror}.", "Choose another folder with --out."
        ) from error
    return f"{folder} can be written." if place == folder.absolute() else f"{folder} will be made by the first run."


def _try_pdf() -> list[Remark]:
    PdfFormat(seconds=60).try_out()
    return [ok("PDF", "What report.pdf takes is installed.")]


def _examine_delivery(config: Config, tenant: TenantConfig, environment: Mapping[str, str]) -> Iterator[Remark]:
    """Look at everybody who would get reports by a schedule; nothing is sent."""
    try:
        recipients = _list_recipients(config, tenant)
    except ConfigurationError as error:
        yield fault("delivery", error)
        return
    if not recipients:
        yield ok("delivery", "Nobody gets reports by schedule.")
    for recipient in recipients:
        yield from attempt("delivery", partial(_try_route, recipient, config, tenant, environment))


def needed_to_send(config: Config, tenant: TenantConfig) -> frozenset[str]:
    """Name the permissions that delivering a tenant's reports by schedule takes (facts/apis.md §2.7)."""
    try:
        routes = {recipient.route for recipient in _list_recipients(config, tenant)}
    except ConfigurationError:  # told where delivery is examined
        return frozenset()
    server = delivery_of(config, tenant).smtp
    signs_in = "smtp" in routes and server is not None and server.auth == "xoauth2"
    return frozenset({"Mail.Send"} if "graph" in routes else ()) | ({"SMTP.SendAsApp"} if signs_in else set())


def _list_recipients(config: Config, tenant: TenantConfig) -> tuple[Recipient, ...]:
    name = next(name for name, known in config.tenants.items() if known is tenant)
    meant = (one for one in choose_schedules(None) if one.tenants == "all" or name in one.tenants)
    found = (recipient for schedule in meant for recipient in recipients_of(schedule, name, config))
    return tuple({(recipient.route, recipient.to): recipient for recipient in found}.values())


def _try_route(
    recipient: Recipient, config: Config, tenant: TenantConfig, environment: Mapping[str, str]
) -> list[Remark]:
    """Open the way to a recipient.

    Raises:
        PostureError: It can't be opened.
    """
    settings = delivery_of(config, tenant)
    open_route(recipient, settings, tenant, environment)
    if recipient.route == "folder":
        return [ok("delivery", _try_folder(Path(recipient.to)))]
    if recipient.route == "smtp" and settings.smtp:
        _connect(settings.smtp)
    return [ok("delivery", f"{recipient.to} can be reached by {recipient.route}; nothing was sent.")]


def _connect(server: SmtpConfig) -> None:
    """Connect to a mail server, and say nothing.

    Raises:
        PostureError: It does not answer.
    """
    try:
        socket.create_connection((server.host, server.port), timeout=LONGEST_CONNECT).close()
    except OSError as error:
        raise PostureError(
            f"The mail server {server.host}:{server.port} does not answer ({type(error).__name__}).",
            "Correct [delivery.smtp], or let this machine connect there.",
        ) from error
