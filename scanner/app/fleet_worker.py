"""A worker: takes tenants from the queue, and has each scanned by a process of its own."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from msgspec import structs

from scanner.app.fleet_claims import is_free, note_death
from scanner.app.fleet_scan import Task
from scanner.app.run import utc_now
from scanner.errors import StoreError
from scanner.fleet.processes import Processes, wait_for_some
from scanner.fleet.queue import TryLaterError
from scanner.model.fleet import FleetBook, FleetScan

GLANCE = 0.2  # seconds between looks at a process
BUSY = 5.0  # seconds until a tenant is looked at again that somebody else is scanning


class Worker:
    """Does the jobs of the queue.

    Args:
        book: The book of fleet runs.
        tasks: What the process of each tenant that is configured here is given, by its id; without a fleet run.
        processes: Where they run.
    """

    def __init__(self, book: FleetBook, tasks: Mapping[str, Task], processes: Processes[Task]) -> None:
        self._book, self._tasks, self._processes = book, tasks, processes

    async def work(self, fleet: str, tenant_id: str) -> None:
        """Scan a tenant, unless it is settled.

        Args:
            fleet: The fleet run.
            tenant_id: The tenant.

        Raises:
            TryLaterError: It is not settled yet.
            StoreError: The book can't be read.
        """
        scan = await asyncio.to_thread(self._book.find, fleet, tenant_id)
        if scan is None or scan.is_settled:
            return
        if not await asyncio.to_thread(is_free, self._book, scan, utc_now()):
            raise TryLaterError(seconds_until_due(scan))
        await self._scan(structs.replace(self._tasks[tenant_id], fleet=fleet))
        scan = await asyncio.to_thread(self._book.find, fleet, tenant_id)
        if scan is not None and not scan.is_settled:
            raise TryLaterError(seconds_until_due(scan))

    async def _scan(self, task: Task) -> None:
        child = await asyncio.to_thread(self._processes.begin, task)
        try:
            while not child.has_ended:
                await asyncio.to_thread(wait_for_some, [child], GLANCE)
        except asyncio.CancelledError:  # it is to stop, and the time to end by itself is over
            child.end()
            with suppress(StoreError):  # the database may be why; that the process is gone is seen without it
                self._note_death(task, "")
            raise
        await asyncio.to_thread(self._note_death, task, child.ending)

    def _note_death(self, task: Task, how: str) -> None:
        note_death(self._book, task.fleet, task.tenant_id, how, task.tries)


def seconds_until_due(scan: FleetScan) -> float:
    """Tell how long to wait before a tenant is looked at again."""
    return max(BUSY, (scan.due - utc_now()).total_seconds()) if scan.due else BUSY
