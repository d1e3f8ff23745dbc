"""What the tests of the live source share: a sink that remembers, and targets of simulated tenants."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.config import load
from scanner.evidence.registry import SECTIONS
from scanner.evidence.section import Section
from scanner.model.reading import Place, RawRows, RequestRecord
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import Text
from scanner.simulator import SimulatedTenant
from scanner.sources.interface import Trouble
from scanner.sources.live import LiveSource, Patience, Target
from scanner.sources.live.limits import Limits
from scanner.sources.live.page import decode_rows

QUICK = Patience(
    walk=30,
    call=5,
    connect=2,
    silence=2,
    answer=4,
    backoff=0.01,
    longest_backoff=0.05,
    body=200_000,
    pages=50,
    limits=Limits(),
)


class Shelf:
    """A sink and a progress that remember everything; one that is used again goes on from where it was left."""

    def __init__(self) -> None:
        self.kept: dict[str, list[tuple[str, RawRows]]] = {}
        self.reports: dict[str, SectionReport] = {}
        self.marks: dict[str, dict[str, bytes]] = {}
        self.requests: list[RequestRecord] = []
        self.threads: set[int] = set()
        self.told: list[tuple[str, int, int | None]] = []
        self.ended: dict[str, tuple[int, str]] = {}
        self.waits: list[tuple[str, float]] = []
        self.sentences: list[str] = []
        self.remarks: dict[str, str] = {}
        self.tenant = Tenant()

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """All rows by section, decoded."""
        return {name: [row for _, page in pages for row in decode_rows(page.body)] for name, pages in self.kept.items()}

    def add_page(
        self,
        section: str,
        rows: Sequence[Mapping[str, object]] | RawRows,
        *,
        tabular: bool = False,
        place: Place | None = None,
    ) -> int:
        assert isinstance(rows, RawRows)
        assert rows.count == len(decode_rows(rows.body)) > 0, "an empty page is not worth a call"
        assert section not in self.reports, "a page after the section was closed"
        assert not tabular
        self.threads.add(threading.get_ident())
        self.kept.setdefault(section, []).append((place.part if place else "", rows))
        if place:
            self.note_place(section, place)
        return len(self.kept[section]) - 1

    def amend_page(self, section: str, rows: RawRows) -> None:
        part, before = self.kept[section][rows.number]
        assert rows.count < before.count
        self.kept[section][rows.number] = (part, rows)

    def note_place(self, section: str, place: Place) -> None:
        self.threads.add(threading.get_ident())
        self.marks.setdefault(section, {})[place.part] = place.state

    def settle(self) -> None:
        self.threads.add(threading.get_ident())

    def drop_part(self, section: str, part: str) -> None:
        self.kept[section] = [(name, rows) for name, rows in self.kept.get(section, []) if name != part]
        self.marks.get(section, {}).pop(part, None)

    def places(self, section: str) -> Mapping[str, bytes]:
        return dict(self.marks.get(section, {}))

    def pages(self, section: str) -> Iterator[RawRows]:
        kept = enumerate(self.kept.get(section, []))
        return iter([RawRows(count=rows.count, body=rows.body, number=number) for number, (_, rows) in kept])

    def page(self, section: str, number: int) -> RawRows:
        return next(rows for rows in self.pages(section) if rows.number == number)

    def report_of(self, section: str) -> SectionReport | None:
        return self.reports.get(section)

    def meet(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def remark(self, subject: str, remark: Text) -> None:
        self.threads.add(threading.get_ident())
        self.remarks.pop(subject, None)
        if remark:
            self.remarks[subject] = str(remark)

    def hold_requests(self, records: Sequence[RequestRecord]) -> None:
        self.add_requests(records)

    def add_requests(self, records: Sequence[RequestRecord]) -> None:
        self.threads.add(threading.get_ident())
        self.requests.extend(records)

    def close_section(self, report: SectionReport) -> None:
        assert report.section not in self.reports, "closed twice"
        self.threads.add(threading.get_ident())
        self.reports[report.section] = report

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        self.told.append((section, rows, expected))

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:
        assert section not in self.ended, "ended twice"
        self.ended[section] = (rows, str(trouble or ""))

    def wait(self, why: str, seconds: float) -> None:
        self.waits.append((why, seconds))

    def tell(self, sentence: str) -> None:
        self.sentences.append(sentence)

    def states(self, state: SectionState) -> set[str]:
        return {name for name, report in self.reports.items() if report.state is state}


def pick(*names: str) -> tuple[Section[Any], ...]:
    return tuple(section for section in SECTIONS if section.name in names)


def collect(target: Target, sections: Sequence[Section[Any]] = SECTIONS, patience: Patience = QUICK) -> Shelf:
    return go_on(Shelf(), target, sections, patience)


def go_on(
    shelf: Shelf, target: Target, sections: Sequence[Section[Any]] = SECTIONS, patience: Patience = QUICK
) -> Shelf:
    shelf.ended.clear()
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
