"""One condition, resource or control after the other (dossier §1.3 to §1.8): what becomes of a sign-in under it."""

from typing import Any

import pytest

from scanner.model.judgement import Method
from tests.access.policies import Json, a_user, asking, decided, lacking, outcome, people, policy, resources
from tests.access.tenants import EXCHANGE, HOMES, OTHER_APP, guid, location_id, role, user_id

OAUTH = Method.OAUTH_DELEGATED
MFA = asking("mfa")
REPORT_ONLY = "enabledForReportingButNotEnforced"
OFFICE, ABROAD = location_id(0), location_id(1)
FILTER = "CustomSecurityAttribute.Mail_Tier -eq 'open'"


def confidence(*policies: Json, **tenant: Any) -> str:
    return decided(*policies, **tenant).confidence.value


def place(*ranges: str, **more: Any) -> Json:
    return {"id": OFFICE, "isTrusted": False, "ipRanges": [{"cidrAddress": each} for each in ranges], **more}


def located(include: list[str], *exclude: str) -> Json:
    return policy(locations={"includeLocations": include, "excludeLocations": list(exclude)})


# --- state, resources, client types


@pytest.mark.parametrize(
    ("state", "now", "forecast"),
    [("enabled", "blocked", "blocked"), ("disabled", "allowed", "allowed"), (REPORT_ONLY, "allowed", "blocked")],
)
def test_only_enabled_policies_are_enforced(state: str, now: str, forecast: str) -> None:
    """Report-only is logged, and counts in the forecast alone."""
    assert outcome(policy(state=state)) == now
    assert outcome(policy(state=state), forecast=True) == forecast


def test_an_unknown_state_may_be_either() -> None:
    """A state that this version doesn't know is a gap; a deleted policy is none at all."""
    assert lacking(policy(state="unknownFutureValue")) == {"conditional-access-policies"}
    assert outcome(policy() | {"deletedDateTime": "2026-01-01T00:00:00Z"}) == "allowed"


@pytest.mark.parametrize(
    ("applications", "expected"),
    [
        (resources("All"), "blocked"),
        (resources("Office365"), "blocked"),
        (resources(EXCHANGE.upper()), "blocked"),
        (resources(OTHER_APP, EXCHANGE), "blocked"),
        (resources(OTHER_APP), "allowed"),
        (resources("MicrosoftAdminPortals"), "allowed"),
        (resources("None"), "allowed"),
        (resources("SomethingNew"), "unknown"),
        (resources("All", "SomethingNew"), "blocked"),
        (resources("All", excludeApplications=[EXCHANGE]), "allowed"),
        (resources("All", excludeApplications=["Office365"]), "allowed"),
        (resources("All", excludeApplications=[OTHER_APP]), "blocked"),
        (resources("All", excludeApplications=["SomethingNew"]), "unknown"),
        (resources("SomethingNew", excludeApplications=["SomethingElse"]), "unknown"),
        (resources("SomethingNew", excludeApplications=["SomethingNew"]), "unknown"),
        (resources(includeUserActions=["urn:user:registerdevice"]), "allowed"),
        (resources(includeAuthenticationContextClassReferences=["c1"]), "allowed"),
    ],
)
def test_exchange_is_in_all_in_the_suite_or_named(applications: Json, expected: str) -> None:
    """Other resources, user actions and authentication contexts are no sign-in to Exchange Online."""
    if expected == "unknown":
        assert lacking(policy(applications=applications)) == {"conditional-access-policies"}
    else:
        assert outcome(policy(applications=applications)) == expected


@pytest.mark.parametrize(
    ("mode", "include", "attributes", "expected"),
    [
        ("include", [], {"Mail": {"Tier": "Open"}}, "blocked"),
        ("include", [], {"Mail": {"Tier": ["shut"]}}, "allowed"),
        ("include", ["All"], {}, "blocked"),
        ("exclude", ["All"], {"Mail": {"Tier": "open"}}, "allowed"),
        ("exclude", ["All"], {}, "blocked"),
        ("exclude", [], {}, "allowed"),
    ],
)
def test_an_application_filter_is_asked_of_exchange_itself(
    mode: str, include: list[str], attributes: Json, expected: str
) -> None:
    """Its custom security attributes decide where they were read."""
    scope = resources(*include, applicationFilter={"mode": mode, "rule": FILTER})
    exchange = {"id": guid("e", 0), "appId": EXCHANGE, "customSecurityAttributes": attributes}
    assert outcome(policy(applications=scope), service_principals=[exchange]) == expected


