"""The truth, fact by fact: which layer decides, and what the mail server says."""

import ast
import dataclasses
from collections import Counter
from pathlib import Path

import msgspec
import pytest

import scanner.simulator
from scanner.simulator import Layer, Method, Outcome, Population, Scenario, SimulatedTenant, build_population
from scanner.simulator.places import telling_places
from scanner.simulator.population.conditional import Policy, Users
from scanner.simulator.truth import RISKS, MailServer

TRUSTED, ELSEWHERE, PLANT_BLOCKED = "203.0.113.20", "192.0.2.10", "192.0.2.140"


def _outcome(population: Population, alias: str) -> Outcome:
    return population.truth()[population.mailbox(alias).key]


def _with_policy(population: Population, policy: Policy) -> Population:
    return dataclasses.replace(population, policies=(*population.policies, policy))


@pytest.mark.parametrize(
    "alias",
    [
        "scanner-lobby",  # excepted through a nested group
        "alarm-warehouse",  # excepted through three levels of groups
        "scanner-finance",  # exempt from the device rule of its department
        "mfa-unregistered",  # per-user MFA enabled, but not registered: legacy protocols still pass
        "emergency-access",  # excluded by name; its administrator role is eligible, not active
        "unit-helpdesk",  # its role holds for an administrative unit only
        "info",  # a shared mailbox whose sign-in was left open
    ],
)
def test_these_are_accepted(small: Population, alias: str) -> None:
    assert _outcome(small, alias) is Outcome.ACCEPTED
    assert SimulatedTenant(small).submit(alias).reply.startswith("235 ")


@pytest.mark.parametrize(
    ("alias", "layer", "words"),
    [
        ("scanner-archive", Layer.AUTHENTICATION_POLICY, "basic authentication is disabled."),
        ("modern-pilot", Layer.AUTHENTICATION_POLICY, "basic authentication is disabled."),
        ("inherits", Layer.SMTP_AUTH_SWITCH, "is disabled for the Tenant."),
        ("switched-off", Layer.SMTP_AUTH_SWITCH, "is disabled for the Mailbox."),
        ("left-the-company", Layer.ACCOUNT, "account has an issue."),
        ("forgotten-exception", Layer.CONDITIONAL_ACCESS, "did not meet the criteria"),
        ("exchange-admin", Layer.CONDITIONAL_ACCESS, "did not meet the criteria"),  # role held through a group
        ("global-admin", Layer.CONDITIONAL_ACCESS, "did not meet the criteria"),
        ("finance-clerk", Layer.CONDITIONAL_ACCESS, "did not meet the criteria"),  # dynamic group in a group
        ("mfa-enforced", Layer.PER_USER_MFA, "did not meet the criteria"),
    ],
)
def test_these_are_refused_by_this_layer_in_these_words(
    small: Population, alias: str, layer: Layer, words: str
) -> None:
    submission = SimulatedTenant(small).submit(alias)
    assert (submission.refused_by, _outcome(small, alias)) == (layer, Outcome.REFUSED)
    assert submission.reply.startswith("535 5.7.139 Authentication unsuccessful, ")
    assert words in submission.reply


def test_on_site_senders_are_accepted_from_trusted_addresses_only(small: Population) -> None:
    tenant = SimulatedTenant(small)
    assert tenant.submit("scanner-office", source_ip=TRUSTED).accepted
    assert not tenant.submit("scanner-office", source_ip=ELSEWHERE).accepted
    assert _outcome(small, "scanner-office") is Outcome.DEPENDS


def test_plants_are_refused_from_blocked_countries_only(small: Population) -> None:
    tenant = SimulatedTenant(small)
    assert tenant.submit("erp-plant", source_ip=ELSEWHERE).accepted
    assert not tenant.submit("erp-plant", source_ip=PLANT_BLOCKED).accepted
    assert _outcome(small, "erp-plant") is Outcome.DEPENDS


def test_executives_are_refused_when_the_sign_in_looks_risky(small: Population) -> None:
    tenant = SimulatedTenant(small)
    assert tenant.submit("chief-executive", risk="low").accepted
    assert not tenant.submit("chief-executive", risk="high").accepted
    assert _outcome(small, "chief-executive") is Outcome.DEPENDS


def test_two_policies_that_leave_no_place_open_refuse_everywhere(small: Population) -> None:
    sender = small.mailbox("scanner-office")
    inside = Policy(
        id="inside",
        name="inside",
        users=Users(include=(sender.key,)),
        include_locations=("AllTrusted",),
        controls=("mfa",),
    )
    assert _outcome(_with_policy(small, inside), "scanner-office") is Outcome.REFUSED


