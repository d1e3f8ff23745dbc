"""What templates see of a report: typed, immutable, in the reader's language; made once for HTML and PDF."""

from scanner.model.frozen import Frozen
from scanner.report.chapters.changes import Changes, show_changes
from scanner.report.chapters.concerns import Concern, show_concerns
from scanner.report.chapters.controls import ControlRow, show_controls
from scanner.report.chapters.counts import Counts, count_mailboxes
from scanner.report.chapters.cover import Cover, make_cover
from scanner.report.chapters.gaps import Gaps, show_gaps
from scanner.report.chapters.notes import Notes, write_notes
from scanner.report.chapters.posture import Posture, show_posture
from scanner.report.chapters.roster import Apart, Roster, list_apart, list_flagged
from scanner.report.chapters.upcoming import Upcoming, show_upcoming
from scanner.report.chapters.waivers import Waivers, list_waivers
from scanner.report.contract import Report
from scanner.report.language import Language


class ReportView(Frozen, frozen=True, kw_only=True):
    """A report in the reader's words, chapter by chapter, in the order in which it is read.

    Attributes:
        counts: Null where there are no mailboxes.
        concerns: One per flag that needs attention: failing, will fail, would fail, exposed, unknown.
        roster: The flagged mailboxes in one list, for the print.
    """

    cover: Cover
    counts: Counts | None
    changes: Changes
    concerns: tuple[Concern, ...]
    upcoming: Upcoming
    posture: Posture
    gaps: Gaps
    waivers: Waivers
    controls: tuple[ControlRow, ...]
    notes: Notes
    apart: tuple[Apart, ...]
    roster: Roster


def make_view(report: Report, language: Language, digest: str) -> ReportView:
    """Makes the view of a report.

    Args:
        report: The report.
        language: The reader's language.
        digest: SHA-256 of the snapshot that the report was made from, or ``""``.

    Returns:
        The view.
    """
    return ReportView(
        cover=make_cover(report, language, digest),
        counts=count_mailboxes(report, language) if report.mailboxes else None,
        changes=show_changes(report, language),
        concerns=show_concerns(report, language),
        upcoming=show_upcoming(report, language),
        posture=show_posture(report, language),
        gaps=show_gaps(report, language),
        waivers=list_waivers(report, language),
        controls=show_controls(report, language),
        notes=write_notes(report, language),
        apart=list_apart(report.mailboxes, language),
        roster=list_flagged(report.mailboxes, language),
    )
