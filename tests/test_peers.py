"""The mistakes of other open tools (facts/conditional-access.md §4.2), each as a tenant in which their rule is wrong.

Their rules are re-expressed as functions that tell whether they would call the mailbox stopped. Every test shows that
the rule errs on its tenant, and that the verdict of the mailbox is right.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from scanner.model.judgement import Verdict
from scanner.posture import pose
from tests.access.policies import BOTH, Json, asking, members, people, policy, resources
from tests.access.tenants import (
    ADMIN,
    EXCHANGE,
    OTHER_APP,
    RawTenant,
    group_id,
    guid,
    location_id,
    role,
    snapshot_of,
    user_id,
)

ME, SOMEBODY = user_id(0), user_id(1)
INNER, OUTER, OUTERMOST = group_id(0), group_id(1), group_id(2)
REPORT_ONLY = "enabledForReportingButNotEnforced"
UNREGISTERED = 'device.isCompliant -ne True -and device.trustType -notIn ["ServerAD"]'


@dataclass(frozen=True, kw_only=True)
class Case:
    """A tenant with one mailbox, ``ME``, of which everything but what is named here is open."""

    policies: Sequence[Json] = ()
    groups: Sequence[Json] = ()
    roles: Sequence[Json] = ()
    locations: Sequence[Json] = ()
    user: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] | None = None
    security_defaults: bool = False
    source_ips: tuple[str, ...] = ()


Rule = Callable[[Case], bool]


def verdict_of(case: Case) -> Verdict:
    """Judge the mailbox for Basic."""
    user = {"id": ME, "userPrincipalName": "me@contoso.example", "accountEnabled": True, "userType": "Member"}
    exchange = {"id": guid("e", 0), "appId": EXCHANGE, "customSecurityAttributes": case.attributes}
    rows: dict[str, list[Json]] = {
        "mailboxes": [
            {
                "ExternalDirectoryObjectId": ME,
                "PrimarySmtpAddress": "me@contoso.example",
                "UserPrincipalName": "me@contoso.example",
                "RecipientTypeDetails": "UserMailbox",
            }
        ],
        "cas-mailboxes": [{"ExternalDirectoryObjectId": ME, "SmtpClientAuthenticationDisabled": False}],
        "exchange-users": [{"UserPrincipalName": "me@contoso.example", "AuthenticationPolicy": None}],
        "transport-config": [{"SmtpClientAuthenticationDisabled": False}],
        "organization-config": [{"DefaultAuthenticationPolicy": None}],
        "authentication-policies": [],
        "security-defaults": [{"id": "x", "isEnabled": case.security_defaults}],
        "per-user-mfa": [{"id": ME, "perUserMfaState": "disabled"}],
        "users": [user | dict(case.user)],
        "conditional-access-policies": list(case.policies),
        "groups": list(case.groups),
        "role-assignments": list(case.roles),
        "named-locations": list(case.locations),
        "service-principals": [exchange] if case.attributes is not None else [],
        "risky-users": [],
    }
    if not case.attributes:
        del rows["service-principals"]
    snapshot = snapshot_of(RawTenant(sections=rows))
    (mailbox,) = pose(snapshot, as_of=dt.date(2026, 11, 23), source_ips=case.source_ips).mailboxes
    return mailbox.verdicts.basic


def shows(rule: Rule, case: Case, outcome: str) -> Verdict:
    """Show that a rule errs on a case, and that ours doesn't; of "depends" and "unknown" no yes or no is right."""
    verdict = verdict_of(case)
    assert verdict.outcome.value == outcome
    assert rule(case) is not {"refused": True, "accepted": False}.get(outcome)
    return verdict


# --- their rules


def on(item: Json) -> bool:
    return bool(item["state"] == "enabled")


def blocks(item: Json) -> bool:
    return "block" in (item["grantControls"] or {}).get("builtInControls", [])


def types_of(item: Json) -> list[str]:
    return list(item["conditions"]["clientAppTypes"])


def everybody(item: Json) -> bool:
    return "All" in item["conditions"]["users"]["includeUsers"]