def test_what_is_not_read_of_an_application_filter_is_a_gap() -> None:
    """No attributes, no rule that can be read, or an unknown mode: it may catch Exchange Online or spare it."""
    exchange: Json = {"id": guid("e", 0), "appId": EXCHANGE, "customSecurityAttributes": {}}
    scope = resources("All", applicationFilter={"mode": "exclude", "rule": FILTER})
    assert lacking(policy(applications=scope)) == {"service-principals"}
    scope["applicationFilter"]["rule"] = "something else"
    assert lacking(policy(applications=scope), service_principals=[exchange]) == {"conditional-access-policies"}
    scope["applicationFilter"] = {"mode": "unknownFutureValue", "rule": FILTER}
    assert lacking(policy(applications=scope), service_principals=[exchange]) == {"conditional-access-policies"}


@pytest.mark.parametrize(
    ("types", "basic", "oauth"),
    [
        (["all"], "blocked", "blocked"),
        (["other"], "blocked", "allowed"),
        (["Other", "exchangeActiveSync"], "blocked", "allowed"),
        (["exchangeActiveSync"], "allowed", "allowed"),
        (["easSupported"], "allowed", "allowed"),
        (["browser", "mobileAppsAndDesktopClients"], "allowed", "blocked"),
        (["browser"], "allowed", "allowed"),
        ([], "blocked", "blocked"),
    ],
)
def test_a_legacy_client_is_other_and_a_native_one_is_not(types: list[str], basic: str, oauth: str) -> None:
    """Policies of before August 2020 show browser and native clients only, and let legacy ones through."""
    assert outcome(policy(clientAppTypes=types)) == basic
    assert outcome(policy(clientAppTypes=types), method=OAUTH) == oauth


def test_client_types_that_were_not_returned_are_no_empty_list() -> None:
    """An empty list is read as "all" with less confidence; an absent key, or an unknown type, is a gap."""
    assert confidence(policy(clientAppTypes=[])) == "medium"
    without = policy()
    del without["conditions"]["clientAppTypes"]
    assert lacking(without) == {"conditional-access-policies"}
    assert lacking(policy(clientAppTypes=["unknownFutureValue"])) == {"conditional-access-policies"}
    assert outcome(policy(clientAppTypes=["unknownFutureValue", "other"])) == "blocked"


# --- guests


@pytest.mark.parametrize(
    ("user", "types", "expected"),
    [
        ({}, "internalGuest,b2bCollaborationGuest,b2bCollaborationMember", "allowed"),
        ({"userType": "Guest"}, "internalGuest", "blocked"),
        ({"userType": "Guest"}, "b2bCollaborationGuest", "allowed"),
        ({"userType": "Guest", "creationType": "Invitation"}, "b2bCollaborationGuest", "blocked"),
        ({"userType": "Guest", "userPrincipalName": "a#EXT#@b"}, "b2bCollaborationGuest,serviceProvider", "blocked"),
        ({"userPrincipalName": "a#EXT#@b"}, "b2bCollaborationMember", "blocked"),
        ({"userPrincipalName": "a#EXT#@b"}, "b2bCollaborationGuest", "allowed"),
        ({"userType": "Guest"}, "serviceProvider,otherExternalUser,b2bDirectConnectUser", "allowed"),
        ({"userType": "Guest"}, "martianGuest", "unknown"),
        ({"userType": None}, "internalGuest", "unknown"),
        ({"userType": "Robot"}, "internalGuest", "unknown"),
        ({"userType": None}, "serviceProvider", "allowed"),
    ],
)
def test_guests_are_of_a_kind(user: Json, types: str, expected: str) -> None:
    """A member matches none of the guest types; who nobody knows may be any of those that have a mailbox."""
    named = policy(users=people(includeGuestsOrExternalUsers={"guestOrExternalUserTypes": types}))
    assert outcome(named, users=[a_user(**user)]) == expected


def test_the_guest_word_means_every_kind() -> None:
    """GuestsOrExternalUsers is the old sentinel, and "all" covers guests too."""
    old = policy(users=people(includeUsers=["GuestsOrExternalUsers"]))
    for user in ({"userType": "Guest"}, {"userPrincipalName": "a#EXT#@b"}):
        assert outcome(old, users=[a_user(**user)]) == "blocked"
        assert outcome(policy(), users=[a_user(**user)]) == "blocked"
    assert outcome(old) == "allowed"
    assert lacking(old, users=[a_user(userType=None)]) == {"users"}


