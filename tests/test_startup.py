"""How the program starts: at once, and with nothing that it does not need."""

import re
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

HEAVY = {
    "aiohttp",
    "apscheduler",
    "cryptography",
    "msal",
    "multiprocessing",
    "numpy",
    "pandas",
    "procrastinate",
    "sqlalchemy",
    "weasyprint",
    "xlsxwriter",
}


def ask_for_help(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-m", "scanner", "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)


def test_help_loads_no_heavy_library() -> None:
    """WeasyPrint, pandas and the like load only in the commands that use them."""
    report = ask_for_help("-X", "importtime").stderr
    loaded = set(re.findall(r"^import time:.*\| +([a-z_]+)", report, re.MULTILINE))
    assert "scanner" in loaded
    assert loaded & HEAVY == set()


def test_help_answers_quickly(record_property: Callable[[str, object], None]) -> None:
    """Meant: under 0.3 s on two cores. Asserted twice as long, so that a busy machine does not fail it."""
    best = min(seconds_for_help() for _ in range(5))
    record_property("seconds", best)
    assert best < 0.6


def seconds_for_help() -> float:
    begun = time.perf_counter()
    ask_for_help()
    return time.perf_counter() - begun


@pytest.mark.parametrize("module", ["scanner", "scanner.errors", "scanner.content"])
def test_a_light_module_stays_light(module: str) -> None:
    """What every command imports pulls no library with it."""
    program = f"import sys, {module}; print(*(name.split('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert set(done.stdout.split()) & HEAVY == set()
