"""``fleet worker``: tenants from a queue in PostgreSQL, whatever happens to a worker."""

import asyncio
import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from procrastinate.jobs import Job

from scanner.errors import StoreError
from scanner.fleet.queue import Later, Queue, TryLaterError, trouble_of
from tests.fleet.cheap import id_of, make_tenants, plan, tries_of
from tests.fleet.ride import Make, Ride, eventually, finish, rage, rides, under_way
from tests.store.conftest import SERVER_PROGRAMS, run_as_user
from tests.store.test_many_tenants import CANARY
from tests.support.program import call

SQLITE = "sqlite:///{folder}/store.db"
NOWHERE = "postgresql+psycopg://u:s3cr3t@/d?host=/nowhere"


@pytest.fixture
def make(postgresql_database: str, tmp_path: Path) -> Iterator[Make]:
    """Make a fleet on PostgreSQL."""
    with rides(tmp_path, postgresql_database, distributed=True) as build:
        yield build


def test_the_queue_holds_ids_and_nothing_else(make: Make, tmp_path: Path) -> None:
    """Before, while and after tenants are scanned: no name, no address, no secret, no path."""
    ride = make(4)
    plan(tmp_path, 0, "slower")
    assert finish(ride.start(out=None, wait=False))[0] == 0
    (fleet,) = ride.fleets()
    jobs = [row for row in ride.queue_rows() if "args" in row]
    assert sorted(job["args"]["tenant"] for job in jobs) == [id_of(number) for number in range(4)]
    for job in jobs:
        assert job["args"] == {"fleet": fleet, "tenant": job["queue_name"]}
        assert (job["lock"], job["queueing_lock"], job["task_name"]) == (job["queue_name"], None, "scan")
    seen = json.dumps(ride.queue_rows(), default=str)
    worker = ride.start("worker")
    eventually(lambda: under_way(tmp_path) and len(ride.runs()) == 3)
    seen += json.dumps(ride.queue_rows(), default=str)
    eventually(lambda: len(ride.runs()) == 4)
    worker.terminate()
    assert finish(worker)[0] == 0
    seen += json.dumps(ride.queue_rows(), default=str)
    assert fleet in seen
    assert not CANARY.search(seen)
    for word in ("s3cr3t", "t000", "anna", "fabrikam", str(tmp_path)):
        assert word not in seen


def test_tenants_wait_for_a_worker(make: Make) -> None:
    """The command may leave at once; the status says that they wait; a worker ends when nothing waits any more."""
    ride = make(3)
    code, out, _ = finish(ride.start(out=None, wait=False))
    assert (code, "3 tenants: 3 waiting" in out) == (0, True)
    code, _, err = finish(ride.start("worker", once=True))
    assert (code, err) == (0, "Worker for 3 tenants, 4 at a time.\nStopped.\n")
    assert ride.status().totals.by_state == {"done": 3}
    ride.assert_each_once()


def test_a_worker_that_is_to_stop_finishes_what_is_under_way(make: Make, tmp_path: Path) -> None:
    """And takes nothing more."""
    ride = make(2, "grace_seconds = 20")
    for number in range(2):
        plan(tmp_path, number, "slower")
    finish(ride.start(out=None, wait=False))
    worker = ride.start("worker", abreast=1)
    eventually(lambda: under_way(tmp_path))
    worker.send_signal(signal.SIGTERM)
    code, _, err = finish(worker)
    assert (code, err.endswith("Stopped.\n")) == (0, True)
    assert Counter(scan.state.value for scan in ride.scans().values()) == {"done": 1, "waiting": 1}
    assert sum(tries_of(tmp_path, number) for number in range(2)) == 1


@pytest.mark.slow
def test_a_worker_that_may_not_wait_hands_back_what_is_under_way(make: Make, tmp_path: Path) -> None:
    """The try doesn't count, and another worker begins at once."""
    ride = make(1, "grace_seconds = 0")
    plan(tmp_path, 0, "hang well")
    finish(ride.start(out=None, wait=False))
    worker = ride.start("worker")
    eventually(lambda: under_way(tmp_path))
    begun = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    assert finish(worker)[0] == 0
    assert time.monotonic() - begun < 5
    assert not under_way(tmp_path)
    assert [(scan.state.value, scan.attempts) for scan in ride.scans().values()] == [("waiting", 0)]
    assert finish(ride.start("worker", once=True))[0] == 0
    ride.assert_each_once()


