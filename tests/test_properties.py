"""Laws that every verdict keeps, whatever the tenant: told on generated evidence, from the parsers to the verdicts."""

import copy
import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scanner.evidence.registry import SECTIONS
from scanner.model.judgement import Method, Outcome, Verdict
from scanner.posture import pose
from tests.access.tenants import (
    ADMIN,
    EXCHANGE,
    HOMES,
    JUNK,
    READER,
    Dice,
    RawTenant,
    group_id,
    guid,
    location_id,
    make_policy,
    snapshot_of,
    tenant_of,
    user_id,
)
from tests.access.tenants import Flavour as Moments

TODAY = dt.date(2026, 11, 23)
POLICIES = "conditional-access-policies"
DEFINITE = {Outcome.ACCEPTED, Outcome.REFUSED}
SINGLE = tuple(section.name for section in SECTIONS if section.single)

Key = tuple[str, Method]

seeds = st.integers(min_value=0, max_value=1_000_000)
laws = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def whole_tenant_of(seed: int) -> RawTenant:
    """Make a tenant with everything that verdicts rest on; mostly open, or nothing could be seen to change."""
    raw, dice = tenant_of(seed), Dice(seed + 1)
    users = raw.rows("mailboxes")
    for mailbox in users:
        mailbox.update(
            dice.weighted(
                {
                    (): 8,
                    (("RecipientTypeDetails", "SharedMailbox"),): 1,
                    (("IsInactiveMailbox", True),): 0.5,
                    (("RecipientTypeDetails", "MailUser"),): 0.3,
                }
            )
        )
    names = [user["UserPrincipalName"] for user in users]
    ids = [user["ExternalDirectoryObjectId"] for user in users]
    raw.sections |= {
        "transport-config": [{"SmtpClientAuthenticationDisabled": dice.chance(0.2)}],
        "organization-config": [{"DefaultAuthenticationPolicy": dice.weighted({None: 4, "Strict": 1})}],
        "authentication-policies": [
            {"Name": "Strict", "AllowBasicAuthSmtp": False},
            {"Name": "Mild", "AllowBasicAuthSmtp": True},
        ],
        "cas-mailboxes": [
            {
                "ExternalDirectoryObjectId": each,
                "SmtpClientAuthenticationDisabled": dice.weighted({None: 3, False: 3, True: 1}),
            }
            for each in ids
        ],
        "exchange-users": [
            {"UserPrincipalName": name, "AuthenticationPolicy": dice.weighted({None: 4, "Mild": 2, "Strict": 1})}
            for name in names
        ],
        "security-defaults": [{"id": "x", "isEnabled": dice.chance(0.1)}],
        "per-user-mfa": [
            {"id": each, "perUserMfaState": dice.weighted({"disabled": 6, "enabled": 1, "enforced": 1})} for each in ids
        ],
        "domains": [{"id": "contoso.example", "authenticationType": dice.one("Managed", "Federated")}],
    }
    return raw


tenants = seeds.map(whole_tenant_of)


def verdicts_of(raw: RawTenant) -> dict[Key, Verdict]:
    """Judge a tenant: one verdict per mailbox and method."""
    posture = pose(snapshot_of(raw), as_of=TODAY, source_ips=raw.source_ips)
    return {
        (mailbox.id, method): getattr(mailbox.verdicts, method.value)
        for mailbox in posture.mailboxes
        for method in Method
    }


def changed(raw: RawTenant, change: Callable[[RawTenant], object]) -> RawTenant:
    """Change a copy of a tenant."""
    copied = copy.deepcopy(raw)
    change(copied)
    return copied


# --- an exclusion


