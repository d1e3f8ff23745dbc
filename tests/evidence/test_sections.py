"""Every section's parser: any JSON is a typed value or a RowError, in any case of keys, with any noise."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.evidence.registry import BY_NAME, SECTIONS
from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Section
from scanner.evidence.sections import conditional_access_policies as policies
from tests.evidence.documents import DOCUMENTS
from tests.support import folder

FIELDS = {
    "transport-config": ("SmtpClientAuthenticationDisabled", "AllowLegacyTLSClients"),
    "organization-config": ("DefaultAuthenticationPolicy", "RejectDirectSend"),
    "authentication-policies": ("Name", "Identity", "DistinguishedName", "Guid", "AllowBasicAuthSmtp"),
    "mailboxes": (
        "ExternalDirectoryObjectId",
        "ExchangeGuid",
        "Guid",
        "PrimarySmtpAddress",
        "UserPrincipalName",
        "DisplayName",
        "RecipientTypeDetails",
        "IsInactiveMailbox",
        "WhenSoftDeleted",
        "HVEAccount",
        "AccountDisabled",
    ),
    "cas-mailboxes": (
        "ExternalDirectoryObjectId",
        "Guid",
        "PrimarySmtpAddress",
        "SmtpClientAuthenticationDisabled",
        "PopEnabled",
        "ImapEnabled",
    ),
    "exchange-users": ("ExternalDirectoryObjectId", "UserPrincipalName", "AuthenticationPolicy"),
    "users": ("id", "userPrincipalName", "accountEnabled", "userType", "assignedLicenses", "creationType"),
    "security-defaults": ("isEnabled",),
    "conditional-access-policies": policies.POLICY_KEYS,
    "named-locations": ("id", "displayName", "isTrusted", "ipRanges", "countriesAndRegions", "countryLookupMethod"),
    "groups": ("id", "displayName", "members", "transitiveMembers", "exists", "membershipReadable"),
    "role-assignments": ("principalId", "roleDefinitionId", "directoryScopeId", "principal", "roleDefinition"),
    "role-eligibilities": ("principalId", "roleDefinitionId", "directoryScopeId", "roleDefinition"),
    "service-principals": ("id", "appId", "displayName", "appOwnerOrganizationId", "customSecurityAttributes"),
    "exchange-service-principals": ("AppId", "ObjectId", "ServiceId", "DisplayName", "Sid"),
    "mailbox-permissions": ("Identity", "User", "AccessRights", "Deny"),
    "per-user-mfa": ("id", "perUserMfaState"),
    "risky-users": ("id", "riskLevel", "riskState"),
    "domains": ("id", "authenticationType"),
    "sign-ins": (
        "id",
        "createdDateTime",
        "userId",
        "userPrincipalName",
        "clientAppUsed",
        "status",
        "ipAddress",
        "userAgent",
        "authenticationProtocol",
        "appliedConditionalAccessPolicies",
    ),
    "message-traces": ("id", "senderAddress", "recipientAddress", "messageId"),
    "smtp-auth-clients": ("Sender address", "Domain", "TLS 1.0", "Messages sent", "Authentication Protocol"),
}
IDS = st.sampled_from(("11111111-0000-4000-8000-000000000001", "X"))


def documents_of(section: str) -> st.SearchStrategy[dict[str, Any]]:
    """Give objects that have the section's fields, each with any value or none."""
    fields = dict.fromkeys(FIELDS[section], DOCUMENTS | IDS)
    if section == "conditional-access-policies":
        fields |= {"conditions": conditions(), "grantControls": objects(policies.GRANT_KEYS)}
    return st.fixed_dictionaries({}, optional=fields)


def objects(keys: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Give objects with some of the keys, or something else."""
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, DOCUMENTS)) | DOCUMENTS


def conditions() -> st.SearchStrategy[Any]:
    """Give conditions whose known parts are objects, lists or something else."""
    nested = {
        "users": objects(policies.USER_KEYS),
        "applications": objects(policies.RESOURCE_KEYS),
        "clientApplications": objects(policies.WORKLOAD_KEYS),
        "devices": objects(policies.DEVICE_KEYS),
    }
    return st.fixed_dictionaries({}, optional=dict.fromkeys(policies.CONDITION_KEYS, DOCUMENTS) | nested) | DOCUMENTS


def parsed(section: Section[Any], raw: dict[str, Any]) -> object:
    """Parse, or say why not; the case of field names in the sentence is the parser's own."""
    try:
        return section.parse(Row(raw))
    except RowError:
        return RowError


def pascal(value: Any) -> Any:
    """Write keys as PowerShell does, all the way down; annotations keep their names."""
    match value:
        case dict():
            return {key if "@" in key else key[:1].upper() + key[1:]: pascal(item) for key, item in value.items()}
        case list():
            return [pascal(item) for item in value]
        case _:
            return value


def camel(value: Any) -> Any:
    """Write keys as Graph does, all the way down."""
    match value:
        case dict():
            return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items()}
        case list():
            return [camel(item) for item in value]
        case _:
            return value


