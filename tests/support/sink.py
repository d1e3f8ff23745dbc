"""A sink that remembers, for tests of sources."""

from collections.abc import Mapping, Sequence

from scanner.model.section import SectionReport
from scanner.sources.interface import Trouble


class InMemorySink:
    """Takes what a source reads. A ``PageSink`` and a ``Progress``.

    Attributes:
        rows: All rows, by section.
        pages: How many rows each page had, by section.
        tabular: Sections of which a page came from CSV.
        reports: How each section was closed.
        steps: What was told of the progress: (section, rows so far).
    """

    def __init__(self) -> None:
        self.rows: dict[str, list[Mapping[str, object]]] = {}
        self.pages: dict[str, list[int]] = {}
        self.tabular: set[str] = set()
        self.reports: dict[str, SectionReport] = {}
        self.steps: list[tuple[str, int]] = []

    def add_page(self, section: str, rows: Sequence[Mapping[str, object]], *, tabular: bool = False) -> None:
        assert section not in self.reports, "a page after its section was closed"
        self.rows.setdefault(section, []).extend(rows)
        self.pages.setdefault(section, []).append(len(rows))
        if tabular:
            self.tabular.add(section)

    def close_section(self, report: SectionReport) -> None:
        assert report.section not in self.reports, "a section closed twice"
        self.reports[report.section] = report

    def advance(self, section: str, rows: int, expected: int | None) -> None:  # noqa: ARG002 -- as the interface has it
        self.steps.append((section, rows))

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:
        pass

    def wait(self, why: str, seconds: float) -> None:
        pass

    def tell(self, sentence: str) -> None:
        pass
