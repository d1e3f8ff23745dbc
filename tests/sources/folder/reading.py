"""What reading a folder gives."""

from pathlib import Path
from typing import Protocol

from scanner.evidence.registry import SECTIONS
from scanner.sources.folder import FolderSource
from tests.support.sink import InMemorySink


class Reading(InMemorySink):
    """What one reading of a folder gave; problems and notes as the reader sees them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        source = FolderSource(folder, SECTIONS)
        self.tenant = source.collect(self, self)
        self.problems = [str(problem) for problem in source.problems]
        self.notes = [str(note) for note in source.notes]

    def ending(self, section: str) -> tuple[str, int, str]:
        report = self.reports[section]
        return report.state.value, report.count, str(report.reason)


class Read(Protocol):
    def __call__(self, files: dict[str, str | bytes] | None = None) -> Reading: ...
