"""The tables of the configuration file (design.md §8) as frozen types; their keys are the TOML keys."""

import datetime as dt
import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from scanner.config.delivery import DeliveryConfig, RecipientConfig
from scanner.config.table import Table, is_plain_https

CloudName = Literal["public", "gcc-high", "dod", "china", "custom"]
CredentialKind = Literal["certificate", "secret", "managed-identity", "federated", "device-code"]
FlagName = Literal["failing", "will_fail", "would_fail", "exposed", "in_order", "unknown"]

TENANT_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
PASSWORD = re.compile(r"(://[^/@]*:)[^/]*@")
# Tenant-independent sign-in segments: none of them works for client credentials (facts/apis.md §4.2).
NO_TENANTS = frozenset({"common", "organizations", "consumers"})


class StoreConfig(Table, frozen=True):
    """Where snapshots and runs are kept.

    Attributes:
        url: A SQLAlchemy address.
        keep_days: How long runs and their evidence are kept; `purge` removes what is older.
    """

    url: str = "sqlite:///smtp-posture.db"
    keep_days: Annotated[int, msgspec.Meta(ge=1)] = 400

    def __repr__(self) -> str:
        """Show the address without the password that it may hold."""
        shown = PASSWORD.sub(r"\1…@", self.url)
        return f"StoreConfig(url={shown!r}, keep_days={self.keep_days})"


class CredentialConfig(Table, frozen=True):
    """How the tool signs in; secrets stand in files or in the environment, never here.

    Attributes:
        kind: The kind of credential.
        client_id: The app registration's application id; of a user-assigned identity with ``managed-identity``.
        certificate_file: PEM file with the private key and the certificate.
        passphrase_file: File with the passphrase of an encrypted private key.
        passphrase_env: Environment variable with that passphrase.
        secret_file: File with the client secret.
        secret_env: Environment variable with the client secret.
        token_file: File with the federated token; ``AZURE_FEDERATED_TOKEN_FILE`` names it where this is not given.
    """

    kind: CredentialKind
    client_id: str = ""
    certificate_file: Path | None = None
    passphrase_file: Path | None = None
    passphrase_env: str = ""
    secret_file: Path | None = None
    secret_env: str = ""
    token_file: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a credential that lacks what its kind needs.

        Raises:
            ValueError: Something is missing or given twice; the first word is the key.
        """
        if self.kind != "managed-identity" and not self.client_id:
            raise ValueError(f"`client_id` is missing: kind {self.kind!r} needs the app registration's application id")
        if self.kind == "certificate" and self.certificate_file is None:
            raise ValueError("`certificate_file` is missing: kind 'certificate' needs a PEM file")
        if self.kind == "secret" and bool(self.secret_file) == bool(self.secret_env):
            raise ValueError("`secret_file` or `secret_env` is expected, exactly one of the two, with kind 'secret'")
        if self.passphrase_file and self.passphrase_env:
            raise ValueError("`passphrase_file` and `passphrase_env` are both given: expected is one of the two")


class EndpointsConfig(Table, frozen=True):
    """Where a custom cloud is; https only.

    Attributes:
        authority: The sign-in host's address; the tenant is added to it.
        graph: Graph's root; paths go on with ``/v1.0`` or ``/beta``.
        exchange: Exchange's root; paths go on with ``/adminapi/beta/{tenant}/``.
        ca_file: PEM file of the authority that is trusted for these hosts.
    """

    authority: str
    graph: str
    exchange: str
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        """Refuse an address that is not plain https.

        Raises:
            ValueError: Which one, and what was expected.
        """
        for key in ("authority", "graph", "exchange"):
            if not is_plain_https(getattr(self, key)):
                raise ValueError(f"`{key}` is expected to be an https:// address without user, query or fragment")


class SendersConfig(Table, frozen=True):
    """What is known about those who send.

    Attributes:
        source_ips: Public IPv4 or IPv6 addresses that senders use.
        exports: Exports of the Exchange admin center's report "SMTP AUTH clients": CSV files, or folders of them.
    """

    source_ips: tuple[str, ...] = ()
    exports: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no address.

        Raises:
            ValueError: Which one.
        """
        for text in self.source_ips:
            try:
                ipaddress.ip_address(text)
            except ValueError as error:
                raise ValueError(f"`source_ips` holds {text!r}: expected is an IPv4 or IPv6 address") from error

    @property
    def addresses(self) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...]:
        """The addresses, parsed."""
        return tuple(ipaddress.ip_address(text) for text in self.source_ips)


class WaiverConfig(Table, frozen=True):
    """A finding that somebody accepted.

    Attributes:
        mailbox: Address of the mailbox.
        flag: The flag that is accepted.
        reason: Why.
        owner: Who answers for it.
        expires: The last day on which it holds.
    """

    mailbox: str
    flag: FlagName
    reason: str
    owner: str
    expires: dt.date

    def __post_init__(self) -> None:
        """Refuse a waiver that says nothing.

        Raises:
            ValueError: Which key is empty.
        """
        for key in ("mailbox", "reason", "owner"):
            if not getattr(self, key).strip():
                raise ValueError(f"`{key}` is empty: a waiver says for which mailbox, why and who answers for it")


