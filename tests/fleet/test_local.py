"""``fleet scan`` on this machine: tenants side by side, each once, whatever happens to another."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.app.fleet_claims import STALE
from tests.fleet.cheap import plan, tries_of
from tests.fleet.ride import Make, eventually, finish, is_running, rides, under_way


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make a fleet on SQLite."""
    with rides(tmp_path, f"sqlite:///{tmp_path}/store.db") as build:
        yield build


@pytest.mark.slow
def test_a_second_command_helps_one_that_is_under_way(make: Make, tmp_path: Path) -> None:
    ride = make(10)
    for number in range(10):
        plan(tmp_path, number, "slow")
    first = ride.start(abreast=1)
    eventually(lambda: under_way(tmp_path))
    code, out, err = ride.scan(abreast=4)
    assert "is gone on with" in err
    assert (code, finish(first)[0]) == (0, 0)
    assert "10 tenants: 10 done" in out
    assert [tries_of(tmp_path, number) for number in range(10)] == [1] * 10
    ride.assert_each_once()


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_an_interrupted_command_hands_back_what_was_under_way(
    make: Make, tmp_path: Path, number: signal.Signals
) -> None:
    """It ends soon, says how to go on, leaves no process, and counts no try."""
    ride = make(3)
    for tenant in range(3):
        plan(tmp_path, tenant, "slower")
    process = ride.start(abreast=2)
    eventually(lambda: len(under_way(tmp_path)) == 2)
    begun = time.monotonic()
    process.send_signal(number)
    code, _, err = finish(process)
    assert time.monotonic() - begun < 5
    assert code == 1
    assert err.endswith("Interrupted; the same command goes on with it.\n")
    assert not under_way(tmp_path)
    assert {(scan.state.value, scan.attempts) for scan in ride.scans().values()} == {("waiting", 0)}
    assert ride.scan()[0] == 0
    ride.assert_each_once()


def test_an_old_fleet_run_is_not_gone_on_with(make: Make, tmp_path: Path) -> None:
    """It would be judged for a day that is over."""
    ride = make(1)
    plan(tmp_path, 0, "slower well")
    process = ride.start()
    eventually(lambda: under_way(tmp_path))
    process.kill()
    ride.age(hours=25)
    code, _, err = ride.scan()
    assert (code, "is gone on with" in err) == (0, False)
    assert len(ride.fleets()) == 2


@pytest.mark.slow
def test_processes_of_this_machine_are_not_taken_for_gone_because_they_are_silent(make: Make, tmp_path: Path) -> None:
    """A machine that slept for an hour: whoever scanned before still does."""
    ride = make(1)
    plan(tmp_path, 0, "slower")
    first = ride.start()
    eventually(lambda: under_way(tmp_path))
    (pid,) = under_way(tmp_path)
    ride.age(hours=1)
    assert STALE.total_seconds() < 3600
    assert ride.scan()[0] == 0
    assert not is_running(pid)
    assert finish(first)[0] == 0
    assert tries_of(tmp_path, 0) == 1


def test_what_failed_is_tried_again_alone_until_nothing_failed(make: Make, tmp_path: Path) -> None:
    """Whatever it failed of; what had its run is not read again, and each command says which it tries."""
    ride = make(4)
    for number, words in ((1, "refused"), (2, "no-credential"), (3, "partial")):
        plan(tmp_path, number, words)
    assert ride.scan()[0] == 1
    (first,) = ride.fleets()
    code, _, err = ride.scan(retry_failed=True)
    assert code == 1
    assert f"t001 is tried again, since fleet run {first} ended with exit code 1: refused" in err
    assert f"t002 is tried again, since fleet run {first} ended with exit code 2: no credential" in err
    assert list(ride.scans()) == ["t001", "t002"]

    plan(tmp_path, 1, "well")
    code, _, err = ride.scan(retry_failed=True)
    assert (code, ride.scans()["t001"].exit_code) == (2, 0)
    plan(tmp_path, 2, "well")
    code, _, err = ride.scan(retry_failed=True)
    assert (code, list(ride.scans()), "t001" in err) == (0, ["t002"], False)
    assert [tries_of(tmp_path, number) for number in range(4)] == [1, 3, 4, 1]

    code, out, err = ride.scan(retry_failed=True)
    assert (code, out, err) == (0, "", "No tenant failed the last time: there is nothing to try again.\n")
    assert len(ride.fleets()) == 4


@pytest.mark.slow  # tests/fleet/test_retry.py asks the same of the store alone
def test_a_retry_that_was_interrupted_is_gone_on_with(make: Make, tmp_path: Path) -> None:
    """By the same command, though one of its tenants has its run by now."""
    ride = make(3)
    for number in (1, 2):
        plan(tmp_path, number, "refused")
    assert ride.scan()[0] == 1
    plan(tmp_path, 1, "well")
    plan(tmp_path, 2, "well slower well")
    process = ride.start(retry_failed=True)
    eventually(lambda: under_way(tmp_path) and ride.scans()["t001"].state.value == "done")
    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == 1
    code, _, err = ride.scan(retry_failed=True)
    assert (code, "is gone on with" in err, len(ride.fleets())) == (0, True, 2)
    assert list(ride.scans()) == ["t001", "t002"]
    assert [tries_of(tmp_path, number) for number in range(3)] == [1, 2, 3]


def test_where_no_fleet_was_scanned_nothing_failed(make: Make) -> None:
    ride = make(1)
    assert (ride.scan(retry_failed=True)[0], ride.fleets()) == (0, [])