def test_the_sentinel_hides_another_word_each_time() -> None:
    """Graph gives unknownFutureValue for every value that it hides, so two of them need not mean the same."""
    sentinel, word = "unknownFutureValue", "AllMartians"
    for name, expected in ((word, "blocked"), (sentinel, "unknown")):
        block = policy("Block", users=people(includeUsers=[name]))
        spare = policy("Spare", users=people(includeUsers=["All"], excludeUsers=[name]))
        assert outcome(block, spare) == expected
        scope = {"guestOrExternalUserTypes": name}
        block = policy("Block", users=people(includeGuestsOrExternalUsers=scope))
        spare = policy("Spare", users=people(includeUsers=["All"], excludeGuestsOrExternalUsers=scope))
        assert outcome(block, spare, users=[a_user(userType="Guest")]) == expected
    sides = {"includePlatforms": [sentinel], "excludePlatforms": [sentinel]}
    assert lacking(policy(platforms=sides)) == {"conditional-access-policies"}


def test_a_word_that_a_list_knows_is_a_name() -> None:
    """Ids need not look like ids: who is among the users, or holds the role, is meant."""
    me = [a_user("anna")]
    assert outcome(policy(users=people(includeUsers=["anna"])), users=me) == "blocked"
    assert outcome(policy(users=people(includeRoles=["boss"])), users=me, role_assignments=[role("boss", "anna")]) == (
        "blocked"
    )
    assert lacking(policy(users=people(includeRoles=["boss"])), users=me) == {"conditional-access-policies"}


def test_kinds_of_guests_are_different_facts() -> None:
    """One policy for internal guests and one that spares B2B guests leave a B2B guest open."""
    inside = policy("In", users=people(includeGuestsOrExternalUsers={"guestOrExternalUserTypes": "internalGuest"}))
    spared = {"guestOrExternalUserTypes": "b2bCollaborationGuest"}
    outside = policy("Out", users=people(includeUsers=["All"], excludeGuestsOrExternalUsers=spared))
    assert lacking(inside, outside, users=[a_user(userType=None)]) == {"users"}
    everybody_else = {"guestOrExternalUserTypes": "internalGuest"}
    rest = policy("Rest", users=people(includeUsers=["All"], excludeGuestsOrExternalUsers=everybody_else))
    assert outcome(inside, rest, users=[a_user(userType=None)]) == "blocked"


def guests_from(*tenants: str, kind: str = "enumerated", types: str = "b2bCollaborationGuest") -> Json:
    return {
        "guestOrExternalUserTypes": types,
        "externalTenants": {"membershipKind": kind, "members": list(tenants)},
    }


def test_home_tenants_are_different_facts() -> None:
    """Which tenant a guest comes from is not read: a block of one and an exclusion of another may both miss."""
    guest = [a_user(userType="Guest", creationType="Invitation")]
    block = policy("Block", users=people(includeGuestsOrExternalUsers=guests_from(HOMES[0])))
    spare = policy("Spare", users=people(includeUsers=["All"], excludeGuestsOrExternalUsers=guests_from(HOMES[1])))
    same = policy("Same", users=people(includeUsers=["All"], excludeGuestsOrExternalUsers=guests_from(HOMES[0])))
    assert lacking(block, spare, users=guest) == {"users"}
    assert outcome(block, same, users=guest) == "blocked"
    assert outcome(block, users=[a_user(userType="Guest")]) == "allowed"
    internal = guests_from(HOMES[0], types="internalGuest")
    assert outcome(policy(users=people(includeGuestsOrExternalUsers=internal)), users=[a_user(userType="Guest")]) == (
        "blocked"
    )


@pytest.mark.parametrize("scope", [guests_from(kind="unknownFutureValue"), guests_from()], ids=["kind", "no members"])
def test_home_tenants_that_can_not_be_read_are_a_gap(scope: Json) -> None:
    """An unknown way of naming tenants, or a list without members, may mean any tenant."""
    guest = [a_user(userType="Guest", creationType="Invitation")]
    assert lacking(policy(users=people(includeGuestsOrExternalUsers=scope)), users=guest) == {"users"}


