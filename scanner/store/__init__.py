"""The store: snapshots and runs, kept and never altered. Importing it loads no database library."""

from scanner.store.ids import make_id
from scanner.store.interface import SnapshotWriter, Store
from scanner.store.records import KeptWaiver, Link, RunHashes, RunRecord, RunSummary, StoredPage, Unfinished

__all__ = [
    "KeptWaiver",
    "Link",
    "RunHashes",
    "RunRecord",
    "RunSummary",
    "SnapshotWriter",
    "Store",
    "StoredPage",
    "Unfinished",
    "make_id",
]
