"""Sample reports, written once per session, and a browser to open them with."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.report.write import WrittenRun, write_run
from tests.report.sample import make_hostile_report, make_report

FORMATS = ("html", "pdf", "xlsx", "csv", "json")
PROGRAMS = ("csv-raw", "ocsf", "junit")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=4000",
    "--dump-dom",
)

Browse = Callable[[str], str]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    """A run folder of the sample tenant with a gap in its evidence."""
    folder = tmp_path_factory.mktemp("sample") / "run"
    return write_run(make_report(complete=False), folder, FORMATS, snapshot_digest="ab" * 32)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    """A run folder of a tenant full of hostile strings."""
    return write_run(make_hostile_report(), tmp_path_factory.mktemp("hostile") / "run", (*FORMATS, *PROGRAMS))


@pytest.fixture
def browse(tmp_path: Path) -> Browse:
    """Opens an address in headless Chromium and gives the document as it is after scripts ran."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")

    def open_page(address: str) -> str:
        command = [program, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", address]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    return open_page
