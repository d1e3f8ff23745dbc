"""A scan that is killed again and again, over real TLS, ends with the findings of one that was left alone."""

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from scanner.cli import main
from scanner.simulator import Faults, Population, Scenario, SimulatedTenant, build_population
from scanner.simulator.faults.scenario import Service
from scanner.simulator.ledger import Visit

MAILBOXES = 1200
BY_THE_CLOCK = frozenset({"sign-ins", "message-traces"})
NOW = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
SLOW_SERVICE = Faults(service=Service(latency=0.03, rows=150))


@pytest.fixture(scope="module")
def population() -> Population:
    return build_population(Scenario(mailboxes=MAILBOXES, seed=7))


@pytest.fixture
def tenant(population: Population) -> Iterator[SimulatedTenant]:
    with SimulatedTenant(population, faults=SLOW_SERVICE, now=NOW) as running:
        yield running


def write_config(folder: Path, tenant: SimulatedTenant, more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "smtp-posture.toml"
    path.write_text(
        f"""
[store]
url = "sqlite:///{folder}/store.db"
[tenants.simulated]
id = "{tenant.tenant_id}"
cloud = "custom"
[tenants.simulated.credential]
kind = "certificate"
client_id = "{tenant.client_id}"
certificate_file = "{tenant.certificate_file}"
[tenants.simulated.limits]
graph = 5000
conditional_access = 50
reports = 50
exchange = 500
{more}
[tenants.simulated.endpoints]
authority = "{tenant.authority_url}"
graph = "{tenant.graph_url}"
exchange = "{tenant.exchange_url}"
ca_file = "{tenant.ca_file}"
"""
    )
    return path


def command(config: Path, *more: str) -> list[str]:
    return ["scan", "--config", str(config), "--out", str(config.parent / "out"), "--format", "json", *more]


def start(config: Path) -> "subprocess.Popen[str]":
    program = [sys.executable, "-m", "scanner", *command(config)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_after(process: "subprocess.Popen[str]", tenant: SimulatedTenant, requests: int) -> None:
    """Kill a scan once it has sent some requests more, unless it ended before."""
    goal = len(tenant.visits) + requests
    while process.poll() is None and len(tenant.visits) < goal:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    seen = -1
    while seen != len(tenant.visits):  # what it had asked for last is still being answered
        seen = len(tenant.visits)
        time.sleep(0.3)


def report_in(folder: Path) -> Any:
    newest = max((folder / "out").glob("*/report.json"), key=lambda path: path.stat().st_mtime_ns)
    return json.loads(newest.read_text())


def findings(report: Any) -> Any:
    """Give what a report found, but for numbers of a month that ends when it is read: a second can alter them."""
    sections = [
        (part["section"], part["state"], None if part["section"] in BY_THE_CLOCK else part["count"], part["reason"])
        for part in report["run"]["evidence"]
    ]
    mailboxes = {
        mailbox["id"]: {key: value for key, value in mailbox.items() if key not in {"use", "migration"}}
        for mailbox in report["mailboxes"]
    }
    return mailboxes, report["summary"], report["tenant_posture"], sections


def listing_of(visit: Visit) -> str:
    return f"{visit.path.partition('?')[0]} {visit.cmdlet}"


def fetched_again(visits: tuple[Visit, ...]) -> Counter[str]:
    """Count by listing the pages that were fetched more than once."""
    pages = Counter((listing_of(visit), visit.identity) for visit in visits if visit.status == 200)
    again: Counter[str] = Counter()
    for (listing, _), count in pages.items():
        again[listing] += count - 1
    return again


def listings_of(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if "InvokeCommand Get-" in name or name.endswith("/users ")}


@pytest.mark.parametrize("kills", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_a_scan_that_is_killed_again_and_again_ends_with_the_same_findings(
    population: Population, tenant: SimulatedTenant, tmp_path: Path, kills: int
) -> None:
    """At random points; every page but the one that was on its way is kept, nothing comes twice."""
    seed = int(os.environ.get("RESUME_SEED", time.time_ns() % 10_000))
    dice = random.Random(seed)  # noqa: S311 -- moments of a test
    config = write_config(tmp_path / "killed", tenant)
    for _ in range(kills):
        kill_after(start(config), tenant, dice.randrange(2, 45))
    ended = start(config)
    out, err = ended.communicate()
    assert ended.returncode == 0, (seed, out, err)
    listings = listings_of(fetched_again(tenant.visits))
    assert listings, "listings were read"
    assert all(count <= kills for count in listings.values()), (seed, listings)

    with SimulatedTenant(population, faults=SLOW_SERVICE, now=NOW) as undisturbed:
        assert main(command(write_config(tmp_path / "undisturbed", undisturbed))) == 0
    assert findings(report_in(tmp_path / "killed")) == findings(report_in(tmp_path / "undisturbed")), seed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_scan_that_is_interrupted_says_that_the_same_command_goes_on(
    tenant: SimulatedTenant, tmp_path: Path, number: signal.Signals
) -> None:
    """At once, by hand or by a service manager, with the exit code of a failure; and it does go on."""
    config = write_config(tmp_path, tenant)
    process = start(config)
    while process.poll() is None and len(tenant.visits) < 30:
        time.sleep(0.002)
    begun = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate()
    assert time.monotonic() - begun < 5
    assert process.returncode == 1
    assert err.splitlines()[-2:] == [
        "smtp-posture: What was read is kept: the same command goes on with it.",
        "Interrupted; nothing is left half-written.",
    ]
    again = start(config)
    _, err = again.communicate()
    assert (again.returncode, "is gone on with" in err) == (0, True)


def test_a_background_job_that_hears_no_ctrl_c_is_ended_all_the_same(tenant: SimulatedTenant, tmp_path: Path) -> None:
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as shells start them
    process = start(write_config(tmp_path, tenant))
    signal.signal(signal.SIGINT, former)
    while process.poll() is None and len(tenant.visits) < 30:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    process.terminate()
    process.communicate()
    assert process.returncode == -signal.SIGTERM


def kept_in(folder: Path, query: str) -> Counter[str]:
    engine = create_engine(f"sqlite:///{folder}/store.db")
    with engine.connect() as connection:
        found = Counter({str(name): int(count) for name, count in connection.execute(text(query))})
    engine.dispose()
    return found


def test_a_kill_loses_no_request_whose_page_was_kept(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """They are kept in one transaction, so that the report of the run that goes on tells them too."""
    config = write_config(tmp_path, tenant)
    kill_after(start(config), tenant, 40)
    pages = kept_in(tmp_path, "SELECT section, count(*) FROM page GROUP BY section")
    answered = "SELECT path, count(*) FROM request WHERE status = 200 GROUP BY path"
    asked = {name.rpartition("/")[2]: count for name, count in kept_in(tmp_path, answered).items()}
    cmdlets = {"mailboxes": "Get-Mailbox", "cas-mailboxes": "Get-CASMailbox", "exchange-users": "Get-User"}
    listings = {"users": "users"} | {name: f"InvokeCommand {cmdlet}" for name, cmdlet in cmdlets.items()}
    assert sum(pages[section] for section in listings) > 5, "it was killed in the middle"
    assert all(asked.get(path, 0) >= pages[section] for section, path in listings.items()), (pages, asked)


def test_the_report_counts_every_request_that_reached_the_services(tenant: SimulatedTenant, tmp_path: Path) -> None:
    assert main(command(write_config(tmp_path / "run", tenant))) == 0
    counted = report_in(tmp_path / "run")["requests"]
    assert counted["requests"] == len(tenant.visits)
    assert counted["writes"] == 0
    assert counted["received_bytes"] == sum(visit.bytes for visit in tenant.visits)


def interrupt(tenant: SimulatedTenant, config: Path) -> None:
    kill_after(start(config), tenant, 30)


def test_an_interrupted_scan_that_is_too_old_begins_anew_and_says_so(
    tenant: SimulatedTenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path / "run", tenant, "resume_hours = 3")
    interrupt(tenant, config)
    engine = create_engine(f"sqlite:///{tmp_path}/run/store.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE snapshot SET started = '2026-01-01T00:00:00.000000+00:00'"))
    engine.dispose()
    before = len(tenant.visits)
    assert main(command(config)) == 0
    assert "too old to be gone on with (limit: 3 hours): it begins anew" in capsys.readouterr().err
    assert max(listings_of(fetched_again(tenant.visits[before:])).values()) == 0
    assert report_in(tmp_path / "run")["summary"]["mailboxes"] >= MAILBOXES


def test_a_partial_snapshot_is_judged_on_purpose_and_marked(
    tenant: SimulatedTenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is asked, what was not read is unknown, and the report says that it is partial."""
    config = write_config(tmp_path / "run", tenant)
    interrupt(tenant, config)
    assert main(["runs", "--config", str(config)]) == 0
    assert "interrupted" in capsys.readouterr().out
    before = len(tenant.visits)
    assert main(command(config, "--allow-partial")) == 4
    assert len(tenant.visits) == before
    report = report_in(tmp_path / "run")
    assert (report["run"]["partial"], report["run"]["complete"]) == (True, False)
    states = {part["section"]: (part["state"], part["reason"]) for part in report["run"]["evidence"]}
    assert ("missing", "the reading was interrupted") in states.values()
    assert main(command(config)) == 0, "the next scan begins a new snapshot"
    assert report_in(tmp_path / "run")["run"]["partial"] is False


def test_a_partial_snapshot_is_reported_by_its_id_only_where_that_is_allowed(
    tenant: SimulatedTenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_config(tmp_path / "run", tenant)
    interrupt(tenant, config)
    assert main(["runs", "--config", str(config)]) == 0
    name = capsys.readouterr().out.split()[0]
    asked = ["report", name, "--config", str(config), "--out", str(tmp_path / "run" / "out"), "--format", "json"]
    assert main(asked) == 2
    assert "--allow-partial" in capsys.readouterr().err
    assert main([*asked, "--allow-partial"]) == 4
    assert report_in(tmp_path / "run")["run"]["partial"] is True


def test_a_snapshot_that_another_scan_is_reading_is_left_to_it(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """Both end, each with a snapshot of its own."""
    config = write_config(tmp_path / "run", tenant)
    first = start(config)
    goal = len(tenant.visits) + 20
    while len(tenant.visits) < goal:
        time.sleep(0.002)
    assert main(command(config)) == 0
    out, err = first.communicate()
    assert first.returncode == 0, (out, err)
    assert len(list((tmp_path / "run" / "out").glob("*/report.json"))) == 2
