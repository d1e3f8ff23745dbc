"""What was read, and what could not be known."""

from collections import Counter
from typing import Final

from scanner.evidence.registry import SECTIONS
from scanner.model.frozen import Frozen
from scanner.report.contract import Report, SectionPart
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import SECTION_STATES

_PERMISSIONS: Final = {section.name: section.permission for section in SECTIONS if section.ask is not None}
"""What a live scan needs to read a section: where it was not read, this permission would tell."""


class SectionRow(Frozen, frozen=True, kw_only=True):
    """One section of evidence as shown."""

    section: str
    state: str
    tone: str
    count: str
    reason: str
    permission: str
    collected: str


class Lack(Frozen, frozen=True, kw_only=True):
    """Evidence that verdicts lack, and how many mailboxes are unknown because of it."""

    section: str
    mailboxes: str


class Gaps(Frozen, frozen=True, kw_only=True):
    """Evidence: all sections, those with gaps, and what unknown verdicts lack."""

    sections: tuple[SectionRow, ...]
    open_sections: tuple[SectionRow, ...]
    lacks: tuple[Lack, ...]


def show_gaps(report: Report, language: Language) -> Gaps:
    """Shows what was read and what is missing.

    Args:
        report: The report.
        language: Its language.

    Returns:
        The sections in the order of the report; what is lacking, most mailboxes first.
    """
    lacking = Counter(section for mailbox in report.mailboxes for section in mailbox.verdicts.basic.missing)
    return Gaps(
        sections=tuple(_show_section(section, language) for section in report.run.evidence),
        open_sections=tuple(
            _show_section(section, language) for section in report.run.evidence if section.state != "complete"
        ),
        lacks=tuple(
            Lack(section=show_name(section), mailboxes=language.number(count))
            for section, count in lacking.most_common()
        ),
    )


def _show_section(section: SectionPart, language: Language) -> SectionRow:
    needed = _PERMISSIONS.get(section.section, "")
    count = language.number(section.count)
    if section.expected is not None and section.expected != section.count:
        count = language.gettext("{count} of {expected}", count=count, expected=language.number(section.expected))
    return SectionRow(
        section=show_name(section.section),
        state=language.render(SECTION_STATES[section.state]),
        tone={"complete": "good", "partial": "warn", "missing": "unknown"}[section.state],
        count="–" if section.state == "missing" else count,
        reason=language.render(section.reason),
        permission=show_name(section.permission or needed if section.state != "complete" else ""),
        collected=language.moment(section.collected_at) if section.collected_at else "–",
    )