def everything(item: Json) -> bool:
    return "All" in item["conditions"]["applications"]["includeApplications"]


def maester(case: Case) -> bool:
    """One enabled policy blocks ``other`` in all apps for all users."""
    found = (on(item) and blocks(item) and "other" in types_of(item) for item in case.policies)
    return any(hit and everybody(item) and everything(item) for hit, item in zip(found, case.policies, strict=True))


def maester_cisa(case: Case) -> bool:
    """``other`` and ActiveSync are each blocked by some such policy."""
    hits = [item for item in case.policies if on(item) and blocks(item) and everybody(item) and everything(item)]
    return all(any(kind in types_of(item) for item in hits) for kind in BOTH)


def maester_what_if(case: Case) -> bool:
    """Any policy that applies to an ActiveSync sign-in counts, without location, risk, grant or state."""
    return any(
        everybody(item)
        and {"all", "exchangeActiveSync"} & set(types_of(item))
        and not {"locations", "signInRiskLevels"} & item["conditions"].keys()
        for item in case.policies
    )


def maester_gap(case: Case) -> bool:
    """Whoever is excluded must be included, literally, by another policy."""
    excluded = {group for item in case.policies for group in item["conditions"]["users"].get("excludeGroups", [])}
    included = {group for item in case.policies for group in item["conditions"]["users"].get("includeGroups", [])}
    return excluded <= included


def scubagear(case: Case) -> bool:
    """One enabled policy blocks both types for all in all apps; exclusions that were accepted don't count."""
    return any(
        on(item) and blocks(item) and everybody(item) and everything(item) and set(BOTH) <= set(types_of(item))
        for item in case.policies
    )


prowler = monkey365 = scubagear  # the same conditions; exclusions don't count here either


def prowler_gap(case: Case) -> bool:
    """An excluded group must be included by any other policy, whatever that policy is about."""
    return maester_gap(case)


def zero_trust(case: Case) -> bool:
    """A policy blocks both types for all; "enabled" is asked of all block policies together."""
    blocking = [item for item in case.policies if blocks(item)]
    fits = any(everybody(item) and set(BOTH) <= set(types_of(item)) for item in blocking)
    return fits and any(on(item) for item in blocking)


def steampipe(case: Case) -> bool:
    """A policy blocks both types for all and has an exclusion; its state and apps are not asked for."""
    return any(
        blocks(item)
        and everybody(item)
        and set(BOTH) <= set(types_of(item))
        and item["conditions"]["users"]["excludeUsers"]
        for item in case.policies
    )


def cipp(case: Case) -> bool:
    """Any enabled block policy that names either type."""
    return any(on(item) and blocks(item) and set(BOTH) & set(types_of(item)) for item in case.policies)


def inspect_365(case: Case) -> bool:
    """Security defaults, or an enabled block policy with exactly the two types."""
    exact = (sorted(types_of(item)) == sorted(BOTH) for item in case.policies)
    return case.security_defaults or any(
        hit and on(item) and blocks(item) for hit, item in zip(exact, case.policies, strict=True)
    )


def ca_optics(case: Case) -> bool:
    """Policies for legacy clients only, with sign-in risk, or with terms of use only are dropped; the rest counts."""
    return any(ca_optics_hits(item, case) for item in case.policies)


def ca_optics_hits(item: Json, case: Case) -> bool:
    conditions = item["conditions"]
    dropped = set(types_of(item)) <= set(BOTH) or "signInRiskLevels" in conditions
    asks = (item["grantControls"] or {}).get("builtInControls")
    device = conditions.get("devices", {}).get("deviceFilter", {"mode": "exclude"})
    listed = {
        each["id"]
        for group in case.groups
        if group["id"] in conditions["users"].get("excludeGroups", [])
        for inside in (group, *(one for one in case.groups if one["id"] in {item["id"] for item in group["members"]}))
        for each in inside["members"]
    }
    apps = set(conditions["applications"]["includeApplications"])
    return bool(on(item) and not dropped and asks and device["mode"] == "exclude" and apps & {"All", EXCHANGE}) and (
        ME not in listed
    )


