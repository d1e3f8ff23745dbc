"""remediation.ps1: what to change, one commented block a mailbox; this program never runs it."""

from dataclasses import dataclass
from typing import BinaryIO

from scanner.report.formats import Edition
from scanner.report.powershell import write_remediation
from scanner.report.remediation import plan_pack


@dataclass(frozen=True, slots=True)
class RemediationFormat:
    """Writes remediation.ps1; undo.ps1 comes with it."""

    file_name: str = "remediation.ps1"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes the script."""
        out.write(write_remediation(edition.report, plan_pack(edition.report)).encode())


FORMAT = RemediationFormat()
