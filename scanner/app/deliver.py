"""Brings a finished run to those who get it: verified, once each, and noted in the outbox."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from scanner.app.recipients import Recipient, delivery_of
from scanner.app.run import utc_now
from scanner.config import Config, Secret, TenantConfig
from scanner.config.delivery import MAIL_ROUTES, DeliveryConfig, WebhookConfig
from scanner.delivery.dispatch import LONGEST_SENDING, dispatch
from scanner.delivery.folder import FolderRoute
from scanner.delivery.graph import GraphRoute
from scanner.delivery.http import Poster
from scanner.delivery.interface import Enclosure, Parcel, Route
from scanner.delivery.message import compose, fit
from scanner.delivery.smtp import SmtpRoute
from scanner.delivery.webhook import WebhookRoute
from scanner.delivery.whose import verify_folder, verify_tenant
from scanner.errors import DeliveryError, SourceError
from scanner.model.delivery import Delivery, DeliveryState, Outbox
from scanner.model.frozen import Frozen
from scanner.model.letter import Letter
from scanner.report.write import name_in_language
from scanner.sources.live import Target, issue_token
from scanner.store import RunRecord, Store

LETTER = "letter.json"
DRY = "not-sent"
FILES: Mapping[str, tuple[str, str]] = {
    "pdf": ("report.pdf", "application/pdf"),
    "xlsx": ("report.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": ("report.html", "text/html"),
    "csv": ("mailboxes.csv", "text/csv"),
    "json": ("report.json", "application/json"),
}


class Errand(Frozen, frozen=True, kw_only=True):
    """What is brought, and for which period.

    Attributes:
        tenant_id: The tenant as the configuration names it, in lower case.
        schedule: The schedule's name.
        period: The period's name.
        run: The run.
    """

    tenant_id: str
    schedule: str
    period: str
    run: RunRecord


def deliver(
    store: Store, config: Config, tenant: TenantConfig, errand: Errand, recipients: Iterable[Recipient]
) -> list[Delivery]:
    """Bring a run to its recipients; one that can't be reached hinders no other.

    Returns:
        Each delivery as it is kept now.
    """
    outbox = store.outbox()
    outbox.give_up(utc_now() - LONGEST_SENDING, utc_now())
    settings = delivery_of(config, tenant)
    return [bring(outbox, settings, tenant, errand, recipient) for recipient in recipients]


def bring(
    outbox: Outbox, settings: DeliveryConfig, tenant: TenantConfig, errand: Errand, recipient: Recipient
) -> Delivery:
    """Bring a run to one recipient."""
    kept = outbox.queue(
        Delivery(
            tenant_id=errand.tenant_id,
            schedule=errand.schedule,
            period=errand.period,
            route=recipient.route,
            recipient=recipient.to,
            run_id=errand.run.id,
            language=recipient.language,
            state=DeliveryState.QUEUED,
            queued=utc_now(),
        )
    )
    wanted = msgspec.structs.replace(kept, run_id=errand.run.id)
    return dispatch(
        wanted,
        lambda: wrap(errand, recipient, settings.sender),
        lambda: open_route(recipient, settings, tenant, os.environ),
        outbox,
        utc_now,
    )


def wrap(errand: Errand, recipient: Recipient, sender: str) -> Parcel:
    """Make the parcel of one recipient: every file is opened again, and its tenant compared.

    Raises:
        DeliveryError: A file is not the run's, not this tenant's, or was altered.
    """
    run = errand.run
    folder = Path(run.folder)
    names = verify_folder(folder, run.tenant_id, run.id)
    letter = in_language(LETTER, recipient.language, names)
    if letter not in names:
        raise DeliveryError(f"The run in {folder} has no letter.", "Run the schedule again with --again.")
    wanted = [FILES[name] for name in recipient.attach if name in FILES]
    chosen = [(in_language(name, recipient.language, names), media_type) for name, media_type in wanted]
    chosen = [(name, media_type) for name, media_type in chosen if name in names]
    for name in (letter, *(name for name, _ in chosen)):
        verify_tenant(folder / name, run.tenant_id)
    parcel = Parcel(
        letter=msgspec.json.decode((folder / letter).read_bytes(), type=Letter),
        recipient=recipient.to,
        sender=sender,
        enclosures=tuple(
            Enclosure(name=shown(name, run), path=folder / name, media_type=media_type) for name, media_type in chosen
        ),
        left_out=(),
        mark=f"{errand.tenant_id} {errand.schedule} {errand.period}",
    )
    return fit(parcel) if recipient.route in MAIL_ROUTES else parcel


def in_language(name: str, language: str, names: Collection[str]) -> str:
    """Give the name of a file in a language, where the run has it, else the file's own."""
    own = name_in_language(name, language)
    return own if own in names else name


