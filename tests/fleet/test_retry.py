"""Which tenants are tried again: those that failed the last time, of those that the command names."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from scanner.app.fleet import Order, open_fleet
from scanner.app.fleet_retry import choose_failed
from scanner.app.sources import load_config
from scanner.config import Config
from scanner.model.fleet import FleetBook, FleetOptions, FleetState
from scanner.store import Store
from tests.fleet.cheap import make_tenants

NAMES = ("t000", "t001", "t002")
Choice = tuple[tuple[str, ...], list[tuple[str, str]]]


class Desk:
    """A store with fleet runs, and the commands that begin them.

    Args:
        book: The book of fleet runs.
        config: The configuration of three tenants.
    """

    def __init__(self, book: FleetBook, config: Config) -> None:
        self.book, self.config = book, config

    def begin(self, order: Order, **codes: int) -> str:
        """Begin a fleet run, or go on with it; settle the tenants that are named with their exit codes."""
        fleet, _ = open_fleet(self.book, self.config, order)
        for scan in self.book.scans(fleet):
            if scan.name in codes:
                code = codes[scan.name]
                state = FleetState.FAILED if code else FleetState.DONE
                assert self.book.swap(scan, structs.replace(scan, state=state, exit_code=code))
        return fleet

    def choose(self, *names: str) -> tuple[Order, list[tuple[str, str]]]:
        """Choose what is tried again of some tenants; give of each why: its name and the fleet run."""
        order, failed = choose_failed(self.book, self.config, order_of(*names))
        return order, [(scan.name, scan.fleet) for scan in failed]


def order_of(*names: str) -> Order:
    options = FleetOptions(as_of=dt.date(2026, 11, 1), formats=("json",))
    return Order(tenants=names or NAMES, options=options, words=("", "/runs"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Open a store of three tenants, of which two failed."""
    url = f"sqlite:///{tmp_path}/store.db"
    config = load_config(make_tenants(tmp_path, 3, url))
    with Store.open(url) as store:
        yield Desk(store.fleets(), config)


def test_of_a_retry_that_is_gone_on_with_only_what_is_not_settled_is_tried_again(desk: Desk) -> None:
    """Whoever failed in it once more is not, and the reason is that of before it."""
    first = desk.begin(order_of(), t000=0, t001=1, t002=1)
    order, failed = desk.choose()
    assert (order.tenants, failed) == (("t001", "t002"), [("t001", first), ("t002", first)])
    second = desk.begin(order, t001=1)
    order, failed = desk.choose()
    assert (order.tenants, failed) == (("t001", "t002"), [("t002", first)])
    assert desk.begin(order, t002=0) == second
    assert desk.choose()[1] == [("t001", second)]


def test_a_retry_of_more_tenants_is_not_gone_on_with_for_one(desk: Desk) -> None:
    """One that has its run by now is not scanned again."""
    first = desk.begin(order_of(), t000=0, t001=1, t002=1)
    desk.begin(desk.choose()[0], t001=0)
    order, failed = desk.choose("t001")
    assert (order.tenants, failed) == ((), [])
    order, failed = desk.choose("t002")
    assert (order.tenants, failed) == (("t002",), [("t002", first)])


def test_a_retry_of_one_tenant_is_not_taken_for_one_of_all(desk: Desk) -> None:
    """The others that failed are tried again too."""
    desk.begin(order_of(), t000=0, t001=1, t002=1)
    desk.begin(desk.choose("t001")[0])
    assert desk.choose()[0].tenants == ("t001", "t002")
