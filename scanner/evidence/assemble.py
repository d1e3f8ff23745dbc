"""From pages of rows to a typed snapshot. A row that can't be read makes its section partial, never silent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scanner.evidence.registry import SECTIONS
from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Section
from scanner.model.frozen import Frozen
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant

FIELD_OF = {
    "conditional-access-policies": "policies",
}


class Page(Frozen, frozen=True, kw_only=True):
    """One page of rows as the provider gave them; ``tabular`` when they come from CSV."""

    rows: Sequence[Mapping[str, object]]
    tabular: bool = False


PagesOf = Callable[[str], Iterable[Page]]


def assemble(tenant: Tenant, reports: Mapping[str, SectionReport], pages_of: PagesOf) -> Snapshot:
    """Make the snapshot.

    Args:
        tenant: Whose evidence it is.
        reports: What the source said of each section; one that isn't named is missing.
        pages_of: Gives the pages of a section by its name.
    """
    sections: dict[str, SectionReport] = {}
    fields: dict[str, Any] = {}
    for section in SECTIONS:
        report = reports.get(section.name) or SectionReport(
            section=section.name, state=SectionState.MISSING, reason="it was not collected"
        )
        parsed, problems = _parse(section, pages_of(section.name))
        sections[section.name] = _settled(section, report, parsed, problems)
        fields[FIELD_OF.get(section.name, section.name.replace("-", "_"))] = _value(section, parsed)
    return Snapshot(tenant=tenant, sections=sections, **fields)


def _parse(section: Section[Any], pages: Iterable[Page]) -> tuple[list[Any], list[str]]:
    parsed: list[Any] = []
    problems: list[str] = []
    for page in pages:
        for raw in page.rows:
            try:
                parsed.append(section.parse(_row(raw, tabular=page.tabular)))
            except RowError as error:
                problems.append(str(error))
    return parsed, problems


def _row(raw: object, *, tabular: bool) -> Row:
    if not isinstance(raw, dict):
        message = f"a row that is no object but {type(raw).__name__}"
        raise RowError(message)
    if not raw:
        message = "an empty object"
        raise RowError(message)
    if isinstance(raw.get("error"), dict) and len(raw) == 1:
        message = "an error message of the provider instead of what was asked for"
        raise RowError(message)
    return Row(raw, blank_is_null=tabular)


def _value(section: Section[Any], parsed: list[Any]) -> object:
    if not section.single:
        return tuple(parsed)
    return parsed[0] if len(parsed) == 1 else None


def _settled(section: Section[Any], report: SectionReport, parsed: list[Any], problems: list[str]) -> SectionReport:
    if section.single and report.state is not SectionState.MISSING and len(parsed) != 1:
        reason = f"one object was expected and {len(parsed)} were read"
        return msgspec.structs.replace(report, state=SectionState.MISSING, reason=_joined(report.reason, reason))
    if not problems:
        return report
    state = SectionState.PARTIAL if parsed else SectionState.MISSING
    reason = f"{len(problems)} rows could not be read: {problems[0]}"
    return msgspec.structs.replace(report, state=state, reason=_joined(report.reason, reason))


def _joined(*reasons: str) -> str:
    return "; ".join(reason for reason in reasons if reason)
