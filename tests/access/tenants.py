"""Small tricky tenants, made from a seed: as Graph returns them, and as a typed snapshot.

Every construct of facts/conditional-access.md §1 occurs; which ones a tenant has is told by ``constructs_of``.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scanner.evidence.assemble import Page, assemble
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
OTHER_APP = "00000003-0000-0ff1-ce00-000000000000"
ADMIN, READER = "62e90394-69f5-4237-9190-012177145e10", "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
HOMES = ("aaaaaaaa-1111-4000-8000-000000000001", "bbbbbbbb-2222-4000-8000-000000000002")
JUNK: dict[str, object] = {"displayName": "a row without id"}  # makes its section partial
USERS_SETS = ("All", "None", "GuestsOrExternalUsers")
SOURCE_IPS = (
    "198.51.100.7",
    "198.51.100.255",
    "203.0.114.0",
    "203.0.113.9",
    "2001:db8::7",
    "2001:db8:1::9",
    "192.0.2.1",
)
RANGES = (
    "198.51.100.0/24",
    "198.51.100.0/28",
    "198.51.100.128/25",
    "203.0.113.0/24",
    "0.0.0.0/1",
    "2001:db8::/32",
    "2001:db8:1::/48",
)
SECTIONS = ("users", "groups", "role-assignments", "named-locations", "risky-users", "service-principals")

Json = dict[str, Any]


def guid(kind: str, number: int) -> str:
    return f"{kind}0000000-0000-4000-8000-{number:012d}"


def user_id(number: int) -> str:
    return guid("a", number)


def group_id(number: int) -> str:
    return guid("b", number)


def location_id(number: int) -> str:
    return guid("c", number)


@dataclass
class RawTenant:
    """A tenant as the provider returns it; a section that isn't there is missing."""

    sections: dict[str, list[Json]]
    source_ips: tuple[str, ...] = ()
    states: dict[str, SectionState] = field(default_factory=dict)

    def rows(self, section: str) -> list[Json]:
        return self.sections.get(section, [])


class Dice:
    """Choices that read like what they choose."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- a tenant must come back for its seed

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def weighted(self, weights: Mapping[Any, float]) -> Any:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def some(self, values: Sequence[Any], most: int) -> list[Any]:
        return self.random.sample(list(values), self.random.randint(0, min(most, len(values))))

    def few(self, values: Sequence[Any], most: int) -> list[Any]:
        return self.random.sample(list(values), self.random.randint(1, min(most, len(values))))


def tenant_of(seed: int) -> RawTenant:
    """Make the tenant of a seed."""
    dice = Dice(seed)
    users = list(make_users(dice))
    groups = list(make_groups(dice, len(users)))
    flavour = Flavour(dice)
    policies = dice.one(1, 2, 2, 3, 4)
    sections = {
        "conditional-access-policies": [make_policy(dice, number, flavour) for number in range(policies)],
        "users": users,
        "groups": groups,
        "role-assignments": list(make_roles(dice)),
        "role-eligibilities": [role(dice.one(ADMIN, READER), user_id(0))] if dice.chance(0.1) else [],
        "named-locations": list(make_locations(dice)) if flavour.places else [],
        "risky-users": list(make_risks(dice)),
        "service-principals": list(make_service_principals(dice)),
    }
    raw = RawTenant(sections=sections)
    raw.sections["mailboxes"] = [mailbox(user) for user in users]
    for section, missing, partial in (
        ("conditional-access-policies", 0.01, 0.02),
        ("users", 0.03, 0.05),
        ("groups", 0.03, 0.1),
        ("role-assignments", 0.05, 0.1),
        ("named-locations", 0.05, 0.1),
        ("risky-users", 0.3, 0.1),
        ("service-principals", 0.3, 0.1),
    ):
        forget(dice, raw, section, missing, partial)
    if flavour.places and dice.chance(0.4):
        raw.source_ips = tuple(dice.few(SOURCE_IPS, 2))
    return raw


def forget(dice: Dice, raw: RawTenant, section: str, missing: float, partial: float) -> None:
    """Leave a section out, or one of its rows, which a row that can't be read makes known."""
    if dice.chance(missing):
        raw.sections.pop(section)
    elif dice.chance(partial):
        rows = raw.sections[section]
        if rows and dice.chance(0.5):
            rows.pop(dice.random.randrange(len(rows)))
        rows.append(JUNK)


