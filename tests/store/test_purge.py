"""Taking runs out of a store, on both databases: evidence goes with the last run on it, the chain stays."""

import datetime as dt

from msgspec.structs import replace

from scanner.errors import StoreError
from scanner.model.tenant import Tenant
from scanner.store import RunHashes, RunRecord, Store, make_id
from scanner.store.chain import first_break

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HASHES = RunHashes(snapshot="a", report="b", manifest="c")


def keep_run(store: Store, tenant_id: str) -> RunRecord:
    """Keep a run with evidence of its own."""
    writer = store.begin_snapshot(Tenant(id=tenant_id))
    writer.add_page("users", [{"id": "a"}])
    snapshot_id = writer.finish(Tenant(id=tenant_id))
    run = RunRecord(
        id=make_id(NOON), tenant_id=tenant_id, snapshot_id=snapshot_id, folder="/x", started=NOON, finished=NOON,
        as_of=NOON.date(), complete=True, tool_version="1",
    )  # fmt: skip
    store.add_run(run, hashes=HASHES)
    return run


def has_evidence(store: Store, run: RunRecord) -> bool:
    try:
        store.tenant(run.snapshot_id)
    except StoreError:
        return False
    return bool(list(store.pages(run.snapshot_id, "users")))


def test_evidence_goes_with_the_last_run_on_it(store: Store) -> None:
    first = keep_run(store, "one")
    second = replace(first, id=make_id(NOON))
    store.add_run(second, hashes=HASHES)
    store.purge_run(first)
    assert store.runs() == [second]
    assert has_evidence(store, second)
    store.purge_run(second)
    assert store.runs() == []
    assert not has_evidence(store, second)


def test_another_tenants_runs_and_chain_stay(store: Store) -> None:
    mine, other = keep_run(store, "one"), keep_run(store, "two")
    store.purge_run(mine)
    store.purge_run(mine)  # somebody else was faster
    assert store.runs() == [other]
    assert has_evidence(store, other)
    assert [link.kind for link in store.links("one")] == ["run", "purge"]
    assert [link.kind for link in store.links("two")] == ["run"]
    assert first_break(store.links("one")) is None
    assert [link.kind for link in store.links_about(mine.id)] == ["run", "purge"]


def test_space_can_be_given_back_while_the_store_is_open(store: Store) -> None:
    run = keep_run(store, "one")
    store.purge_run(run)
    store.give_back_space()
    assert store.runs() == []
    assert keep_run(store, "one") in store.runs()
