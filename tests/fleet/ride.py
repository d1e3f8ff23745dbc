"""A fleet of cheap tenants, scanned by the program in processes of their own."""

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from msgspec import structs

from scanner.app.fleet_status import FleetStatus, find_fleet, status_of
from scanner.fleet.queue import SCHEMA
from scanner.model.fleet import FleetScan
from scanner.store import Store
from tests.fleet.cheap import ROOT, make_tenants, plan

LONGEST = 90
WHOLE = 0.3  # share of kills that take the worker, or the command with all its processes


class Ride:
    """One fleet: its tenants, its store and its commands.

    Args:
        root: Gets everything.
        count: Tenants.
        store_url: Of the store.
        settings: Lines of ``[fleet]``.
        distributed: Workers scan; they are begun with the first scan.
    """

    def __init__(
        self, root: Path, count: int, store_url: str, settings: str = "", *, distributed: bool = False
    ) -> None:
        self.root, self.store_url, self.count, self.distributed = root, store_url, count, distributed
        if distributed:
            settings += "\ndistributed = true\nheartbeat_seconds = 1"
        self.config = make_tenants(root, count, store_url, settings)
        self.begun: list[subprocess.Popen[str]] = []
        self.worker: subprocess.Popen[str] | None = None

    def begin(self, *, abreast: int = 4, **given: Any) -> subprocess.Popen[str]:
        """Begin to scan, with a worker where there has to be one; give the command that a user waits for."""
        if not self.distributed:
            return self.start(abreast=abreast, **given)
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self.start("worker", abreast=abreast)
        return self.start(out=None, **given)

    def start(self, command: str = "scan", **given: Any) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        options = [f"{key}={json.dumps(value)}" for key, value in given.items()]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fleet.cheap", command, str(self.root), *options],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.begun.append(process)
        return process

    def scan(self, **given: Any) -> tuple[int, str, str]:
        """Scan to the end; give the exit code and both streams."""
        return finish(self.begin(**given))

    def kill(self, command: subprocess.Popen[str]) -> None:
        """Kill a command that a user waits for, and the worker that scans for it."""
        for process in filter(None, (command, self.worker)):
            process.kill()
            process.communicate()

    def close(self) -> None:
        """End what is left."""
        for process in self.begun:
            if process.poll() is None:
                process.kill()
            process.communicate()
        eventually(lambda: not under_way(self.root))

    def scans(self) -> dict[str, FleetScan]:
        """Give the tenants of the last fleet run by name."""
        with Store.open(self.store_url) as store:
            book = store.fleets()
            return {scan.name: scan for scan in book.scans((book.fleets() or ["-"])[-1])}

    def fleets(self) -> list[str]:
        """Give the ids of all fleet runs."""
        with Store.open(self.store_url) as store:
            return list(store.fleets().fleets())

    def age(self, hours: float) -> None:
        """Set the fleet runs back in time."""
        past = dt.timedelta(hours=hours)
        for scan in self.scans().values():
            older = {"queued": scan.queued - past, "renewed": scan.renewed and scan.renewed - past}
            self._alter(scan, **older)

    def hurry(self) -> None:
        """Cut short the pauses between tries."""
        for scan in self.scans().values():
            if scan.due:
                self._alter(scan, due=None)
        if self.distributed and self.fleets():
            jobs = self.queue_table("jobs")
            with self._engine.begin() as connection:
                connection.execute(jobs.update().where(jobs.c.status == "todo").values(scheduled_at=None))

    def queue_rows(self) -> list[dict[str, Any]]:
        """Give every row of every table of the queue."""
        with self._engine.connect() as connection:
            return [
                dict(row)
                for name in ("jobs", "events", "workers", "periodic_defers")
                for row in connection.execute(self.queue_table(name).select()).mappings()
            ]

    def lose_queue(self) -> None:
        """Take away the queue with all its tables."""
        with self._engine.begin() as connection:
            connection.execute(sa.schema.DropSchema(SCHEMA, cascade=True))

    def queue_table(self, name: str) -> sa.Table:
        """Find a table of the queue."""
        return sa.Table(f"procrastinate_{name}", sa.MetaData(), schema=SCHEMA, autoload_with=self._engine)

    @cached_property
    def _engine(self) -> sa.Engine:
        return sa.create_engine(self.store_url, poolclass=sa.NullPool)

    def _alter(self, scan: FleetScan, **values: object) -> None:
        with Store.open(self.store_url) as store:
            store.fleets().swap(scan, structs.replace(scan, **values))

    def status(self) -> FleetStatus:
        """Give what became of the last fleet run."""
        with Store.open(self.store_url) as store:
            return status_of(store, find_fleet(store, "latest"))

    def runs(self) -> dict[str, list[str]]:
        """Give the ids of the runs that the store keeps, by tenant."""
        found: dict[str, list[str]] = {}
        with Store.open(self.store_url) as store:
            for run in store.runs():
                found.setdefault(run.tenant_id, []).append(run.id)
        return found

    def folders(self) -> dict[str, list[str]]:
        """Give the run folders that are there, by tenant."""
        found: dict[str, list[str]] = {}
        for path in (self.root / "runs").glob("*/*"):
            found.setdefault(path.parent.name, []).append(path.name)
        return found

    def assert_each_once(self) -> None:
        """Every tenant has one run, in the store and as a folder, and they are the same; its chain has one link."""
        runs = self.runs()
        assert len(runs) == self.count
        assert all(len(ids) == 1 for ids in runs.values())
        assert self.folders() == runs
        assert {scan.tenant_id: [scan.run_id] for scan in self.scans().values()} == runs
        with Store.open(self.store_url) as store:
            assert all(len(store.links(tenant_id)) == 1 for tenant_id in runs)