class Flavour:
    """Which runtime conditions a tenant uses: few at a time, or there would be too many worlds."""

    def __init__(self, dice: Dice) -> None:
        used = dice.some(("places", "sign-in", "user", "insider", "times", "platforms"), 2)
        self.places = "places" in used or dice.chance(0.25)
        self.sign_in = "sign-in" in used
        self.user = "user" in used
        self.insider = "insider" in used
        self.times = "times" in used
        self.platforms = "platforms" in used


def make_users(dice: Dice) -> Iterator[Json]:
    for number in range(dice.one(2, 3, 4)):
        kind = dice.weighted({"member": 6, "internal": 1, "b2b": 1, "invited": 0.5, "b2b member": 0.5, "unclear": 1})
        name = f"u{number}@contoso.example"
        user: Json = {"id": user_id(number), "userPrincipalName": name, "accountEnabled": True, "userType": "Member"}
        match kind:
            case "internal":
                user["userType"] = "Guest"
            case "b2b":
                user |= {"userType": "Guest", "userPrincipalName": f"u{number}_home.example#EXT#@contoso.example"}
            case "invited":
                user |= {"userType": "Guest", "creationType": "Invitation"}
            case "b2b member":
                user["userPrincipalName"] = f"u{number}_home.example#EXT#@contoso.example"
            case "unclear":
                user["userType"] = dice.one(None, "", "Robot")
            case _:
                pass
        yield user


def mailbox(user: Json) -> Json:
    return {
        "ExternalDirectoryObjectId": user["id"],
        "PrimarySmtpAddress": user["userPrincipalName"].replace("#EXT#", ""),
        "UserPrincipalName": user["userPrincipalName"],
        "RecipientTypeDetails": "UserMailbox",
    }


def member(kind: str, object_id: str, dice: Dice) -> Json | str:
    """Give a member typed, or now and then without a type."""
    if dice.chance(0.15):
        return object_id if dice.chance(0.5) else {"id": object_id}
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": object_id}


def make_groups(dice: Dice, users: int) -> Iterator[Json]:
    count = dice.one(1, 2, 3, 4)
    for number in range(count):
        group: Json = {"id": group_id(number), "displayName": f"Group {number}"}
        people = [member("user", user_id(index), dice) for index in dice.some(range(users), 3)]
        inside = [index for index in dice.some(range(count + 1), 2) if dice.chance(0.4)]
        nested = [member("group", group_id(index), dice) for index in inside]
        kind = dice.weighted(
            {"direct": 6, "transitive": 3, "deleted": 1, "unreadable": 1, "partial": 1, "no members": 1, "pages": 1}
        )
        if dice.chance(0.1):
            group["groupTypes"] = ["DynamicMembership"]
        match kind:
            case "direct" | "pages":
                group["members"] = people + nested
            case "transitive":
                group["transitiveMembers"] = people + [item for item in nested if isinstance(item, dict)]
            case "deleted":
                group |= {"exists": False} | dice.one({}, {"members": people})
            case "unreadable":
                group |= {"membershipReadable": False} | dice.one({}, {"members": people})
            case "partial":
                group |= {"membershipPartial": True, "members": people}
            case _:
                pass  # its members were not collected
        yield group
        if kind == "pages":
            yield group | {"members": [member("user", user_id(index), dice) for index in dice.some(range(users), 2)]}


def role(template: str, principal_id: str, **changes: Any) -> Json:
    return {"principalId": principal_id, "roleDefinitionId": template, "directoryScopeId": "/", **changes}


