"""How many senders still had to move at the end of earlier runs, beside those of this one."""

import datetime as dt

from msgspec import structs

from scanner.app.history import originals
from scanner.app.remember import still_to_move
from scanner.report.contract import BurnPart, ReadinessPart, Report
from scanner.store import Store


def burned_down(report: Report, store: Store, snapshot_id: str, started: dt.datetime) -> ReadinessPart | None:
    """Give the readiness with its burn-down: one number a day, the last of each, this run's at the end.

    Args:
        report: The run that is being made.
        store: Holds the earlier runs; those that didn't read who sends are left out.
        snapshot_id: The evidence that it judges; other runs on the same evidence are no earlier ones.
        started: When the run began.
    """
    now = (store.evidence_at(snapshot_id), started)
    left = still_to_move(report)
    if report.readiness is None or left is None:
        return None
    runs = store.runs(report.tenant.id) if report.tenant.id else []
    earlier = originals(run for run in runs if run.snapshot_id != snapshot_id and run.order < now)
    days = {
        run.order[0].date(): run.summary.to_move
        for run in earlier
        if run.summary is not None and run.summary.to_move is not None
    }
    days[now[0].date()] = left
    burn_down = [BurnPart(date=day.isoformat(), open=count) for day, count in sorted(days.items())]
    return structs.replace(report.readiness, burn_down=burn_down)