# --- platforms and devices


@pytest.mark.parametrize(
    ("include", "exclude", "basic", "oauth"),
    [
        (["all"], [], "blocked", "blocked"),
        (["windows"], [], "allowed", "depends device"),
        (["all"], ["android", "iOS", "windows", "macOS", "linux"], "blocked", "depends device"),
        (["all"], ["all"], "allowed", "allowed"),
        (["windows", "macOS", "linux", "android", "iOS", "windowsPhone"], [], "allowed", "depends device"),
    ],
)
def test_a_legacy_client_names_no_platform(include: list[str], exclude: list[str], basic: str, oauth: str) -> None:
    """Only "all" takes it in, and no single platform lets it out; a native client may be on any."""
    found = policy(platforms={"includePlatforms": include, "excludePlatforms": exclude}, clientAppTypes=["all"])
    assert outcome(found) == basic
    assert outcome(found, method=OAUTH) == oauth
    assert confidence(found) == "medium"


@pytest.mark.parametrize(
    "sides",
    [
        {"includePlatforms": ["unknownFutureValue"], "excludePlatforms": []},
        {"includePlatforms": ["all"], "excludePlatforms": ["toaster"]},
        {"includePlatforms": ["kettle"], "excludePlatforms": ["toaster"]},
        {"includePlatforms": [], "excludePlatforms": ["iOS"]},
    ],
)
def test_an_unknown_platform_is_a_gap(sides: Json) -> None:
    """It may be what a client without a platform counts as; of two unknown ones each is a fact of its own."""
    assert lacking(policy(platforms=sides)) == {"conditional-access-policies"}


@pytest.mark.parametrize(
    ("mode", "rule", "expected"),
    [
        ("include", "device.isCompliant -eq True", "allowed"),
        ("include", "device.isCompliant -ne True", "blocked"),
        ("exclude", "device.isCompliant -eq True", "blocked"),
        ("exclude", "device.isCompliant -ne True", "allowed"),
    ],
)
def test_the_table_of_device_filters(mode: str, rule: str, expected: str) -> None:
    """Documented for unregistered devices: negative operators always apply, positive ones never."""
    found = policy(devices={"deviceFilter": {"mode": mode, "rule": rule}})
    assert outcome(found) == expected
    assert confidence(found) == "high"


@pytest.mark.parametrize(
    "devices",
    [
        {"deviceFilter": {"mode": "include", "rule": "device.model -eq null"}},
        {"deviceFilter": {"mode": "unknownFutureValue", "rule": "device.model -eq 'x'"}},
        {"includeDevices": ["Weird"]},
        {"excludeDevices": ["Compliant"]},
        {"includeDevices": ["All"], "excludeDevices": ["Weird"]},
    ],
)
def test_a_device_condition_that_is_not_understood_is_a_gap(devices: Json) -> None:
    """Null, an unknown mode, unknown states."""
    assert lacking(policy(devices=devices)) == {"conditional-access-policies"}


def test_deprecated_device_states_let_no_sender_out() -> None:
    """Whoever has no device is neither compliant nor joined."""
    states = {"includeStates": ["All"], "excludeStates": ["Compliant", "DomainJoined"]}
    assert outcome(policy(deviceStates=states)) == "blocked"
    assert outcome(policy(devices={"includeDevices": ["All"], "excludeDevices": ["Compliant"]})) == "blocked"


# --- places


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("198.51.100.0", "blocked"),
        ("198.51.100.255", "blocked"),
        ("198.51.101.0", "allowed"),
        ("198.51.99.255", "allowed"),
        ("2001:db8::1", "blocked"),
        ("2001:db9::1", "allowed"),
        ("::c633:6400", "allowed"),  # the number of 198.51.100.0, in the other version
    ],
)
def test_a_known_address_decides(address: str, expected: str) -> None:
    """Ranges of both versions, from the first address to the last."""
    ranges = place("198.51.100.0/25", "198.51.100.128/25", "2001:db8::/32")
    assert outcome(located([OFFICE]), named_locations=[ranges], source_ips=[address]) == expected


def test_two_addresses_may_differ() -> None:
    """Where a sender uses several addresses, the outcome may depend on which."""
    here = [place("198.51.100.0/24")]
    both = ["198.51.100.1", "203.0.113.1"]
    assert outcome(located([OFFICE]), named_locations=here, source_ips=both) == "depends location"
    assert outcome(located(["All"], OFFICE), named_locations=here, source_ips=both[:1]) == "allowed"


