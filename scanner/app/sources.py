"""Ways to get evidence: a folder, a configured tenant, the simulated tenant."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.app.job import Waiver
from scanner.config import (
    Config,
    CredentialConfig,
    EndpointsConfig,
    LimitsConfig,
    SendersConfig,
    TenantConfig,
    load,
)
from scanner.errors import ConfigurationError
from scanner.evidence.permissions import as_delegated
from scanner.evidence.registry import BY_NAME, SECTIONS
from scanner.evidence.section import Section
from scanner.sources.interface import EvidenceSource

if TYPE_CHECKING:
    from scanner.simulator import SimulatedTenant
    from scanner.sources.folder import FolderSource

EXPORTED = BY_NAME["smtp-auth-clients"]
DEFAULT_CONFIG = Path("smtp-posture.toml")
DEMO_MAILBOXES = 2000
DEMO_SEED = 1


def load_config(path: Path | None) -> Config:
    """Read the configuration: the file that is named, else ``smtp-posture.toml`` where there is one.

    Raises:
        ConfigurationError: It can't be read, or something in it is wrong.
    """
    if path is None and DEFAULT_CONFIG.exists():
        path = DEFAULT_CONFIG
    return load(path, os.environ)


def choose_tenant(config: Config, name: str | None) -> TenantConfig:
    """Find the tenant that is meant: the one that is named, or the only one.

    Raises:
        ConfigurationError: There is none of that name, or a choice to make.
    """
    known = ", ".join(sorted(config.tenants)) or "none"
    if name is None and len(config.tenants) == 1:
        return next(iter(config.tenants.values()))
    if name is None:
        advice = "Name one with --tenant, or write a configuration file with one [tenants.NAME] table."
        raise ConfigurationError(f"Which tenant? Configured: {known}.", advice)
    if name not in config.tenants:
        raise ConfigurationError(f"No tenant {name!r} is configured.", f"Configured: {known}.")
    return config.tenants[name]


def waivers_of(tenant: TenantConfig) -> tuple[Waiver, ...]:
    """Give the flags that somebody accepted."""
    return tuple(
        Waiver(mailbox=item.mailbox, flag=item.flag, reason=item.reason, owner=item.owner, expires=item.expires)
        for item in tenant.waivers
    )


def folder_source(folder: Path) -> "FolderSource":
    """Open a folder of exported files."""
    from scanner.sources.folder import FolderSource  # noqa: PLC0415 -- loaded only where it is used

    return FolderSource(folder, SECTIONS)


def sections_of(tenant: TenantConfig) -> tuple[Section[Any], ...]:
    """Give the sections, each with the permission that the tenant's kind of credential needs."""
    return as_delegated(SECTIONS) if is_personal(tenant) else SECTIONS


def is_personal(tenant: TenantConfig) -> bool:
    """Tell whether somebody has to be there to sign in."""
    return tenant.credential.kind == "device-code"


def refuse_personal(name: str, tenant: TenantConfig) -> None:
    """Refuse a tenant that somebody has to sign in to, where nobody is.

    Raises:
        ConfigurationError: It is one.
    """
    if is_personal(tenant):
        raise ConfigurationError(
            f"Tenant {name!r} signs in with a device code, which needs somebody at a terminal each time.",
            "Give it a certificate (`smtp-posture init` makes one), or leave it out by naming the others.",
        )


def live_source(tenant: TenantConfig, *, attended: bool = False) -> EvidenceSource:
    """Open a tenant over the network, with what is exported beside it.

    Args:
        tenant: The tenant.
        attended: Somebody is there who can enter a code.

    Raises:
        ConfigurationError: Its credential can't be used.
    """
    from scanner.sources import live  # noqa: PLC0415 -- the HTTP client loads only where it is used
    from scanner.sources.exports import WithExports  # noqa: PLC0415 -- loaded only where it is used

    served = [section for section in sections_of(tenant) if section.name != EXPORTED.name]
    target, patience = live.Target.of(tenant, os.environ), live.patience_for(tenant.limits)
    source = live.LiveSource(target, served, patience, attended=attended)
    return WithExports(source, EXPORTED, tenant.senders.exports)


@contextmanager
def simulated_tenant(mailboxes: int | None, seed: int | None, scenario: str = "") -> Iterator[TenantConfig]:
    """Start the simulated tenant and give a configuration that reads it, with a certificate.

    Args:
        mailboxes: How many mailboxes it has; as the scenario says where it is not given, else a small company's.
        seed: What its population is made from; the same.
        scenario: File or name of a scenario that says what goes wrong; empty where nothing shall.

    Raises:
        ConfigurationError: Something is wrong with the scenario.
    """
    from scanner import simulator  # noqa: PLC0415 -- a server of its own

    faults = simulator.load_faults(scenario) if scenario else simulator.Faults()
    population = simulator.build_population(
        simulator.Scenario(
            mailboxes=mailboxes or faults.tenant.mailboxes or DEMO_MAILBOXES,
            seed=faults.tenant.seed or DEMO_SEED if seed is None else seed,
        )
    )
    with simulator.SimulatedTenant(population, faults=faults) as tenant:
        yield configuration_of(tenant)


def configuration_of(tenant: "SimulatedTenant") -> TenantConfig:
    """Give a configuration that reads a simulated tenant, with a certificate."""
    return TenantConfig(
        id=tenant.tenant_id,
        cloud="custom",
        credential=CredentialConfig(
            kind="certificate", client_id=tenant.client_id, certificate_file=tenant.certificate_file
        ),
        endpoints=EndpointsConfig(
            authority=tenant.authority_url,
            graph=tenant.graph_url,
            exchange=tenant.exchange_url,
            ca_file=tenant.ca_file,
        ),
        limits=LimitsConfig(
            graph=2000, conditional_access=10, reports=10, exchange=100, message_trace=10
        ),  # nobody else is there
        senders=SendersConfig(exports=(tenant.clients_export,)),
    )
