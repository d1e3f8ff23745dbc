"""What earlier runs of a tenant say beside this one: what changed since the one before, and the months before."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from scanner.app.evidence import load_snapshot
from scanner.app.remember import remember
from scanner.drift import Change, Drift, compare
from scanner.errors import ConfigurationError
from scanner.model.frozen import Frozen
from scanner.model.kept import KeptPosture
from scanner.model.text import Text, join
from scanner.posture import pose
from scanner.report.build import RunFacts, build
from scanner.report.contract import ChangePart, HistoryPart, MonthPart
from scanner.store import RunRecord, Store

MOST_PER_KIND: Final = 1000
MOST_MONTHS: Final = 24


class Difference(Frozen, frozen=True, kw_only=True):
    """The difference of two runs, as ``diff --json`` gives it.

    Attributes:
        before: Id of the earlier run.
        after: Id of the later run.
        counts: Changes by kind.
    """

    tenant_id: str
    before: str
    after: str
    counts: dict[str, int]
    changes: list[ChangePart]
    known_now: list[ChangePart]
    no_longer_known: list[ChangePart]
    notes: list[Text]


def history_of(store: Store, posture: KeptPosture, snapshot_id: str, started: dt.datetime) -> HistoryPart:
    """Compare a run that is being made with those before it.

    Evidence that doesn't say whose it is has no history: the runs before it may be another tenant's.

    Args:
        store: Holds the earlier runs.
        posture: What will be kept of this run.
        snapshot_id: The evidence that it judges; other runs on the same evidence are no earlier ones.
        started: When the run began.
    """
    now = (store.evidence_at(snapshot_id), started)
    runs = store.runs(posture.tenant_id) if posture.tenant_id else []
    earlier = originals(run for run in runs if run.snapshot_id != snapshot_id and run.order < now)
    months = list(months_of(earlier, now[0]))
    if not earlier:
        return HistoryPart(previous=None, previous_finished=None, changes=[], months=months)
    previous = earlier[-1]
    drift = compare(recall(store, previous), posture)
    return HistoryPart(
        previous=previous.id,
        previous_finished=previous.finished.isoformat(),
        changes=parts(shortened(drift.changes)),
        months=months,
        counts=drift.counts(),
        known_now=parts(shortened(drift.known_now)),
        no_longer_known=parts(shortened(drift.no_longer_known)),
        notes=list(drift.notes),
    )


def originals(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """Give the first run on each snapshot, by the age of the evidence: later ones may ask for another date."""
    found: dict[str, RunRecord] = {}
    for run in sorted(runs, key=lambda run: run.order):
        found.setdefault(run.snapshot_id, run)
    return list(found.values())


def months_of(runs: Sequence[RunRecord], now: dt.datetime) -> Iterable[MonthPart]:
    """Give the last run of each earlier month, oldest first."""
    last = {f"{run.order[0]:%Y-%m}": run for run in runs if run.summary is not None}
    last.pop(f"{now:%Y-%m}", None)
    for month, run in list(last.items())[-MOST_MONTHS:]:
        if run.summary is not None:
            yield MonthPart(
                month=month,
                run_id=run.id,
                mailboxes=run.summary.mailboxes,
                coverage=run.summary.coverage,
                by_flag=dict(run.summary.by_flag),
                senders=run.summary.senders,
                complete=run.complete,
                to_move=run.summary.to_move,
            )


def recall(store: Store, run: RunRecord) -> KeptPosture:
    """Give what was kept of a run; one of the first version is judged again, from its evidence."""
    kept = store.posture(run)
    if kept is not None:
        return kept
    named = run.options.get("source_ips")
    source_ips = tuple(map(str, named)) if isinstance(named, list) else ()
    posture = pose(load_snapshot(store, run.snapshot_id), as_of=run.as_of, source_ips=source_ips)
    facts = RunFacts(
        id=run.id,
        started=run.started,
        finished=run.finished,
        as_of=run.as_of,
        tool_version=run.tool_version,
        source_ips=source_ips,
    )
    return remember(build(posture, facts), posture)


def differ(store: Store, before: str, after: str) -> Difference:
    """Compare two kept runs.

    Args:
        store: Holds them.
        before: Name of the earlier run, as ``Store.find_run`` takes it.
        after: Name of the later run.

    Raises:
        RunNotFoundError: There is no such run.
        ConfigurationError: They are of two tenants.
    """
    earlier, later = store.find_run(before), store.find_run(after)
    if earlier.tenant_id != later.tenant_id:
        whose = f"{earlier.id} is of {earlier.tenant_id or 'an unnamed tenant'}"
        message = f"Two tenants can't be compared: {whose}, {later.id} of {later.tenant_id or 'an unnamed tenant'}."
        raise ConfigurationError(message, "List the runs of each tenant with: smtp-posture runs.")
    return difference(earlier, later, compare(recall(store, earlier), recall(store, later)))


def difference(earlier: RunRecord, later: RunRecord, drift: Drift) -> Difference:
    """Write a drift for programs."""
    return Difference(
        tenant_id=later.tenant_id,
        before=earlier.id,
        after=later.id,
        counts=drift.counts(),
        changes=parts(drift.changes),
        known_now=parts(drift.known_now),
        no_longer_known=parts(drift.no_longer_known),
        notes=list(drift.notes),
    )


def shortened(changes: Iterable[Change]) -> Iterable[Change]:
    """Leave out what is beyond the first thousand of each kind: one setting may change every verdict."""
    seen: Counter[str] = Counter()
    for change in changes:
        seen[change.kind] += 1
        if seen[change.kind] <= MOST_PER_KIND:
            yield change


def parts(changes: Iterable[Change]) -> list[ChangePart]:
    """Write changes as the report shows them."""
    return [
        ChangePart(
            kind=change.kind,
            subject=change.subject,
            name=change.name,
            before=change.before,
            after=change.after,
            because=join(" ", change.because),
            aspect=change.aspect,
        )
        for change in changes
    ]
