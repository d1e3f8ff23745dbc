"""The whole job on the simulated tenant: what the report says is what the tenant would do."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.simulator import Population, Scenario, SimulatedTenant, build_population, read_faults
from tests.support.configured import write_config

MAILBOXES = 3000


@pytest.fixture(scope="module")
def population() -> Population:
    return build_population(Scenario(mailboxes=MAILBOXES, seed=11))


@pytest.fixture(scope="module")
def tenant(population: Population) -> Iterator[SimulatedTenant]:
    with SimulatedTenant(population) as running:
        yield running


def scan(folder: Path, tenant: SimulatedTenant, kind: str) -> tuple[int, Any]:
    """Scan into a folder; give the exit code and the report."""
    config = write_config(folder, tenant, kind)
    code = main(["scan", "--config", str(config), "--out", str(folder / "out"), "--format", "json"])
    (report,) = (folder / "out").glob("*/report.json")
    return code, json.loads(report.read_text())


@pytest.fixture(scope="module")
def report(tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory) -> Any:
    code, found = scan(tmp_path_factory.mktemp("certificate"), tenant, "certificate")
    assert code == 0
    return found


def test_every_basic_outcome_is_what_the_tenant_would_do(report: Any, population: Population) -> None:
    """For each of 3,000 mailboxes the report's outcome equals the tenant's own truth."""
    said = {mailbox["id"]: mailbox["verdicts"]["basic"]["outcome"] for mailbox in report["mailboxes"]}
    assert said == population.truth()
    assert len(said) >= MAILBOXES
    assert set(said.values()) == {"accepted", "refused", "depends"}


def test_the_predicted_reply_is_what_the_tenant_answers(report: Any, tenant: SimulatedTenant) -> None:
    """A refused mailbox gets one of the replies that its verdict names, and most get the preferred one."""
    preferred = 0
    refused = [item for item in report["mailboxes"] if item["verdicts"]["basic"]["outcome"] == "refused"][:500]
    for mailbox in refused:
        basic = mailbox["verdicts"]["basic"]
        answer = tenant.submit(mailbox["id"]).reply
        possible = [basic["reply"], *basic["other_replies"]]
        assert any(f"{one['code']} {one['enhanced']} {one['text']}" in answer for one in possible), (basic, answer)
        preferred += f"{basic['reply']['code']} {basic['reply']['enhanced']} {basic['reply']['text']}" in answer
    assert preferred > 0.9 * len(refused)


def test_everything_was_read(report: Any) -> None:
    """The run is complete, and so is every section that the live source asks for."""
    assert report["run"]["complete"] is True
    states = {part["section"]: part["state"] for part in report["run"]["evidence"]}
    assert {name for name, state in states.items() if state != "complete"} <= {
        "service-principals",
        "smtp-auth-clients",
        "mailbox-permissions",
        "message-traces",  # of a large tenant's senders only as many as the service answers in five minutes
    }


def test_a_secret_reads_the_same_as_a_certificate(
    report: Any, tenant: SimulatedTenant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both credentials end in the same verdicts, and the secret is neither printed nor kept."""
    code, other = scan(tmp_path, tenant, "secret")
    assert code == 0
    assert other["summary"] == report["summary"]
    printed = capsys.readouterr()
    assert tenant.client_secret not in printed.out + printed.err
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "secret.txt"]
    assert not any(tenant.client_secret.encode() in path.read_bytes() for path in kept)


def test_an_empty_mailbox_list_is_no_clean_report(population: Population, tmp_path: Path) -> None:
    """Zero mailboxes where the users say there are some: incomplete, and a note that says why."""
    faults = read_faults('faults = [{when.cmdlet = "Get-*Mailbox", then.empty_list = true}]')
    with SimulatedTenant(population, faults=faults) as empty:
        code, found = scan(tmp_path, empty, "certificate")
    assert code == 4
    assert found["run"]["complete"] is False
    assert found["run"]["notes"]


@pytest.mark.parametrize(
    ("right", "section"),
    [
        ("Policy.Read.All", "security-defaults"),
        ("GroupMember.Read.All", "groups"),
        ("ExchangeRole", "cas-mailboxes"),
        ("User.Read.All", "users"),
    ],
)
def test_a_permission_taken_away_is_named_and_nothing_is_claimed(
    population: Population, tmp_path: Path, right: str, section: str
) -> None:
    """Without a permission the verdicts that need it are unknown or as they were, never another answer."""
    with SimulatedTenant(population, without={right}) as poorer:
        code, found = scan(tmp_path, poorer, "certificate")
    assert code == 4
    (part,) = [part for part in found["run"]["evidence"] if part["section"] == section]
    assert part["state"] == "missing"
    assert part["permission"]
    truth = population.truth()
    said = {mailbox["id"]: mailbox["verdicts"]["basic"] for mailbox in found["mailboxes"]}
    wrong = {key: verdict for key, verdict in said.items() if verdict["outcome"] not in {"unknown", truth.get(key)}}
    assert wrong == {}
    assert all(verdict["missing"] for verdict in said.values() if verdict["outcome"] == "unknown")


@pytest.mark.parametrize("cmdlet", ["Get-CASMailbox", "Get-User", "Get-AuthenticationPolicy", "Get-TransportConfig"])
def test_a_cmdlet_taken_away_turns_no_flag_into_another(tmp_path_factory: pytest.TempPathFactory, cmdlet: str) -> None:
    """Each is what it was or unknown, and names what is missing."""
    population = build_population(Scenario(mailboxes=200, seed=9))
    with SimulatedTenant(population) as whole:
        _, before = scan(tmp_path_factory.mktemp("whole"), whole, "certificate")
    faults = read_faults(f'faults = [{{when.cmdlet = "{cmdlet}", then.answer = "role-missing"}}]')
    with SimulatedTenant(population, faults=faults) as poorer:
        code, found = scan(tmp_path_factory.mktemp("poorer"), poorer, "certificate")
    assert code == 4
    flags = {mailbox["id"]: mailbox["flag"] for mailbox in before["mailboxes"]}
    changed = [mailbox for mailbox in found["mailboxes"] if mailbox["flag"] != flags[mailbox["id"]]]
    assert changed
    assert {mailbox["flag"] for mailbox in changed} == {"unknown"}
    assert all("Missing: " in mailbox["flag_because"] for mailbox in changed)
    assert not [mailbox for mailbox in changed if "Missing: ." in mailbox["flag_because"]]


def test_policies_that_sign_ins_were_refused_by_are_not_taken_for_none(
    population: Population, report: Any, tmp_path: Path
) -> None:
    """An empty list would open every mailbox that they close."""
    path = "/graph/v1.0/identity/conditionalAccess/policies*"
    faults = read_faults(f'faults = [{{when.path = "{path}", then.empty_list = true}}]')
    with SimulatedTenant(population, faults=faults) as emptied:
        code, found = scan(tmp_path, emptied, "certificate")
    assert code == 4
    truth = population.truth()
    said = {mailbox["id"]: mailbox["verdicts"]["basic"]["outcome"] for mailbox in found["mailboxes"]}
    assert {key: outcome for key, outcome in said.items() if outcome not in {"unknown", truth.get(key)}} == {}
    assert report["run"]["notes"] == []


def test_an_application_with_the_wrong_object_id_is_found(report: Any) -> None:
    """The scanner's own registration is right; somebody registered the other with the app registration's id."""
    states = {one["name"]: one["state"] for one in report["oauth_applications"]}
    assert states == {"SMTP posture": "ok", "Old reporting job": "wrong_object_id"}
