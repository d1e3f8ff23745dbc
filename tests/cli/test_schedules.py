"""``smtp-posture schedule`` as a user calls it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.app.job import worst
from scanner.app.schedules import ChildRuns
from scanner.cli import main
from scanner.errors import ExitCode
from scanner.schedule import CronFields, Schedule
from scanner.simulator import Scenario, SimulatedTenant, build_population

ROOT = Path(__file__).parents[2]
MAILBOXES = 40


@pytest.fixture(scope="module")
def tenant() -> Iterator[SimulatedTenant]:
    with SimulatedTenant(build_population(Scenario(mailboxes=MAILBOXES, seed=5))) as running:
        yield running


@pytest.fixture
def workplace(tmp_path: Path, tenant: SimulatedTenant, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a configuration of two tenants, the second of which can't be signed in to."""
    (tmp_path / "schedules").mkdir()
    (tmp_path / "wrong.txt").write_text("wrong")
    (tmp_path / "right.txt").write_text(tenant.client_secret)
    tables = [
        f"""
[tenants.{name}]
id = "{tenant.tenant_id}"
cloud = "custom"
credential = {{ kind = "secret", client_id = "{tenant.client_id}", secret_file = "{name}.txt" }}
limits = {{ conditional_access = 10, reports = 10, exchange = 100, message_trace = 10 }}
[tenants.{name}.endpoints]
authority = "{tenant.authority_url}"
graph = "{tenant.graph_url}"
exchange = "{tenant.exchange_url}"
ca_file = "{tenant.ca_file}"
"""
        for name in ("right", "wrong")
    ]
    (tmp_path / "smtp-posture.toml").write_text("".join(tables))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_schedule(workplace: Path, name: str, tenants: str, cron: str = '"0 6 2 * *"') -> None:
    text = f'title = "Mine"\ncron = {cron}\ntenants = {tenants}\nformats = ["json"]\nout = "runs"\nas_of = 2026-12-31\n'
    (workplace / "schedules" / f"{name}.toml").write_text(text)


def reports(workplace: Path) -> list[Any]:
    return [json.loads(file.read_text()) for file in sorted(workplace.glob("runs/*/report.json"))]


