"""What templates see of a report: typed, immutable, in the reader's language; made once for HTML and PDF."""

from scanner.model.frozen import Frozen
from scanner.report.chapters.counts import Counts, count_mailboxes
from scanner.report.chapters.cover import Cover, make_cover
from scanner.report.chapters.gaps import Gaps, show_gaps
from scanner.report.chapters.notes import Notes, write_notes
from scanner.report.chapters.posture import Posture, show_posture
from scanner.report.chapters.roster import Apart, Roster, list_apart, list_flagged
from scanner.report.chapters.situations import Situations, tell_situations
from scanner.report.contract import Report
from scanner.report.language import Language


class ReportView(Frozen, frozen=True, kw_only=True):
    """A report in the reader's words, chapter by chapter; ``counts`` is null where there are no mailboxes."""

    cover: Cover
    counts: Counts | None
    situations: Situations
    roster: Roster
    posture: Posture
    apart: tuple[Apart, ...]
    gaps: Gaps
    notes: Notes


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
        situations=tell_situations(report.mailboxes, language),
        roster=list_flagged(report.mailboxes, language),
        posture=show_posture(report, language),
        apart=list_apart(report.mailboxes, language),
        gaps=show_gaps(report, language),
        notes=write_notes(report, language),
    )