def make_roles(dice: Dice) -> Iterator[Json]:
    for _ in range(dice.one(0, 1, 2, 3)):
        kind = dice.weighted({"user": 4, "group": 3, "servicePrincipal": 1, "stranger": 0.5})
        principal = {
            "user": user_id(dice.one(0, 1, 2)),
            "group": group_id(dice.one(0, 1, 2, 9)),
            "servicePrincipal": guid("e", 1),
            "stranger": guid("d", 7),
        }[kind]
        row = role(dice.one(ADMIN, READER), principal)
        if dice.chance(0.15):
            row["directoryScopeId"] = "/administrativeUnits/" + guid("f", 1)
        if dice.chance(0.3):
            built_in = dice.chance(0.7)
            row["roleDefinition"] = {"templateId": row["roleDefinitionId"], "isBuiltIn": built_in}
        if kind != "stranger" and dice.chance(0.6):
            row["principal"] = {"@odata.type": f"#microsoft.graph.{kind}", "id": principal}
        yield row


def make_locations(dice: Dice) -> Iterator[Json]:
    for number in range(dice.one(1, 2, 3)):
        row: Json = {"id": location_id(number), "displayName": f"Place {number}"}
        match dice.weighted({"ip": 6, "country": 3, "gps": 1, "network": 1, "strange": 0.7, "broken": 0.7}):
            case "ip":
                yield row | {"isTrusted": dice.chance(0.5), "ipRanges": ranges(dice.few(RANGES, 2))}
            case "country":
                countries = dice.few(("CH", "DE", "US"), 2)
                yield row | {"countriesAndRegions": countries, "includeUnknownCountriesAndRegions": dice.chance(0.5)}
            case "gps":
                yield row | {"countriesAndRegions": ["CH"], "countryLookupMethod": "authenticatorAppGps"}
            case "network":
                yield row | {"compliantNetworkType": "allTenantCompliantNetworks"}
            case "strange":
                yield row | {"isTrusted": False, "moonPhase": "full"}
            case _:
                yield row | {"isTrusted": dice.chance(0.5), "ipRanges": ranges(["198.51.100.0/99"])}


def ranges(texts: Sequence[str]) -> list[Json]:
    kinds = {True: "#microsoft.graph.iPv6CidrRange", False: "#microsoft.graph.iPv4CidrRange"}
    return [{"@odata.type": kinds[":" in text], "cidrAddress": text} for text in texts]


def make_risks(dice: Dice) -> Iterator[Json]:
    for number in range(3):
        if dice.chance(0.4):
            yield {
                "id": user_id(number),
                "riskLevel": dice.one("low", "medium", "high", "high", "none", "hidden"),
                "riskState": dice.one("atRisk", "atRisk", "confirmedCompromised", "remediated", "dismissed", "odd"),
            }


def make_service_principals(dice: Dice) -> Iterator[Json]:
    if dice.chance(0.8):
        exchange: Json = {"id": guid("e", 0), "appId": EXCHANGE, "displayName": "Office 365 Exchange Online"}
        if dice.chance(0.7):
            exchange["customSecurityAttributes"] = {"Mail": {"Tier": dice.one("one", "two", ["one", "three"])}}
        yield exchange
    yield {"id": guid("e", 1), "appId": guid("e", 11), "displayName": "A scanner"}


def make_policy(dice: Dice, number: int, flavour: Flavour) -> Json:
    conditions: Json = {"users": make_people(dice), "applications": make_resources(dice)}
    make_client_types(dice, conditions)
    make_moment(dice, conditions, flavour)
    make_device(dice, conditions)
    make_rarities(dice, conditions)
    return {
        "id": guid("9", number),
        "displayName": f"Policy {number}",
        "state": dice.weighted(
            {"enabled": 12, "disabled": 1, "enabledForReportingButNotEnforced": 2, "unknownFutureValue": 0.4}
        ),
        "deletedDateTime": "2026-01-01T00:00:00Z" if dice.chance(0.02) else None,
        "conditions": conditions,
        "grantControls": make_grant(dice),
        "sessionControls": make_session(dice),
    }


