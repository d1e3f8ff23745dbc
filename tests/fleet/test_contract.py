"""What holds for every engine: each tenant once, whatever happens to it, to another one, or to whoever scans."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.cheap import id_of, plan, tries_of
from tests.fleet.ride import Make, eventually, finish, rage, rides, under_way
from tests.store.test_many_tenants import CANARY, check_rows, foreign


# On the queue `make slow` plays the contract; what is the queue's own is in test_distributed.py.
@pytest.fixture(params=["local", pytest.param("distributed", marks=pytest.mark.slow)])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Make a fleet: on SQLite and this machine, or on PostgreSQL with a worker."""
    distributed = request.param == "distributed"
    url = request.getfixturevalue("postgresql_database") if distributed else f"sqlite:///{tmp_path}/store.db"
    with rides(tmp_path, url, distributed=distributed) as build:
        yield build


def test_what_happens_to_one_tenant_ends_no_other(make: Make, tmp_path: Path) -> None:
    """It crashes, leaves, hangs, eats all memory, meets a mistake of ours, or is refused: each is told."""
    ride = make(8, "tries = 1\nhours = 0.002\nmemory_mib = 2048")
    for number, what in enumerate(("crash", "exit", "hang", "eat", "stranger", "refused", "no-network")):
        plan(tmp_path, number, what)
    code, out, err = ride.scan()
    reasons = {scan.name: scan.reason for scan in ride.scans().values()}
    assert reasons == {
        "t000": "Its process was ended by SIGKILL.",
        "t001": "Its process ended with exit code 9.",
        "t002": "Its process took longer than [fleet] hours allows, and was ended.",
        "t003": "It needed more than [fleet] memory_mib.",
        "t004": "The program failed: KeyError.",
        "t005": "refused",
        "t006": "no network",
        "t007": "",
    }
    assert code == 1
    assert ride.runs().keys() == {id_of(7)} == ride.folders().keys()
    assert "8 tenants: 1 done, 7 failed; 16 mailboxes" in out
    assert "s3cr3t" not in out + err
    assert not under_way(tmp_path)


@pytest.mark.slow
def test_what_may_pass_is_tried_again_and_what_will_not_is_not(make: Make, tmp_path: Path) -> None:
    """A crash and a lost network are tried again after a pause, up to the bound; a refused sign-in is not."""
    ride = make(3, "tries = 2")
    plan(tmp_path, 0, "crash well")
    plan(tmp_path, 1, "no-network")
    plan(tmp_path, 2, "refused")
    code, _, err = ride.scan()
    assert code == 1
    assert [tries_of(tmp_path, number) for number in range(3)] == [2, 2, 1]
    assert [scan.state.value for scan in ride.scans().values()] == ["done", "failed", "failed"]
    assert "t000: to be tried again: Its process was ended by SIGKILL." in err


@pytest.mark.slow
def test_two_commands_share_the_tenants(make: Make, tmp_path: Path) -> None:
    """The same command given twice at once scans no tenant twice, and both tell of all of them."""
    ride = make(10)
    for number in range(10):
        plan(tmp_path, number, "slow")
    both = [ride.begin(abreast=2), ride.begin(abreast=2)]
    ends = [finish(process) for process in both]
    assert [code for code, _, _ in ends] == [0, 0]
    assert all("10 tenants: 10 done" in out for _, out, _ in ends)
    assert [tries_of(tmp_path, number) for number in range(10)] == [1] * 10
    ride.assert_each_once()


def test_another_command_waits_for_a_tenant_that_is_being_scanned(make: Make, tmp_path: Path) -> None:
    """No tenant is read by two processes at a time, whoever asked for it."""
    ride = make(1)
    plan(tmp_path, 0, "slow")
    first = ride.begin()
    eventually(lambda: under_way(tmp_path))
    second = ride.begin(formats="json")
    most = 0
    while first.poll() is None or second.poll() is None:
        most = max(most, len(under_way(tmp_path)))
        time.sleep(0.01)
    assert (finish(first)[0], finish(second)[0]) == (0, 0)
    assert most == 1
    assert len(ride.fleets()) == 2
    assert len(ride.runs()[id_of(0)]) == 2


