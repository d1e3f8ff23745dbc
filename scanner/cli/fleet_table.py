"""A fleet run drawn for the terminal: a row per tenant, and all together."""

from collections.abc import Iterator, Mapping, Sequence

from scanner.app.fleet_status import FleetStatus, FleetTotals, TenantStatus

HEADINGS = ("tenant", "state", "exit", "mailboxes", "known", "flags and run, or why")
MINUTE = "%Y-%m-%d %H:%M"


def draw_fleet(status: FleetStatus) -> Iterator[str]:
    """Write a fleet run as a table."""
    yield f"Fleet run {status.fleet}, began {status.began:{MINUTE}} UTC, judged for {status.as_of}"
    rows = [HEADINGS, *(row_of(tenant) for tenant in status.tenants)]
    yield from (line_of(row, widths_of(rows)) for row in rows)
    yield total_of(status.totals)


def row_of(tenant: TenantStatus) -> tuple[str, ...]:
    """Write one tenant as cells."""
    return (
        tenant.name,
        tenant.state,
        "" if tenant.exit_code is None else str(tenant.exit_code),
        "" if tenant.mailboxes is None else str(tenant.mailboxes),
        "" if tenant.coverage is None else f"{tenant.coverage:.0%}",
        words_of(tenant),
    )


def words_of(tenant: TenantStatus) -> str:
    """Say what was found, how far it is, or why it failed."""
    match tenant.state:
        case "done":
            return f"{flags_of(tenant.by_flag)}  {tenant.run}"
        case "running":
            return f"since {tenant.since:{MINUTE}} UTC  {tenant.reached}".rstrip()
        case "stalled":
            return f"begun {tenant.since:{MINUTE}} UTC; whoever scanned it is gone"
        case "waiting" if tenant.again:
            return f"again at {tenant.again:{MINUTE}} UTC, {tenant.attempts} failed: {tenant.reason}"
        case _:
            return tenant.reason


def flags_of(by_flag: Mapping[str, int]) -> str:
    """Write counts of flags."""
    return ", ".join(f"{count} {flag}" for flag, count in by_flag.items() if count) or "none"


def total_of(totals: FleetTotals) -> str:
    """Write all tenants together in one line."""
    states = ", ".join(f"{count} {state}" for state, count in sorted(totals.by_state.items()))
    known = "" if totals.coverage is None else f", {totals.coverage:.0%} known: {flags_of(totals.by_flag)}"
    return f"{totals.tenants} tenant{'s' * (totals.tenants != 1)}: {states}; {totals.mailboxes} mailboxes{known}"


def widths_of(rows: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Measure the columns."""
    return tuple(max(map(len, column)) for column in zip(*rows, strict=True))


def line_of(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Write a row, its cells below each other."""
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