def exclusions(policy: dict[str, Any]) -> Iterator[Callable[[], None]]:
    """Give every way of excluding more from a policy."""
    conditions = policy["conditions"]

    def add(place: dict[str, Any], key: str, *values: str) -> Callable[[], None]:
        return lambda: place.__setitem__(key, [*(place.get(key) or []), *values])

    users = conditions["users"]
    yield add(users, "excludeUsers", user_id(0))
    yield add(users, "excludeUsers", "GuestsOrExternalUsers")
    yield add(users, "excludeGroups", group_id(1))
    yield add(users, "excludeGroups", group_id(77))
    yield add(users, "excludeRoles", ADMIN, READER)
    yield lambda: users.setdefault(
        "excludeGuestsOrExternalUsers",
        {
            "guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest",
            "externalTenants": {"membershipKind": "enumerated", "members": [HOMES[0]]},
        },
    )
    if "applications" in conditions:
        yield add(conditions["applications"], "excludeApplications", EXCHANGE)
        yield add(conditions["applications"], "excludeApplications", "SomethingNew")
    if conditions.get("locations", {}).get("includeLocations"):
        yield add(conditions["locations"], "excludeLocations", "AllTrusted")
        yield add(conditions["locations"], "excludeLocations", location_id(0))
        yield add(conditions["locations"], "excludeLocations", location_id(77))
    if conditions.get("platforms", {}).get("includePlatforms"):
        yield add(conditions["platforms"], "excludePlatforms", "windows", "unknownFutureValue")
    if "clientApplications" in conditions:
        yield add(conditions["clientApplications"], "excludeServicePrincipals", guid("e", 1))


@laws
@given(tenants, st.data())
def test_an_exclusion_never_closes(raw: RawTenant, data: st.DataObject) -> None:
    """Who was not refused is not refused because a policy spares somebody more; who was accepted still is."""
    assume([row for row in raw.rows(POLICIES) if row is not JUNK])

    def exclude(other: RawTenant) -> None:
        policy = data.draw(st.sampled_from([row for row in other.rows(POLICIES) if "conditions" in row]))
        data.draw(st.sampled_from(list(exclusions(policy))))()

    before, after = verdicts_of(raw), verdicts_of(changed(raw, exclude))
    for key, verdict in before.items():
        if verdict.outcome is not Outcome.REFUSED:
            assert after[key].outcome is not Outcome.REFUSED
        if verdict.outcome is Outcome.ACCEPTED:
            assert after[key].outcome is Outcome.ACCEPTED


# --- one policy more


@laws
@given(tenants, seeds)
def test_an_enabled_blocking_policy_never_opens(raw: RawTenant, seed: int) -> None:
    """Whatever it is about, another policy that blocks leaves the refused refused and makes nobody accepted."""
    dice = Dice(seed)
    policy = make_policy(dice, 99, Moments(dice))
    policy |= {
        "state": "enabled",
        "deletedDateTime": None,
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }

    before = verdicts_of(raw)
    after = verdicts_of(changed(raw, lambda other: other.sections.setdefault(POLICIES, []).append(policy)))
    assume(POLICIES in raw.sections)
    for key, verdict in before.items():
        if verdict.outcome is Outcome.REFUSED:
            assert after[key].outcome is Outcome.REFUSED
        if verdict.outcome is not Outcome.ACCEPTED:
            assert after[key].outcome is not Outcome.ACCEPTED


# --- evidence taken away


def losses(raw: RawTenant) -> Iterator[Callable[[RawTenant], object]]:
    """Give every way of knowing less: a section that is missing, a row that is lost, a group that can't be read."""
    for name, rows in raw.sections.items():
        yield partial(forget, section=name)
        if name not in SINGLE:
            for row in rows:
                yield partial(lose, section=name, row=row)
    for row in raw.rows("groups"):
        yield partial(blind, group=row, key="membershipReadable", value=False)
        yield partial(blind, group=row, key="membershipPartial", value=True)


def forget(raw: RawTenant, section: str) -> None:
    """Lose a whole section."""
    del raw.sections[section]


