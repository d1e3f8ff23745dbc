"""Senders with habits: what the report says of each is what the simulated tenant knows of it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.simulator import Population, Scenario, SimulatedTenant, build_population
from scanner.simulator.diary import Fate
from scanner.simulator.population.model import Mailbox
from scanner.simulator.truth import Method, Outcome
from scanner.store import Store
from tests.support.configured import write_config

MAILBOXES = 1500
FLAG_OF_FATE = {Fate.FAILS: "failing", Fate.BREAKS: "will_fail", Fate.LASTS: "in_order"}
URGENCY = ("failing", "will_fail", "would_fail", "exposed", "unknown", "in_order")


@pytest.fixture(scope="module")
def population() -> Population:
    return build_population(Scenario(mailboxes=MAILBOXES, seed=5))


@pytest.fixture(scope="module")
def tenant(population: Population) -> Iterator[SimulatedTenant]:
    with SimulatedTenant(population) as running:
        yield running


def scan(folder: Path, tenant: SimulatedTenant, *, exports: bool = True) -> tuple[int, Any]:
    config = write_config(folder, tenant, "certificate")
    if exports:
        with config.open("a") as stream:
            stream.write(f'[tenants.simulated.senders]\nexports = ["{tenant.clients_export}"]\n')
    code = main(["scan", "--config", str(config), "--out", str(folder / "out"), "--format", "json"])
    (report,) = (folder / "out").glob("*/report.json")
    return code, json.loads(report.read_text())


@pytest.fixture(scope="module")
def report(tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory) -> Any:
    code, found = scan(tmp_path_factory.mktemp("senders"), tenant)
    assert code == 0
    return found


def by_id(report: Any) -> dict[str, Any]:
    return {mailbox["id"]: mailbox for mailbox in report["mailboxes"]}


Truth = dict[Method, dict[str, Outcome]]


def expected_flag(mailbox: Mailbox, tenant: SimulatedTenant, truth: Truth) -> str:
    """Give the flag by the tenant's own truth; where nobody sends, by what would become of a submission."""
    fate = tenant.diary.fate(mailbox)
    if fate is not Fate.SILENT:
        return FLAG_OF_FATE[fate]
    if truth[Method.BASIC][mailbox.key] is not Outcome.REFUSED:
        return "exposed"
    if mailbox.smtp_auth_disabled is False:
        return "would_fail"
    others = {truth[method][mailbox.key] for method in (Method.OAUTH_DELEGATED, Method.OAUTH_APP)}
    off_and_quiet = mailbox.smtp_auth_disabled and not (mailbox.pop or mailbox.imap)
    return "in_order" if off_and_quiet or others != {Outcome.REFUSED} else "would_fail"


def test_every_flag_is_what_the_tenant_knows(report: Any, population: Population, tenant: SimulatedTenant) -> None:
    """Each of 1,500 mailboxes, and every fate and habit is among them."""
    said = {mailbox["address"]: mailbox["flag"] for mailbox in report["mailboxes"]}
    truth = {method: population.truth(method) for method in Method}
    assert said == {mailbox.address: expected_flag(mailbox, tenant, truth) for mailbox in population.mailboxes}
    assert {tenant.diary.fate(mailbox) for mailbox in population.mailboxes} == set(Fate)


def test_what_is_seen_is_what_was_done(report: Any, tenant: SimulatedTenant) -> None:
    """Failures by code, the address they come from, and since when."""
    (loop,) = [mailbox for mailbox in report["mailboxes"] if mailbox["address"].startswith("mfa-unregistered@")]
    done = [one for one in tenant.diary.logged if one.mailbox.address == loop["address"]]
    failed = [one for one in done if one.code and (tenant.diary.now - one.moment).days < 30]
    assert loop["use"]["failures"] == {str(code): n for code, n in Counter(one.code for one in failed).items()}
    assert loop["use"]["failing_since"] == min(one.moment for one in failed).isoformat()
    assert [place["address"] for place in loop["use"]["addresses"]] == [done[0].address]
    assert set(loop["use"]["meanings"]) == {"50126", "50053"}
    assert loop["use"]["user_agents"] == ["BAV2ROPC"]


def test_failing_comes_first_and_likely_before_unlikely(report: Any) -> None:
    """Sorted by reason: the longest failing, then the next change, then what would fail, then exposure."""
    places = [URGENCY.index(mailbox["flag"]) for mailbox in report["mailboxes"]]
    assert places == sorted(places)
    since = [m["use"]["failing_since"] for m in report["mailboxes"] if m["flag"] == "failing"]
    known = [moment for moment in since if moment]
    assert since[: len(known)] == sorted(known)
    would = [m["likelihood"] for m in report["mailboxes"] if m["flag"] == "would_fail"]
    assert would == sorted(would)
    assert set(would) == {"likely", "unlikely"}


