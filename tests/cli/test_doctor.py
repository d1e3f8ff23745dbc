"""What the doctor says before a tenant is read: every permission is tried, and no write is sent."""

import datetime as dt
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.app.doctor import tell_host
from scanner.app.surroundings import Level, tell_end
from scanner.evidence.registry import SECTIONS
from scanner.evidence.section import Cmdlet
from scanner.simulator import Population, Scenario, SimulatedTenant, build_population
from scanner.simulator.permissions import EXCHANGE_RBAC, GRAPH_ROLES, MANAGE_AS_APP
from scanner.sources.live.reach import Host
from scanner.store import Store
from tests.support.configured import write_config
from tests.support.program import Done, call, report_in

ASKED = {section.name for section in SECTIONS if section.ask is not None}
CMDLETS = {section.name for section in SECTIONS if isinstance(section.ask, Cmdlet)}
# What is asked for by ids that another section gives.
FED = {"mailboxes": {"per-user-mfa"}, "sign-ins": {"message-traces"}}
NOW = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def population() -> Population:
    return build_population(Scenario(mailboxes=40))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def healthy(population: Population) -> Iterator[SimulatedTenant]:
    with SimulatedTenant(population) as tenant:
        yield tenant


def examine(capsys: pytest.CaptureFixture[str], folder: Path, tenant: SimulatedTenant, *arguments: str) -> Done:
    return call(capsys, "doctor", "--config", str(write_config(folder, tenant)), *arguments)


def states(found: Any) -> dict[str, str]:
    return {finding["section"]: finding["state"] for finding in found["sections"]}


def says(found: Any, level: str = "") -> str:
    return "\n".join(one["says"] for one in found["remarks"] if not level or one["level"] == level)


def with_lines(path: Path, lines: str) -> Path:
    path.write_text(path.read_text() + lines)
    return path