class LimitsConfig(Table, frozen=True):
    """How many requests each service of a tenant gets, in requests per second, and how long reading may take.

    Attributes:
        graph: Microsoft Graph, in resource units; the smallest tenants are allowed 350.
        conditional_access: Conditional Access and Identity Protection objects; the service allows 1 to all applications
            of a tenant together.
        reports: Sign-in logs and other reports; the service allows 0.5.
        exchange: Exchange Online; it publishes no limit, so this is a guess.
        message_trace: Message traces; the service allows 0.33.
        hours: The longest that one reading may take; then what was not read is missing.
        resume_hours: How old an interrupted reading may be to be gone on with; an older one begins anew.
    """

    graph: float = 150
    conditional_access: float = 0.5
    reports: float = 0.4
    exchange: float = 5
    message_trace: float = 0.3
    hours: float = 4
    resume_hours: float = 24

    def __post_init__(self) -> None:
        """Refuse what is no rate.

        Raises:
            ValueError: Which key.
        """
        for key in self.__struct_fields__:
            if not 0 < getattr(self, key) < float("inf"):
                raise ValueError(f"`{key}` is expected to be a number greater than 0")


class TenantConfig(Table, frozen=True):
    """One tenant.

    Attributes:
        id: Tenant id or one of its domains.
        cloud: The national cloud it lives in.
        credential: How to sign in.
        endpoints: Where a custom cloud is; with ``cloud = "custom"`` only.
        proxy: Address of an HTTP proxy; proxies of the environment are not used.
        limits: How many requests its services get.
        senders: What is known about those who send.
        waivers: Findings that somebody accepted.
        owner_notes: TOML file in which owners say what no evidence tells of their senders.
        delivery: How its reports are sent, where that differs from all other tenants.
        recipients: Who gets its reports from schedules.
    """

    id: str
    credential: CredentialConfig
    cloud: CloudName = "public"
    endpoints: EndpointsConfig | None = None
    proxy: str = ""
    limits: LimitsConfig = LimitsConfig()
    senders: SendersConfig = SendersConfig()
    waivers: tuple[WaiverConfig, ...] = ()
    owner_notes: Path | None = None
    delivery: DeliveryConfig | None = None
    recipients: tuple[RecipientConfig, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an id that is none, and endpoints without a custom cloud or the other way round.

        Raises:
            ValueError: Which key, and what was expected.
        """
        if not TENANT_ID.fullmatch(self.id) or self.id.lower() in NO_TENANTS:
            raise ValueError("`id` is expected to be the tenant's id or one of its domains")
        if self.cloud == "custom" and self.endpoints is None:
            raise ValueError("`endpoints` is missing: cloud 'custom' needs authority, graph and exchange")
        if self.cloud != "custom" and self.endpoints is not None:
            raise ValueError('`endpoints` is only expected with cloud = "custom"')
        if self.proxy and not _is_plain_proxy(self.proxy):
            raise ValueError("`proxy` is expected to be an http:// or https:// address without user and password")


class SigningConfig(Table, frozen=True):
    """How manifests are signed; the key stands in its file, never here.

    Attributes:
        key_file: PEM file with an Ed25519 private key; without it nothing is signed.
    """

    key_file: Path | None = None


class PseudonymsConfig(Table, frozen=True):
    """What pseudonyms of reports that leave the house are made with.

    Attributes:
        key_file: File of the key, which is made at its first use and stays in the house.
    """

    key_file: Path = Path("smtp-posture-pseudonyms.key")


class FleetConfig(Table, frozen=True):
    """How many tenants are scanned side by side, and what each may take.

    Attributes:
        abreast: Tenants at a time, on each machine.
        tries: How often a tenant is begun before it is given up; what was read stays, so a try goes on where one ended.
        hours: The longest that one tenant may take, reading and reports; then its process is ended.
        memory_mib: Address space that the process of one tenant may use.
        resume_hours: How old a fleet run may be to be gone on with.
        distributed: Workers scan, which take their tenants from a queue in the store; it must be PostgreSQL.
        heartbeat_seconds: How often a worker says that it is there; after thrice as long its tenants are taken over.
        grace_seconds: How long a worker that is to stop waits for its tenants, before it hands them back.
    """

    abreast: Annotated[int, msgspec.Meta(ge=1, le=256)] = 4
    tries: Annotated[int, msgspec.Meta(ge=1)] = 5
    hours: Annotated[float, msgspec.Meta(gt=0)] = 6
    memory_mib: Annotated[int, msgspec.Meta(ge=256)] = 4096
    resume_hours: Annotated[float, msgspec.Meta(gt=0)] = 24
    distributed: bool = False
    heartbeat_seconds: Annotated[float, msgspec.Meta(gt=0)] = 10
    grace_seconds: Annotated[float, msgspec.Meta(ge=0)] = 20


class Config(Table, frozen=True):
    """The whole configuration.

    Attributes:
        store: Where snapshots and runs are kept.
        signing: How manifests are signed.
        pseudonyms: What pseudonyms are made with.
        tenants: The tenants by the names that the user gave them.
        delivery: How reports are sent.
        fleet: How many tenants are scanned side by side.
    """

    store: StoreConfig = StoreConfig()
    signing: SigningConfig = SigningConfig()
    pseudonyms: PseudonymsConfig = PseudonymsConfig()
    delivery: DeliveryConfig = DeliveryConfig()
    fleet: FleetConfig = FleetConfig()
    tenants: dict[str, TenantConfig] = msgspec.field(default_factory=dict)


def _is_plain_proxy(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
