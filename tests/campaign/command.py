"""The program as its user runs it: as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from scanner.model.frozen import Frozen
from tests.support.program import BROKEN_OFF, ROOT

FINDINGS = ("id", "address", "kind", "smtp_auth", "verdicts", "flag")
BY_THE_CLOCK = frozenset({"sign-ins"})
COUNTED_LATER = frozenset({"message-traces"})  # rows at the edges of windows come twice, or not any more
LONGEST = 180  # seconds that a run on a small tenant may take on a busy machine


class Done(Frozen, frozen=True, kw_only=True):
    """How a command ended.

    Attributes:
        code: Exit code; negative where a signal ended it.
        said: What it wrote on stderr.
    """

    code: int
    said: str

    def find_rudeness(self) -> str:
        """Say what a user should not have to read: a traceback, or nothing at all after a failure."""
        if any(mark in self.said for mark in BROKEN_OFF):
            return f"a traceback: {self.said[-300:]}"
        return "" if self.said or not self.code else f"exit code {self.code} without a word"


def start(arguments: Sequence[str], folder: Path, *, largest_file: int | None = None) -> subprocess.Popen[str]:
    """Start ``smtp-posture`` in a folder.

    Args:
        arguments: The command and its options.
        folder: The working folder.
        largest_file: Bytes at which files can't grow any more.
    """
    limit = ["prlimit", f"--fsize={largest_file}"] if largest_file else []
    return subprocess.Popen(
        [*limit, sys.executable, "-m", "scanner", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> Done:
    """Wait for a command to end."""
    _, said = process.communicate(timeout=LONGEST)
    return Done(code=process.returncode, said=said.strip())


def findings_of(out: Path) -> Any:
    """Read what the newest whole run of a folder found, without what differs from run to run.

    What senders did is among that: the window of a log moves with the clock.
    """
    newest = max(out.glob("*/manifest.json"), key=lambda path: path.parent.name, default=None)
    if newest is None:
        return None
    report = msgspec.json.decode((newest.parent / "report.json").read_bytes())
    evidence = [
        {**part, "collected_at": None} | ({"count": None} if part["section"] in COUNTED_LATER else {})
        for part in report["run"]["evidence"]
        if part["section"] not in BY_THE_CLOCK
    ]
    mailboxes = [{key: mailbox[key] for key in FINDINGS} for mailbox in report["mailboxes"]]
    return {"mailboxes": mailboxes, "outcomes": report["summary"]["by_outcome"], "evidence": evidence}
