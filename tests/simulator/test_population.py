"""The population: what is in it, that it repeats, and that it scales."""

import unicodedata
from collections import Counter

import pytest

from scanner.simulator import Population, Scenario, build_population
from scanner.simulator.population.model import Kind


def test_the_same_scenario_always_makes_the_same_tenant() -> None:
    first, second = (build_population(Scenario(mailboxes=200, seed=5)) for _ in range(2))
    assert first == second
    assert first.truth() == second.truth()


def test_two_tenants_share_no_id() -> None:
    first = build_population(Scenario(mailboxes=200))
    second = build_population(Scenario(mailboxes=200, domain="fabrikam.example"))
    assert not first.mailboxes_by_key.keys() & second.mailboxes_by_key.keys()
    assert not first.groups_by_id.keys() & second.groups_by_id.keys()
    assert first.tenant_id != second.tenant_id


@pytest.mark.parametrize("count", [0, 1, 2, 30, 500])
def test_there_are_as_many_mailboxes_as_asked_for(count: int) -> None:
    population = build_population(Scenario(mailboxes=count))
    assert len(population.mailboxes) == len(population.truth()) == count


def test_ids_and_addresses_are_unique(population: Population) -> None:
    for attribute in ("key", "address", "guid", "exchange_guid"):
        values = [getattr(mailbox, attribute) for mailbox in population.mailboxes]
        assert len(values) == len(set(values))


def test_the_mix_looks_like_a_company(population: Population) -> None:
    kinds = Counter(mailbox.kind for mailbox in population.mailboxes)
    assert 0.75 < kinds[Kind.USER] / len(population.mailboxes) < 0.85
    assert kinds.keys() == set(Kind)
    assert kinds[Kind.DISCOVERY] == 1
    assert len(population.groups) >= 30


def test_names_come_in_several_scripts(population: Population) -> None:
    letters = {char for mailbox in population.mailboxes for char in mailbox.display_name if char.isalpha()}
    scripts = {unicodedata.name(char).partition(" ")[0] for char in letters}
    assert scripts >= {"LATIN", "CYRILLIC", "GREEK", "CJK", "HIRAGANA", "HANGUL", "ARABIC", "HEBREW"}


def test_some_names_attack_the_report(population: Population) -> None:
    names = {mailbox.display_name for mailbox in population.mailboxes}
    assert any("<script>" in name for name in names)
    assert any(name.startswith("=HYPERLINK") for name in names)
    assert any("\u202e" in name for name in names)


def test_who_may_sign_in_has_a_licence_so_that_the_outcome_is_beyond_doubt(population: Population) -> None:
    accounts = [mailbox.account for mailbox in population.mailboxes if mailbox.account]
    assert all(account.licensed == account.enabled for account in accounts)


def test_all_per_user_mfa_states_occur(population: Population) -> None:
    assert {account.mfa for account in population.accounts} == {"disabled", "enabled", "enforced"}