def test_without_an_address_the_place_decides_at_sending() -> None:
    """And complementary policies stop everywhere; a range that holds every address leaves nothing to decide."""
    here = [place("198.51.100.0/24")]
    assert outcome(located([OFFICE]), named_locations=here) == "depends location"
    outside = located(["All"], OFFICE) | {"id": guid("9", 1), "grantControls": MFA}
    assert outcome(located([OFFICE]), outside, named_locations=here) == "blocked"
    assert outcome(located([OFFICE]), named_locations=[place("0.0.0.0/0", "::/0")]) == "blocked"


def test_trust_is_more_than_what_can_be_read() -> None:
    """AllTrusted holds the MFA trusted IPs too, which no API shows: a gap for an address outside the named ones."""
    trusted = [place("198.51.100.0/24", isTrusted=True)]
    untrusted = located(["All"], "AllTrusted")
    assert outcome(untrusted) == "depends location"
    assert outcome(untrusted, named_locations=trusted) == "depends location"
    assert outcome(untrusted, named_locations=trusted, source_ips=["198.51.100.9"]) == "allowed"
    assert lacking(untrusted, named_locations=trusted, source_ips=["203.0.113.9"]) == {"mfa-trusted-ips"}
    assert lacking(untrusted, source_ips=["203.0.113.9"], without=["named-locations"]) == {
        "mfa-trusted-ips",
        "named-locations",
    }


def test_only_address_ranges_can_be_trusted() -> None:
    """A country that is marked as trusted is not: where a message comes from decides nothing for a known address."""
    country = {"id": ABROAD, "isTrusted": True, "countriesAndRegions": ["CH"]}
    outside = policy("Out", locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]})
    outside["conditions"]["signInRiskLevels"] = ["high"]
    inside = policy("In", locations={"includeLocations": ["AllTrusted"]}, insiderRiskLevels="elevated")
    found = outcome(outside, inside, named_locations=[country], source_ips=["203.0.113.9"])
    assert found == "depends sign_in_risk insider_risk"


def test_countries_and_the_compliant_network_stay_open_until_sending() -> None:
    """Which country an address is in is looked up then; unknown countries are in where the location says so."""
    for row in (
        {"id": OFFICE, "countriesAndRegions": ["CH"], "includeUnknownCountriesAndRegions": False},
        {"id": OFFICE, "compliantNetworkType": "allTenantCompliantNetworks"},
    ):
        for addresses in ([], ["203.0.113.9"]):
            assert outcome(located([OFFICE]), named_locations=[row], source_ips=addresses) == "depends location"
    known = {"id": OFFICE, "countriesAndRegions": ["CH"], "includeUnknownCountriesAndRegions": True}
    strange = {"id": ABROAD, "countriesAndRegions": ["CH"], "includeUnknownCountriesAndRegions": False}
    together = [located([ABROAD]), located(["All"], OFFICE) | {"id": guid("9", 1)}]
    assert outcome(*together, named_locations=[known, strange]) == "depends location"  # open in unknown countries
    assert (
        outcome(*together, named_locations=[known | {"includeUnknownCountriesAndRegions": False}, strange]) == "blocked"
    )


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        (None, "named-locations"),
        ({"id": OFFICE, "moonPhase": "full"}, "named-locations"),
        ({"id": OFFICE, "ipRanges": [{"cidrAddress": "198.51.100.0/99"}]}, "named-locations"),
        ({"id": OFFICE, "countriesAndRegions": ["CH"], "countryLookupMethod": "tarot"}, "named-locations"),
        ({"id": OFFICE, "countriesAndRegions": ["CH"], "countryLookupMethod": "authenticatorAppGps"}, "gps-country"),
    ],
    ids=["not among those read", "unknown kind", "no range", "unknown look-up", "GPS"],
)
def test_a_location_that_can_not_be_judged_is_a_gap(row: Json | None, missing: str) -> None:
    """Nobody knows whether the sender is there."""
    assert lacking(located([OFFICE]), named_locations=[row] if row else []) == {missing}
    assert lacking(located(["All"], OFFICE), named_locations=[row] if row else []) == {missing}


def test_a_location_condition_that_includes_nothing_is_a_gap() -> None:
    """Graph asks for at least one; what it means without is not said."""
    assert lacking(located([], "AllTrusted")) == {"conditional-access-policies"}