def test_exclusion_beats_inclusion(small: Population) -> None:
    sender = small.mailbox("scanner-lobby").key
    both = Policy(id="both", name="both", users=Users(include=("All",), exclude=(sender,)), controls=("block",))
    assert _outcome(_with_policy(small, both), "scanner-lobby") is Outcome.ACCEPTED
    assert _outcome(_with_policy(small, both), "erp-invoices") is Outcome.REFUSED


def test_security_defaults_refuse_basic_for_all_and_oauth_for_none() -> None:
    population = build_population(Scenario(mailboxes=60, security_defaults=True, tenant_switch_disabled=False))
    tenant = SimulatedTenant(population)
    assert set(population.truth().values()) == {Outcome.REFUSED}
    assert "security defaults policy" in tenant.submit("scanner-lobby").reply
    assert tenant.submit("scanner-lobby", "oauth_delegated").accepted
    assert not any(policy.state == "enabled" for policy in population.policies)


def test_with_the_tenant_switch_on_a_mailbox_that_inherits_is_open_and_one_switched_off_is_not() -> None:
    population = build_population(Scenario(mailboxes=60, tenant_switch_disabled=False, conditional_access=False))
    assert _outcome(population, "inherits") is Outcome.ACCEPTED
    assert _outcome(population, "switched-off") is Outcome.REFUSED


def test_the_default_authentication_policy_holds_for_those_without_their_own() -> None:
    population = build_population(Scenario(mailboxes=60, default_authentication_policy="Block Basic Authentication"))
    tenant = SimulatedTenant(population)
    assert tenant.submit("scanner-lobby").refused_by is Layer.AUTHENTICATION_POLICY
    assert tenant.submit("erp-invoices").accepted
    assert tenant.submit("scanner-lobby", "oauth_app").accepted


def test_the_smtp_switch_refuses_every_method(small: Population) -> None:
    tenant = SimulatedTenant(small)
    assert {tenant.submit("switched-off", method).refused_by for method in Method} == {Layer.SMTP_AUTH_SWITCH}


def test_oauth_meets_mfa_but_not_a_device_rule(small: Population) -> None:
    tenant = SimulatedTenant(small)
    assert tenant.submit("global-admin", "oauth_delegated").accepted
    assert tenant.submit("finance-clerk", "oauth_delegated").refused_by is Layer.CONDITIONAL_ACCESS
    assert tenant.submit("left-the-company", "oauth_app").accepted


def test_the_outcome_is_what_single_submissions_from_everywhere_give(small: Population) -> None:
    server, places = MailServer(small), telling_places(small.locations)
    for method in Method:
        for mailbox in small.mailboxes:
            ends = {server.submit(mailbox, method, place, risk).accepted for place in places for risk in RISKS}
            expected = "depends" if len(ends) > 1 else "accepted" if ends == {True} else "refused"
            assert server.outcome(mailbox, method) == expected


def test_every_outcome_and_every_refusing_layer_is_well_represented(population: Population) -> None:
    server, place = MailServer(population), telling_places(population.locations)[0]
    outcomes = Counter(population.truth().values())
    layers = Counter(server.submit(mailbox, Method.BASIC, place, "none").refused_by for mailbox in population.mailboxes)
    assert min(outcomes[outcome] for outcome in Outcome) > 50
    assert min(layers[layer] for layer in Layer if layer is not Layer.SECURITY_DEFAULTS) > 10


def test_a_state_of_one_mailbox_changes_the_truth_of_that_mailbox_only(small: Population) -> None:
    changed = [
        msgspec.structs.replace(mailbox, smtp_auth_disabled=True) if mailbox.alias == "scanner-lobby" else mailbox
        for mailbox in small.mailboxes
    ]
    before, after = small.truth(), dataclasses.replace(small, mailboxes=tuple(changed)).truth()
    assert {key for key in before if before[key] != after[key]} == {small.mailbox("scanner-lobby").key}


def test_the_simulator_knows_none_of_the_products_rules() -> None:
    folder = Path(scanner.simulator.__file__).parent
    imported = {
        node.module
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("scanner")
    }
    shared = {"scanner.config.complaint", "scanner.config.lines", "scanner.errors"}  # how a file's mistakes are told
    assert {module for module in imported if not module.startswith("scanner.simulator")} <= shared
