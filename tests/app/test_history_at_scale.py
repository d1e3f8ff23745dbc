"""What months of a large tenant take, by the benchmark at a small size."""

import re
import subprocess
import sys

from tests.support.program import ROOT

MAILBOXES = 3000
FULL = 100_000


def test_two_years_of_a_large_tenant_stay_below_a_gigabyte_and_their_difference_names_each_change() -> None:
    """Space grows with the mailboxes: a small tenant's, multiplied. The benchmark fails where a change is missed."""
    command = [sys.executable, f"{ROOT}/benchmarks/history.py", "--mailboxes", str(MAILBOXES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found = dict(re.findall(r"(\w+)=([\d.]+)", done.stdout.splitlines()[-1]))
    assert int(found["changes"]) == MAILBOXES // 50
    assert float(found["months_24_mb"]) * FULL / MAILBOXES < 1000
