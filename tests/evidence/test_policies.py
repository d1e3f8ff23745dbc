"""One Conditional Access policy as it is exported: every part that decides something is read, and the rest is named."""

from typing import Any

import pytest

from scanner.evidence.registry import BY_NAME
from scanner.evidence.row import Row, RowError
from scanner.evidence.sections.conditional_access_policies import parse
from scanner.model.policy import Grant, GuestScope, LocationKind, Policy, RuleFilter, Sides, Strength, WorkloadScope

SCOPE: dict[str, Any] = {"users": {"includeUsers": ["All"]}, "applications": {"includeApplications": ["All"]}}
RULE = {"mode": "Include", "rule": 'device.trustType -eq "AzureAD"'}


def policy(*, grant: Any = None, session: Any = None, **conditions: Any) -> Policy:
    return parse(
        Row(
            {
                "id": "{AB}",
                "state": "Enabled",
                "conditions": {**SCOPE, **conditions},
                "grantControls": grant,
                "sessionControls": session,
            }
        )
    )


@pytest.mark.parametrize(
    ("guests", "scope"),
    [
        (None, None),
        ({"guestOrExternalUserTypes": "none"}, None),
        (
            {"guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest"},
            GuestScope(types=frozenset({"internalguest", "b2bcollaborationguest"})),
        ),
        (
            {
                "guestOrExternalUserTypes": "serviceProvider",
                "externalTenants": {"membershipKind": "enumerated", "members": ["T1"]},
            },
            GuestScope(types=frozenset({"serviceprovider"}), tenants=frozenset({"t1"})),
        ),
        (
            {
                "guestOrExternalUserTypes": "serviceProvider",
                "externalTenants": {"membershipKind": "unknownFutureValue"},
            },
            GuestScope(types=frozenset({"serviceprovider"}), understood=False),
        ),
    ],
)
def test_guests(guests: object, scope: GuestScope | None) -> None:
    """A flags string, narrowed to home tenants or not; a kind of narrowing that is not known says so."""
    users = {"includeUsers": [], "includeGuestsOrExternalUsers": guests}
    assert policy(users=users).include.guests == scope


def test_people() -> None:
    """Ids in lower case; "None" is nobody."""
    users = {"includeUsers": ["None"], "includeRoles": ["R1"], "excludeGroups": ["G1"], "excludeUsers": ["U1"]}
    read = policy(users=users)
    assert read.id == "ab"
    assert (read.include.users, read.include.roles) == (frozenset(), frozenset({"r1"}))
    assert (read.exclude.groups, read.exclude.users) == (frozenset({"g1"}), frozenset({"u1"}))


def test_resources() -> None:
    """Applications, user actions, authentication contexts, and a filter with a rule."""
    read = policy(
        applications={
            "includeApplications": ["Office365"],
            "excludeApplications": ["X"],
            "includeUserActions": ["urn:user:registersecurityinfo"],
            "includeAuthenticationContextClassReferences": ["c1"],
            "applicationFilter": {"mode": "exclude", "rule": "r"},
        }
    ).resources
    assert (read.include, read.exclude) == (frozenset({"office365"}), frozenset({"x"}))
    assert read.user_actions
    assert read.authentication_contexts
    assert read.filter == RuleFilter(mode="exclude", rule="r")