def make_people(dice: Dice) -> Json:
    people: Json = {"includeUsers": [], "excludeUsers": []}
    match dice.weighted({"all": 6, "some": 5, "none": 0.5}):
        case "all":
            people["includeUsers"] = ["All"]
            if dice.chance(0.6):
                name_people(dice, people, "exclude", 0.35)
        case "some":
            name_people(dice, people, "include", 0.5)
            if dice.chance(0.4):
                name_people(dice, people, "exclude", 0.3)
        case _:
            people["includeUsers"] = ["None"]
    return people


def name_people(dice: Dice, people: Json, side: str, share: float) -> None:
    if dice.chance(share):
        people[f"{side}Users"] = [user_id(index) for index in dice.few(range(3), 2)]
    if dice.chance(share):
        people[f"{side}Groups"] = [group_id(index) for index in dice.few(range(5), 2)]
    if dice.chance(share):
        people[f"{side}Roles"] = dice.few((ADMIN, READER), 2)
    if dice.chance(share * 0.3):
        people[f"{side}Users"] = [*people.get(f"{side}Users", []), "GuestsOrExternalUsers"]
    if dice.chance(share * 0.1):
        people[f"{side}Users"] = [*people.get(f"{side}Users", []), dice.one("AllMartians", "unknownFutureValue")]
    if dice.chance(share * 0.5):
        people[f"{side}GuestsOrExternalUsers"] = make_guests(dice)


def make_guests(dice: Dice) -> Json:
    known = ("internalGuest", "b2bCollaborationGuest", "b2bCollaborationMember", "serviceProvider")
    types = dice.few(known, 3) + ([dice.one("martianGuest", "unknownFutureValue")] if dice.chance(0.15) else [])
    guests: Json = {"guestOrExternalUserTypes": ",".join(types)}
    match dice.weighted({"every": 5, "some": 3, "strange": 0.5, "not said": 2}):
        case "every":
            guests["externalTenants"] = {"membershipKind": "all"}
        case "some":
            guests["externalTenants"] = {"membershipKind": "enumerated", "members": dice.few(HOMES, 2)}
        case "strange":
            guests["externalTenants"] = {"membershipKind": "unknownFutureValue"}
        case _:
            pass
    return guests


def make_resources(dice: Dice) -> Json:
    found: Json
    kinds = {"mail": 12, "filter": 1.5, "other": 1, "odd": 0.5, "action": 0.4, "context": 0.4, "none": 0.3}
    match dice.weighted(kinds):
        case "mail":
            found = {"includeApplications": [dice.one("All", "All", "Office365", EXCHANGE)]}
            if dice.chance(0.12):
                found["excludeApplications"] = [dice.one(EXCHANGE, "Office365", OTHER_APP, "SomethingNew")]
        case "filter":
            mode = dice.weighted({"include": 4, "exclude": 4, "unknownFutureValue": 1})
            rule = dice.one(
                'CustomSecurityAttribute.Mail_Tier -eq "one"',
                "CustomSecurityAttribute.Mail_Tier -notContains 'two'",
                'CustomSecurityAttribute.Mail_Tier -in ["two", "three"] -or CustomSecurityAttribute.Other_X -ne "y"',
                "CustomSecurityAttribute.Mail_Tier -resembles 'two'",
            )
            include = dice.one([], ["All"], [OTHER_APP])
            found = {"includeApplications": include, "applicationFilter": {"mode": mode, "rule": rule}}
        case "other":
            found = {"includeApplications": [dice.one(OTHER_APP, "MicrosoftAdminPortals")]}
        case "odd":
            found = {"includeApplications": ["SomethingNew"]}
            if dice.chance(0.5):
                found["excludeApplications"] = [dice.one("SomethingNew", "SomethingElse")]
        case "action":
            found = {"includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"]}
        case "context":
            found = {"includeApplications": [], "includeAuthenticationContextClassReferences": ["c1"]}
        case _:
            found = {"includeApplications": ["None"]}
    return found


