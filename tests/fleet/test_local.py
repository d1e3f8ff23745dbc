"""``fleet scan`` on this machine: tenants side by side, each once, whatever happens to another."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.app.fleet_claims import STALE
from tests.fleet.cheap import id_of, plan, tries_of
from tests.fleet.ride import Ride, eventually, finish, is_running, kill, under_way
from tests.store.test_many_tenants import CANARY, check_rows, foreign

Make = Callable[..., Ride]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Make a fleet on SQLite."""
    made: list[Ride] = []

    def build(count: int, settings: str = "") -> Ride:
        made.append(Ride(tmp_path, count, f"sqlite:///{tmp_path}/store.db", settings))
        return made[-1]

    yield build
    for ride in made:
        ride.close()


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


def test_two_commands_share_the_tenants(make: Make, tmp_path: Path) -> None:
    """The same command given twice at once scans no tenant twice, and both tell of all of them."""
    ride = make(10)
    for number in range(10):
        plan(tmp_path, number, "slow")
    both = [ride.start(abreast=2), ride.start(abreast=2)]
    ends = [finish(process) for process in both]
    assert [code for code, _, _ in ends] == [0, 0]
    assert all("10 tenants: 10 done" in out for _, out, _ in ends)
    assert [tries_of(tmp_path, number) for number in range(10)] == [1] * 10
    ride.assert_each_once()


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


def test_another_command_waits_for_a_tenant_that_is_being_scanned(make: Make, tmp_path: Path) -> None:
    """No tenant is read by two processes at a time, whoever asked for it."""
    ride = make(1)
    plan(tmp_path, 0, "slow")
    first = ride.start()
    eventually(lambda: under_way(tmp_path))
    second = ride.start(formats="json")
    most = 0
    while first.poll() is None or second.poll() is None:
        most = max(most, len(under_way(tmp_path)))
        time.sleep(0.01)
    assert (finish(first)[0], finish(second)[0]) == (0, 0)
    assert most == 1
    assert len(ride.fleets()) == 2
    assert len(ride.runs()[id_of(0)]) == 2


def test_after_a_crash_the_same_command_goes_on_with_what_is_missing(make: Make, tmp_path: Path) -> None:
    """Whoever is killed takes its processes with it; what was done stays done."""
    ride = make(6)
    for number in range(3, 6):
        plan(tmp_path, number, "slower")
    first = ride.start(abreast=2)
    eventually(lambda: sum(scan.is_settled for scan in ride.scans().values()) >= 3 and len(under_way(tmp_path)) == 2)
    first.kill()
    eventually(lambda: not under_way(tmp_path))
    assert {tenant.state for tenant in ride.status().tenants} >= {"done", "stalled"}
    code, _, err = ride.scan()
    assert (code, "is gone on with" in err) == (0, True)
    assert [tries_of(tmp_path, number) for number in range(3)] == [1, 1, 1]
    ride.assert_each_once()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
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


def test_a_finished_fleet_run_is_followed_by_a_new_one(make: Make) -> None:
    ride = make(2)
    assert [ride.scan()[0], ride.scan()[0]] == [0, 0]
    assert [len(runs) for runs in ride.runs().values()] == [2, 2]


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


@pytest.mark.parametrize(
    ("options", "plans", "expected"),
    [
        ({}, {}, 0),
        ({"fail_on": "exposed"}, {}, 3),
        ({"fail_on": "exposed"}, {0: "partial"}, 4),
        ({"fail_on": "exposed"}, {0: "partial", 1: "no-credential"}, 2),
        ({"fail_on": "exposed"}, {0: "partial", 1: "no-credential", 2: "refused"}, 1),
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


def test_workers_that_are_killed_again_and_again(make: Make, tmp_path: Path) -> None:
    """R16: the command and the processes of its tenants are killed at random; each tenant has exactly one run."""
    ride = make(12, "tries = 100")
    dice = random.Random(16)  # noqa: S311 -- a seed that repeats
    for number in range(12):
        plan(tmp_path, number, "slow")
    killed = 0
    process = ride.start(abreast=3)
    deadline = time.monotonic() + 80
    while killed < 12 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(dice.uniform(0.3, 1.2))
        if dice.random() < 0.3 and process.poll() is None:
            process.kill()
            process.communicate()
            process = ride.start(abreast=3)
        elif found := sorted(under_way(tmp_path)):
            kill(dice.choice(found))
        else:
            continue
        killed += 1
        ride.hurry()
    while process.poll() is None:
        assert time.monotonic() < deadline
        ride.hurry()
        time.sleep(0.3)
    assert finish(process)[0] == 0
    assert killed >= 6
    ride.assert_each_once()


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


def test_reports_of_a_try_that_was_killed_before_they_were_kept_are_taken_away(make: Make, tmp_path: Path) -> None:
    """The store knows nothing of them; the next try leaves the only ones."""
    ride = make(1)
    plan(tmp_path, 0, "late well")
    process = ride.start()
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
