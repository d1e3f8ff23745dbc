"""``benchmarks/walk.py`` reads as the program does, and ends with the pairs that its goals are set for."""

import subprocess
import sys

from tests.support.program import ROOT

GOALS = {"ratio_to_floor", "ratio_plain", "ratio_to_schedule", "rss_mib"}


def test_the_last_line_is_for_programs() -> None:
    """What is measured are a few pages: the numbers say nothing, that they come does."""
    program = [sys.executable, str(ROOT / "benchmarks" / "walk.py"), "--mailboxes", "1000", "--rounds", "1"]
    command = [*program, "--rss-mailboxes", "500", "--sdk-users", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    pairs = dict(pair.split("=") for pair in done.stdout.splitlines()[-1].split())
    assert pairs.keys() >= GOALS
    assert all(float(pairs[name]) > 0 for name in GOALS)
