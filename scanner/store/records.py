"""What the store gives back."""

import datetime as dt
from collections.abc import Mapping

from scanner.model.frozen import Frozen


class StoredPage(Frozen, frozen=True):
    """One page of rows as the provider gave them.

    Attributes:
        rows: The rows as decoded.
        tabular: They come from CSV, where an empty cell is null.
    """

    rows: tuple[Mapping[str, object], ...]
    tabular: bool = False


class RunRecord(Frozen, frozen=True):
    """One run: evidence that was judged and reported.

    Attributes:
        id: Made by ``make_id``.
        tenant_id: Entra tenant id, in lower case; empty where the source didn't say.
        snapshot_id: The snapshot that was judged.
        folder: Where its reports are.
        started: In UTC.
        finished: In UTC.
        as_of: The date that it was judged for.
        complete: All core evidence was there.
        tool_version: Of smtp-posture.
        options: What it was asked to do: plain JSON values.
    """

    id: str
    tenant_id: str
    snapshot_id: str
    folder: str
    started: dt.datetime
    finished: dt.datetime
    as_of: dt.date
    complete: bool
    tool_version: str
    options: Mapping[str, object] = {}