def test_list_names_all_and_says_when(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bundled ones and one's own."""
    write_schedule(workplace, "mine", '"all"')
    assert main(["schedule", "list"]) == 0
    shown = capsys.readouterr().out
    assert "mine  Mine\n  month=* day=2 day_of_week=* hour=6 minute=0  (UTC); next: 20" in shown
    assert "monthly-audit  Monthly audit" in shown


def test_list_as_json(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each schedule with all that its file says, and its next time."""
    write_schedule(workplace, "mine", '["right"]')
    assert main(["schedule", "list", "--json"]) == 0
    mine = next(item for item in json.loads(capsys.readouterr().out) if item["name"] == "mine")
    assert mine["tenants"] == ["right"]
    assert mine["cron"]["day"] == "2"
    assert mine["next"].endswith("-02T06:00:00+00:00")


def test_next_gives_the_times_of_one_schedule(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As many as are asked for, after the time that is asked for."""
    command = ["schedule", "next", "monthly-audit", "--count", "2", "--after", "2026-11-23T00:00"]
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Tue 2026-12-01 06:00:00 +0000  monthly-audit  (UTC)",
        "Fri 2027-01-01 06:00:00 +0000  monthly-audit  (UTC)",
    ]


def test_next_of_all_is_in_order_of_time(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And ends where a schedule ends: the deadline of readiness."""
    assert main(["schedule", "next", "--json", "--count", "3", "--after", "2026-12-20T00:00"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(item["name"], item["at"][:10]) for item in found] == [
        ("readiness", "2026-12-21"),
        ("readiness", "2026-12-28"),
        ("monthly-audit", "2027-01-01"),
        ("monthly-audit", "2027-02-01"),
        ("monthly-audit", "2027-03-01"),
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("next", "none"), "There is no schedule 'none'."),
        (("next", "--after", "soon"), "--after: 'soon' is no time."),
        (("list", "--schedules", "nowhere"), "There is no folder nowhere."),
        (("run", "lost"), "No tenant 'lost' is configured."),
        (("serve", "lost"), "No tenant 'lost' is configured."),
        (("run", "foreign"), "'xx'"),
    ],
)
def test_a_mistake_is_told_at_once(
    workplace: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], said: str
) -> None:
    """Before any tenant is read; the exit code is that of usage."""
    write_schedule(workplace, "lost", '["right", "lost"]')
    write_schedule(workplace, "foreign", '"all"\nlang = "xx"')
    assert main(["schedule", *command]) == 2
    assert said in capsys.readouterr().err
    assert reports(workplace) == []


def test_run_is_a_scan_of_each_tenant(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the schedule's own options; a tenant that fails leaves the others alone, and the worst exit code counts."""
    write_schedule(workplace, "mine", '["wrong", "right"]')
    assert main(["schedule", "run", "mine"]) == 1
    (report,) = reports(workplace)
    assert report["run"]["as_of"] == "2026-12-31"
    assert report["summary"]["mailboxes"] >= MAILBOXES
    assert "mine: wrong\nsmtp-posture: " in capsys.readouterr().err


def test_the_worst_code_is_the_gravest_not_the_greatest() -> None:
    """A failure outweighs incomplete evidence, and that what was found."""
    assert worst([ExitCode.OK, ExitCode.FLAGGED]) is ExitCode.FLAGGED
    assert worst([ExitCode.FLAGGED, ExitCode.INCOMPLETE]) is ExitCode.INCOMPLETE
    assert worst([ExitCode.FAILURE, ExitCode.INCOMPLETE, ExitCode.USAGE]) is ExitCode.FAILURE


class Served:
    """``schedule serve`` in a process of its own."""

    def __init__(self, workplace: Path, *names: str) -> None:
        self._errors = workplace / "errors.txt"
        with self._errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "scanner", "schedule", "serve", *names],
                cwd=workplace,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    @property
    def said(self) -> str:
        return self._errors.read_text()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@pytest.fixture
def serve(workplace: Path) -> Iterator[Callable[..., Served]]:
    begun: list[Served] = []

    def begin(*names: str) -> Served:
        begun.append(Served(workplace, *names))
        return begun[-1]

    yield begin
    for served in begun:
        served.process.kill()
        served.process.wait()


def eventually(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, "it did not happen within 60 seconds"
        time.sleep(0.02)


def test_a_signal_ends_the_service_cleanly(workplace: Path, serve: Callable[..., Served]) -> None:
    """Within 5 seconds, with exit code 0."""
    write_schedule(workplace, "mine", '["right"]')
    served = serve("mine")
    eventually(lambda: "mine: right; next: " in served.said)
    time.sleep(0.3)
    assert served.end(signal.SIGTERM) == 0
    assert served.said.endswith("Stopped.\n")


def test_the_service_runs_and_outlives_a_failing_run(workplace: Path, serve: Callable[..., Served]) -> None:
    """A run that fails is told; the next due time is served all the same; the end interrupts what is under way."""
    write_schedule(workplace, "mine", '["wrong"]', cron='{ second = "*" }')
    served = serve("mine")
    eventually(lambda: served.said.count("mine: wrong\n") > 1)
    assert "mine: the run ended with exit code 1 (failure).\n" in served.said
    assert served.end(signal.SIGINT) == 0


SCHEDULE = Schedule(title="T", name="mine", file=Path(), cron="", fields=CronFields(day=2))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 0", []),
        ("exit 4", ["mine: the run ended with exit code 4 (incomplete)."]),
        ("exit 77", ["mine: the run ended with exit code 77 (unknown)."]),
        ("kill -KILL $$", ["mine: the run was ended by SIGKILL."]),
    ],
)
def test_how_a_run_ended_is_told(script: str, said: list[str]) -> None:
    """Nothing is said of one that ended well."""
    heard: list[str] = []
    ChildRuns(lambda _: ("sh", "-c", script), heard.append).run(SCHEDULE)
    assert heard == said


@pytest.mark.parametrize("trap", ["-", "''"], ids=["obedient", "stubborn"])
def test_a_run_under_way_is_interrupted_with_all_its_children(tmp_path: Path, trap: str) -> None:
    """By SIGINT, and by force where that doesn't help; afterwards none is begun."""
    heard: list[str] = []
    script = f"trap {trap} INT; echo $$ > {tmp_path}/begun; sleep 30; sleep 30"
    runs = ChildRuns(lambda _: ("sh", "-c", script), heard.append, patience=0.2)
    thread = threading.Thread(target=runs.run, args=(SCHEDULE,))
    thread.start()
    eventually(lambda: (tmp_path / "begun").exists() and (tmp_path / "begun").read_text())
    group = int((tmp_path / "begun").read_text())
    assert is_running(group)
    runs.interrupt()
    thread.join(timeout=30)
    runs.run(SCHEDULE)
    assert heard == ["mine: interrupted; `smtp-posture schedule run mine` makes up for it."]
    eventually(lambda: not is_running(group))


def is_running(group: int) -> bool:
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in listed.splitlines())
    return any(int(its_group) == group and not state.startswith("Z") for its_group, state in rows)


def test_help_of_the_commands_loads_no_scheduler() -> None:
    """APScheduler loads only in the commands that use it."""
    program = "import sys, scanner.cli.schedules, scanner.cli.program; print('apscheduler' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