def test_everything_readable_ends_with_0(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    """Every section was asked for, with few and small requests, and nothing that could write or was kept."""
    before = len(healthy.visits)
    done = examine(capsys, here, healthy, "--json")
    assert done.code == 0
    assert {name for name, state in states(done.json()).items() if state == "readable"} == ASKED
    visits = healthy.visits[before:]
    assert {visit.method for visit in visits if not visit.cmdlet and "/token" not in visit.path} == {"GET"}
    assert all(visit.cmdlet.startswith("Get-") for visit in visits if visit.cmdlet)
    assert len(visits) < 45
    assert max(visit.bytes for visit in visits if visit.cmdlet == "Get-Mailbox") < 1000  # one row, not all
    assert not Path("store.db").exists()
    assert not Path("smtp-posture-runs").exists()


@pytest.mark.parametrize("right", sorted({*GRAPH_ROLES, MANAGE_AS_APP, EXCHANGE_RBAC}))
def test_each_lacking_right_is_named_with_its_sections(
    here: Path, capsys: pytest.CaptureFixture[str], population: Population, right: str
) -> None:
    """Also the right inside Exchange, which no token names; what depends on such a section lacks with it."""
    with SimulatedTenant(population, without=[right]) as tenant:
        done = examine(capsys, here, tenant, "--json")
    found = done.json()
    in_exchange = right in {MANAGE_AS_APP, EXCHANGE_RBAC}
    named = {section.name for section in SECTIONS if section.name in ASKED and section.permission == right}
    expected = CMDLETS if in_exchange else named
    expected = expected | {fed for name in expected for fed in FED.get(name, ())}
    lacking = {one["section"]: one for one in found["sections"] if one["state"] == "missing"}
    assert set(lacking) == expected
    assert done.code == (4 if expected else 0)
    words = "Exchange role" if right == EXCHANGE_RBAC else right
    assert all(
        words in one["lacking"] and one["lacks"] and one["verdicts"] and one["advice"] for one in lacking.values()
    )
    if right == "Organization.Read.All":
        assert right in json.dumps(found["remarks"])


def test_what_would_be_missing_is_what_a_scan_lacks(
    here: Path, capsys: pytest.CaptureFixture[str], population: Population
) -> None:
    """The doctor's word and the run's evidence agree, section by section."""
    with SimulatedTenant(population, without=["Policy.Read.All", "AuditLog.Read.All"]) as tenant:
        config = str(write_config(here, tenant))
        told = states(call(capsys, "doctor", "--config", config, "--json").json())
        run = call(capsys, "scan", "--config", config, "--format", "json", "--json").json()["run"]
    read = {part["section"]: part["state"] for part in run["evidence"]}
    assert {name for name in ASKED if told[name] == "missing"} == {name for name in ASKED if read[name] == "missing"}


def test_a_tenant_without_licence_is_told_apart(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is to be granted there."""
    with SimulatedTenant(build_population(Scenario(mailboxes=20, premium=False))) as tenant:
        done = examine(capsys, here, tenant, "--json")
    assert states(done.json())["sign-ins"] == "not_licensed"
    assert done.code == 4


def test_rights_to_write_are_warned_of(here: Path, capsys: pytest.CaptureFixture[str], population: Population) -> None:
    """Those beyond reading are named; that Exchange's permission says nothing of a role is said."""
    with SimulatedTenant(population, also=["Directory.ReadWrite.All", "Sites.FullControl.All"]) as tenant:
        done = examine(capsys, here, tenant, "--json")
    found = done.json()
    assert done.code == 0
    assert "Directory.ReadWrite.All, Sites.FullControl.All" in says(found, "warning")
    assert found["tokens"][0]["beyond_reading"] == ["Directory.ReadWrite.All", "Sites.FullControl.All"]
    assert "its role decides" in says(found)
    assert "can send mail (Mail.Send)" in says(found, "warning")
    assert "only read: Global Reader" in says(found)


def test_a_scan_warns_of_rights_to_write_too(
    here: Path, capsys: pytest.CaptureFixture[str], population: Population
) -> None:
    """On stderr, in report.json and in the reader's language; without such rights nowhere."""
    told = []
    for number, also in enumerate((["Directory.ReadWrite.All"], [])):
        with SimulatedTenant(population, also=also) as tenant:
            config = str(write_config(here, tenant))
            options = ("--format", "html,json", "--lang", "de", "--out", f"out{number}")
            done = call(capsys, "scan", "--config", config, *options)
        report = report_in(here / f"out{number}")
        (page,) = (here / f"out{number}").glob("*/report.html")
        english = "allows more than reading: Directory.ReadWrite.All"
        told.append(
            (english in done.err, english in "".join(report["run"]["notes"]), "mehr als Lesen" in page.read_text())
        )
    assert told == [(True, True, True), (False, False, False)]


def test_a_wrong_secret_ends_with_1_and_what_needs_no_tenant_is_told_all_the_same(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    config = write_config(here, healthy, "secret")
    (here / "secret.txt").write_text("not-the-secret")
    done = call(capsys, "doctor", "--config", str(config), "--json")
    assert done.code == 1
    assert "AADSTS7000215" in says(done.json(), "fault")
    assert "will be made by the first run" in says(done.json(), "ok")
    assert set(states(done.json()).values()) == {"not_tried"}
    assert "not-the-secret" not in done.out + done.err


def test_the_end_of_a_secret_is_read_from_its_registration(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    config = write_config(here, healthy, "secret")
    done = call(capsys, "doctor", "--config", str(config), "--json")
    assert f"The client secret is good until {healthy.secret_ends:%Y-%m-%d}" in says(done.json(), "ok")
    assert healthy.client_secret not in done.out + done.err


def test_a_certificate_near_its_end_is_warned_of(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    assert "The certificate ends on" in says(examine(capsys, here, healthy, "--json").json(), "warning")


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [(-1, Level.FAULT, "ended on 2026-11-25"), (1, Level.WARNING, "in 1 day."), (31, Level.OK, "for 31 days")],
)
def test_ends_are_told_by_how_near_they_are(days: int, level: Level, words: str) -> None:
    told = tell_end("certificate", NOW + dt.timedelta(days=days), NOW)
    assert (told.level, words in told.says) == (level, True)


def test_a_host_that_does_not_answer_ends_with_1(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    """It is named; the others are told to answer."""
    config = write_config(here, healthy)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    config.write_text(config.read_text().replace(healthy.exchange_url, f"https://127.0.0.1:{port}/exchange"))
    done = call(capsys, "doctor", "--config", str(config), "--json")
    assert done.code == 1
    assert f"127.0.0.1:{port}: it does not answer" in says(done.json(), "fault")
    assert "clocks agree" in says(done.json(), "ok")


def test_a_clock_that_is_off_is_said_with_its_direction() -> None:
    told = tell_host(Host(name="graph.example", serves="Microsoft Graph", skew=-400))
    assert told.level is Level.WARNING
    assert "400 seconds ahead of" in told.says
    assert tell_host(Host(name="graph.example", serves="Microsoft Graph", skew=30)).level is Level.OK


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('[tenants.simulated.senders]\nexports = ["nowhere.csv"]\n', "There is no export"),
        ('[[tenants.simulated.recipients]]\nto = "ops@contoso.example"\n', "Mail needs a sender"),
        ('[[tenants.simulated.recipients]]\nto = "ops"\nroute = "webhook"\n', "there is no such webhook"),
    ],
)
def test_a_configuration_that_would_fail_later_ends_with_2(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant, lines: str, words: str
) -> None:
    config = with_lines(write_config(here, healthy), lines)
    done = call(capsys, "doctor", "--config", str(config), "--json")
    assert done.code == 2
    assert words in says(done.json(), "fault")


@pytest.mark.parametrize("lacking", [(), ("Mail.Send",)])
def test_mail_by_graph_takes_its_permission(
    here: Path, capsys: pytest.CaptureFixture[str], population: Population, lacking: tuple[str, ...]
) -> None:
    """Held and used it is no privilege too much; lacking it is a fault before the first report."""
    lines = '[delivery]\nsender = "a@contoso.example"\n[[tenants.simulated.recipients]]\nto = "ops@contoso.example"\n'
    with SimulatedTenant(population, without=lacking) as tenant:
        done = call(capsys, "doctor", "--config", str(with_lines(write_config(here, tenant), lines)), "--json")
    assert done.code == len(lacking)
    assert ("the token lacks Mail.Send" in says(done.json(), "fault")) == bool(lacking)
    assert "can send mail" not in says(done.json(), "warning")


def test_a_mail_server_is_connected_to_and_sent_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        lines = f"""
[delivery]
route = "smtp"
sender = "reports@contoso.example"
[delivery.smtp]
host = "127.0.0.1"
port = {server.getsockname()[1]}
security = "none"
[[tenants.simulated.recipients]]
to = "ops@contoso.example"
"""
        config = with_lines(write_config(here, healthy), lines)
        done = call(capsys, "doctor", "--config", str(config), "--json")
        caller, _ = server.accept()
        with caller:
            caller.settimeout(2)
            assert caller.recv(100) == b""
    assert "ops@contoso.example can be reached by smtp; nothing was sent" in says(done.json(), "ok")
    gone = call(capsys, "doctor", "--config", str(config), "--json")
    assert gone.code == 1
    assert "does not answer" in says(gone.json(), "fault")


def test_a_store_of_another_program_is_left_alone(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    """A store that can't be used fails the examination; nothing is written to it."""
    (here / "store.db").write_bytes(b"not a database, and long enough to be looked at" * 40)
    before = (here / "store.db").read_bytes()
    done = examine(capsys, here, healthy, "--json")
    assert done.code == 1
    assert "can't be used" in says(done.json(), "fault")
    assert (here / "store.db").read_bytes() == before


def test_a_store_that_is_there_is_told_with_its_version(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    Store.open(f"sqlite:///{here / 'store.db'}").close()
    assert "it is of this version" in says(examine(capsys, here, healthy, "--json").json(), "ok")


def test_a_folder_that_is_a_file_is_no_folder(
    here: Path, capsys: pytest.CaptureFixture[str], healthy: SimulatedTenant
) -> None:
    Path("taken").write_text("")
    done = examine(capsys, here, healthy, "--out", "taken/runs", "--json")
    assert done.code == 2
    assert "Reports can't be written to taken/runs" in says(done.json(), "fault")


@pytest.mark.parametrize("width", [40, 60, 80, 160])
def test_the_table_fits_the_terminal(
    here: Path, capsys: pytest.CaptureFixture[str], population: Population, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line is wider than the terminal, and every section is named whole on one wide enough for its name."""
    monkeypatch.setitem(os.environ, "COLUMNS", str(width))
    with SimulatedTenant(population, without=[EXCHANGE_RBAC], also=["Directory.ReadWrite.All"]) as tenant:
        done = examine(capsys, here, tenant)
    assert done.code == 4
    assert max(map(len, done.out.splitlines())) <= width
    assert width < 60 or all(section.name in done.out for section in SECTIONS)
    words = " ".join(done.out.split())
    assert "A scan would lack" in words
    assert "(writes)" in words


def test_names_of_a_tenant_can_not_command_the_terminal(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences and markup in its name are shown, not obeyed."""
    scenario = Scenario(mailboxes=20, name="\x1b[31mred\x07 [bold]loud[/bold]")
    with SimulatedTenant(build_population(scenario)) as tenant:
        done = examine(capsys, here, tenant)
    assert "\x1b" not in done.out
    assert "[bold]loud[/bold]" in done.out


def test_without_a_tenant_it_ends_with_2(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = call(capsys, "doctor")
    assert done.code == 2
    assert "Which tenant?" in done.err
