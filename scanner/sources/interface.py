"""What a source of evidence is, and where it puts what it reads: one page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from scanner.model.reading import Place, RawRows, RequestRecord
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import Text


class PageSink(Protocol):
    """Takes pages as they arrive, so that nothing read is lost and nothing is held in memory."""

    def add_page(self, section: str, rows: Sequence[Mapping[str, object]], *, tabular: bool = False) -> object:
        """Keep one page of rows as decoded from the provider.

        Args:
            section: The section's name.
            rows: The rows as the provider gave them.
            tabular: The rows come from CSV, where an empty cell is null.
        """

    def close_section(self, report: SectionReport) -> None:
        """Say that no more pages of a section will come, and how much of it was read."""


class LastingSink(PageSink, Protocol):
    """A sink that remembers what an interrupted run put into it, so that the reading can go on from there."""

    def add_page(
        self,
        section: str,
        rows: Sequence[Mapping[str, object]] | RawRows,
        *,
        tabular: bool = False,
        place: Place | None = None,
    ) -> int:
        """Keep one page of rows, and with it how far the listing came: both or none.

        Args:
            section: The section's name.
            rows: The rows as the provider gave them.
            tabular: The rows come from CSV, where an empty cell is null.
            place: How far its part of the section was read.

        Returns:
            The page's number within its section.

        Raises:
            TooDeepError: Its rows are nested deeper than could be read again.
        """

    def amend_page(self, section: str, rows: RawRows) -> None:
        """Put rows in place of those of the page of their number, which held some twice."""

    def note_place(self, section: str, place: Place) -> None:
        """Keep how far a listing came, where no rows came with it."""

    def settle(self) -> None:
        """Do what could wait. Called while the next page is on its way."""

    def drop_part(self, section: str, part: str) -> None:
        """Forget the pages of a part and how far it was read: its listing begins anew."""

    def places(self, section: str) -> Mapping[str, bytes]:
        """Give how far each part of a section was read."""

    def pages(self, section: str) -> Iterator[RawRows]:
        """Give the pages of a section that are kept so far."""

    def page(self, section: str, number: int) -> RawRows:
        """Give one of these pages by its number."""

    def report_of(self, section: str) -> SectionReport | None:
        """Give how much was read of a section that is closed already; ``None`` where it is not."""

    def meet(self, tenant: Tenant) -> None:
        """Be told whose evidence it is, before any page comes."""

    def remark(self, subject: str, remark: Text) -> None:
        """Keep what readers should know of the whole reading, in place of what was said of the same subject.

        Args:
            subject: What it is about, in one word.
            remark: A sentence; an empty one takes back what was said.
        """

    def hold_requests(self, records: Sequence[RequestRecord]) -> None:
        """Take what was asked; it is kept in one transaction with what is kept next, such as the page it brought."""

    def add_requests(self, records: Sequence[RequestRecord]) -> None:
        """Keep what was asked, and what is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What broke the reading of a section off.

    Attributes:
        state: What became of the section.
        reason: Why, and the permission that lacks.
    """

    state: SectionState
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.state.value}: {self.reason}"


class Progress(Protocol):
    """Told what is being read; the terminal shows it."""

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Tell that ``rows`` rows of a section have been read so far, of ``expected`` where that is known."""

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:
        """Tell that no more of a section will be asked for, and what broke its reading off; ``None`` if nothing did."""

    def wait(self, why: str, seconds: float) -> None:
        """Tell that requests are held back for some seconds, and why."""

    def tell(self, sentence: str) -> None:
        """Tell something that the reader should know, once."""


class EvidenceSource(Protocol):
    """A tenant that can be read, once."""

    @property
    def origin(self) -> str:
        """What is read, in words that the same command gives again; empty where an interrupted reading begins anew."""

    @property
    def known(self) -> Tenant:
        """The tenant as far as it is known before anything is read."""

    def collect(self, sink: LastingSink, progress: Progress) -> Tenant:
        """Read every section into the sink, from where an interrupted run left off.

        A section that can't be read is closed as missing or partial with its reason; it does not end the reading.

        Returns:
            The tenant that was read.

        Raises:
            SourceError: Nothing can be read at all.
        """
