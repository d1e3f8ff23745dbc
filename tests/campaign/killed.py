"""R9: the program is killed at random points, and started again with the same command until it ends."""

import datetime as dt
import itertools
import math
import random
import subprocess
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from scanner.simulator import SimulatedTenant, read_faults
from scanner.simulator.ledger import Visit
from tests.campaign.checks import ALWAYS
from tests.campaign.command import findings_of, finish, start
from tests.campaign.full_disk import find_broken_files
from tests.campaign.result import End, Result
from tests.campaign.trial import population_of
from tests.support.configured import write_config

MAILBOXES = 140
SCENARIO = "[service]\nrows = 12\nlatency = 0.03\nspread = 0.05\n"
MOST_KILLS = 10
GLANCE = 0.01
# Read anew by every run: who the tenant is, how many objects there are, and the way to sign in.
EVERY_TIME = ("/organization", "/$count", "/openid-configuration", "/token")


def run_killed(seed: int) -> Result:
    """Kill a scan ten times, or fewer with other seeds than the first, each time after a number of requests.

    Args:
        seed: What number and points are drawn from.
    """
    rng = random.Random(f"R9/{seed}")  # noqa: S311 - a draw that repeats
    kills = MOST_KILLS if seed == 1 else rng.randint(1, MOST_KILLS)
    started, killed = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="trial-") as name, _tenant(seed) as tenant:
        trial = Trial(Path(name), tenant)
        while killed < kills and trial.kill_after(rng.choice((1, 5, 20, 45)) + rng.randint(0, 15), rng.random() / 20):
            killed += 1
        why = trial.end() or trial.find_repetition()
        why = why or "; ".join(filter(None, (check(tenant) for check in ALWAYS)))
    return Result(
        case="R9/killed",
        seed=seed,
        end=End.WRONG if why else End.COMPLETE,
        why=why,
        injected=killed,
        seconds=time.monotonic() - started,
        scenario=f"{SCENARIO}# killed {killed} times\n",
    )


class Trial:
    """One command, started again and again."""

    def __init__(self, folder: Path, tenant: SimulatedTenant) -> None:
        self._tenant = tenant
        self._folder = folder
        self._out = folder / "out"
        self._starts: list[float] = []
        config = write_config(folder, tenant, "secret")
        self.arguments = ["scan", "--config", str(config), "--out", str(self._out), "--format", "json"]

    def kill_after(self, requests: int, pause: float) -> bool:
        """Kill the command after so many more requests and a pause; tell whether it had not left its report before."""
        wanted = len(self._tenant.visits) + requests
        process = self._start()
        while len(self._tenant.visits) < wanted and process.poll() is None:
            time.sleep(GLANCE)
        time.sleep(pause)
        process.kill()
        process.communicate()
        return not self.has_ended

    @property
    def has_ended(self) -> bool:
        """A whole report is there."""
        return any(self._out.glob("*/manifest.json"))

    def end(self) -> str:
        """Let the command end, unless it has; say what is wrong with what it finds."""
        if not self.has_ended:
            done = finish(self._start())
            if done.code:
                return f"exit code {done.code}: {done.said[-300:]}"
        found = findings_of(self._out)
        return find_broken_files(self._out) or ("" if found == _undisturbed() else _compare(found))

    def find_repetition(self) -> str:
        """Say which listing was read again by more than one page after a kill."""
        known: set[str] = set()
        for first, last in itertools.pairwise((*self._starts, math.inf)):
            visits = [visit for visit in self._tenant.visits if first <= visit.at < last and _counts(visit)]
            again = Counter(visit.identity.rpartition(" page ")[0] for visit in visits if visit.identity in known)
            listing, pages = max(again.items(), key=lambda one: one[1], default=("", 0))
            if pages > 1:
                return f"{pages} pages were read again after a kill of {listing[:120]}"
            known |= {visit.identity for visit in visits}
        return ""

    def _start(self) -> subprocess.Popen[str]:
        self._starts.append(time.monotonic())
        return start(self.arguments, self._folder)


@cache
def _undisturbed() -> Any:
    with tempfile.TemporaryDirectory(prefix="trial-") as name, _tenant(0) as tenant:
        trial = Trial(Path(name), tenant)
        done = finish(start(trial.arguments, Path(name)))
        assert done.code == 0, done
        return findings_of(Path(name) / "out")


def _tenant(seed: int) -> SimulatedTenant:
    faults = read_faults(f"seed = {seed}\n{SCENARIO}")
    return SimulatedTenant(population_of(MAILBOXES), faults=faults, now=_diary_ends())


@cache
def _diary_ends() -> dt.datetime:
    """Give one end to the senders' diary, so that what they did is the same for every run."""
    return dt.datetime.now(tz=dt.UTC)


def _compare(found: Any) -> str:
    """Say in which part findings differ from the undisturbed run's."""
    for part in _undisturbed():
        if found[part] != _undisturbed()[part]:
            return f"other findings than undisturbed: {part}"
    return "other findings than undisturbed"


def _counts(visit: Visit) -> bool:
    return visit.status == 200 and not visit.path.partition("?")[0].endswith(EVERY_TIME)