def make_client_types(dice: Dice, conditions: Json) -> None:
    found = dice.weighted(
        {
            ("all",): 7,
            ("exchangeActiveSync", "other"): 3,
            ("other",): 2,
            ("browser", "mobileAppsAndDesktopClients"): 2,
            ("mobileAppsAndDesktopClients",): 1,
            (): 0.7,
            ("exchangeActiveSync", "easSupported"): 0.5,
            ("unknownFutureValue",): 0.5,
            None: 0.4,
        }
    )
    if found is not None:
        conditions["clientAppTypes"] = list(found)


def make_moment(dice: Dice, conditions: Json, flavour: Flavour) -> None:
    """Add what is decided at the time of sending."""
    if flavour.places and dice.chance(0.65):
        names = ["All", "All", "AllTrusted", *(location_id(number) for number in range(4))]
        include = [dice.one(*names)]
        conditions["locations"] = {
            "includeLocations": [] if dice.chance(0.03) else include,
            "excludeLocations": dice.few(names[2:], 2) if dice.chance(0.6) else [],
        }
    risks = ("low", "medium", "high", "none")
    if flavour.sign_in and dice.chance(0.6):
        conditions["signInRiskLevels"] = dice.few(risks, 2) + (["hidden"] if dice.chance(0.1) else [])
    if flavour.user and dice.chance(0.6):
        conditions["userRiskLevels"] = dice.few(risks, 2) + (["unknownFutureValue"] if dice.chance(0.1) else [])
    if flavour.insider and dice.chance(0.6):
        levels = dice.few(("minor", "moderate", "elevated"), 2) + (["absurd"] if dice.chance(0.1) else [])
        conditions["insiderRiskLevels"] = ",".join(levels)
    if flavour.times and dice.chance(0.6):
        conditions["times"] = {"includedRanges": [{"daysOfWeek": ["sunday"]}]}
    if flavour.platforms and dice.chance(0.7):
        odd = ["unknownFutureValue"] if dice.chance(0.15) else []
        include = dice.one(["all"], ["all"], dice.few(("windows", "iOS", "linux", "macOS"), 2), [])
        exclude = dice.few(("windows", "android", "linux", "macOS"), 3) if dice.chance(0.6) else []
        side = dice.one(include, exclude)
        side += odd
        conditions["platforms"] = {"includePlatforms": include, "excludePlatforms": exclude}


def make_device(dice: Dice, conditions: Json) -> None:
    if dice.chance(0.1):
        rule = dice.one(
            "device.isCompliant -eq True",
            "device.isCompliant -ne True",
            'device.trustType -notIn ["AzureAD", "ServerAD"] -and (device.model -ne "x" -or device.model -eq "y")',
            'not (device.extensionAttribute1 -startsWith "SAW")',
            'device.displayName -contains "printer" -or device.isCompliant -notEq null',
            "device.deviceId -ne null",
        )
        mode = dice.weighted({"include": 4, "exclude": 4, "unknownFutureValue": 0.5})
        conditions["devices"] = {"deviceFilter": {"mode": mode, "rule": rule}}
    elif dice.chance(0.04):
        states = {"includeStates": [dice.one("All", "All", "Weird")], "excludeStates": dice.one([], ["Compliant"])}
        conditions["deviceStates"] = states
    elif dice.chance(0.03):
        exclude = dice.some(("Compliant", "domainJoined"), 2)
        conditions["devices"] = {"includeDevices": ["All"], "excludeDevices": exclude}


def make_rarities(dice: Dice, conditions: Json) -> None:
    if dice.chance(0.04):
        flow = dice.one("deviceCodeFlow", "authenticationTransfer", "deviceCodeFlow,authenticationTransfer", "newFlow")
        conditions["authenticationFlows"] = {"transferMethods": flow}
    if dice.chance(0.02):
        conditions["moonPhases"] = {"include": ["full"]}
    if dice.chance(0.02):
        conditions["servicePrincipalRiskLevels"] = ["high"]
    if dice.chance(0.02):
        conditions["agentIdRiskLevels"] = "high"
    if dice.chance(0.03):
        conditions["users"] = {"includeUsers": ["None"]}
        conditions["clientApplications"] = dice.one(
            {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]},
            {"includeServicePrincipals": [guid("e", 1)]},
            {"includeAgentIdServicePrincipals": ["All"]},
        )