@pytest.mark.slow
def test_a_worker_that_ends_when_nothing_waits_ends_no_tenant(make: Make, tmp_path: Path) -> None:
    """The time that it gives when it is to stop is not the time that a tenant gets."""
    ride = make(1, "grace_seconds = 0")
    plan(tmp_path, 0, "slower")
    finish(ride.start(out=None, wait=False))
    assert finish(ride.start("worker", once=True))[0] == 0
    assert tries_of(tmp_path, 0) == 1
    ride.assert_each_once()


@pytest.mark.slow
def test_tenants_of_a_killed_worker_are_taken_over_by_another_one(make: Make, tmp_path: Path) -> None:
    ride = make(2)
    plan(tmp_path, 0, "hang well")
    waiting = ride.begin(abreast=1)
    eventually(lambda: under_way(tmp_path))
    other = ride.start("worker", abreast=1)
    assert ride.worker
    ride.worker.kill()
    eventually(lambda: not under_way(tmp_path))
    code, out, _ = finish(waiting)
    assert (code, "2 tenants: 2 done" in out) == (0, True)
    assert tries_of(tmp_path, 0) == 2
    ride.assert_each_once()
    other.terminate()
    assert finish(other)[0] == 0


@pytest.mark.slow
def test_workers_share_the_tenants_and_none_is_scanned_by_two(make: Make, tmp_path: Path) -> None:
    """Two workers, two fleet runs of the same tenants at the same time."""
    ride = make(6)
    for number in range(6):
        plan(tmp_path, number, "slow")
    workers = [ride.start("worker", abreast=3) for _ in range(2)]
    waiting = [ride.start(out=None), ride.start(out=None, formats="json")]
    while any(process.poll() is None for process in waiting):
        twice = [name for name, count in Counter(busy_tenants(tmp_path)).items() if count > 1]
        assert twice == []
        time.sleep(0.02)
    assert [finish(process)[0] for process in waiting] == [0, 0]
    assert [len(runs) for runs in ride.runs().values()] == [2] * 6
    for worker in workers:
        worker.terminate()
        assert finish(worker)[0] == 0


def busy_tenants(root: Path) -> list[str]:
    """Name the tenant of every process that scans one at this moment."""
    pids = {str(pid) for pid in under_way(root)}
    traces = root.glob("evidence/*.traces/under-way-*")
    return [path.parent.name for path in traces if path.name.rpartition("-")[2] in pids]


def test_a_worker_takes_the_tenants_of_its_own_configuration_only(make: Make, tmp_path: Path) -> None:
    """It could not sign in to others."""
    ride = make(3)
    finish(ride.start(out=None, wait=False))
    ours = tmp_path / "ours.toml"
    ours.write_text(ride.config.read_text().partition("[tenants.t001]")[0])
    code, _, err = finish(ride.start("worker", once=True, config="ours.toml"))
    assert (code, "Worker for 1 tenants" in err) == (0, True)
    assert [scan.state.value for scan in ride.scans().values()] == ["done", "waiting", "waiting"]


@pytest.mark.slow
def test_the_same_command_puts_on_the_queue_what_is_missing_there(make: Make) -> None:
    """Twice given, each tenant has one job; where the queue was lost, it is filled again."""
    ride = make(3)
    for _ in range(2):
        finish(ride.start(out=None, wait=False))
    assert len([row for row in ride.queue_rows() if "args" in row]) == 3
    ride.lose_queue()
    finish(ride.start(out=None, wait=False))
    assert len(ride.fleets()) == 1
    assert finish(ride.start("worker", once=True))[0] == 0
    ride.assert_each_once()


