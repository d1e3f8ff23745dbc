"""A fleet of cheap tenants, scanned by the program in processes of their own."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import structs

from scanner.app.fleet_status import FleetStatus, find_fleet, status_of
from scanner.model.fleet import FleetScan
from scanner.store import Store
from tests.fleet.cheap import ROOT, make_tenants

LONGEST = 90


class Ride:
    """One fleet: its tenants, its store and its commands.

    Args:
        root: Gets everything.
        count: Tenants.
        store_url: Of the store.
        settings: Lines of ``[fleet]``.
    """

    def __init__(self, root: Path, count: int, store_url: str, settings: str = "") -> None:
        self.root, self.store_url, self.count = root, store_url, count
        self.config = make_tenants(root, count, store_url, settings)
        self.begun: list[subprocess.Popen[str]] = []

    def start(self, command: str = "scan", **given: object) -> subprocess.Popen[str]:
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

    def scan(self, **given: object) -> tuple[int, str, str]:
        """Scan to the end; give the exit code and both streams."""
        return finish(self.start("scan", **given))

    def close(self) -> None:
        """End what is left."""
        for process in self.begun:
            if process.poll() is None:
                process.kill()
            process.communicate()

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


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a command to end."""
    out, err = process.communicate(timeout=LONGEST)
    assert "Traceback" not in out + err, err
    return process.returncode, out, err


def eventually(happened: Callable[[], object], seconds: float = 30) -> None:
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


def kill(pid: int) -> None:
    """Kill a process if it is still there."""
    if is_running(pid):
        os.kill(pid, signal.SIGKILL)
