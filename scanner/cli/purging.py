"""The command that takes away: what is old, or one person."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from scanner.app import sources
from scanner.app.erase import Erased, erase
from scanner.app.purge import Purged, purge
from scanner.app.run import utc_now
from scanner.cli.commands import print_json, print_line
from scanner.errors import ConfigurationError, ExitCode
from scanner.store import Store

AGE = re.compile(r"(?P<count>\d{1,5})\s*(?P<unit>[dw]?)", re.IGNORECASE)
DAYS = {"": 1, "d": 1, "w": 7}


def read_age(text: str) -> dt.timedelta:
    """Read ``--older-than``.

    Raises:
        ConfigurationError: It is no age.
    """
    found = AGE.fullmatch(text.strip())
    if found is None:
        raise ConfigurationError(f"--older-than: {text!r} is no age.", "Write days or weeks, e.g. 400d or 57w.")
    return dt.timedelta(days=int(found["count"]) * DAYS[found["unit"].lower()])


def do_purge(*, older_than: str, dry_run: bool, config_file: Path | None, as_json: bool) -> ExitCode:
    """Take away what is older than it may be kept."""
    config = sources.load_config(config_file)
    age = read_age(older_than) if older_than else dt.timedelta(days=config.store.keep_days)
    with Store.open(config.store.url) as store:
        found = purge(store, utc_now() - age, dry_run=dry_run)
    if as_json:
        print_json(found)
    else:
        print_line("\n".join(draw_purged(found)))
    return ExitCode.FAILURE if any(run.stays for run in found.runs) else ExitCode.OK


def do_erase(*, person: str, dry_run: bool, config_file: Path | None, as_json: bool) -> ExitCode:
    """Take one person out of all that is kept."""
    config = sources.load_config(config_file)
    with Store.open(config.store.url) as store:
        found = erase(store, person, dry_run=dry_run)
    if as_json:
        print_json(found)
    else:
        print_line("\n".join(draw_erased(found)))
    return ExitCode.FAILURE if any(tenant.stays for tenant in found.tenants) else ExitCode.OK


def draw_erased(found: Erased) -> Iterator[str]:
    """Write for the terminal what was erased."""
    done = "would be" if found.dry_run else "was"
    for tenant in found.tenants:
        yield f"Tenant {tenant.tenant_id or '-'}: the person {done} taken out of {len(tenant.snapshots)} snapshots."
        yield from (f"  evidence  {snapshot}" for snapshot in tenant.snapshots)
        yield from (f"  reports   {folder}" for folder in tenant.reports)
        yield from (f"  left      {why}" for why in (*tenant.left, *tenant.stays))
    yield "Reports that may name the person go; `report RUN` makes them anew. Configuration files and copies are yours."


def draw_purged(found: Purged) -> Iterator[str]:
    """Write for the terminal what was taken away."""
    done = "would be removed" if found.dry_run else "removed"
    count = sum(not run.stays for run in found.runs)
    yield f"Older than {found.before:%Y-%m-%d %H:%M} UTC: {count or 'no'} runs {done}."
    for run in found.runs:
        yield f"  {run.run}  {run.started:%Y-%m-%d}  {run.tenant_id or '-'}  {len(run.files)} files  {run.folder}"
        if run.left:
            yield f"    {run.left}"
    if found.evidence:
        yield f"Evidence that no run is on, {done}: {found.evidence}"
    if found.deliveries:
        yield f"Records of deliveries, {done}: {found.deliveries}"
