"""What earlier runs saw of each mailbox's use: who sends once a quarter is quiet in most runs, and not unused."""

import datetime as dt
from collections.abc import Iterator, Mapping

from scanner.model.kept import KeptUse
from scanner.model.use import Earlier
from scanner.store import RunRecord, Store

REMEMBERED_DAYS = 400  # a sender of once a year is remembered until the next time


def earlier_use(store: Store, snapshot_id: str, started: dt.datetime) -> Mapping[str, Earlier]:
    """Give when the runs before one saw each mailbox send, by its id. The last of them carries what those before saw.

    Args:
        store: Holds the earlier runs.
        snapshot_id: The evidence that is judged; evidence that doesn't say whose it is has no earlier runs.
        started: When the run began.
    """
    tenant_id, now = store.tenant(snapshot_id).id, (store.evidence_at(snapshot_id), started)
    runs = store.runs(tenant_id) if tenant_id else []
    earlier = [run for run in runs if run.snapshot_id != snapshot_id and run.order < now]
    if not earlier:
        return {}
    since = now[0].date() - dt.timedelta(days=REMEMBERED_DAYS)
    return dict(seen_in(store, max(earlier, key=lambda run: run.order), since))


def seen_in(store: Store, run: RunRecord, since: dt.date) -> Iterator[tuple[str, Earlier]]:
    """Give the mailboxes that a run, or one before it, saw send after a day."""
    kept = store.posture(run)
    for mailbox in kept.mailboxes if kept else ():
        seen = earlier_of(mailbox.use, since)
        if seen.basic or seen.oauth:
            yield mailbox.id, seen


def earlier_of(use: KeptUse, since: dt.date) -> Earlier:
    """Give the days that a run kept, as far as they are not too long ago."""
    return Earlier(basic=day_after(use.last_basic, since), oauth=day_after(use.last_oauth, since))


def day_after(text: str, since: dt.date) -> dt.date | None:
    """Read a day; ``None`` where there is none, or it is too long ago."""
    day = dt.date.fromisoformat(text) if text else None
    return day if day and day >= since else None
