"""The program as a user runs it: in this process with its streams caught, or as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.model.frozen import Frozen

ROOT = Path(__file__).parents[2]
BROKEN_OFF = ("Traceback", "Error(", "Exception")


class Done(Frozen, frozen=True, kw_only=True):
    """What a command left: its exit code and what it said on each stream."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Read the answer on stdout."""
        return json.loads(self.out)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> Done:
    """Run a command in this process; no traceback may be seen on any stream."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return _sober(Done(code=code, out=said.out, err=said.err))


def start(folder: Path, *arguments: str, **environment: str) -> Done:
    """Run a command as a process of its own in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "scanner", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return _sober(Done(code=done.returncode, out=done.stdout, err=done.stderr))


def _sober(done: Done) -> Done:
    assert not any(mark in done.out + done.err for mark in BROKEN_OFF), done
    return done


def report_in(folder: Path) -> Any:
    """Read the only report.json below a folder."""
    (path,) = folder.glob("*/report.json")
    return json.loads(path.read_text(encoding="utf-8"))