def matrix(case: Case) -> bool:
    """Who is named by id or through a group is included; nothing else is looked at."""
    return any(matrix_hits(item["conditions"]["users"], case) for item in case.policies if item["state"] != "disabled")


def matrix_hits(users: Json, case: Case) -> bool:
    groups = {group["id"] for group in case.groups if ME in {each["id"] for each in group["members"]}}
    included = {"All", ME} & set(users.get("includeUsers", [])) or groups & set(users.get("includeGroups", []))
    return (
        bool(included) and ME not in users.get("excludeUsers", []) and not groups & set(users.get("excludeGroups", []))
    )


def dc_toolbox(case: Case) -> bool:
    """A simulation on Windows, for the literal app id; roles, filters and the guest word don't exist for it."""
    return any(dc_toolbox_hits(item, case) for item in case.policies)


def dc_toolbox_hits(item: Json, case: Case) -> bool:
    conditions = item["conditions"]
    platforms = conditions.get("platforms", {"includePlatforms": ["all"], "excludePlatforms": []})
    on_windows = {"all", "windows"} & set(platforms["includePlatforms"]) and "windows" not in platforms[
        "excludePlatforms"
    ]
    apps = {"All", EXCHANGE} & set(conditions["applications"]["includeApplications"])
    return bool(on(item) and on_windows and apps and blocks(item)) and matrix_hits(conditions["users"], case)


def road_recon(case: Case) -> bool:
    """It knows users, groups, roles and the guest word; on anything else it raises."""
    for item in case.policies:
        strange = item["conditions"]["users"].keys() - {
            f"{side}{what}" for side in ("include", "exclude") for what in ("Users", "Groups", "Roles")
        }
        if strange:
            raise ValueError(strange)
    return True


def what_if(case: Case) -> bool:
    """Report-only policies are returned like enabled ones; without a platform the question is asked for all of them."""
    return any(everybody(item) and {"all", "other"} & set(types_of(item)) for item in case.policies)


# --- Maester: one policy, literally


def test_an_excluded_mailbox_is_open() -> None:
    """Maester: who is excluded from the blocking policy is not stopped by it."""
    users = people(includeUsers=["All"], excludeUsers=[ME])
    shows(maester, Case(policies=[policy(users=users)]), "accepted")


def test_a_block_outside_the_office_depends_on_the_place() -> None:
    """Maester: a location condition makes the block depend on where the message comes from."""
    locations = {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}
    verdict = shows(maester, Case(policies=[policy(locations=locations)]), "depends")
    assert verdict.depends_on == ("location",)


def test_a_block_of_single_platforms_misses_a_client_that_names_none() -> None:
    """Maester: a legacy client names no platform, so a policy about Windows and iOS does not apply to it."""
    platforms = {"includePlatforms": ["windows", "iOS"], "excludePlatforms": []}
    verdict = shows(maester, Case(policies=[policy(platforms=platforms)]), "accepted")
    assert verdict.confidence.value != "high"


def test_a_device_filter_may_let_every_legacy_client_through() -> None:
    """Maester: an excluding device filter with negative operators holds for an unregistered device and frees it."""
    devices = {"deviceFilter": {"mode": "exclude", "rule": UNREGISTERED}}
    shows(maester, Case(policies=[policy(devices=devices)]), "accepted")


def test_a_block_of_risky_sign_ins_depends_on_the_risk() -> None:
    """Maester: a risk condition makes the block depend on the risk of each sign-in."""
    verdict = shows(maester, Case(policies=[policy(signInRiskLevels=["high"])]), "depends")
    assert verdict.depends_on == ("sign_in_risk",)


def test_all_client_types_contain_the_legacy_ones() -> None:
    """Maester: ``all`` contains ``other``."""
    shows(maester, Case(policies=[policy(clientAppTypes=["all"])]), "refused")