Make = Callable[..., Ride]


@contextmanager
def rides(root: Path, store_url: str, *, distributed: bool = False) -> Iterator[Make]:
    """Give what makes fleets of some tenants, with lines of ``[fleet]``; what they began is ended with them."""
    with ExitStack() as made:

        def build(count: int, settings: str = "") -> Ride:
            ride = Ride(root, count, store_url, settings, distributed=distributed)
            made.callback(ride.close)
            return ride

        yield build


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a command to end."""
    out, err = process.communicate(timeout=LONGEST)
    assert "Traceback" not in out + err, err
    return process.returncode, out, err


def eventually(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Tell whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def under_way(root: Path) -> set[int]:
    """Give the processes that scan a tenant at this moment."""
    pids = {int(path.name.rpartition("-")[2]) for path in root.glob("evidence/*.traces/under-way-*")}
    return {pid for pid in pids if is_running(pid)}


def rage(
    ride: Ride,
    *,
    kills: int,
    seed: int,
    every: tuple[float, float] = (0.3, 1.2),
    longest: float = 80,
    slow: int | None = None,
) -> int:
    """Scan a fleet while those that scan it are killed at random; tell how many were.

    Args:
        ride: The fleet.
        kills: How many at most.
        seed: What is drawn from.
        every: Seconds between two, at least and at most.
        longest: Seconds that it may take.
        slow: How many tenants are made slow, so that there is something to kill; all, where it isn't given.
    """
    dice = random.Random(seed)  # noqa: S311 -- it must repeat
    for number in range(ride.count if slow is None else slow):
        plan(ride.root, number, "slow")
    killed, process, deadline = 0, ride.begin(abreast=3), time.monotonic() + longest
    while process.poll() is None:
        assert time.monotonic() < deadline, f"not done with seed {seed}"
        time.sleep(dice.uniform(*every))
        ride.hurry()
        found = sorted(under_way(ride.root))
        if killed == kills or not found:
            continue
        killed += 1
        if dice.random() < WHOLE:
            ride.kill(process)
            process = ride.begin(abreast=3)
        else:
            kill(dice.choice(found))
    assert finish(process)[0] == 0
    return killed


def kill(pid: int) -> None:
    """Kill a process if it is still there."""
    if is_running(pid):
        os.kill(pid, signal.SIGKILL)