@pytest.mark.parametrize(
    ("apps", "scope"),
    [
        (None, None),
        ({"includeServicePrincipals": ["None"]}, None),
        (
            {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"], "servicePrincipalFilter": RULE},
            WorkloadScope(include=frozenset({"serviceprincipalsinmytenant"}), filtered=True),
        ),
        ({"includeAgentIdServicePrincipals": ["All"]}, WorkloadScope(agents=True)),
    ],
)
def test_workloads(apps: object, scope: WorkloadScope | None) -> None:
    """Service principals and agents; one that names nobody is about people."""
    assert policy(clientApplications=apps).workload == scope


@pytest.mark.parametrize(
    "conditions",
    [
        {"deviceStates": {"includeStates": ["All"], "excludeStates": ["Compliant"]}},
        {"devices": {"includeDevices": ["All"], "excludeDevices": ["Compliant"]}},
    ],
)
def test_device_states_had_two_forms(conditions: dict[str, Any]) -> None:
    """Both are read."""
    expected = Sides(include=frozenset({"all"}), exclude=frozenset({"compliant"}))
    assert policy(**conditions).conditions.device_states == expected


@pytest.mark.parametrize(
    ("filter_", "read"),
    [(RULE, RuleFilter(mode="include", rule=RULE["rule"])), ({"mode": "include", "rule": " "}, None), (None, None)],
)
def test_a_device_filter_needs_a_rule(filter_: object, read: RuleFilter | None) -> None:
    """Without one it is not set."""
    assert policy(devices={"deviceFilter": filter_}).conditions.device_filter == read


@pytest.mark.parametrize(("conditions", "types"), [({}, None), ({"clientAppTypes": []}, frozenset())])
def test_client_types_absent_and_empty_are_told_apart(conditions: dict[str, Any], types: object) -> None:
    """Old policies lack the key; an empty list is all."""
    assert policy(**conditions).conditions.client_app_types == types


def test_other_conditions() -> None:
    """Risks, flows, times; those that only an agent can meet."""
    read = policy(
        signInRiskLevels=["High"],
        userRiskLevels=["low"],
        insiderRiskLevels="elevated",
        authenticationFlows={"transferMethods": "deviceCodeFlow"},
        times={"includedRanges": [{"x": 1}]},
        agentIdRiskLevels=["high"],
    ).conditions
    assert [set(levels) for levels in (read.sign_in_risk, read.user_risk, read.insider_risk)] == [
        {"high"},
        {"low"},
        {"elevated"},
    ]
    assert read.authentication_flows == {"devicecodeflow"}
    assert (read.times, read.agent_only, read.not_understood) == (True, True, ())


def test_what_is_not_known_is_named() -> None:
    """At every level, and never ignored; what holds nothing is not complained of."""
    read = policy(
        moonPhase="full",
        nothing=[],
        users={"includeUsers": ["All"], "includeRobots": ["x"]},
        devices={"deviceFilter": None, "includeModels": ["x"]},
    )
    assert read.conditions.not_understood == ("devices.includeModels", "moonPhase", "users.includeRobots")


@pytest.mark.parametrize(
    ("grant", "read"),
    [
        (None, None),
        ({"operator": "OR", "builtInControls": []}, None),
        ({"operator": "AND", "builtInControls": ["mfa"]}, Grant(operator="and", controls=frozenset({"mfa"}))),
        ({"builtInControls": [], "termsOfUse": ["t"]}, Grant(terms_of_use=True)),
        ({"customAuthenticationFactors": ["c"]}, Grant(custom=True)),
        ({"newControl": {"a": "b"}}, Grant(controls=frozenset({"newcontrol"}))),
        (
            {"authenticationStrength": {"id": "S", "allowedCombinations": ["Fido2"]}},
            Grant(strength=Strength(id="s", combinations=frozenset({"fido2"}))),
        ),
        (
            {"authenticationStrength": {"id": "S", "requirementsSatisfied": "None"}},
            Grant(strength=Strength(id="s", satisfies="none")),
        ),
    ],
)
def test_grants(grant: object, read: Grant | None) -> None:
    """What asks for nothing is none; a kind of control that is not known counts as one."""
    assert policy(grant=grant).grant == read


def test_session_controls_that_are_on() -> None:
    """One that is switched off is not set."""
    session = {"signInFrequency": {"isEnabled": True}, "persistentBrowser": {"isEnabled": False, "mode": "never"}}
    assert policy(session={**session, "disableResilienceDefaults": True}).session == {
        "signinfrequency",
        "disableresiliencedefaults",
    }


@pytest.mark.parametrize("raw", [{"conditions": {}}, {"id": "x"}, {"id": "x", "conditions": None}])
def test_a_policy_without_id_or_conditions_is_refused(raw: dict[str, Any]) -> None:
    """It can't be judged, so its section is partial."""
    with pytest.raises(RowError, match="without id or conditions"):
        parse(Row(raw))


def test_the_compliant_network_is_a_location() -> None:
    """Known by what it is defined by."""
    location = BY_NAME["named-locations"].parse(Row({"id": "x", "compliantNetworkType": "allTenantCompliantNetworks"}))
    assert location.kind is LocationKind.COMPLIANT_NETWORK


def test_what_powershell_writes_as_an_object_of_nulls_is_not_set() -> None:
    """Get-MgIdentityConditionalAccessPolicy writes every property; null in it asks for nothing and narrows nothing."""
    strength = {"Id": None, "AllowedCombinations": None, "RequirementsSatisfied": None, "PolicyType": None}
    asked: dict[str, Any] = {"operator": None, "builtInControls": [], "authenticationStrength": strength}
    assert policy(grant=asked).grant is None
    guests = {
        "guestOrExternalUserTypes": "b2bCollaborationGuest",
        "externalTenants": {"MembershipKind": None, "AdditionalProperties": {}},
    }
    named = policy(users={"includeGuestsOrExternalUsers": guests}).include.guests
    assert named == GuestScope(types=frozenset({"b2bcollaborationguest"}))
