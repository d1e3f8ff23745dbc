"""A what-if says what a fresh scan would say of a tenant in which the change was really made."""

import datetime as dt
from collections.abc import Iterator

import pytest

from scanner.app import sources
from scanner.app.evidence import load_snapshot
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from scanner.posture import pose
from scanner.simulator import Population, Scenario, SimulatedTenant, build_population
from scanner.sources.interface import Trouble
from scanner.store import Store
from scanner.whatif.changes import make_changes
from scanner.whatif.keys import read_changes
from tests.whatif.really import Really, change_really

AS_OF = dt.date(2026, 11, 26)
MAILBOXES = 60
SLICE = 13  # each kind of change once


class Quiet:
    """Shows no progress."""

    def advance(self, section: str, rows: int, expected: int | None) -> None:
        """Take note, silently."""

    def end(self, section: str, rows: int, trouble: Trouble | None) -> None:
        """The same."""

    def wait(self, why: str, seconds: float) -> None:
        """The same."""

    def tell(self, sentence: str) -> None:
        """The same."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def population() -> Population:
    return build_population(Scenario(mailboxes=MAILBOXES, seed=5))


@pytest.fixture(scope="module")
def snapshot(store: Store, population: Population) -> Snapshot:
    return read(store, population)


def read(store: Store, population: Population) -> Snapshot:
    """Scan a tenant over TLS into the store, and give what was kept."""
    with SimulatedTenant(population) as tenant:
        source = sources.live_source(sources.configuration_of(tenant))
        writer = store.begin_snapshot(Tenant())
        return load_snapshot(store, writer.finish(source.collect(writer, Quiet())))


def assert_same(store: Store, snapshot: Snapshot, really: Really) -> None:
    """Hold every verdict of the changed snapshot against that of a fresh scan, with replies, reasons and evidence."""
    changed = make_changes(snapshot, read_changes(really.options)).snapshot
    asked = {mailbox.id: mailbox for mailbox in pose(changed, as_of=AS_OF).mailboxes}
    fresh = {mailbox.id: mailbox for mailbox in pose(read(store, really.population), as_of=AS_OF).mailboxes}
    assert asked.keys() == fresh.keys()
    for key, mailbox in fresh.items():
        assert asked[key].verdicts == mailbox.verdicts, (really.options, mailbox.row.address)
    truth = really.population.truth()
    assert {key: asked[key].verdicts.basic.outcome.value for key in truth} == truth, really.options


@pytest.mark.parametrize("seed", range(SLICE))
def test_a_change_in_memory_is_as_good_as_one_that_is_made(
    store: Store, population: Population, snapshot: Snapshot, seed: int
) -> None:
    """Every kind of change, alone or with others: all verdicts of both methods are equal, and true."""
    assert_same(store, snapshot, change_really(population, seed))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SLICE, 52))
def test_many_more_changes(store: Store, population: Population, snapshot: Snapshot, seed: int) -> None:
    """The same for as many seeds as make more than fifty changes in all."""
    assert_same(store, snapshot, change_really(population, seed))


def test_the_random_changes_do_change_something(snapshot: Snapshot, population: Population) -> None:
    """Most of them alter some verdict, or the comparison would be empty."""
    before = {mailbox.id: mailbox.verdicts for mailbox in pose(snapshot, as_of=AS_OF).mailboxes}
    altered = 0
    for seed in range(SLICE):
        changed = make_changes(snapshot, read_changes(change_really(population, seed).options)).snapshot
        after = {mailbox.id: mailbox.verdicts for mailbox in pose(changed, as_of=AS_OF).mailboxes}
        altered += before != after
    assert altered > SLICE / 2
