"""``benchmarks/render.py`` ends with one line of pairs that a program can read."""

import subprocess
import sys

from tests.support.program import ROOT


def test_the_last_line_tells_rows_seconds_and_memory_of_each_format() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "render.py"), "--mailboxes", "12", "--format", "json,xlsx"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    pairs = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    assert float(pairs["ratio_to_floor"]) > 0
    for name in ("json", "xlsx"):
        assert pairs[f"{name}_rows"] == "12"
        assert float(pairs[f"{name}_seconds"]) > 0
        assert int(pairs[f"{name}_rss_mib"]) >= 0