def test_every_flag_has_its_reason(report: Any) -> None:
    """What will fail names the change; the others have none."""
    assert all(mailbox["flag_because"] for mailbox in report["mailboxes"])
    changes = {m["flag"]: m["next_change"] and m["next_change"]["key"] for m in report["mailboxes"]}
    assert changes.pop("will_fail")
    assert set(changes.values()) == {None}


def test_the_log_contradicts_what_changed_since(report: Any, population: Population) -> None:
    """A sender that worked until its switch was turned off: both are shown, and the confidence is not high."""
    mailbox = by_id(report)[population.mailbox("switched-off").key]
    assert mailbox["flag"] == "failing"
    assert "predicted" in mailbox["use"]["contradiction"]
    assert mailbox["verdicts"]["basic"]["outcome"] == "refused"
    assert mailbox["verdicts"]["basic"]["confidence"] != "high"


def test_strangers_guessing_make_no_sender(report: Any, population: Population) -> None:
    """Forty failures from forty addresses: counted, and no flag of a sender."""
    mailbox = by_id(report)[population.mailbox("info").key]
    assert mailbox["use"]["guesses"] == sum(mailbox["use"]["failures"].values()) > 20
    assert mailbox["use"]["silence"] == "not_seen"
    assert mailbox["flag"] == "exposed"


@pytest.mark.parametrize(
    ("scenario", "without", "silence", "permission", "ends"),
    [
        ({"premium": False}, set(), "not_licensed", "", 0),
        ({}, {"AuditLog.Read.All"}, "not_readable", "AuditLog.Read.All", 4),
    ],
)
def test_not_licensed_and_not_permitted_are_two_silences(
    tmp_path: Path, scenario: dict[str, Any], without: set[str], silence: str, permission: str, ends: int
) -> None:
    """Neither changes a verdict; nobody is called failing, and nobody unused. A right could be given: incomplete."""
    population = build_population(Scenario(mailboxes=80, seed=5, **scenario))
    with SimulatedTenant(population, without=without) as poorer:
        code, report = scan(tmp_path, poorer, exports=False)
    assert code == ends
    (part,) = [part for part in report["run"]["evidence"] if part["section"] == "sign-ins"]
    assert (part["state"], part["permission"]) == ("missing", permission)
    assert {m["use"]["silence"] for m in report["mailboxes"]} == {silence}
    assert {(m["use"]["basic"], m["use"]["window_days"]) for m in report["mailboxes"]} == {(None, None)}
    assert not {"failing", "will_fail"} & {mailbox["flag"] for mailbox in report["mailboxes"]}
    said = {m["id"]: m["verdicts"]["basic"]["outcome"] for m in report["mailboxes"]}
    assert said == population.truth()


def test_without_exports_the_quarterly_sender_is_silent_and_the_moved_one_is_not_known_to_have_moved(
    tenant: SimulatedTenant, population: Population, tmp_path: Path
) -> None:
    """The log of thirty days shows neither: what is claimed then is what was seen."""
    _, report = scan(tmp_path, tenant, exports=False)
    found = by_id(report)
    assert found[population.mailbox("alarm-warehouse").key]["flag"] == "exposed"
    assert found[population.mailbox("scanner-finance").key]["flag"] == "will_fail"
    assert found[population.mailbox("scanner-finance").key]["use"]["oauth"] is None


def test_the_message_trace_tells_volume_and_whether_it_goes_outside(report: Any, population: Population) -> None:
    """ERP systems write to customers, a scanner to colleagues; of those that don't send nothing is asked."""
    traced = {mailbox["address"]: mailbox["use"] for mailbox in report["mailboxes"] if mailbox["use"]["messages"]}
    scanner = traced[population.mailbox("scanner-lobby").address]
    outward = [use for address, use in traced.items() if address.startswith(("erp-", "backup-"))]
    assert outward
    assert all(use["external_recipients"] == 2 * use["messages"] == use["recipients"] * 2 / 3 for use in outward)
    assert scanner["messages"] == scanner["recipients"] > 3
    assert scanner["external_recipients"] == 0
    silent = [mailbox["use"] for mailbox in report["mailboxes"] if mailbox["use"]["silence"]]
    assert {use["messages"] for use in silent} == {None}


def test_no_message_data_is_kept(tenant: SimulatedTenant, tmp_path: Path) -> None:
    """Neither subjects nor whom a message was for, in the store or in a report."""
    scan(tmp_path, tenant)
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        (run,) = store.runs()
        rows = [row for page in store.pages(run.snapshot_id, "message-traces") for row in page.rows]
    assert rows
    assert {str(row["recipientAddress"]).partition("@")[0] for row in rows} == {"*"}
    assert not any("Canary" in str(value) for row in rows for value in row.values())
