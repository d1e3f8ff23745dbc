"""From pages of rows to a typed snapshot. A row that can't be read makes its section partial, never silent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from scanner.evidence.crossing import unlisted_policies
from scanner.evidence.gather import Gatherer
from scanner.evidence.registry import SECTIONS
from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Section
from scanner.model.frozen import Frozen
from scanner.model.section import NO_LICENCE_CODES, NOT_LICENSED, SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from scanner.model.text import Text, join, say, say_number

POLICIES = "conditional-access-policies"
FIELD_OF = {POLICIES: "policies"}


class Page(Frozen, frozen=True, kw_only=True):
    """One page of rows as the provider gave them; ``tabular`` when they come from CSV."""

    rows: Sequence[Mapping[str, object]]
    tabular: bool = False


PagesOf = Callable[[str], Iterable[Page]]


def assemble(
    tenant: Tenant, reports: Mapping[str, SectionReport], pages_of: PagesOf, remarks: tuple[Text, ...] = ()
) -> Snapshot:
    """Make the snapshot.

    Args:
        tenant: Whose evidence it is.
        reports: What the source said of each section; one that isn't named is missing.
        pages_of: Gives the pages of a section by its name.
        remarks: What readers should know of the whole reading.
    """
    sections: dict[str, SectionReport] = {}
    fields: dict[str, Any] = {}
    for section in SECTIONS:
        report = reports.get(section.name) or SectionReport(
            section=section.name, state=SectionState.MISSING, reason=say("it was not collected"), absent=True
        )
        shelf = section.gather() if section.gather else Shelf(single=section.single)
        count, problems = _parse(section, pages_of(section.name), shelf)
        sections[section.name] = _settled(section, report, count, problems)
        fields[FIELD_OF.get(section.name, section.name.replace("-", "_"))] = shelf.give()
    snapshot = Snapshot(tenant=tenant, sections=sections, remarks=remarks, **fields)
    doubted = _doubted(sections[POLICIES], snapshot)
    return msgspec.structs.replace(snapshot, sections={**sections, POLICIES: doubted})


def _doubted(report: SectionReport, snapshot: Snapshot) -> SectionReport:
    """Doubt a list of no Conditional Access policies, as a tenant without any has it, where sign-ins met some."""
    if snapshot.policies or report.state is not SectionState.COMPLETE:
        return report
    unlisted = unlisted_policies(snapshot)
    if not unlisted:
        return report
    reason = say_number(
        "no policy was listed, and the sign-in log names {number} that was applied",
        "no policy was listed, and the sign-in log names {number} that were applied",
        len(unlisted),
    )
    return msgspec.structs.replace(report, state=SectionState.PARTIAL, reason=reason)


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


def _parse(section: Section[Any], pages: Iterable[Page], shelf: Gatherer) -> tuple[int, list[Text]]:
    """Pass the rows on, and give how many there were and what was wrong with the others."""
    count = 0
    problems: list[Text] = []
    for page in pages:
        for raw in page.rows:
            try:
                shelf.add(section.parse(_row(raw, tabular=page.tabular)))
                count += 1
            except RowError as error:
                problems.append(error.reason)
    return count, problems


def _row(raw: object, *, tabular: bool) -> Row:
    if not isinstance(raw, dict):
        raise RowError(say("a row that is no object but {type}", type=type(raw).__name__))
    if not raw:
        raise RowError(say("an empty object"))
    error = raw.get("error")
    if isinstance(error, dict) and len(raw) == 1:
        if error.get("code") in NO_LICENCE_CODES:
            raise RowError(NOT_LICENSED)
        raise RowError(say("an error message of the provider instead of what was asked for"))
    return Row(raw, blank_is_null=tabular)


def _settled(section: Section[Any], report: SectionReport, count: int, problems: list[Text]) -> SectionReport:
    if section.single and report.state is not SectionState.MISSING and count != 1:
        reason = say("one object was expected and {number} were read", number=count)
        return msgspec.structs.replace(report, state=SectionState.MISSING, reason=join("; ", [report.reason, reason]))
    if not problems:
        return report
    state = SectionState.PARTIAL if count else SectionState.MISSING
    reason = say_number(
        "{number} row could not be read: {first}",
        "{number} rows could not be read, the first: {first}",
        len(problems),
        first=problems[0],
    )
    return msgspec.structs.replace(report, state=state, reason=join("; ", [report.reason, reason]))
