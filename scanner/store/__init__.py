"""The store: snapshots and runs, kept and never altered. Importing it loads no database library."""

from scanner.store.ids import make_id
from scanner.store.interface import SnapshotWriter, Store
from scanner.store.records import FleetPart, KeptWaiver, Link, RunHashes, RunRecord, RunSummary, StoredPage, Unfinished

__all__ = [
    "FleetPart",
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
