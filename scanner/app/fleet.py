"""Fleet runs: which tenants one is for, begun or gone on with, and done by processes of this machine."""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from scanner.app.fleet_claims import is_free, note_death
from scanner.app.fleet_scan import Task, task_of
from scanner.app.run import utc_now
from scanner.app.sources import refuse_personal
from scanner.config import Config
from scanner.errors import ConfigurationError
from scanner.fleet.processes import Child, Processes, wait_for_some
from scanner.model.fleet import FleetBook, FleetOptions, FleetScan
from scanner.model.frozen import Frozen
from scanner.store import make_id

GLANCE = 0.2  # seconds between looks at the processes
LOOK = 2.0  # seconds between looks at all tenants of a large fleet
Watch = Callable[[Sequence[FleetScan]], None]
Stop = Callable[[float], bool]


class Order(Frozen, frozen=True, kw_only=True):
    """What a command asks for.

    Attributes:
        tenants: Names of tenants in the configuration.
        options: What is wanted of each.
        words: What else makes a command the same one when it is given again: the day and the folder, as given.
    """

    tenants: tuple[str, ...]
    options: FleetOptions
    words: tuple[str, ...] = ()


def choose_tenants(config: Config, names: Sequence[str]) -> tuple[str, ...]:
    """Name the tenants that a fleet run is for, before any of them is read.

    Args:
        config: The configuration.
        names: Names of tenants; all of the configuration, where there are none.

    Raises:
        ConfigurationError: One is not configured, none is, two are the same, or one needs somebody to sign in.
    """
    chosen = tuple(dict.fromkeys(names)) or tuple(sorted(config.tenants))
    known = ", ".join(sorted(config.tenants)) or "none"
    if not chosen:
        advice = "Write a configuration file with a [tenants.NAME] table for each, and give it with --config."
        raise ConfigurationError("No tenant is configured.", advice)
    by_id: dict[str, str] = {}
    for name in chosen:
        if name not in config.tenants:
            raise ConfigurationError(f"No tenant {name!r} is configured.", f"Configured: {known}.")
        refuse_personal(name, config.tenants[name])
        tenant_id = config.tenants[name].id.lower()
        if tenant_id in by_id:
            message = f"[tenants.{by_id[tenant_id]}] and [tenants.{name}] are one tenant: {tenant_id}."
            raise ConfigurationError(message, "Leave one of them out, or name the one that is meant with --tenant.")
        by_id[tenant_id] = name
    return chosen


def open_fleet(book: FleetBook, config: Config, order: Order) -> tuple[str, bool]:
    """Go on with the fleet run that the same command left unfinished, or begin a new one.

    Args:
        book: The book of fleet runs.
        config: The configuration.
        order: What is asked for.

    Returns:
        The fleet run's id, and whether it is gone on with.
    """
    ids = ids_of(config, order.tenants)
    origin, now = origin_of(order, sorted(ids.values())), utc_now()
    new = make_id(now)
    scans = [
        FleetScan(tenant_id=tenant_id, fleet=new, name=name, origin=origin, options=order.options, queued=now)
        for name, tenant_id in ids.items()
    ]
    fleet = book.begin(scans, now - dt.timedelta(hours=config.fleet.resume_hours))
    return fleet, fleet != new


def ids_of(config: Config, names: Sequence[str]) -> dict[str, str]:
    """Give the ids of some tenants by their names, as the book of fleet runs has them."""
    return {name: config.tenants[name].id.lower() for name in names}


def origin_of(order: Order, ids: Sequence[str]) -> str:
    """Write what is asked for in words that the same command gives again; the day that "today" was is none of them."""
    wanted = msgspec.structs.replace(order.options, as_of=dt.date.min)
    return hashlib.sha256(msgspec.json.encode([ids, wanted, order.words])).hexdigest()


def tasks_of(config: Config, names: Sequence[str], fleet: str, out: Path) -> dict[str, Task]:
    """Write the tasks of some tenants, by their ids."""
    tasks = (task_of(config, config.tenants[name], fleet, out) for name in names)
    return {task.tenant_id: task for task in tasks}


def follow(book: FleetBook, fleet: str, stop: Stop, watch: Watch) -> bool:
    """Watch a fleet run that workers scan until it is time to stop; tell whether every tenant is settled."""
    while True:
        scans = book.scans(fleet)
        watch(scans)
        if all(scan.is_settled for scan in scans):
            return True
        if stop(LOOK):
            return False


class LocalFleet:
    """Scans the tenants of a fleet run in processes of this machine, some at a time.

    Another program that was told to do the same helps: each tenant is scanned by one of the two.

    Args:
        book: The book of fleet runs.
        tasks: What each tenant's process is given.
        processes: Where they run.
        abreast: How many at a time.
    """

    def __init__(self, book: FleetBook, tasks: Mapping[str, Task], processes: Processes[Task], abreast: int) -> None:
        self._book, self._tasks, self._processes, self._abreast = book, tasks, processes, abreast
        self._under_way: dict[str, Child] = {}
        self._scans: dict[str, FleetScan] = {}

    def scan(self, fleet: str, stop: Stop, watch: Watch) -> bool:
        """Scan until every tenant is settled.

        Args:
            fleet: The fleet run.
            stop: Waits so many seconds at most, and tells whether to stop.
            watch: Is shown the tenants again and again.

        Returns:
            Whether all are settled; else it was stopped, and what was under way can be gone on with.
        """
        looked = 0.0
        try:
            while not stop(0.0 if self._under_way or not self._scans else GLANCE):
                if not self._under_way or time.monotonic() - looked >= LOOK:
                    self._scans = {scan.tenant_id: scan for scan in self._book.scans(fleet)}
                    looked = time.monotonic()
                watch(list(self._scans.values()))
                if all(scan.is_settled for scan in self._scans.values()):
                    return True
                self._begin_some()
                wait_for_some(self._under_way.values(), GLANCE)
                self._note_ended(fleet)
        finally:
            self._interrupt(fleet)
        return False

    def _begin_some(self) -> None:
        now = utc_now()
        for tenant_id, scan in self._scans.items():
            if len(self._under_way) == self._abreast:
                return
            if tenant_id not in self._under_way and not scan.is_settled and is_free(self._book, scan, now):
                self._under_way[tenant_id] = self._processes.begin(self._tasks[tenant_id])

    def _note_ended(self, fleet: str) -> None:
        for tenant_id in [name for name, child in self._under_way.items() if child.has_ended]:
            child = self._under_way.pop(tenant_id)
            self._note_death(fleet, tenant_id, child.ending)

    def _interrupt(self, fleet: str) -> None:
        """End what is under way; the next command goes on with it."""
        for child in self._under_way.values():
            child.process.terminate()
        for tenant_id, child in self._under_way.items():
            child.end()
            self._note_death(fleet, tenant_id, "")

    def _note_death(self, fleet: str, tenant_id: str, how: str) -> None:
        note_death(self._book, fleet, tenant_id, how, self._tasks[tenant_id].tries)
        scan = self._book.find(fleet, tenant_id)
        if scan is not None:
            self._scans[tenant_id] = scan
