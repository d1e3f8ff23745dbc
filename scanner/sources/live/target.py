"""Which tenant to read, and where its cloud answers: all host names stand here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self, assert_never
from urllib.parse import urlsplit

from scanner.config import CredentialConfig, EndpointsConfig, Secret, TenantConfig
from scanner.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """The hosts of one national cloud (facts/apis.md §3).

    Attributes:
        authority: Where to sign in.
        graph: Microsoft Graph.
        exchange: Exchange Online.
    """

    authority: str
    graph: str
    exchange: str


PUBLIC = Cloud(
    authority="https://login.microsoftonline.com",
    graph="https://graph.microsoft.com",
    exchange="https://outlook.office365.com",
)
GCC_HIGH = Cloud(
    authority="https://login.microsoftonline.us",
    graph="https://graph.microsoft.us",
    exchange="https://outlook.office365.us",
)
DOD = Cloud(
    authority="https://login.microsoftonline.us",
    graph="https://dod-graph.microsoft.us",
    exchange="https://outlook-dod.office365.us",
)
# Sources disagree on the Exchange host: the module says partner.outlook.cn, the Admin API's pages outlook.office365.cn.
CHINA = Cloud(
    authority="https://login.partner.microsoftonline.cn",
    graph="https://microsoftgraph.chinacloudapi.cn",
    exchange="https://partner.outlook.cn",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A tenant, its cloud and the credential, ready to sign in.

    Attributes:
        tenant: Tenant id or domain.
        cloud: The cloud's name in the configuration.
        hosts: The cloud's hosts, without a slash at the end.
        credential: How to sign in.
        secret: The client secret, where the credential is one.
        passphrase: The passphrase of the private key, where it has one.
        token_file: File with the federated token, where the credential is one.
        ca_file: PEM file of the authority that is trusted for all these hosts; the system's authorities where ``None``.
        proxy: Address of an HTTP proxy; empty for none.
    """

    tenant: str
    cloud: str
    hosts: Cloud
    credential: CredentialConfig
    secret: Secret | None = None
    passphrase: Secret | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    proxy: str = ""

    @classmethod
    def of(cls, tenant: TenantConfig, environment: Mapping[str, str]) -> Self:
        """Make the target of a configured tenant.

        Args:
            tenant: The tenant's configuration.
            environment: The environment, where secrets may stand.

        Returns:
            The target.

        Raises:
            ConfigurationError: A secret is not where the configuration says.
        """
        credential = tenant.credential
        return cls(
            tenant=tenant.id,
            cloud=tenant.cloud,
            hosts=_choose_cloud(tenant),
            credential=credential,
            secret=_read_secret("client secret", credential.secret_file, credential.secret_env, environment),
            passphrase=_read_secret("passphrase", credential.passphrase_file, credential.passphrase_env, environment),
            token_file=_find_token_file(credential, environment),
            ca_file=tenant.endpoints.ca_file if tenant.endpoints else None,
            proxy=tenant.proxy,
        )

    @property
    def exchange_suffix(self) -> str:
        """The host that regional Exchange hosts end in; empty in a custom cloud, which has one host."""
        return "" if self.cloud == "custom" else urlsplit(self.hosts.exchange).hostname or ""


def _choose_cloud(tenant: TenantConfig) -> Cloud:
    match tenant.cloud:
        case "public":
            return PUBLIC
        case "gcc-high":
            return GCC_HIGH
        case "dod":
            return DOD
        case "china":
            return CHINA
        case "custom":
            return _custom_cloud(tenant.endpoints)
    assert_never(tenant.cloud)


def _custom_cloud(endpoints: EndpointsConfig | None) -> Cloud:
    if endpoints is None:
        raise ConfigurationError("Cloud 'custom' needs endpoints.", "Give authority, graph and exchange.")
    return Cloud(
        authority=endpoints.authority.rstrip("/"),
        graph=endpoints.graph.rstrip("/"),
        exchange=endpoints.exchange.rstrip("/"),
    )


def _read_secret(what: str, file: Path | None, variable: str, environment: Mapping[str, str]) -> Secret | None:
    if file:
        text = read_text(file, what).rstrip("\r\n")
    elif variable:
        text = environment.get(variable, "")
    else:
        return None
    if not text:
        place = f"file {file}" if file else f"environment variable {variable}"
        raise ConfigurationError(f"The {what} is empty: {place} holds nothing.", f"Put the {what} there.")
    return Secret(text)


def read_text(file: Path, what: str) -> str:
    """Read a small file that the configuration names.

    Args:
        file: The file.
        what: What it holds, for the error.

    Returns:
        Its text.

    Raises:
        ConfigurationError: It can't be read.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"The {what} can't be read from {file}: {error.strerror or error}.", "Correct the path or its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"The {what} in {file} is not UTF-8 text.", "Save it as UTF-8, or as PEM.") from error


def _find_token_file(credential: CredentialConfig, environment: Mapping[str, str]) -> Path | None:
    if credential.kind != "federated":
        return None
    named = environment.get("AZURE_FEDERATED_TOKEN_FILE", "")
    file = credential.token_file or (Path(named) if named else None)
    if file is None:
        raise ConfigurationError(
            "The federated credential has no token file.", "Set token_file, or AZURE_FEDERATED_TOKEN_FILE."
        )
    return file