@pytest.mark.parametrize("name", ["Office365", EXCHANGE])
def test_the_suite_and_the_app_itself_contain_exchange(name: str) -> None:
    """Maester: a policy on Office 365, or on Exchange Online alone, catches SMTP as one on all apps does."""
    shows(maester, Case(policies=[policy(applications=resources(name))]), "refused")


def test_mfa_for_all_stops_a_client_that_can_not_answer() -> None:
    """Maester: a legacy client can't do MFA, so a policy that asks for it blocks."""
    shows(maester, Case(policies=[policy(clientAppTypes=["all"], grant=asking("mfa"))]), "refused")


def test_a_block_of_a_group_stops_its_members() -> None:
    """Maester: a policy about a group stops whoever is in it."""
    groups = [{"id": INNER, "members": members(("user", ME))}]
    shows(maester, Case(policies=[policy(users=people(includeGroups=[INNER]))], groups=groups), "refused")


def test_security_defaults_stop_basic_without_any_policy() -> None:
    """Maester: Security Defaults block every legacy request, and no policy shows it."""
    verdict = shows(maester, Case(security_defaults=True), "refused")
    assert verdict.decided_by == "security_defaults"


def test_two_policies_that_cover_both_types_still_have_exclusions() -> None:
    """Maester CISA: that each client type is blocked by some policy says nothing about the excluded."""
    users = people(includeUsers=["All"], excludeUsers=[ME])
    apart = [policy("EAS", clientAppTypes=["exchangeActiveSync"]), policy(clientAppTypes=["other"], users=users)]
    shows(maester_cisa, Case(policies=apart), "accepted")


# --- Maester What If


def test_a_block_of_activesync_does_not_block_smtp() -> None:
    """Maester What If: SMTP is ``other``; a policy that applies to ``exchangeActiveSync`` may leave it alone."""
    shows(maester_what_if, Case(policies=[policy(clientAppTypes=["exchangeActiveSync"])]), "accepted")


def test_report_only_stops_nobody() -> None:
    """Maester What If: a report-only policy is logged and never enforced."""
    shows(maester_what_if, Case(policies=[policy(state=REPORT_ONLY)]), "accepted")


def test_session_controls_alone_stop_nobody() -> None:
    """Maester What If: a policy that applies and only limits the session lets a legacy client in."""
    session = {"signInFrequency": {"isEnabled": True, "value": 4, "type": "hours"}}
    shows(maester_what_if, Case(policies=[policy(grant=None, session=session)]), "accepted")


def test_what_if_without_an_address_misses_a_block_by_location() -> None:
    """Maester What If: asked without an address, a location policy does not apply; sent from there, it does."""
    place = {"id": location_id(0), "ipRanges": [{"cidrAddress": "198.51.100.0/24"}], "isTrusted": False}
    locations = {"includeLocations": [location_id(0)], "excludeLocations": []}
    case = Case(policies=[policy(locations=locations)], locations=[place], source_ips=("198.51.100.7",))
    shows(maester_what_if, case, "refused")


def test_a_mailbox_outside_the_sample_may_differ_from_it() -> None:
    """Maester What If samples five users of a type: what holds for them need not hold for one who is spared."""

    def sampled(_: Case) -> bool:
        return True  # the five that were asked for are blocked

    users = people(includeUsers=["All"], excludeGroups=[INNER])
    groups = [{"id": INNER, "members": members(("user", ME))}]
    shows(sampled, Case(policies=[policy(users=users)], groups=groups), "accepted")


# --- gap tests: Maester, Prowler


def test_to_be_included_by_a_policy_for_another_app_is_no_cover() -> None:
    """Maester and Prowler gap tests: the policy that includes the excluded group again is about SharePoint."""
    spared = policy(users=people(includeUsers=["All"], excludeGroups=[INNER]))
    cover = policy("Cover", users=people(includeGroups=[INNER]), applications=resources(OTHER_APP))
    groups = [{"id": INNER, "members": members(("user", ME))}]
    for rule in (maester_gap, prowler_gap):
        shows(rule, Case(policies=[spared, cover], groups=groups), "accepted")


