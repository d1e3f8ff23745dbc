"""A report whose sentences are those of the gates: a small tenant, judged, with gaps in its evidence."""

import datetime as dt

from scanner.evidence.assemble import Page, assemble
from scanner.evidence.registry import SECTIONS
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import say
from scanner.posture import pose
from scanner.report.build import RunFacts, build
from scanner.report.contract import Report
from tests.support import folder

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
FACTS = RunFacts(
    id="run-1", started=NOON, finished=NOON, as_of=NOON.date(), tool_version="0", source_ips=("192.0.2.1",)
)
MISSING = ("groups", "risky-users")


def make_judged_report() -> Report:
    """Judges the small tenant; what policies refer to as groups was not read, and the report says why."""
    files = folder.files()
    reports = {
        section.name: SectionReport(
            section=section.name,
            state=SectionState.MISSING if section.name in MISSING else SectionState.COMPLETE,
            reason=say("the service kept asking to wait (429)"),
            collected_at=NOON,
        )
        for section in SECTIONS
    }

    def pages_of(name: str) -> list[Page]:
        what = [] if name in MISSING else files.get(name) or []
        return [Page(rows=what if isinstance(what, list) else [what])]

    snapshot = assemble(Tenant(id=folder.TENANT_ID, name="Fabrikam", domain=folder.DOMAIN), reports, pages_of)
    return build(pose(snapshot, as_of=NOON.date()), FACTS)
