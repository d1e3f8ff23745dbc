"""scanner.access and a naive evaluator that was written from the facts alone agree on 10,000 tricky tenants."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.model.judgement import Method
from scanner.model.snapshot import Snapshot
from scanner.posture import pose
from tests.access.naive import Answer, Sender, evaluate
from tests.access.tenants import RawTenant, constructs_of, pascal, snapshot_of, tenant_of, write_folder

TODAY = dt.date(2026, 11, 23)
CHUNK = 500
TENANTS = 10_000
QUICK = 2_000
REPORT_ONLY = "enabledforreportingbutnotenforced"
METHODS = (Method.BASIC, Method.OAUTH_DELEGATED)
OUTCOMES = ("blocked", "allowed", "depends", "unknown")
GATE_STATES = {"blocked": "closed", "allowed": "open", "depends": "depends", "unknown": "unknown"}
# Everything that facts/conditional-access.md §1 names and a tenant can show, as constructs_of writes it.
CONSTRUCTS = (
    'state="enabled"',
    'state="disabled"',
    'state="enabledForReportingButNotEnforced"',
    'state="unknownFutureValue"',
    'deletedDateTime="2026-01-01T00:00:00Z"',
    'includeUsers="All"',
    'includeUsers="None"',
    'includeUsers="GuestsOrExternalUsers"',
    'excludeUsers="GuestsOrExternalUsers"',
    "includeUsers",
    "excludeUsers",
    "includeGroups",
    "excludeGroups",
    'membershipKind="enumerated"',
    'membershipKind="all"',
    'membershipKind="unknownFutureValue"',
    'userType="Guest"',
    "userType=null",
    'creationType="Invitation"',
    "transitiveMembers",
    "members",
    "exists=false",
    "membershipReadable=false",
    "membershipPartial=true",
    'groupTypes="DynamicMembership"',
    "isBuiltIn=false",
    'directoryScopeId="/"',
    'includeApplications="All"',
    'includeApplications="Office365"',
    'includeApplications="None"',
    'includeApplications="MicrosoftAdminPortals"',
    'includeApplications="SomethingNew"',
    'excludeApplications="Office365"',
    'includeUserActions="urn:user:registersecurityinfo"',
    'includeAuthenticationContextClassReferences="c1"',
    'mode="include"',
    'mode="exclude"',
    'mode="unknownFutureValue"',
    'clientAppTypes="all"',
    'clientAppTypes="other"',
    'clientAppTypes="browser"',
    'clientAppTypes="easSupported"',
    'clientAppTypes="unknownFutureValue"',
    "clientAppTypes=[]",
    'includeLocations="All"',
    'includeLocations="AllTrusted"',
    'excludeLocations="AllTrusted"',
    "includeLocations",
    "excludeLocations",
    'cidrAddress="2001:db8::/32"',
    'cidrAddress="198.51.100.0/99"',
    'countriesAndRegions="CH"',
    "includeUnknownCountriesAndRegions=true",
    'countryLookupMethod="authenticatorAppGps"',
    'compliantNetworkType="allTenantCompliantNetworks"',
    "isTrusted=true",
    "source ip",
    'includePlatforms="all"',
    'includePlatforms="iOS"',
    'excludePlatforms="linux"',
    'excludePlatforms="unknownFutureValue"',
    'rule="device.isCompliant -ne True"',
    'includeStates="All"',
    'includeDevices="All"',
    'signInRiskLevels="high"',
    'userRiskLevels="high"',
    'insiderRiskLevels="elevated"',
    'transferMethods="deviceCodeFlow"',
    'transferMethods="newFlow"',
    'daysOfWeek="sunday"',
    'include="full"',
    'servicePrincipalRiskLevels="high"',
    'agentIdRiskLevels="high"',
    'includeServicePrincipals="ServicePrincipalsInMyTenant"',
    'includeAgentIdServicePrincipals="All"',
    'operator="AND"',
    'operator="OR"',
    'operator="XOR"',
    "grantControls=null",
    "builtInControls=[]",
    'builtInControls="block"',
    'builtInControls="mfa"',
    'builtInControls="compliantDevice"',
    'builtInControls="domainJoinedDevice"',
    'builtInControls="approvedApplication"',
    'builtInControls="compliantApplication"',
    'builtInControls="passwordChange"',
    'builtInControls="riskRemediation"',
    'builtInControls="unknownFutureValue"',
    "termsOfUse",
    'customAuthenticationFactors="DuoMfa"',
    'requirementsSatisfied="mfa"',
    'requirementsSatisfied="none"',
    'type="hours"',
    *(f"{state} {section}" for state in ("missing", "partial") for section in ("users", "groups", "role-assignments")),
    *(f"{state} {section}" for state in ("missing", "partial") for section in ("named-locations", "risky-users")),
    "missing service-principals",
)


def chunks() -> list[Any]:
    """Give the first seed of every chunk; what is beyond the quick ones is slow."""
    return [pytest.param(start, marks=() if start < QUICK else pytest.mark.slow) for start in range(0, TENANTS, CHUNK)]


def asked_of(raw: RawTenant, snapshot: Snapshot) -> dict[tuple[str, Method, bool], tuple[Answer, Answer]]:
    """Ask both evaluators about every mailbox, method, and the forecast: the product's answer comes first."""
    posture = pose(snapshot, as_of=TODAY, source_ips=raw.source_ips)
    forecasts = (False, True) if any(policy.state == REPORT_ONLY for policy in snapshot.policies) else (False,)
    found = {}
    for mailbox in posture.mailboxes:
        member = mailbox.circumstance.member
        assert member is not None
        for method in METHODS:
            for forecast in forecasts:
                decision = posture.setting.evaluators[method].decide(member, as_if_enforced=forecast)
                ours = Answer(
                    access=decision.access.value,
                    depends_on=frozenset(decision.depends_on),
                    gaps=frozenset(gap.section for gap in decision.gaps),
                )
                sender = Sender(user=mailbox.id, method=method, source_ips=raw.source_ips, forecast=forecast)
                found[mailbox.id, method, forecast] = (ours, evaluate(snapshot, sender))
    return found


