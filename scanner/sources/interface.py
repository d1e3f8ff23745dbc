"""What a source of evidence is, and where it puts what it reads: one page."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant


class PageSink(Protocol):
    """Takes pages as they arrive, so that nothing read is lost and nothing is held in memory."""

    def add_page(self, section: str, rows: Sequence[Mapping[str, object]], *, tabular: bool = False) -> None:
        """Keep one page of rows as decoded from the provider.

        Args:
            section: The section's name.
            rows: The rows as the provider gave them.
            tabular: The rows come from CSV, where an empty cell is null.
        """

    def close_section(self, report: SectionReport) -> None:
        """Say that no more pages of a section will come, and how much of it was read."""


class Progress(Protocol):
    """Told what is being read; the terminal shows it."""

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Tell that ``rows`` rows of a section have been read so far, of ``expected`` where that is known."""


class EvidenceSource(Protocol):
    """A tenant that can be read, once."""

    def collect(self, sink: PageSink, progress: Progress) -> Tenant:
        """Read every section into the sink.

        A section that can't be read is closed as missing or partial with its reason; it does not end the reading.

        Returns:
            The tenant that was read.

        Raises:
            SourceError: Nothing can be read at all.
        """