def make_grant(dice: Dice) -> Json | None:
    kind = dice.weighted({"block": 6, "mfa": 4, "several": 4, "session only": 1})
    match kind:
        case "block":
            return {"operator": "OR", "builtInControls": ["block"]}
        case "mfa":
            return {"operator": "OR", "builtInControls": ["mfa"]}
        case "session only":
            return {"operator": "OR", "builtInControls": []} if dice.chance(0.5) else None
        case _:
            return make_mixed_grant(dice)


def make_mixed_grant(dice: Dice) -> Json:
    controls = (
        "mfa",
        "compliantDevice",
        "domainJoinedDevice",
        "approvedApplication",
        "compliantApplication",
        "passwordChange",
        "riskRemediation",
        "unknownFutureValue",
        "retinaScan",
    )
    found: Json = {"operator": dice.one("OR", "AND", "OR", "AND", "XOR"), "builtInControls": dice.some(controls, 2)}
    if dice.chance(0.2):
        found["termsOfUse"] = [guid("7", 1)]
    if dice.chance(0.1):
        found["customAuthenticationFactors"] = ["DuoMfa"]
    if dice.chance(0.3):
        satisfied = dice.weighted({"mfa": 4, "none": 1, "unknownFutureValue": 0.5})
        found["authenticationStrength"] = {"id": guid("6", 2), "requirementsSatisfied": satisfied}
    return found


def make_session(dice: Dice) -> Json | None:
    if dice.chance(0.75):
        return None
    found: Json = {}
    if dice.chance(0.5):
        found["signInFrequency"] = {"isEnabled": True, "value": 4, "type": "hours"}
    if dice.chance(0.3):
        found["persistentBrowser"] = {"isEnabled": dice.chance(0.5), "mode": "never"}
    if dice.chance(0.3):
        found["secureSignInSession"] = {"isEnabled": dice.chance(0.7)}
    if dice.chance(0.1):
        found["quantumSeal"] = {"isEnabled": True}
    return found


# --- as a snapshot and as a folder


def snapshot_of(raw: RawTenant) -> Snapshot:
    """Read a tenant through the parsers of scanner.evidence."""
    reports = {
        name: SectionReport(section=name, state=raw.states.get(name, SectionState.COMPLETE), count=len(rows))
        for name, rows in raw.sections.items()
    }
    return assemble(Tenant(id="t"), reports, lambda name: [Page(rows=raw.rows(name))])


def write_folder(raw: RawTenant, folder: Path, key: Callable[[str], str] = str) -> None:
    """Write a tenant as an evidence folder; ``key`` changes the names of keys."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tenant.json").write_text(json.dumps({"id": guid("1", 1), "domain": "contoso.example"}))
    for name, rows in raw.sections.items():
        (folder / f"{name}.json").write_text(json.dumps(renamed(rows, key)))


def renamed(value: Any, key: Callable[[str], str]) -> Any:
    """Rename the keys of a document, but for the provider's annotations."""
    if isinstance(value, dict):
        return {name if "@" in name else key(name): renamed(item, key) for name, item in value.items()}
    return [renamed(item, key) for item in value] if isinstance(value, list) else value


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def constructs_of(raw: RawTenant) -> Iterator[str]:
    """Name what a tenant has, as ``key=value`` of its policies and as forms of groups, roles, places and sections."""
    for policy in raw.rows("conditional-access-policies"):
        yield from leaves(policy)
    for row in (*raw.rows("groups"), *raw.rows("role-assignments"), *raw.rows("named-locations"), *raw.rows("users")):
        yield from leaves(row)
    for name in SECTIONS:
        if name not in raw.sections:
            yield f"missing {name}"
        elif JUNK in raw.sections[name]:
            yield f"partial {name}"
    if raw.source_ips:
        yield "source ip"


def leaves(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, key)
    elif isinstance(value, list) and value:
        for item in value:
            yield from leaves(item, name)
    elif not isinstance(value, str) or "-4000-8000-" not in value:
        yield f"{name}={json.dumps(value)}"
    elif name:
        yield name
