"""Who gets a report: from the configuration and from the schedule, checked before anything is read."""

from collections.abc import Iterable

from scanner.config import Config, TenantConfig
from scanner.config.delivery import MAIL_ROUTES, DeliveryConfig, RecipientConfig, RouteName, domain_of
from scanner.errors import ConfigurationError
from scanner.model.frozen import Frozen
from scanner.report.language import open_language
from scanner.schedule import Schedule


class Recipient(Frozen, frozen=True, kw_only=True):
    """Somebody who gets one tenant's reports.

    Attributes:
        to: An address in lower case, a folder, or the name of a webhook.
        route: How.
        language: Code of the language.
        attach: Formats that are attached, the most wanted first.
    """

    to: str
    route: RouteName
    language: str
    attach: tuple[str, ...]


def delivery_of(config: Config, tenant: TenantConfig) -> DeliveryConfig:
    """Give how a tenant's reports are sent."""
    return tenant.delivery or config.delivery


def recipients_of(schedule: Schedule, name: str, config: Config) -> tuple[Recipient, ...]:
    """Name those who get the reports of one tenant from a schedule, each once per route.

    Args:
        schedule: The schedule.
        name: The tenant's name in the configuration.
        config: The configuration.

    Raises:
        ConfigurationError: One can't be sent to: no address, a domain that is not allowed, no such webhook or language,
            no sender, no server.
    """
    tenant = config.tenants[name]
    delivery = delivery_of(config, tenant)
    found = {
        (recipient.route, recipient.to): recipient
        for item in wanted(schedule, name, tenant)
        for recipient in (checked(item, schedule, delivery),)
    }
    return tuple(found.values())


def wanted(schedule: Schedule, name: str, tenant: TenantConfig) -> Iterable[RecipientConfig]:
    """Give the recipients that are meant for this tenant and this schedule."""
    yield from (item for item in schedule.recipients if not item.tenants or name in item.tenants)
    yield from (item for item in tenant.recipients if not item.schedules or schedule.name in item.schedules)


def checked(item: RecipientConfig, schedule: Schedule, delivery: DeliveryConfig) -> Recipient:
    """Check one recipient.

    Raises:
        ConfigurationError: It can't be sent to.
    """
    route = item.route or delivery.route
    language = item.lang or schedule.lang
    open_language(language)
    to = item.to
    if route in MAIL_ROUTES:
        to = check_address(to, delivery)
        check_sender(route, delivery)
    if route == "webhook" and to not in delivery.webhooks:
        known = ", ".join(sorted(delivery.webhooks)) or "none"
        raise ConfigurationError(f"Recipient {to!r}: there is no such webhook.", f"[delivery.webhooks] has: {known}.")
    return Recipient(to=to, route=route, language=language, attach=item.attach)


def check_address(address: str, delivery: DeliveryConfig) -> str:
    """Read an address strictly; give it in lower case.

    Raises:
        ConfigurationError: It is none, or its domain is not allowed.
    """
    domain = domain_of(address)
    if not domain:
        raise ConfigurationError(f"Recipient {address!r} is no plain mail address.", "Write it as ops@contoso.com.")
    allowed = {item.lower() for item in delivery.allowed_domains}
    if allowed and domain not in allowed:
        advice = f"Allowed: {', '.join(sorted(allowed))}. Add the domain to allowed_domains if that is meant."
        raise ConfigurationError(f"Recipient {address}: its domain is not among allowed_domains.", advice)
    return address.lower()


def check_sender(route: RouteName, delivery: DeliveryConfig) -> None:
    """See that mail has a sender and a server.

    Raises:
        ConfigurationError: Something lacks.
    """
    if not delivery.sender:
        raise ConfigurationError(
            "Mail needs a sender.", 'Write sender = "reports@contoso.com" into [delivery]: a mailbox of the tenant.'
        )
    if route == "smtp" and delivery.smtp is None:
        raise ConfigurationError("The route smtp needs a server.", "Write a [delivery.smtp] table with its host.")
