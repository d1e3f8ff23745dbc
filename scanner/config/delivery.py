"""How reports are sent, and to whom: the tables ``[delivery]`` and ``[[recipients]]``."""

import re
from pathlib import Path
from typing import Literal

import msgspec

from scanner.config.table import Table

RouteName = Literal["graph", "smtp", "folder", "webhook"]
Attachment = Literal["pdf", "xlsx", "html", "csv", "json"]

MAIL_ROUTES = frozenset({"graph", "smtp"})
# Stricter than the standards: nothing that a header or a URL could read differently (trust.md T14).
ADDRESS = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_+-])?"
    r"@(?P<domain>[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+)"
)
DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
LAST_PORT = 65535


def domain_of(address: str) -> str:
    """Give the domain of an address in lower case; "" where it is no plain address."""
    match = ADDRESS.fullmatch(address)
    return match["domain"].lower() if match else ""


class SmtpConfig(Table, frozen=True, kw_only=True):
    """A server that takes mail.

    Attributes:
        host: Its name.
        port: Its port; 587 for submission, 25 for a relay.
        security: ``starttls``, ``tls`` from the first byte, or ``none`` for a relay inside the house.
        auth: ``xoauth2`` with a token of the tenant's credential, or ``none`` for a relay that knows this machine.
        ca_file: PEM file of the authority that is trusted for it.
    """

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    auth: Literal["xoauth2", "none"] = "none"
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be connected to, and a token in clear text.

        Raises:
            ValueError: Which key, and why.
        """
        if not self.host.strip():
            raise ValueError("`host` is empty")
        if not 1 <= self.port <= LAST_PORT:
            raise ValueError(f"`port` can't be {self.port}: expected is 1 to {LAST_PORT}")
        if self.auth == "xoauth2" and self.security == "none":
            raise ValueError("`security` can't be 'none' with auth 'xoauth2': the token would travel in clear text")


class WebhookConfig(Table, frozen=True, kw_only=True):
    """A channel that takes messages; its address is a secret, so it stands in a file or in the environment.

    Attributes:
        kind: What reads it: a Teams workflow, or Slack.
        url_file: File with its address.
        url_env: Environment variable with its address.
        ca_file: PEM file of the authority that is trusted for it.
    """

    kind: Literal["teams", "slack"]
    url_file: Path | None = None
    url_env: str = ""
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a channel without an address.

        Raises:
            ValueError: What is missing.
        """
        if bool(self.url_file) == bool(self.url_env):
            raise ValueError("`url_file` or `url_env` is expected, exactly one of the two")


class DeliveryConfig(Table, frozen=True, kw_only=True):
    """How reports are sent.

    Attributes:
        route: How mail goes where a recipient doesn't say: ``graph`` needs no SMTP AUTH to report on SMTP AUTH.
        sender: The mailbox that mail is sent from.
        allowed_domains: Mail goes to no other domains than these; to any that is configured, where it is empty.
        smtp: The server of the route ``smtp``.
        webhooks: The channels of the route ``webhook``, by the names that recipients use.
    """

    route: RouteName = "graph"
    sender: str = ""
    allowed_domains: tuple[str, ...] = ()
    smtp: SmtpConfig | None = None
    webhooks: dict[str, WebhookConfig] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse addresses and domains that are none.

        Raises:
            ValueError: Which key, and why.
        """
        if self.sender and not domain_of(self.sender):
            raise ValueError(f"`sender` {self.sender!r} is no plain mail address")
        for domain in self.allowed_domains:
            if not DOMAIN.fullmatch(domain):
                raise ValueError(f"`allowed_domains` holds {domain!r}: expected is the like of contoso.com")


class RecipientConfig(Table, frozen=True, kw_only=True):
    """Somebody who gets reports.

    Attributes:
        to: An address; with the route ``folder`` a folder, with ``webhook`` the name of a webhook.
        route: How; the delivery's route where it isn't given.
        lang: Code of the language; the schedule's where it isn't given.
        schedules: In the configuration: of these schedules only.
        tenants: In a schedule: of these tenants only.
        attach: Formats that are attached, where the schedule makes them; in the order in which they are kept when the
            mail would get too large.
    """

    to: str
    route: RouteName | None = None
    lang: str = ""
    schedules: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    attach: tuple[Attachment, ...] = ("pdf", "xlsx")

    def __post_init__(self) -> None:
        """Refuse nobody.

        Raises:
            ValueError: It names nobody.
        """
        if not self.to.strip():
            raise ValueError("`to` is empty: expected is an address, a folder, or the name of a webhook")
