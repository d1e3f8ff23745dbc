"""The book of fleet runs, on both databases: one wins, and a run is kept with what it settles or not at all."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec import structs

from scanner.errors import StoreError
from scanner.model.fleet import FleetOptions, FleetScan, FleetState
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.store import FleetPart, RunHashes, RunRecord, Store
from scanner.store.fleets import from_scan
from scanner.store.tables import FLEET_SCAN as TABLE

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TENANT = Tenant(id="11111111-1111-1111-1111-111111111111", domain="contoso.example")
OPTIONS = FleetOptions(as_of=NOON.date(), formats=("json",), fail_on="exposed")


def waiting(fleet: str = "F1", tenant: str = "contoso.example", origin: str = "all") -> FleetScan:
    return FleetScan(tenant_id=tenant, fleet=fleet, name=tenant, origin=origin, options=OPTIONS, queued=NOON)


def claim_of(scan: FleetScan, holder: str) -> FleetScan:
    return structs.replace(
        scan, state=FleetState.RUNNING, holder=holder, attempts=scan.attempts + 1, started=NOON, renewed=NOON,
        run_id=f"run-{holder}",
    )  # fmt: skip


def together(count: int, work: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def test_what_is_kept_is_read_again(store: Store) -> None:
    scan = structs.replace(
        claim_of(waiting(), "h"), state=FleetState.FAILED, due=NOON, finished=NOON, exit_code=2, reached="users 7",
        reason="no \x00 network",
    )  # fmt: skip
    book = store.fleets()
    assert book.begin([waiting()], NOON) == "F1"
    assert book.swap(waiting(), scan)
    assert book.scans("F1") == [structs.replace(scan, reason="no \ufffd network")]
    assert (book.find("F1", "other"), book.fleets()) == (None, ["F1"])


def test_the_same_command_begins_one_fleet_run_at_a_time(store: Store) -> None:
    """However many give it in one moment; once all tenants are settled, the next one begins a new one."""
    book = store.fleets()
    found = together(8, lambda number: book.begin([waiting(f"F{number}"), waiting(f"F{number}", "b")], NOON))
    assert set(found) == set(book.fleets())
    assert len(book.fleets()) == 1
    for scan in book.scans(book.fleets()[0]):
        assert book.swap(scan, structs.replace(scan, state=FleetState.FAILED))
    assert book.begin([waiting("F9")], NOON) == "F9"


def test_another_command_and_an_old_one_are_not_gone_on_with(store: Store) -> None:
    book = store.fleets()
    book.begin([waiting("F1")], NOON)
    assert book.begin([waiting("F2", origin="some")], NOON) == "F2"
    assert book.begin([waiting("F3")], NOON + dt.timedelta(hours=1)) == "F3"


def test_a_tenant_is_taken_by_one(store: Store) -> None:
    book = store.fleets()
    book.begin([waiting()], NOON)
    won = together(8, lambda number: book.claim(waiting(), claim_of(waiting(), f"h{number}")))
    assert won.count(True) == 1
    (kept,) = book.scans("F1")
    assert kept.holder == f"h{won.index(True)}"


def test_a_tenant_is_taken_for_one_fleet_run_at_a_time(store: Store) -> None:
    """Unless whoever seems to scan it for the other one is known to be gone."""
    book = store.fleets()
    for number in range(6):
        book.begin([waiting(f"F{number}", origin=str(number))], NOON)
    rows = [waiting(f"F{number}", origin=str(number)) for number in range(6)]
    won = together(6, lambda number: book.claim(rows[number], claim_of(rows[number], f"h{number}")))
    assert won.count(True) == 1
    holder, loser = f"h{won.index(True)}", rows[won.index(False)]
    assert [other.holder for other in book.elsewhere(loser)] == [holder]
    assert not book.claim(loser, claim_of(loser, "new"))
    assert book.claim(loser, claim_of(loser, "new"), gone=[holder])


def test_whoever_wants_a_tenant_waits_for_one_who_is_taking_it_for_another_fleet_run(store: Store, url: str) -> None:
    """Else each of them would see that nobody scans it."""
    book, rows = store.fleets(), [waiting("F1", origin="1"), waiting("F2", origin="2")]
    for row in rows:
        book.begin([row], NOON)
    with other_writer(url) as other, ThreadPoolExecutor(1) as pool:
        running = TABLE.update().where(TABLE.c.fleet == "F1").values(state="running", holder="h")
        other.execute(running)
        claim = pool.submit(book.claim, rows[1], claim_of(rows[1], "mine"))
        assert not wait([claim], 0.5).done
        other.commit()
        assert not claim.result()


def test_whoever_begins_a_fleet_run_waits_for_one_who_is_beginning_the_same(store: Store, url: str) -> None:
    with other_writer(url) as other, ThreadPoolExecutor(1) as pool:
        if other.dialect.name == "postgresql":
            other.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("all"))))
        other.execute(TABLE.insert(), [from_scan(waiting("F1"))])
        begun = pool.submit(store.fleets().begin, [waiting("F2")], NOON)
        assert not wait([begun], 0.5).done
        other.commit()
        assert begun.result() == "F1"


@contextmanager
def other_writer(url: str) -> Iterator[sa.Connection]:
    """Open a transaction of another program."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_a_claim_is_renewed_while_it_is_ours(store: Store) -> None:
    book, later = store.fleets(), NOON + dt.timedelta(minutes=1)
    book.begin([waiting()], NOON)
    mine = claim_of(waiting(), "mine")
    assert book.claim(waiting(), mine)
    assert book.renew(mine, later, "users 7")
    (kept,) = book.scans("F1")
    assert (kept.renewed, kept.reached) == (later, "users 7")
    assert book.claim(mine, claim_of(mine, "theirs"))
    assert not book.renew(mine, later, "users 8")


