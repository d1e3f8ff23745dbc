"""A what-if on a kept run: the snapshot is changed in memory, judged again, and held against what it was."""

import datetime as dt
from collections.abc import Sequence

from scanner.app.evidence import load_snapshot
from scanner.app.lookup import source_ips_of
from scanner.app.past import earlier_use
from scanner.model.frozen import Frozen
from scanner.model.text import Text
from scanner.posture import Posture, pose
from scanner.store import RunRecord, Store
from scanner.whatif.changes import Change, make_changes
from scanner.whatif.compare import Moved, Use, compare, use_of
from scanner.whatif.exceptions import Exceptions, find_exceptions
from scanner.whatif.keys import Asked


class WhatIf(Frozen, frozen=True, kw_only=True):
    """The answer to a what-if.

    Attributes:
        run: The run whose evidence was changed.
        changes: What was changed.
        notes: What a reader should know about the changes.
        before: The verdicts on the evidence as it is, for the date that the run was judged for.
        after: The verdicts with the changes.
        use: Who sends, by mailbox id.
        moved: The mailboxes that the changes touch.
        exceptions: The smallest set that keeps today's senders working.
    """

    run: RunRecord
    changes: tuple[Change, ...]
    notes: tuple[Text, ...]
    before: Posture
    after: Posture
    use: Use
    moved: tuple[Moved, ...]
    exceptions: Exceptions


def ask_what_if(
    store: Store, run_name: str, asked: Sequence[Asked], *, as_of: dt.date | None, source_ips: tuple[str, ...]
) -> WhatIf:
    """Answer a what-if.

    Args:
        store: Where the run is kept.
        run_name: An id of a run, latest, or previous.
        asked: The changes.
        as_of: The date to judge the changed tenant for; the run's own where it is not given.
        source_ips: Public addresses of senders; those of the run where none are given.

    Raises:
        RunNotFoundError: There is no such run.
        ConfigurationError: A change names something that is not in the run.
    """
    run = store.find_run(run_name)
    snapshot = load_snapshot(store, run.snapshot_id)
    changed = make_changes(snapshot, asked)
    addresses = source_ips or source_ips_of(run)
    earlier = earlier_use(store, run.snapshot_id, run.started)
    before = pose(snapshot, as_of=run.as_of, source_ips=addresses, earlier=earlier)
    after = pose(changed.snapshot, as_of=as_of or run.as_of, source_ips=addresses)
    use = use_of(before)
    moved = compare(before, after, use)
    return WhatIf(
        run=run,
        changes=changed.changes,
        notes=changed.notes,
        before=before,
        after=after,
        use=use,
        moved=moved,
        exceptions=find_exceptions(before, after, moved, use),
    )