def agree(ours: Answer, naive: Answer) -> bool:
    """Both say the same; of gaps the product may name one too many, never one too few."""
    return (ours.access, ours.depends_on) == (naive.access, naive.depends_on) and ours.gaps >= naive.gaps


@pytest.mark.parametrize("start", chunks())
def test_both_evaluators_say_the_same(start: int) -> None:
    """For every mailbox: the outcome, what it depends on, and every gap that could turn it."""
    outcomes: Counter[tuple[Method, str]] = Counter()
    for seed in range(start, start + CHUNK):
        raw = tenant_of(seed)
        for (mailbox, method, forecast), (ours, naive) in asked_of(raw, snapshot_of(raw)).items():
            replay = f"replay: tenant_of({seed}), {mailbox}, {method}, forecast={forecast}"
            assert agree(ours, naive), f"{replay}\n ours  {ours}\n naive {naive}"
            outcomes[method, ours.access] += 1
    assert all(outcomes[method, access] >= CHUNK / 20 for method in METHODS for access in OUTCOMES), outcomes


def test_hardly_a_gap_is_named_that_does_not_matter() -> None:
    """Of the unknown answers nine in ten name exactly the evidence that could turn them."""
    exact = unknown = 0
    for seed in range(CHUNK):
        raw = tenant_of(seed)
        for ours, naive in asked_of(raw, snapshot_of(raw)).values():
            unknown += ours.access == "unknown"
            exact += ours.access == "unknown" and ours.gaps == naive.gaps
    assert exact >= 0.9 * unknown > 0


def test_every_construct_of_the_facts_occurs() -> None:
    """In the quick tenants alone, each construct occurs in five tenants at least."""
    seen: Counter[str] = Counter()
    for seed in range(QUICK):
        seen.update(set(constructs_of(tenant_of(seed))))
    assert {name: seen[name] for name in CONSTRUCTS if seen[name] < 5} == {}


def test_a_tenant_comes_back_for_its_seed() -> None:
    """A failure can be replayed from the line that it prints."""
    assert tenant_of(42) == tenant_of(42)
    assert tenant_of(42) != tenant_of(43)


@pytest.mark.parametrize("key", [str, pascal], ids=["camelCase", "PascalCase"])
def test_the_report_says_what_the_naive_evaluator_says(
    key: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through ``import`` and report.json: the conditional_access gate of two dozen evidence folders."""
    monkeypatch.chdir(tmp_path)
    states: Counter[str] = Counter()
    for seed in range(300, 324):
        raw = tenant_of(seed)
        write_folder(raw, tmp_path / str(seed), key)
        report = imported(tmp_path, str(seed), raw.source_ips)
        snapshot = snapshot_of(raw)
        for mailbox in report["mailboxes"]:
            for method in METHODS:
                sender = Sender(user=mailbox["id"], method=method, source_ips=raw.source_ips)
                naive = evaluate(snapshot, sender)
                verdict = mailbox["verdicts"][method.value]
                (gate,) = [gate for gate in verdict["gates"] if gate["gate"] == "conditional_access"]
                assert gate["state"] == GATE_STATES[naive.access], (seed, mailbox["id"], method, naive, gate)
                states[gate["state"]] += 1
    assert all(states[state] >= 5 for state in GATE_STATES.values()), states


def imported(folder: Path, name: str, source_ips: tuple[str, ...]) -> Any:
    """Run ``import`` on a folder and read its report."""
    addresses = [part for address in source_ips for part in ("--source-ip", address)]
    main(["import", name, "--out", f"out-{name}", "--format", "json", "--as-of", TODAY.isoformat(), *addresses])
    (report,) = folder.glob(f"out-{name}/*/report.json")
    return json.loads(report.read_text())