def shown(name: str, run: RunRecord) -> str:
    """Name a file so that it can be told from last month's."""
    stem, ending = name.partition(".")[0], name.rpartition(".")[2]
    return f"smtp-posture-{stem}-{run.as_of.isoformat()}.{ending}"


def open_route(
    recipient: Recipient, settings: DeliveryConfig, tenant: TenantConfig, environment: Mapping[str, str]
) -> Route:
    """Open a way out.

    Raises:
        DeliveryError: What it needs is not there.
    """
    match recipient.route:
        case "folder":
            return FolderRoute()
        case "webhook":
            channel = settings.webhooks[recipient.to]
            return WebhookRoute(channel, url_of(channel, environment), Poster(channel.ca_file, tenant.proxy))
        case "smtp" if settings.smtp is not None:
            return SmtpRoute(settings.smtp, lambda: token_for(tenant, environment, "exchange"))
        case _:
            target = Target.of(tenant, environment)
            return GraphRoute(
                target.hosts.graph,
                lambda: token_for(tenant, environment, "graph"),
                Poster(target.ca_file, tenant.proxy),
            )


def token_for(tenant: TenantConfig, environment: Mapping[str, str], service: str) -> str:
    """Sign in to a service of the tenant.

    Raises:
        DeliveryError: There is no token to be had.
    """
    try:
        target = Target.of(tenant, environment)
        return issue_token(target, target.hosts.graph if service == "graph" else target.hosts.exchange)
    except SourceError as error:
        raise DeliveryError(error.message, error.advice) from error


def url_of(channel: WebhookConfig, environment: Mapping[str, str]) -> Secret:
    """Read the address of a webhook.

    Raises:
        DeliveryError: It is not where the configuration says.
    """
    if channel.url_file is None:
        text = environment.get(channel.url_env, "")
    else:
        try:
            text = channel.url_file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise DeliveryError(f"{channel.url_file} can't be read: {error}.", "Correct url_file.") from error
    if not text.strip():
        raise DeliveryError("The address of the webhook is empty.", "Put it where url_file or url_env says.")
    return Secret(text.strip())


def rehearse(errand: Errand, recipients: Iterable[Recipient], sender: str, say: Callable[[str], None]) -> list[Path]:
    """Write what would be mailed as .eml files beside the run's folder, and send nothing.

    Raises:
        DeliveryError: A file is not the run's, or was altered.
    """
    written = []
    folder = Path(errand.run.folder).parent / DRY
    folder.mkdir(mode=0o700, exist_ok=True)
    for number, recipient in enumerate(recipients, start=1):
        parcel = wrap(errand, recipient, sender)
        if recipient.route not in MAIL_ROUTES:
            say(f"Would go to {recipient.route} {recipient.to}: {parcel.letter.subject}")
            continue
        path = folder / f"{errand.run.id}-{number}.eml"
        path.touch(mode=0o600, exist_ok=True)
        path.write_bytes(compose(parcel, utc_now()))
        written.append(path)
        say(f"Would be mailed to {recipient.to} by {recipient.route}: {path}")
    return written