def keep_run(store: Store, claim: FleetScan) -> None:
    """Keep a run that settles a tenant of a fleet run."""
    writer = store.begin_snapshot(TENANT)
    writer.close_section(SectionReport(section="users", state=SectionState.COMPLETE, count=0))
    snapshot_id = writer.finish(TENANT)
    run = RunRecord(
        id=claim.run_id, tenant_id=TENANT.id, snapshot_id=snapshot_id, folder="/x", started=NOON, finished=NOON,
        as_of=NOON.date(), complete=True, tool_version="1",
    )  # fmt: skip
    settled = structs.replace(claim, state=FleetState.DONE, exit_code=0, finished=NOON)
    hashes = RunHashes(snapshot=store.digest(snapshot_id), report="b", manifest="c")
    store.add_run(run, hashes=hashes, part=FleetPart(claim=claim, settled=settled))


def test_a_run_is_kept_together_with_what_it_settles(store: Store, tmp_path: Path) -> None:
    book = store.fleets()
    book.begin([waiting()], NOON)
    mine = claim_of(waiting(), "mine")
    book.claim(waiting(), mine)
    keep_run(store, mine)
    assert [(scan.state, scan.run_id, scan.exit_code) for scan in book.scans("F1")] == [
        (FleetState.DONE, mine.run_id, 0)
    ]
    assert list(store.runs_of([mine.run_id, "none"])) == [mine.run_id]


def test_whoever_lost_a_tenant_keeps_no_run_of_it(store: Store) -> None:
    """A worker that was cut off, or slept, and wakes up when another one is at it: neither run nor link is left."""
    book = store.fleets()
    book.begin([waiting()], NOON)
    mine = claim_of(waiting(), "mine")
    theirs = claim_of(mine, "theirs")
    assert book.claim(waiting(), mine)
    assert book.claim(mine, theirs)
    with pytest.raises(StoreError, match="took over"):
        keep_run(store, mine)
    assert (store.runs(), store.links(TENANT.id), book.scans("F1")) == ([], [], [theirs])
    keep_run(store, theirs)
    with pytest.raises(StoreError, match="took over"):
        keep_run(store, mine)
    assert [run.id for run in store.runs()] == ["run-theirs"]


def test_many_runs_are_found_by_their_ids(store: Store) -> None:
    """More than a statement can name."""
    assert store.runs_of([f"run-{number}" for number in range(1200)]) == {}