# --- risks, times, flows, and what is not understood


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"signInRiskLevels": ["medium", "high"]}, "depends sign_in_risk"),
        ({"signInRiskLevels": ["none", "low", "medium", "high"]}, "blocked"),
        ({"insiderRiskLevels": "moderate,elevated"}, "depends insider_risk"),
        ({"times": {"includedRanges": [{"daysOfWeek": ["sunday"]}]}}, "depends time"),
        ({"signInRiskLevels": ["high"], "insiderRiskLevels": "elevated"}, "depends sign_in_risk insider_risk"),
        ({"servicePrincipalRiskLevels": ["high"]}, "allowed"),
        ({"agentIdRiskLevels": "high"}, "allowed"),
        ({"authenticationFlows": {"transferMethods": "deviceCodeFlow"}}, "allowed"),
        ({"authenticationFlows": {"transferMethods": "none"}}, "blocked"),
        ({"moonPhases": None}, "blocked"),
        ({"moonPhases": []}, "blocked"),
    ],
)
def test_what_is_decided_at_sending_is_named(condition: Json, expected: str) -> None:
    """Risk of the sign-in, insider risk, time; what only workloads, agents or other flows have never holds."""
    assert outcome(policy(**condition)) == expected


@pytest.mark.parametrize(
    "condition",
    [
        {"signInRiskLevels": ["hidden"]},
        {"userRiskLevels": ["hidden"]},
        {"insiderRiskLevels": "absurd"},
        {"authenticationFlows": {"transferMethods": "carrierPigeon"}},
        {"moonPhases": {"include": ["full"]}},
    ],
)
def test_what_is_not_understood_is_a_gap(condition: Json) -> None:
    """A condition that is set and that nobody knows may hold or not."""
    assert lacking(policy(**condition)) == {"conditional-access-policies"}
    assert confidence(policy(**condition)) == "low"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (None, "allowed"),
        ({"riskLevel": "high", "riskState": "atRisk"}, "blocked"),
        ({"riskLevel": "high", "riskState": "confirmedCompromised"}, "blocked"),
        ({"riskLevel": "low", "riskState": "atRisk"}, "allowed"),
        ({"riskLevel": "high", "riskState": "remediated"}, "allowed"),
        ({"riskLevel": "high", "riskState": "dismissed"}, "allowed"),
        ({"riskLevel": "high", "riskState": "confirmedSafe"}, "allowed"),
        ({"riskLevel": "hidden", "riskState": "atRisk"}, "depends user_risk"),
        ({"riskLevel": "high", "riskState": "unknownFutureValue"}, "depends user_risk"),
    ],
)
def test_a_users_risk_is_decided_for_now(row: Json | None, expected: str) -> None:
    """As the list of risky users says; who isn't on the whole list has none."""
    rows = [row | {"id": user_id(0)}] if row else []
    assert outcome(policy(userRiskLevels=["high"]), risky_users=rows) == expected


def test_without_the_risky_users_the_risk_decides_at_sending() -> None:
    """Not licensed to know is not "no risk"."""
    assert outcome(policy(userRiskLevels=["high"]), without=["risky-users"]) == "depends user_risk"


# --- grant and session controls


