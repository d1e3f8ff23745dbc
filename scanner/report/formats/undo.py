"""undo.ps1: takes back what remediation.ps1 changes; this program never runs it."""

from dataclasses import dataclass
from typing import BinaryIO

from scanner.report.formats import Edition
from scanner.report.powershell import write_undo
from scanner.report.remediation import plan_pack


@dataclass(frozen=True, slots=True)
class UndoFormat:
    """Writes undo.ps1."""

    file_name: str = "undo.ps1"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes the script."""
        out.write(write_undo(edition.report, plan_pack(edition.report)).encode())


FORMAT = UndoFormat()