def test_to_be_included_by_a_policy_for_other_clients_is_no_cover() -> None:
    """Maester and Prowler gap tests: a policy for browsers does not cover who is spared from the legacy block."""
    spared = policy(users=people(includeUsers=["All"], excludeGroups=[INNER]))
    cover = policy("Cover", users=people(includeGroups=[INNER]), clientAppTypes=["browser"])
    groups = [{"id": INNER, "members": members(("user", ME))}]
    for rule in (maester_gap, prowler_gap):
        shows(rule, Case(policies=[spared, cover], groups=groups), "accepted")


def test_to_be_included_through_a_parent_group_is_cover() -> None:
    """Maester and Prowler gap tests: the excluded group is nested in the one that another policy blocks."""
    spared = policy(users=people(includeUsers=["All"], excludeGroups=[INNER]))
    cover = policy("Cover", users=people(includeGroups=[OUTER]))
    groups = [
        {"id": INNER, "members": members(("user", ME))},
        {"id": OUTER, "members": members(("group", INNER))},
    ]
    for rule in (maester_gap, prowler_gap):
        shows(rule, Case(policies=[spared, cover], groups=groups), "refused")


# --- ScubaGear


def test_an_accepted_exclusion_is_open_all_the_same() -> None:
    """ScubaGear: an exclusion that somebody accepted makes the tenant compliant, and the mailbox no less open."""
    users = people(includeUsers=["All"], excludeUsers=[ME])
    shows(scubagear, Case(policies=[policy(users=users)]), "accepted")


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ({"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}, "depends"),
        ({"platforms": {"includePlatforms": ["windows"], "excludePlatforms": []}}, "accepted"),
        ({"devices": {"deviceFilter": {"mode": "exclude", "rule": UNREGISTERED}}}, "accepted"),
        ({"signInRiskLevels": ["medium", "high"]}, "depends"),
    ],
    ids=["location", "platform", "device", "risk"],
)
def test_conditions_make_a_block_narrower(condition: Json, outcome: str) -> None:
    """ScubaGear, Prowler, monkey365: a block under a condition is no block for everybody."""
    for rule in (scubagear, prowler, monkey365):
        shows(rule, Case(policies=[policy(**condition)]), outcome)


def test_two_policies_together_stop_everywhere() -> None:
    """ScubaGear: one blocks in the office, the other asks for MFA elsewhere; together nothing gets through."""
    inside = {"includeLocations": ["AllTrusted"], "excludeLocations": []}
    outside = {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}
    both = [
        policy("In", locations=inside),
        policy("Out", locations=outside, grant=asking("mfa"), clientAppTypes=["all"]),
    ]
    shows(maester_what_if, Case(policies=both), "refused")
    shows(scubagear, Case(policies=[policy("In", locations=inside, clientAppTypes=["other"]), both[1]]), "refused")


def test_mfa_for_all_client_types_is_recognised() -> None:
    """ScubaGear: ``all`` with MFA stops legacy clients though nothing says block or legacy."""
    shows(scubagear, Case(policies=[policy(clientAppTypes=["all"], grant=asking("mfa"))]), "refused")


def test_a_block_on_office_365_is_recognised() -> None:
    """ScubaGear: the Office 365 suite contains Exchange Online."""
    shows(scubagear, Case(policies=[policy(applications=resources("Office365"))]), "refused")


# --- Prowler and monkey365


@pytest.mark.parametrize("types", [["other"], ["all"]])
def test_other_alone_or_all_is_enough(types: list[str]) -> None:
    """Prowler and monkey365 ask for both legacy types by name; ``other`` alone, or ``all``, stops SMTP as well."""
    for rule in (prowler, monkey365):
        shows(rule, Case(policies=[policy(clientAppTypes=types)]), "refused")


def test_a_group_that_is_excluded_frees_its_members() -> None:
    """Prowler and monkey365: exclusions count, through groups too."""
    users = people(includeUsers=["All"], excludeGroups=[INNER])
    groups = [{"id": INNER, "members": members(("user", ME))}]
    for rule in (prowler, monkey365):
        shows(rule, Case(policies=[policy(users=users)], groups=groups), "accepted")


