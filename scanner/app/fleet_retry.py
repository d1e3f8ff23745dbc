"""Which tenants a fleet run is for that tries again what failed."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from msgspec import structs

from scanner.app.fleet import Order, ids_of, origin_of
from scanner.app.run import utc_now
from scanner.config import Config
from scanner.errors import ExitCode
from scanner.model.fleet import FleetBook, FleetScan, FleetState

RETRIED = frozenset({ExitCode.FAILURE, ExitCode.USAGE})
LOOKED_BACK = 50  # fleet runs; a tenant that is in none of them was not scanned for long
WORD = "retry-failed"


def choose_failed(book: FleetBook, config: Config, order: Order) -> tuple[Order, Sequence[FleetScan]]:
    """Narrow an order down to the tenants that failed the last time.

    Args:
        book: The book of fleet runs.
        config: The configuration.
        order: What is asked for, of all tenants that may be tried again.

    Returns:
        The order of those only, or of a retry that was interrupted; and how each that is tried again ended before.
    """
    names = {tenant_id: name for name, tenant_id in ids_of(config, order.tenants).items()}
    retry = structs.replace(order, words=(*order.words, WORD, *sorted(names)))  # of other tenants it is another command
    fleets = list(book.fleets())[: -LOOKED_BACK - 1 : -1]
    begun = _find_begun(book, config, retry, fleets)
    open_ids = [scan.tenant_id for scan in begun if not scan.is_settled] if begun else names
    older = fleets[fleets.index(begun[0].fleet) + 1 :] if begun else fleets
    failed = [scan for scan in _find_last(book, open_ids, older) if has_failed(scan)]
    tenants = sorted(names[scan.tenant_id] for scan in begun or failed)
    return structs.replace(retry, tenants=tuple(tenants)), sorted(failed, key=lambda scan: names[scan.tenant_id])


def has_failed(scan: FleetScan) -> bool:
    """Tell whether a settled scan left its tenant without a run, or with one of no use."""
    return scan.state is FleetState.FAILED or scan.exit_code in RETRIED


def _find_begun(book: FleetBook, config: Config, retry: Order, fleets: Sequence[str]) -> Sequence[FleetScan]:
    """Find the retry of the same words that is not settled, and not too old to be gone on with."""
    oldest = utc_now() - dt.timedelta(hours=config.fleet.resume_hours)
    for fleet in fleets:
        scans = book.scans(fleet)
        if scans[0].queued < oldest:
            return ()
        origin = origin_of(retry, sorted(scan.tenant_id for scan in scans))
        if scans[0].origin == origin and not all(scan.is_settled for scan in scans):
            return scans
    return ()


def _find_last(book: FleetBook, ids: Collection[str], fleets: Sequence[str]) -> Iterator[FleetScan]:
    """Give the newest settled scan of each tenant that has one."""
    left = set(ids)
    for fleet in fleets:
        if not left:
            return
        for scan in book.scans(fleet):
            if scan.is_settled and scan.tenant_id in left:
                left.remove(scan.tenant_id)
                yield scan
