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
        The order of those only, or of a retry that was interrupted; and how each of them ended before.
    """
    retry = structs.replace(order, words=(*order.words, WORD))
    fleets = list(book.fleets())[: -LOOKED_BACK - 1 : -1]
    begun = _find_begun(book, config, retry, fleets)
    wanted = begun or order.tenants
    last = _find_last(book, ids_of(config, wanted).values(), fleets)
    names = {tenant_id: name for name, tenant_id in ids_of(config, wanted).items()}
    failed = {names[scan.tenant_id]: scan for scan in last if has_failed(scan)}
    return structs.replace(retry, tenants=begun or tuple(sorted(failed))), [failed[name] for name in sorted(failed)]


def has_failed(scan: FleetScan) -> bool:
    """Tell whether a settled scan left its tenant without a run, or with one of no use."""
    return scan.state is FleetState.FAILED or scan.exit_code in RETRIED


def _find_begun(book: FleetBook, config: Config, retry: Order, fleets: Sequence[str]) -> tuple[str, ...]:
    """Find the tenants of a retry of the same words that is not settled, and not too old to be gone on with."""
    names = {tenant_id: name for name, tenant_id in ids_of(config, retry.tenants).items()}
    oldest = utc_now() - dt.timedelta(hours=config.fleet.resume_hours)
    for fleet in fleets:
        scans = book.scans(fleet)
        ids = sorted(scan.tenant_id for scan in scans)
        if scans[0].queued < oldest:
            return ()
        if scans[0].origin == origin_of(retry, ids) and not all(scan.is_settled for scan in scans):
            return tuple(names[tenant_id] for tenant_id in ids if tenant_id in names)
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