# --- Zero Trust Assessment, Steampipe, CIPP, 365Inspect


def test_the_state_of_another_policy_does_not_enforce_this_one() -> None:
    """Zero Trust Assessment: a report-only block stays unenforced though some other block policy is on."""
    other = policy("Block SharePoint", applications=resources(OTHER_APP), clientAppTypes=["browser"])
    shows(zero_trust, Case(policies=[policy(state=REPORT_ONLY), other]), "accepted")


def test_a_block_of_another_resource_is_none_of_exchange() -> None:
    """Zero Trust Assessment, Steampipe, CIPP, 365Inspect: the policy is about another app."""
    users = people(includeUsers=["All"], excludeUsers=[SOMEBODY])
    case = Case(policies=[policy(applications=resources(OTHER_APP), users=users)])
    for rule in (zero_trust, steampipe, cipp, inspect_365):
        shows(rule, case, "accepted")


def test_an_exclusion_counts_here_too() -> None:
    """Zero Trust Assessment, CIPP, 365Inspect: who is excluded is not stopped."""
    case = Case(policies=[policy(users=people(includeUsers=["All"], excludeUsers=[ME]))])
    for rule in (zero_trust, steampipe, cipp, inspect_365):
        shows(rule, case, "accepted")


@pytest.mark.parametrize("state", ["disabled", REPORT_ONLY])
def test_a_policy_that_is_off_stops_nobody(state: str) -> None:
    """Steampipe: the state is not asked for, so a disabled policy passes."""
    users = people(includeUsers=["All"], excludeUsers=[SOMEBODY])
    shows(steampipe, Case(policies=[policy(state=state, users=users)]), "accepted")


def test_a_policy_without_exclusions_blocks() -> None:
    """Steampipe: a policy that excludes nobody is the strictest one, not a fault."""
    shows(steampipe, Case(policies=[policy()]), "refused")


def test_activesync_alone_is_not_legacy_smtp() -> None:
    """CIPP: either legacy type is taken for both."""
    shows(cipp, Case(policies=[policy(clientAppTypes=["exchangeActiveSync"])]), "accepted")


def test_a_block_of_other_people_is_not_mine() -> None:
    """CIPP and 365Inspect: whom the policy is about is not looked at."""
    for rule in (cipp, inspect_365):
        shows(rule, Case(policies=[policy(users=people(includeUsers=[SOMEBODY]))]), "accepted")


@pytest.mark.parametrize("types", [["other"], ["all"], [*BOTH, "browser"]])
def test_it_need_not_be_exactly_the_two_types(types: list[str]) -> None:
    """365Inspect: fewer or more client types than the two stop SMTP if ``other`` is among them."""
    shows(inspect_365, Case(policies=[policy(clientAppTypes=types)]), "refused")


def test_a_tenant_without_premium_is_not_fine_for_that() -> None:
    """365Inspect: where there are no policies because there is no licence, Basic is open."""

    def fine_without_premium(case: Case) -> bool:
        return inspect_365(case) or not case.policies

    shows(fine_without_premium, Case(), "accepted")


# --- caOptics


def test_a_policy_for_legacy_clients_only_is_what_this_is_about() -> None:
    """The tool caOptics drops policies that name legacy clients only."""
    shows(ca_optics, Case(policies=[policy()]), "refused")


def test_a_policy_on_sign_in_risk_is_neither_nothing_nor_everything() -> None:
    """The tool caOptics drops sign-in risk; a policy under it makes the outcome depend on the risk."""
    shows(ca_optics, Case(policies=[policy(clientAppTypes=["all"], signInRiskLevels=["high"])]), "depends")


def test_a_policy_on_user_risk_spares_who_is_at_none() -> None:
    """The tool caOptics keeps user risk as if there were no condition; an account without risk is not stopped."""
    shows(ca_optics, Case(policies=[policy(clientAppTypes=["all"], userRiskLevels=["high"])]), "accepted")


