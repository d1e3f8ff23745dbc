"""Who scans a tenant of a fleet run: taken, failed, handed back. The store decides between two who want the same."""

import datetime as dt

from msgspec import structs

from scanner.app.run import utc_now
from scanner.errors import ExitCode
from scanner.model.fleet import FleetBook, FleetScan, FleetState
from scanner.store import make_id
from scanner.store.holder import is_running, name_holder

STALE = dt.timedelta(minutes=2)
"""A holder on another machine that said nothing for so long is gone; of one on this machine the system tells."""

FIRST_PAUSE = dt.timedelta(seconds=10)
LONGEST_PAUSE = dt.timedelta(minutes=10)


def is_gone(scan: FleetScan, now: dt.datetime) -> bool:
    """Tell whether whoever scans a tenant has ended without saying so."""
    running = is_running(scan.holder)
    silent = scan.renewed is None or now - scan.renewed > STALE
    return scan.state is FleetState.RUNNING and (silent if running is None else not running)


def is_due(scan: FleetScan, now: dt.datetime) -> bool:
    """Tell whether a tenant waits for somebody to scan it now."""
    return is_gone(scan, now) or (scan.state is FleetState.WAITING and (scan.due is None or scan.due <= now))


def is_free(book: FleetBook, scan: FleetScan, now: dt.datetime) -> bool:
    """Tell whether a tenant can be taken: it is due, and no other fleet run is scanning it."""
    return is_due(scan, now) and all(is_gone(other, now) for other in book.elsewhere(scan))


def take(book: FleetBook, scan: FleetScan, tries: int) -> FleetScan | None:
    """Take a tenant to scan it in this process.

    Args:
        book: The book of fleet runs.
        scan: The tenant as it was read.
        tries: How often it may be begun; one that ended its process each time is given up.

    Returns:
        The claim; ``None`` where it isn't ours.
    """
    now = utc_now()
    if not is_free(book, scan, now):
        return None
    if scan.attempts >= tries:
        book.swap(scan, given_up(scan, scan.reason or "its process was gone each time", ExitCode.FAILURE))
        return None
    claim = structs.replace(
        scan,
        state=FleetState.RUNNING,
        attempts=scan.attempts + 1,
        holder=name_holder(),
        due=None,
        started=now,
        renewed=now,
        run_id=make_id(now),
        reached="",
        reason="",
    )
    gone = [other.holder for other in book.elsewhere(scan)]
    return claim if book.claim(scan, claim, gone=gone) else None


def failed(scan: FleetScan, reason: str, code: ExitCode, tries: int) -> FleetScan:
    """Say that a try failed: the tenant waits for the next one, or was tried often enough."""
    if scan.attempts >= tries:
        return given_up(scan, reason, code)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (scan.attempts - 1))
    return structs.replace(scan, state=FleetState.WAITING, holder="", due=utc_now() + pause, reason=reason, reached="")


def given_up(scan: FleetScan, reason: str, code: ExitCode) -> FleetScan:
    """Say that a tenant is not tried again."""
    return structs.replace(
        scan, state=FleetState.FAILED, holder="", finished=utc_now(), exit_code=int(code), reason=reason, reached=""
    )


def handed_back(scan: FleetScan) -> FleetScan:
    """Say that a try was interrupted on purpose: it doesn't count, and the next one may begin at once."""
    return structs.replace(scan, state=FleetState.WAITING, attempts=scan.attempts - 1, holder="", due=None, reached="")


def note_death(book: FleetBook, fleet: str, tenant_id: str, how: str, tries: int) -> None:
    """Note that the process that scanned a tenant died.

    Args:
        book: The book of fleet runs.
        fleet: The fleet run.
        tenant_id: The tenant.
        how: How it died; "" where it was interrupted on purpose.
        tries: How often a tenant may be begun.
    """
    scan = book.find(fleet, tenant_id)
    if scan is None or not is_gone(scan, utc_now()):
        return
    book.swap(scan, failed(scan, f"Its process {how}.", ExitCode.FAILURE, tries) if how else handed_back(scan))
