"""What became of a fleet run: of each tenant, and of all together."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence

from scanner.app.fleet_claims import is_gone
from scanner.app.job import worst
from scanner.app.run import utc_now
from scanner.errors import ExitCode, RunNotFoundError
from scanner.model.fleet import FleetScan, FleetState
from scanner.model.frozen import Frozen
from scanner.store import RunRecord, Store

STALLED = "stalled"
"""Said of a tenant whose worker has gone: somebody else will take it."""


class TenantStatus(Frozen, frozen=True, kw_only=True):
    """One tenant of a fleet run.

    Attributes:
        name: Its name in the configuration.
        tenant_id: Its id there, in lower case.
        state: ``waiting``, ``running``, ``stalled``, ``done`` or ``failed``.
        since: When it came to that; in UTC.
        attempts: How often it was begun.
        again: When it is tried again at the earliest; ``None`` where no try failed.
        reached: How far the reading is.
        exit_code: As a scan of it alone would have ended; ``None`` before it is settled.
        run: Its run; "" before it is done.
        folder: The folder of its run, on the machine that scanned it.
        mailboxes: How many it has; ``None`` before it is done.
        coverage: Share (0 to 1) of them with a known verdict.
        by_flag: Mailboxes by flag.
        reason: Why the last try failed.
    """

    name: str
    tenant_id: str
    state: str
    since: dt.datetime | None
    attempts: int
    again: dt.datetime | None
    reached: str
    exit_code: int | None
    run: str
    folder: str
    mailboxes: int | None
    coverage: float | None
    by_flag: dict[str, int]
    reason: str


class FleetTotals(Frozen, frozen=True, kw_only=True):
    """All tenants of a fleet run together.

    Attributes:
        tenants: How many it has.
        by_state: Tenants by state.
        by_exit_code: Settled tenants by exit code.
        mailboxes: Mailboxes of the tenants that are done.
        coverage: Share (0 to 1) of them with a known verdict; ``None`` where there are none.
        by_flag: Mailboxes by flag.
    """

    tenants: int
    by_state: dict[str, int]
    by_exit_code: dict[int, int]
    mailboxes: int
    coverage: float | None
    by_flag: dict[str, int]


class FleetStatus(Frozen, frozen=True, kw_only=True):
    """A fleet run, as ``--json`` gives it.

    Attributes:
        fleet: Its id.
        began: When it began, in UTC.
        as_of: The date that is judged for.
        settled: Every tenant is done, or is not tried again.
        exit_code: The gravest of all tenants; one that isn't settled is a failure.
        totals: All tenants together.
        tenants: Each tenant, by name.
    """

    fleet: str
    began: dt.datetime
    as_of: dt.date
    settled: bool
    exit_code: int
    totals: FleetTotals
    tenants: list[TenantStatus]


def find_fleet(store: Store, name: str) -> str:
    """Find a fleet run by ``latest``, its id or the beginning of one.

    Raises:
        RunNotFoundError: There is none, or several begin like that.
    """
    fleets = store.fleets().fleets()
    found = fleets[-1:] if name == "latest" else [fleet for fleet in fleets if name and fleet.startswith(name)]
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} fleet runs begin with {name}." if found else f"There is no fleet run {name}."
    raise RunNotFoundError(
        what, f"Known: {', '.join(fleets[-5:])}." if fleets else "Make one: smtp-posture fleet scan."
    )


def status_of(store: Store, fleet: str) -> FleetStatus:
    """Tell what became of a fleet run so far."""
    scans = store.fleets().scans(fleet)
    runs = store.runs_of([scan.run_id for scan in scans if scan.state is FleetState.DONE])
    now = utc_now()
    tenants = [tenant_of(scan, runs.get(scan.run_id), now) for scan in scans]
    return FleetStatus(
        fleet=fleet,
        began=scans[0].queued,
        as_of=scans[0].options.as_of,
        settled=all(scan.is_settled for scan in scans),
        exit_code=int(code_of(scans)),
        totals=totals_of(tenants),
        tenants=tenants,
    )


def code_of(scans: Sequence[FleetScan]) -> ExitCode:
    """Give the exit code of a fleet run: the gravest of its tenants."""
    return worst(ExitCode.FAILURE if scan.exit_code is None else ExitCode(scan.exit_code) for scan in scans)


def tenant_of(scan: FleetScan, run: RunRecord | None, now: dt.datetime) -> TenantStatus:
    """Tell what became of one tenant; of a run that was purged since, only how it ended is left."""
    done = scan.state is FleetState.DONE
    summary = run.summary if run else None
    times = {FleetState.WAITING: scan.queued, FleetState.RUNNING: scan.started}
    return TenantStatus(
        name=scan.name,
        tenant_id=scan.tenant_id,
        state=STALLED if is_gone(scan, now) else scan.state.value,
        since=times.get(scan.state, scan.finished),
        attempts=scan.attempts,
        again=scan.due,
        reached=scan.reached,
        exit_code=scan.exit_code,
        run=scan.run_id if done else "",
        folder=run.folder if run else "",
        mailboxes=summary.mailboxes if summary else None,
        coverage=summary.coverage if summary else None,
        by_flag=dict(summary.by_flag) if summary else {},
        reason=scan.reason,
    )


def totals_of(tenants: Sequence[TenantStatus]) -> FleetTotals:
    """Add up all tenants."""
    flags: Counter[str] = Counter()
    for tenant in tenants:
        flags.update(tenant.by_flag)
    mailboxes = sum(tenant.mailboxes or 0 for tenant in tenants)
    return FleetTotals(
        tenants=len(tenants),
        by_state=dict(Counter(tenant.state for tenant in tenants)),
        by_exit_code=dict(Counter(tenant.exit_code for tenant in tenants if tenant.exit_code is not None)),
        mailboxes=mailboxes,
        coverage=sum(known_in(tenants)) / mailboxes if mailboxes else None,
        by_flag=dict(flags),
    )


def known_in(tenants: Sequence[TenantStatus]) -> Iterator[float]:
    """Give how many mailboxes of each tenant have a known verdict."""
    for tenant in tenants:
        yield (tenant.mailboxes or 0) * (tenant.coverage or 0)
