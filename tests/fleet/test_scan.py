"""One tenant of a fleet run, scanned in this process."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from scanner.app.fleet import Order, open_fleet
from scanner.app.fleet_scan import Task, attend, task_of
from scanner.config import load
from scanner.model.fleet import FleetOptions, FleetScan
from scanner.store import Store
from scanner.store.sql import SqlStore
from tests.fleet.cheap import make_tenants, open_folder, tries_of

OPTIONS = FleetOptions(as_of=dt.date(2026, 11, 26), formats=("json",))


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """Begin a fleet run of one tenant, and give what its process is given."""
    config = load(make_tenants(tmp_path, 1, f"sqlite:///{tmp_path}/store.db"), {})
    with Store.open(config.store.url) as store:
        fleet, _ = open_fleet(store.fleets(), config, Order(tenants=("t000",), options=OPTIONS))
    return task_of(config, config.tenants["t000"], fleet, tmp_path / "runs")


def kept(task: Task) -> FleetScan:
    with Store.open(task.store_url) as store:
        scan = store.fleets().find(task.fleet, task.tenant_id)
        assert scan
        return scan


def test_a_tenant_that_is_done_is_not_scanned_again(task: Task, tmp_path: Path) -> None:
    for _ in range(2):
        attend(task, open_folder)
    assert tries_of(tmp_path, 0) == 1
    assert [path.name for path in task.folder.iterdir()] == [kept(task).run_id]


def test_whoever_is_overtaken_leaves_neither_run_nor_reports(task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one took the tenant while the reports were written: its row stays as it is."""
    keep = SqlStore.add_run

    def overtaken(store: SqlStore, *arguments: Any) -> None:
        mine = kept(task)
        assert store.fleets().swap(mine, structs.replace(mine, holder="elsewhere 1 1 x", attempts=2))
        keep(store, *arguments)

    monkeypatch.setattr(SqlStore, "add_run", overtaken)
    attend(task, open_folder)
    assert list(task.folder.iterdir()) == []
    assert (kept(task).holder, kept(task).state.value) == ("elsewhere 1 1 x", "running")
    with Store.open(task.store_url) as store:
        assert store.runs() == []


def test_a_tenant_that_was_begun_too_often_is_given_up(task: Task, tmp_path: Path) -> None:
    """Its process was gone each time, so nobody could say so."""
    scan = kept(task)
    with Store.open(task.store_url) as store:
        assert store.fleets().swap(scan, structs.replace(scan, attempts=task.tries))
    attend(task, open_folder)
    assert (kept(task).state.value, kept(task).reason) == ("failed", "its process was gone each time")
    assert tries_of(tmp_path, 0) == 0