def noisy(value: Any) -> Any:
    """Put an annotation beside every key."""
    match value:
        case dict():
            noise = {f"{key}@odata.type": "#Collection(String)" for key in value if "@" not in key}
            return {"@odata.context": "https://graph", **{key: noisy(item) for key, item in value.items()}, **noise}
        case list():
            return [noisy(item) for item in value]
        case _:
            return value


def test_every_section_is_tried() -> None:
    """A new section gets its fields here."""
    assert set(FIELDS) == set(BY_NAME)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_object_is_parsed_or_refused(section: Section[Any], data: st.DataObject) -> None:
    """No JSON crashes a parser but with RowError; what it gives can be compared and hashed."""
    raw = data.draw(documents_of(section.name))
    found = parsed(section, raw)
    assert found is RowError or isinstance(hash(found), int)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_case_and_noise_are_irrelevant(section: Section[Any], data: st.DataObject) -> None:
    """PascalCase, camelCase and annotations beside every key give the same value."""
    raw = camel(data.draw(documents_of(section.name)))
    found = parsed(section, raw)
    assert parsed(section, pascal(raw)) == found
    assert parsed(section, noisy(raw)) == found


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_an_empty_object_crashes_nothing(section: Section[Any]) -> None:
    """Single objects are read as all absent; rows of lists are refused with a sentence."""
    if section.single:
        section.parse(Row({}))
        return
    with pytest.raises(RowError, match=r"without|neither"):
        section.parse(Row({}))


@pytest.mark.parametrize("name", sorted(set(folder.files()) - {"tenant"}))
def test_the_small_tenant_is_read_the_same_in_any_form(name: str) -> None:
    """Real shapes, not only arbitrary ones: PascalCase with noise equals camelCase without."""
    section = BY_NAME[name]
    content = json.loads(json.dumps(folder.files()[name]))
    for raw in content if isinstance(content, list) else [content]:
        assert section.parse(Row(pascal(noisy(raw)))) == section.parse(Row(camel(raw)))


@pytest.mark.parametrize("name", ["users", "applications"])
@pytest.mark.parametrize("state", ["enabled", "enabledForReportingButNotEnforced", "somethingNew"])
def test_a_policy_in_force_that_lacks_its_scope_is_refused(name: str, state: str) -> None:
    """It would seem to be about nobody; so its section is partial, and nothing is claimed."""
    raw = folder.policy(1, "x", users={"includeUsers": ["All"]}, state=state)
    raw["conditions"][name] = None
    with pytest.raises(RowError, match="does not say whom and what"):
        policies.parse(Row(raw))


def test_a_policy_that_is_off_may_lack_anything() -> None:
    """What doesn't count is not complained of."""
    raw = folder.policy(1, "x", users={}, state="disabled")
    raw["conditions"] = {"users": None}
    assert policies.parse(Row(raw)).state == "disabled"


@pytest.mark.parametrize(
    ("more", "understood", "ranges"),
    [
        ({"ipRanges": [{"cidrAddress": "203.0.113.0/24"}]}, True, ("203.0.113.0/24",)),
        ({"ipRanges": ["203.0.113.0/24"]}, True, ("203.0.113.0/24",)),
        ({"ipRanges": []}, True, ()),
        ({"ipRanges": None}, False, ()),
        ({"ipRanges": [{"cidrAddress": None}]}, True, ("",)),
        ({"countriesAndRegions": ["ua"], "countryLookupMethod": "clientIpAddress"}, True, ()),
        ({"countriesAndRegions": None}, False, ()),
        ({"countriesAndRegions": ["UA"], "countryLookupMethod": "somethingNew"}, False, ()),
        ({}, False, ()),
    ],
)
def test_a_named_location_is_understood_or_says_not(
    more: dict[str, Any], understood: object, ranges: tuple[str, ...]
) -> None:
    """A range without an address stays, so that nothing takes the location for an empty one."""
    location = BY_NAME["named-locations"].parse(Row({"id": "x", **more}))
    assert location.understood is understood
    assert location.ranges == ranges


@pytest.mark.parametrize(
    ("more", "attributes"),
    [
        ({}, None),
        ({"customSecurityAttributes": None}, None),
        ({"customSecurityAttributes": "hidden"}, None),
        ({"customSecurityAttributes": {}}, ()),
        ({"customSecurityAttributes": {"Mail": {"Tier": "1", "Tags@odata.type": "x", "Tags": ["a", None]}}},
         (("mail_tier", ("1",)), ("mail_tags", ("a",)))),
        ({"customSecurityAttributes": {"Mail": "x", "@odata.type": "y"}}, ()),
    ],
)  # fmt: skip
def test_attributes_of_a_service_principal(more: dict[str, Any], attributes: object) -> None:
    """Without the key, or with null, they were not readable, which is not the same as none."""
    assert BY_NAME["service-principals"].parse(Row({"id": "x", **more})).attributes == attributes