@pytest.mark.slow
def test_after_a_crash_the_same_command_goes_on_with_what_is_missing(make: Make, tmp_path: Path) -> None:
    """Whoever is killed takes its processes with it; what was done stays done."""
    ride = make(6)
    for number in range(3, 6):
        plan(tmp_path, number, "slower")
    first = ride.begin(abreast=2)
    eventually(lambda: sum(scan.is_settled for scan in ride.scans().values()) >= 3 and len(under_way(tmp_path)) == 2)
    ride.kill(first)
    eventually(lambda: not under_way(tmp_path))
    assert {tenant.state for tenant in ride.status().tenants} >= {"done", "stalled"}
    code, _, err = ride.scan()
    assert (code, "is gone on with" in err) == (0, True)
    assert [tries_of(tmp_path, number) for number in range(3)] == [1, 1, 1]
    ride.assert_each_once()


def test_a_finished_fleet_run_is_followed_by_a_new_one(make: Make) -> None:
    ride = make(2)
    assert [ride.scan()[0], ride.scan()[0]] == [0, 0]
    assert [len(runs) for runs in ride.runs().values()] == [2, 2]


@pytest.mark.parametrize(
    ("options", "plans", "expected"),
    [
        ({"fail_on": "exposed"}, {}, 3),
        ({"fail_on": "exposed"}, {0: "partial"}, 4),
        ({"fail_on": "exposed"}, {0: "partial", 1: "no-credential"}, 2),
    ],
)
def test_the_worst_tenant_decides_the_exit_code(
    make: Make, tmp_path: Path, options: dict[str, str], plans: dict[int, str], expected: int
) -> None:
    """A failure outweighs a mistake in the configuration, that incomplete evidence, and that what is flagged."""
    ride = make(4, "tries = 1")
    for number, words in plans.items():
        plan(tmp_path, number, words)
    assert ride.scan(**options)[0] == expected


def test_workers_that_are_killed_again_and_again(make: Make) -> None:
    """R16: whoever scans and the processes of the tenants are killed at random; each tenant has exactly one run."""
    ride = make(8, "tries = 100")
    assert rage(ride, kills=8, seed=16) >= 4
    ride.assert_each_once()


def test_reports_of_a_try_that_was_killed_before_they_were_kept_are_taken_away(make: Make, tmp_path: Path) -> None:
    """The store knows nothing of them; the next try leaves the only ones."""
    ride = make(1)
    plan(tmp_path, 0, "late well")
    process = ride.begin()
    eventually(lambda: ride.scans().get("t000") and ride.scans()["t000"].due)
    ((left,),) = ride.folders().values()
    assert ride.runs() == {}
    ride.hurry()
    assert finish(process)[0] == 0
    ride.assert_each_once()
    assert left not in ride.folders()[id_of(0)]


def test_nothing_of_one_tenant_is_in_another_ones_files_rows_or_lines(make: Make, tmp_path: Path) -> None:
    """R15: twelve tenants with canaries, many at a time; no secret is anywhere (R18)."""
    ride = make(12, "tries = 1")
    plan(tmp_path, 3, "no-network")
    code, out, err = ride.scan(abreast=6, formats="json,csv,html")
    assert code == 1
    for number in range(12):
        for path in (tmp_path / "runs" / id_of(number)).rglob("*"):
            assert not path.is_file() or foreign(path.read_bytes().decode("latin-1"), number) == set()
    assert check_rows(ride.store_url, 12) > 12 * 20
    assert not CANARY.search(out + err)
    kept = b"".join(path.read_bytes() for path in (*tmp_path.glob("store.db*"), *tmp_path.rglob("runs/*/*/*")))
    assert b"canary" in kept
    assert "s3cr3t" not in out + err
    assert b"s3cr3t" not in kept
