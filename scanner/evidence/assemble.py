"""From pages of rows to a typed snapshot. A row that can't be read makes its section partial, never silent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scanner.evidence.gather import Gatherer
from scanner.evidence.registry import SECTIONS
from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Section
from scanner.model.frozen import Frozen
from scanner.model.section import NO_LICENCE_CODES, NOT_LICENSED, SectionReport, SectionState
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
        shelf = section.gather() if section.gather else Shelf(single=section.single)
        count, problems = _parse(section, pages_of(section.name), shelf)
        sections[section.name] = _settled(section, report, count, problems)
        fields[FIELD_OF.get(section.name, section.name.replace("-", "_"))] = shelf.give()
    return Snapshot(tenant=tenant, sections=sections, **fields)


class Shelf:
    """Keeps every row of a section; a ``Gatherer``.

    Args:
        single: The section holds one object.
    """

    def __init__(self, *, single: bool) -> None:
        self._single = single
        self._rows: list[Any] = []

    def add(self, row: Any) -> None:  # noqa: ANN401 -- each section has rows of its own type
        """Keep one parsed row."""
        self._rows.append(row)

    def give(self) -> object:
        """Give all rows; of a section that holds one object, that object, or ``None`` where it isn't one."""
        if not self._single:
            return tuple(self._rows)
        return self._rows[0] if len(self._rows) == 1 else None


def _parse(section: Section[Any], pages: Iterable[Page], shelf: Gatherer) -> tuple[int, list[str]]:
    """Pass the rows on, and give how many there were and what was wrong with the others."""
    count = 0
    problems: list[str] = []
    for page in pages:
        for raw in page.rows:
            try:
                shelf.add(section.parse(_row(raw, tabular=page.tabular)))
                count += 1
            except RowError as error:
                problems.append(str(error))
    return count, problems


def _row(raw: object, *, tabular: bool) -> Row:
    if not isinstance(raw, dict):
        message = f"a row that is no object but {type(raw).__name__}"
        raise RowError(message)
    if not raw:
        message = "an empty object"
        raise RowError(message)
    error = raw.get("error")
    if isinstance(error, dict) and len(raw) == 1:
        if error.get("code") in NO_LICENCE_CODES:
            raise RowError(NOT_LICENSED)
        message = "an error message of the provider instead of what was asked for"
        raise RowError(message)
    return Row(raw, blank_is_null=tabular)


def _settled(section: Section[Any], report: SectionReport, count: int, problems: list[str]) -> SectionReport:
    if section.single and report.state is not SectionState.MISSING and count != 1:
        reason = f"one object was expected and {count} were read"
        return msgspec.structs.replace(report, state=SectionState.MISSING, reason=_joined(report.reason, reason))
    if not problems:
        return report
    state = SectionState.PARTIAL if count else SectionState.MISSING
    reason = f"{len(problems)} rows could not be read: {problems[0]}"
    return msgspec.structs.replace(report, state=state, reason=_joined(report.reason, reason))


def _joined(*reasons: str) -> str:
    return "; ".join(reason for reason in reasons if reason)