@pytest.mark.slow
def test_whoever_waits_may_leave(make: Make, tmp_path: Path) -> None:
    """The workers go on."""
    ride = make(1)
    plan(tmp_path, 0, "slower")
    waiting = ride.begin()
    eventually(lambda: under_way(tmp_path))
    waiting.send_signal(signal.SIGINT)
    code, _, err = finish(waiting)
    assert (code, err.endswith("No longer waiting; the workers go on.\n")) == (1, True)
    eventually(lambda: ride.status().settled)
    ride.assert_each_once()


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_that_restarts_ends_no_worker_and_doubles_no_run(
    own_server: tuple[str, Path], tmp_path: Path, mode: str
) -> None:
    """R14: the worker waits for it, what was under way is done or taken up again."""
    url, cluster = own_server
    ride = Ride(tmp_path, 6, url, "tries = 100", distributed=True)
    for number in range(6):
        plan(tmp_path, number, "slow")
    waiting = ride.begin(abreast=2)
    for settled in (1, 3):
        eventually(partial(is_under_way, ride, settled))
        program, log = SERVER_PROGRAMS[-1].parent / "pg_ctl", cluster.parent / "log"
        run_as_user(program, "-D", cluster, "-m", mode, "-l", log, "-w", "restart", cwd=cluster.parent)
    assert finish(waiting)[0] == 0
    ride.assert_each_once()
    assert ride.worker
    assert ride.worker.poll() is None
    ride.worker.terminate()
    assert finish(ride.worker)[0] == 0
    ride.close()


def is_under_way(ride: Ride, settled: int) -> bool:
    """Tell whether so many tenants are settled and others are being scanned."""
    return len(ride.runs()) >= settled and bool(under_way(ride.root))


def test_many_programs_make_the_tables_of_the_queue_once(postgresql_database: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert len(list(pool.map(Queue, [postgresql_database] * 6))) == 6


def test_what_the_event_loop_tells_is_told_in_one_line() -> None:
    error = StoreError("away")
    error.__cause__ = OSError("no\nserver.")
    assert trouble_of({"message": "Task exception was never retrieved", "exception": error}) == "no server"
    assert trouble_of({"message": "slow"}) == "slow"


def test_a_job_is_done_again_until_its_tenant_is_settled() -> None:
    """Unless the program itself is at fault."""
    job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="scan")
    for error in (TryLaterError(7), asyncio.CancelledError(), StoreError("away")):
        assert Later().get_retry_decision(exception=error, job=job)
    assert Later().get_retry_decision(exception=KeyError(), job=job) is None


@pytest.mark.parametrize(
    ("url", "options", "code", "said"),
    [
        (SQLITE, ("scan", "--distributed"), 2, "Workers need a store in PostgreSQL"),
        (SQLITE, ("worker",), 2, "Workers need a store in PostgreSQL"),
        (NOWHERE, ("worker",), 1, "can't be used"),
        (NOWHERE, ("scan", "--distributed", "--out", "x"), 2, "are of each worker"),
        (NOWHERE, ("scan", "--distributed", "--abreast", "2"), 2, "are of each worker"),
    ],
)
def test_what_workers_need_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, options: tuple[str, ...], code: int, said: str
) -> None:
    config = make_tenants(tmp_path, 1, url.format(folder=tmp_path))
    done = call(capsys, "fleet", *options, "--config", str(config))
    assert (done.code, said in done.err, "s3cr3t" in done.err) == (code, True, False), done.err


def test_a_missing_library_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "scanner.fleet.queue", raising=False)
    monkeypatch.setitem(sys.modules, "procrastinate", None)
    config = make_tenants(tmp_path, 1, NOWHERE)
    done = call(capsys, "fleet", "worker", "--config", str(config))
    assert (done.code, "pip install 'smtp-posture[distributed]'" in done.err) == (2, True)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", [1])
def test_two_thousand_tenants_while_workers_are_killed(make: Make, seed: int) -> None:
    """R16 in full; the seed plays it again."""
    ride = make(2000, "tries = 1000")
    assert rage(ride, kills=400, seed=seed, every=(1.0, 5.0), longest=5400, slow=0) >= 100
    ride.assert_each_once()
