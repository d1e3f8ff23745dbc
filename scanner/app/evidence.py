"""Kept evidence, typed."""

from collections.abc import Iterator

from scanner.evidence.assemble import Page, assemble
from scanner.model.snapshot import Snapshot
from scanner.store import Store


def load_snapshot(store: Store, snapshot_id: str) -> Snapshot:
    """Make the typed snapshot from the pages that are kept."""

    def pages_of(section: str) -> Iterator[Page]:
        return (Page(rows=page.rows, tabular=page.tabular) for page in store.pages(snapshot_id, section))

    remarks = store.remarks(snapshot_id)
    return assemble(store.tenant(snapshot_id), store.sections(snapshot_id), pages_of, remarks)