def lose(raw: RawTenant, section: str, row: dict[str, Any]) -> None:
    """Lose a row, which a row that can't be read makes known; of a group, all its pages."""
    same = row.get("id") if section == "groups" else None
    kept = [item for item in raw.sections[section] if item != row and not (same and item.get("id") == same)]
    raw.sections[section] = [*kept, JUNK]


def blind(raw: RawTenant, group: dict[str, Any], key: str, *, value: bool) -> None:
    """Lose the members of a group, and know it."""
    for row in raw.rows("groups"):
        if row.get("id") == group.get("id"):
            row[key] = value
            for members in ("members", "transitiveMembers"):
                if members in row:
                    row[members] = row[members][:1]


@laws
@given(tenants, st.data())
def test_knowing_less_never_makes_an_answer(raw: RawTenant, data: st.DataObject) -> None:
    """Unknown stays unknown, and an answer becomes no other answer; only a user's risk may turn into "it depends"."""
    loss = data.draw(st.sampled_from(list(losses(raw))))
    before, after = verdicts_of(raw), verdicts_of(changed(raw, loss))
    for key, verdict in after.items():
        if verdict.outcome in DEFINITE:
            assert verdict.outcome is before[key].outcome
        elif verdict.outcome is Outcome.DEPENDS and before[key].outcome is not Outcome.DEPENDS:
            assert "user_risk" in verdict.depends_on


# --- what must not matter


@laws
@given(tenants, st.randoms(use_true_random=False))
def test_no_order_matters(raw: RawTenant, random: Any) -> None:
    """Policies, groups, users, mailboxes and all other rows may come in any order."""

    def shuffle(other: RawTenant) -> None:
        for rows in other.sections.values():
            random.shuffle(rows)

    assert verdicts_of(changed(raw, shuffle)) == verdicts_of(raw)


def told(value: Any, word: Callable[[str], str]) -> Any:
    """Change every string of a document, but for names that only people read."""
    if isinstance(value, dict):
        return {key: item if key == "displayName" else told(item, word) for key, item in value.items()}
    if isinstance(value, list):
        return [told(item, word) for item in value]
    return word(value) if isinstance(value, str) else value


@laws
@given(tenants, st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_no_case_of_ids_and_words_matters(raw: RawTenant, word: Callable[[str], str]) -> None:
    """Ids and enum strings mean the same in capitals."""
    other = RawTenant(sections=told(raw.sections, word), source_ips=raw.source_ips)
    before, after = verdicts_of(raw), verdicts_of(other)
    assert before.keys() == after.keys()
    for key, verdict in before.items():
        shown = ("outcome", "reply", "decided_by", "closed", "depends_on", "missing", "confidence")
        assert {name: getattr(after[key], name) for name in shown} == {name: getattr(verdict, name) for name in shown}


@laws
@given(tenants, st.data())
def test_no_unknown_word_breaks_anything(raw: RawTenant, data: st.DataObject) -> None:
    """Any string of any section may be one that this version has never seen: there is a verdict all the same."""
    rate = data.draw(st.sampled_from([2, 10, 50]))
    strange = data.draw(st.sampled_from(["unknownFutureValue", "martian", "", "ÿ\u202e", "0"]))
    dice = Dice(data.draw(seeds))
    other = RawTenant(
        sections=told(raw.sections, lambda word: strange if dice.chance(1 / rate) else word), source_ips=raw.source_ips
    )
    assert all(isinstance(verdict.outcome, Outcome) for verdict in verdicts_of(other).values())


def test_the_laws_are_told_of_tenants_that_show_something() -> None:
    """All outcomes occur in the generated tenants, for all methods."""
    seen = {
        (key[1], verdict.outcome) for seed in range(60) for key, verdict in verdicts_of(whole_tenant_of(seed)).items()
    }
    assert {(method, outcome) for method in Method for outcome in Outcome} - seen <= {
        (Method.OAUTH_APP, Outcome.DEPENDS)
    }