def test_an_excluding_device_filter_is_evaluated() -> None:
    """The tool caOptics ignores filters in exclude mode; one that holds for unregistered devices frees every sender."""
    devices = {"deviceFilter": {"mode": "exclude", "rule": UNREGISTERED}}
    shows(ca_optics, Case(policies=[policy(clientAppTypes=["all"], devices=devices)]), "accepted")


def test_groups_nest_deeper_than_one_level() -> None:
    """The tool caOptics follows one level; an exclusion through two nested groups holds just as well."""
    users = people(includeUsers=["All"], excludeGroups=[OUTERMOST])
    groups = [
        {"id": INNER, "members": members(("user", ME))},
        {"id": OUTER, "members": members(("group", INNER))},
        {"id": OUTERMOST, "members": members(("group", OUTER))},
    ]
    shows(ca_optics, Case(policies=[policy(clientAppTypes=["all"], users=users)], groups=groups), "accepted")


def test_the_suite_is_expanded_to_its_members() -> None:
    """The tool caOptics does not expand Office365 to Exchange Online."""
    shows(ca_optics, Case(policies=[policy(clientAppTypes=["all"], applications=resources("Office365"))]), "refused")


def test_terms_of_use_alone_stop_a_client_that_shows_no_page() -> None:
    """The tool caOptics drops policies with terms of use only; a legacy client can't accept them."""
    grant = {"operator": "OR", "builtInControls": [], "termsOfUse": [guid("7", 1)]}
    shows(ca_optics, Case(policies=[policy(clientAppTypes=["all"], grant=grant)]), "refused")


def test_an_id_that_occurs_somewhere_means_nothing() -> None:
    """The tool caOptics searches for strings in the JSON: an id in the name or among the included is no exclusion."""

    def searches(case: Case) -> bool:
        return not any(ME in str(item) for item in case.policies)

    shows(searches, Case(policies=[policy(f"Break glass is {ME}")]), "refused")


# --- Conditional Access Matrix


@pytest.mark.parametrize("side", ["include", "exclude"])
def test_roles_are_memberships_too(side: str) -> None:
    """Conditional Access Matrix leaves roles out; active, tenant-wide holders are in or out by them."""
    users = people(includeRoles=[ADMIN]) if side == "include" else people(includeUsers=["All"], excludeRoles=[ADMIN])
    case = Case(policies=[policy(users=users)], roles=[role(ADMIN, ME)])
    shows(matrix, case, "refused" if side == "include" else "accepted")


def test_guests_are_named_apart() -> None:
    """Conditional Access Matrix leaves guests out; a guest with a mailbox is spared by the guest exclusion."""
    scope = {"guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest"}
    users = people(includeUsers=["All"], excludeGuestsOrExternalUsers=scope)
    shows(matrix, Case(policies=[policy(users=users)], user={"userType": "Guest"}), "accepted")


@pytest.mark.parametrize(
    "narrowed",
    [
        {"applications": resources(OTHER_APP)},
        {"clientAppTypes": ["browser"]},
        {"platforms": {"includePlatforms": ["android"], "excludePlatforms": []}},
        {"grant": None, "session": {"persistentBrowser": {"isEnabled": True, "mode": "never"}}},
        {"state": REPORT_ONLY},
    ],
    ids=["app", "client type", "condition", "grant", "state"],
)
def test_to_be_included_is_not_to_be_stopped(narrowed: Json) -> None:
    """Conditional Access Matrix looks at users only: apps, client types, conditions and grants decide as well."""
    shows(matrix, Case(policies=[policy(**narrowed)]), "accepted")


# --- DCToolbox


def test_the_simulation_knows_roles() -> None:
    """DCToolbox: roles are not implemented."""
    case = Case(policies=[policy(users=people(includeRoles=[ADMIN]))], roles=[role(ADMIN, ME)])
    shows(dc_toolbox, case, "refused")


