"""What the tests of the live source share: a sink that remembers, and targets of simulated tenants."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.config import load
from scanner.evidence.registry import SECTIONS
from scanner.evidence.section import Section
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.simulator import SimulatedTenant
from scanner.sources.live import LiveSource, Patience, Target

QUICK = Patience(
    walk=30,
    call=5,
    connect=2,
    silence=2,
    answer=4,
    backoff=0.01,
    longest_backoff=0.05,
    conditional_access_interval=0,
    body=200_000,
    pages=50,
)


class Shelf:
    """A sink and a progress that remember everything."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.reports: dict[str, SectionReport] = {}
        self.threads: set[int] = set()
        self.told: list[tuple[str, int, int | None]] = []
        self.tenant = Tenant()

    def add_page(self, section: str, rows: Sequence[Mapping[str, object]], *, tabular: bool = False) -> None:
        assert rows, "an empty page is not worth a call"
        assert section not in self.reports, "a page after the section was closed"
        assert not tabular
        self.threads.add(threading.get_ident())
        self.rows.setdefault(section, []).extend(dict(row) for row in rows)

    def close_section(self, report: SectionReport) -> None:
        assert report.section not in self.reports, "closed twice"
        self.threads.add(threading.get_ident())
        self.reports[report.section] = report

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        self.told.append((section, rows, expected))

    def states(self, state: SectionState) -> set[str]:
        return {name for name, report in self.reports.items() if report.state is state}


def pick(*names: str) -> tuple[Section[Any], ...]:
    return tuple(section for section in SECTIONS if section.name in names)


def collect(target: Target, sections: Sequence[Section[Any]] = SECTIONS, patience: Patience = QUICK) -> Shelf:
    shelf = Shelf()
    shelf.tenant = LiveSource(target, sections, patience).collect(shelf, shelf)
    return shelf


def make_target(keys: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Target:
    given = {f"SMTP_POSTURE__TENANTS__CONTOSO__{key}": value for key, value in keys.items()}
    return Target.of(load(None, given).tenants["contoso"], environment or {})


def keys_of(tenant: SimulatedTenant) -> dict[str, str]:
    return {
        "ID": tenant.tenant_id,
        "CLOUD": "custom",
        "ENDPOINTS__AUTHORITY": tenant.authority_url,
        "ENDPOINTS__GRAPH": tenant.graph_url,
        "ENDPOINTS__EXCHANGE": tenant.exchange_url,
        "ENDPOINTS__CA_FILE": str(tenant.ca_file),
        "CREDENTIAL__CLIENT_ID": tenant.client_id,
    }


def target_of(tenant: SimulatedTenant, **keys: str) -> Target:
    certificate = {"CREDENTIAL__KIND": "certificate", "CREDENTIAL__CERTIFICATE_FILE": str(tenant.certificate_file)}
    return make_target(keys_of(tenant) | certificate | keys)


def secret_target_of(tenant: SimulatedTenant, secret: str) -> Target:
    keys = {"CREDENTIAL__KIND": "secret", "CREDENTIAL__SECRET_ENV": "APP_SECRET"}
    return make_target(keys_of(tenant) | keys, {"APP_SECRET": secret})