@pytest.mark.parametrize(
    "asked",
    [
        *(
            asking(control)
            for control in (
                "block",
                "mfa",
                "compliantDevice",
                "domainJoinedDevice",
                "approvedApplication",
                "compliantApplication",
                "passwordChange",
                "riskRemediation",
                "unknownFutureValue",
            )
        ),
        asking("mfa", "compliantDevice"),
        asking("mfa", "compliantDevice", operator="AND"),
        asking("mfa", "compliantDevice", operator="XOR"),
        asking("mfa", "retinaScan", operator="AND"),
        asking() | {"termsOfUse": [guid("7", 1)]},
        asking() | {"customAuthenticationFactors": ["DuoMfa"]},
        asking() | {"authenticationStrength": {"id": guid("6", 2), "requirementsSatisfied": "mfa"}},
        asking() | {"authenticationStrength": {"id": guid("6", 2), "requirementsSatisfied": "none"}},
    ],
    ids=str,
)
def test_a_legacy_client_meets_no_control(asked: Json) -> None:
    """Whatever is asked for, with OR or AND: the outcome is always blocked access."""
    assert outcome(policy(grant=asked)) == "blocked"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (asking("mfa"), "allowed"),
        (asking("mfa", "compliantDevice"), "allowed"),
        (asking("mfa", "compliantDevice", operator="AND"), "blocked"),
        (asking("compliantDevice", "domainJoinedDevice"), "blocked"),
        (asking("mfa", "retinaScan"), "allowed"),
        (asking("compliantDevice", "retinaScan", operator="AND"), "blocked"),
        (asking("mfa") | {"termsOfUse": ["x"], "operator": "AND"}, "allowed"),
        (asking("block"), "blocked"),
    ],
    ids=str,
)
def test_a_person_signs_in_once_for_a_native_client(asked: Json, expected: str) -> None:
    """MFA and consent are done once; a device control can't be met by a sender without a device."""
    assert outcome(policy(grant=asked, clientAppTypes=["all"]), method=OAUTH) == expected


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        (Method.BASIC, asking("mfa", "retinaScan")),
        (Method.BASIC, asking("tongueScan", "retinaScan", operator="AND")),
        (OAUTH, asking("retinaScan")),
        (OAUTH, asking("mfa", "retinaScan", operator="AND")),
        (OAUTH, asking("compliantDevice", "retinaScan")),
        (OAUTH, asking("mfa", "compliantDevice", operator="XOR")),
    ],
)
def test_an_unknown_alternative_is_a_gap(method: Method, asked: Json) -> None:
    """An unknown control may be one that the client meets."""
    assert lacking(policy(grant=asked, clientAppTypes=["all"]), method=method) == {"conditional-access-policies"}


def test_oddities_of_grants_cost_confidence() -> None:
    """A strength that a password could meet, a control that is alone and unknown."""
    odd = asking() | {"authenticationStrength": {"id": guid("6", 2), "requirementsSatisfied": "none"}}
    assert confidence(policy(grant=odd)) == "low"
    assert confidence(policy(grant=asking("unknownFutureValue"))) == "low"
    assert confidence(policy(grant=asking("mfa"))) == "high"


def test_session_controls_alone_stop_nothing() -> None:
    """Frequency, persistence and the like; token protection and unknown ones may, unless the grant already does."""
    frequency = {"signInFrequency": {"isEnabled": True}, "persistentBrowser": {"isEnabled": True, "mode": "never"}}
    protection = {"secureSignInSession": {"isEnabled": True}}
    assert outcome(policy(grant=None, session=frequency)) == "allowed"
    assert outcome(policy(grant=None, session={"secureSignInSession": {"isEnabled": False}})) == "allowed"
    assert lacking(policy(grant=None, session=protection)) == {"token-protection"}
    assert lacking(policy(grant=None, session={"quantumSeal": {"isEnabled": True}})) == {"conditional-access-policies"}
    assert outcome(policy(session=protection)) == "blocked"
    assert confidence(policy(session=protection)) == "high"


def test_a_policy_that_asks_for_nothing_stops_nobody() -> None:
    """Neither grant nor session: there is no access control to enforce."""
    assert outcome(policy(grant=None)) == "allowed"
    assert outcome(policy(grant={"operator": "AND", "builtInControls": []})) == "allowed"


# --- confidence


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (policy(platforms={"includePlatforms": ["iOS"]}), "medium"),
        (policy(platforms={"includePlatforms": ["iOS"]}, applications=resources(OTHER_APP)), "high"),
        (policy(authenticationFlows={"transferMethods": "deviceCodeFlow"}), "medium"),
        (policy(state="disabled", platforms={"includePlatforms": ["iOS"]}), "high"),
        (policy(users=people(includeUsers=[user_id(5)]), platforms={"includePlatforms": ["iOS"]}), "high"),
    ],
    ids=["platform", "another app anyway", "flow", "disabled", "somebody else"],
)
def test_to_be_let_through_by_an_inferred_rule_costs_confidence(found: Json, expected: str) -> None:
    """Unless a documented rule lets it through as well."""
    assert outcome(found) == "allowed"
    assert confidence(found) == expected


def test_one_sure_policy_is_enough() -> None:
    """A block of high confidence is not made doubtful by another policy."""
    assert confidence(policy(), policy("Platforms", platforms={"includePlatforms": ["all"]})) == "high"
    assert confidence(policy("Platforms", platforms={"includePlatforms": ["all"]})) == "medium"