def test_the_simulation_knows_device_filters() -> None:
    """DCToolbox: device filters are not implemented; an including one with a positive operator misses SMTP."""
    devices = {"deviceFilter": {"mode": "include", "rule": "device.isCompliant -eq False"}}
    shows(dc_toolbox, Case(policies=[policy(devices=devices)]), "accepted")


def test_the_simulation_knows_application_filters() -> None:
    """DCToolbox: application filters are not implemented; Exchange Online may be spared by an attribute."""
    rule = {"mode": "exclude", "rule": 'CustomSecurityAttribute.Mail_Tier -eq "open"'}
    case = Case(
        policies=[policy(applications=resources("All", applicationFilter=rule))],
        attributes={"Mail": {"Tier": "open"}},
    )
    shows(dc_toolbox, case, "accepted")


def test_an_application_filter_that_can_not_be_read_is_unknown() -> None:
    """DCToolbox: without the attributes nobody knows whether the filter spares Exchange Online."""
    rule = {"mode": "exclude", "rule": 'CustomSecurityAttribute.Mail_Tier -eq "open"'}
    case = Case(policies=[policy(applications=resources("All", applicationFilter=rule))])
    assert shows(dc_toolbox, case, "unknown").missing == ("service-principals",)


def test_the_simulation_knows_the_guest_word() -> None:
    """DCToolbox: GuestsOrExternalUsers is not implemented."""
    case = Case(policies=[policy(users=people(includeUsers=["GuestsOrExternalUsers"]))], user={"userType": "Guest"})
    shows(dc_toolbox, case, "refused")


def test_user_actions_are_no_sign_in_to_exchange() -> None:
    """DCToolbox has no user actions: a policy on registering security info does not touch SMTP."""

    def by_user_and_grant(case: Case) -> bool:
        return any(on(item) and blocks(item) and everybody(item) for item in case.policies)

    actions = resources(includeUserActions=["urn:user:registersecurityinfo"])
    shows(by_user_and_grant, Case(policies=[policy(applications=actions)]), "accepted")


def test_the_literal_id_misses_the_suite() -> None:
    """DCToolbox compares app ids literally, so a policy on Office365 misses Exchange Online."""
    shows(dc_toolbox, Case(policies=[policy(applications=resources("Office365"))]), "refused")


def test_a_legacy_client_is_not_on_windows() -> None:
    """DCToolbox simulates Windows: the block of unknown platforms spares Windows and stops SMTP."""
    platforms = {"includePlatforms": ["all"], "excludePlatforms": ["windows", "macOS", "linux", "iOS", "android"]}
    shows(dc_toolbox, Case(policies=[policy(platforms=platforms)]), "refused")


@pytest.mark.parametrize("operator", ["OR", "AND"])
def test_no_alternative_of_a_grant_helps_a_legacy_client(operator: str) -> None:
    """DCToolbox leaves OR and AND of grants open: a legacy client meets none of them, so both stop it."""
    grant = asking("mfa", "compliantDevice", "domainJoinedDevice", operator=operator)
    shows(dc_toolbox, Case(policies=[policy(clientAppTypes=["all"], grant=grant)]), "refused")


# --- ROADrecon, What If


def test_an_unknown_kind_of_user_criterion_is_a_gap_and_no_crash() -> None:
    """ROADrecon raises on criteria that it doesn't know; here they cost the answer, and the rest stands."""
    case = Case(policies=[policy(users=people(includeUsers=["All"], excludeHolograms=["x"]))])
    with pytest.raises(ValueError, match="excludeHolograms"):
        road_recon(case)
    assert verdict_of(case).outcome.value == "unknown"


def test_what_if_needs_the_state_added() -> None:
    """CaOutcome and every user of What If: report-only policies are returned as applying, and stop nobody."""
    shows(what_if, Case(policies=[policy(state=REPORT_ONLY)]), "accepted")


def test_what_if_can_not_ask_for_no_platform() -> None:
    """CaOutcome and every user of What If: there is no way to ask for a client that names no platform."""
    platforms = {"includePlatforms": ["iOS", "android"], "excludePlatforms": []}
    shows(what_if, Case(policies=[policy(platforms=platforms)]), "accepted")
