"""Graph conditionalAccessPolicy: what facts/apis.md §2.2 lists, and a note of everything else that is set."""

from collections.abc import Iterator

from scanner.evidence.row import Row, RowError, holds_something
from scanner.evidence.section import GraphList, Section
from scanner.model.policy import (
    Conditions,
    Grant,
    GuestScope,
    PeopleScope,
    Policy,
    ResourceScope,
    RuleFilter,
    Sides,
    Strength,
    WorkloadScope,
)
from scanner.model.text import say

POLICY_KEYS = (
    "id",
    "templateId",
    "displayName",
    "description",
    "createdDateTime",
    "modifiedDateTime",
    "deletedDateTime",
    "state",
    "conditions",
    "grantControls",
    "sessionControls",
)
CONDITION_KEYS = (
    "clientAppTypes",
    "applications",
    "users",
    "clientApplications",
    "platforms",
    "locations",
    "devices",
    "deviceStates",
    "userRiskLevels",
    "signInRiskLevels",
    "servicePrincipalRiskLevels",
    "insiderRiskLevels",
    "authenticationFlows",
    "times",
)
AGENT_ONLY_KEYS = ("agentIdRiskLevels", "agentContext")
USER_KEYS = tuple(
    side + what for side in ("include", "exclude") for what in ("Users", "Groups", "Roles", "GuestsOrExternalUsers")
)
RESOURCE_KEYS = (
    "includeApplications",
    "excludeApplications",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
    "applicationFilter",
)
WORKLOAD_KEYS = (
    "includeServicePrincipals",
    "excludeServicePrincipals",
    "servicePrincipalFilter",
    "includeAgentIdServicePrincipals",
    "excludeAgentIdServicePrincipals",
    "agentIdServicePrincipalFilter",
)
DEVICE_KEYS = ("deviceFilter", "includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates")
GRANT_KEYS = ("operator", "builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength")
STRENGTH_KEYS = ("id", "displayName", "requirementsSatisfied", "allowedCombinations")
NOBODY = frozenset({"none"})


def guests(row: Row, key: str) -> GuestScope | None:
    """Read one side's guest types and the home tenants they are narrowed to."""
    found = row.row(key)
    types = found.words("guestOrExternalUserTypes") - NOBODY if found else frozenset()
    if found is None or not types:
        return None
    tenants = found.row("externalTenants")
    narrowed = tenants is not None and holds_something(found.raw("externalTenants"))
    kind = tenants.word("membershipKind").lower() if tenants and narrowed else "all"
    return GuestScope(
        types=types,
        tenants=tenants.words("members") if tenants and kind == "enumerated" else None,
        understood=kind in {"all", "enumerated"},
    )


def people(users: Row, side: str) -> PeopleScope:
    """Read one side of the user assignments."""
    return PeopleScope(
        users=users.words(f"{side}Users") - NOBODY,
        groups=users.words(f"{side}Groups"),
        roles=users.words(f"{side}Roles"),
        guests=guests(users, f"{side}GuestsOrExternalUsers"),
    )


def rule_filter(row: Row, key: str) -> RuleFilter | None:
    """Read a filter; one without a rule is not set."""
    found = row.row(key)
    if found is None or not found.word("rule").strip():
        return None
    return RuleFilter(mode=found.word("mode").lower(), rule=found.word("rule"))


def sides(row: Row | None, include: str, exclude: str) -> Sides | None:
    """Read the include and exclude lists of one condition; ``None`` where both are empty."""
    if row is None:
        return None
    found = Sides(include=row.words(include), exclude=row.words(exclude))
    return found if found != Sides() else None


def resources(row: Row | None) -> ResourceScope:
    """Read the resources."""
    if row is None:
        return ResourceScope()
    return ResourceScope(
        include=row.words("includeApplications"),
        exclude=row.words("excludeApplications"),
        user_actions=bool(row.words("includeUserActions")),
        authentication_contexts=bool(row.words("includeAuthenticationContextClassReferences")),
        filter=rule_filter(row, "applicationFilter"),
    )


def workload(row: Row | None) -> WorkloadScope | None:
    """Read clientApplications; ``None`` where it names nobody."""
    if row is None:
        return None
    agents = any(holds_something(row.raw(key)) for key in WORKLOAD_KEYS[3:])
    found = WorkloadScope(
        include=row.words("includeServicePrincipals") - NOBODY,
        exclude=row.words("excludeServicePrincipals") - NOBODY,
        filtered=holds_something(row.raw("servicePrincipalFilter")),
        agents=agents,
    )
    return found if found != WorkloadScope() else None


def device_states(conditions: Row) -> Sides | None:
    """Read the deprecated device states, in both of the forms that they had."""
    old = sides(conditions.row("deviceStates"), "includeStates", "excludeStates")
    return old or sides(conditions.row("devices"), "includeDevices", "excludeDevices")


def not_understood(policy: Row, conditions: Row) -> Iterator[str]:
    """Name everything that is set and that this version does not know, so that it is never ignored."""
    yield from policy.leftovers(POLICY_KEYS)
    yield from conditions.leftovers((*CONDITION_KEYS, *AGENT_ONLY_KEYS))
    nested = {
        "users": USER_KEYS,
        "applications": RESOURCE_KEYS,
        "clientApplications": WORKLOAD_KEYS,
        "devices": DEVICE_KEYS[:3],
        "deviceStates": ("includeStates", "excludeStates"),
        "platforms": ("includePlatforms", "excludePlatforms"),
        "locations": ("includeLocations", "excludeLocations"),
        "authenticationFlows": ("transferMethods",),
    }
    for name, known in nested.items():
        found = conditions.row(name)
        if found is not None:
            yield from (f"{name}.{leftover}" for leftover in found.leftovers(known))
    if not policy.has("grantControls") and not session(policy.row("sessionControls")):
        yield "grantControls"


def read_conditions(policy: Row, conditions: Row) -> Conditions:
    """Read when the policy applies, beside users and resources."""
    devices = conditions.row("devices")
    flows = conditions.row("authenticationFlows")
    return Conditions(
        client_app_types=conditions.words("clientAppTypes") if conditions.has("clientAppTypes") else None,
        platforms=sides(conditions.row("platforms"), "includePlatforms", "excludePlatforms"),
        locations=sides(conditions.row("locations"), "includeLocations", "excludeLocations"),
        device_filter=rule_filter(devices, "deviceFilter") if devices else None,
        device_states=device_states(conditions),
        user_risk=conditions.words("userRiskLevels"),
        sign_in_risk=conditions.words("signInRiskLevels"),
        insider_risk=conditions.words("insiderRiskLevels"),
        service_principal_risk=conditions.words("servicePrincipalRiskLevels"),
        authentication_flows=(flows.words("transferMethods") if flows else frozenset()) - NOBODY,
        times=holds_something(conditions.raw("times")),
        agent_only=any(holds_something(conditions.raw(key)) for key in AGENT_ONLY_KEYS),
        not_understood=tuple(sorted(not_understood(policy, conditions))),
    )


def strength(row: Row | None) -> Strength | None:
    """Read an authentication strength; an object of nothing but null, as PowerShell writes it, is none."""
    if row is None or not any(holds_something(row.raw(key)) for key in STRENGTH_KEYS):
        return None
    return Strength(
        id=row.id("id"),
        satisfies=row.word("requirementsSatisfied").lower() or "mfa",
        combinations=frozenset(str(item).lower() for item in row.items("allowedCombinations")),
    )


def grant(row: Row | None) -> Grant | None:
    """Read what the policy asks for; ``None`` where it asks for nothing. Unknown kinds of control count as controls."""
    if row is None:
        return None
    found = Grant(
        operator=row.word("operator").lower() or "or",
        controls=row.words("builtInControls") | {name.lower() for name in row.leftovers(GRANT_KEYS)},
        strength=strength(row.row("authenticationStrength")),
        terms_of_use=bool(row.words("termsOfUse")),
        custom=bool(row.words("customAuthenticationFactors")),
    )
    asks = found.controls or found.strength or found.terms_of_use or found.custom
    return found if asks else None


def session(row: Row | None) -> frozenset[str]:
    """Name the session controls that are on."""
    if row is None:
        return frozenset()
    return frozenset(name.lower() for name in row.leftovers(()) if _is_on(row.raw(name)))


def _is_on(control: object) -> bool:
    return not isinstance(control, dict) or Row(control).flag("isEnabled") is not False


def lacks_its_scope(policy: Row, conditions: Row) -> bool:
    """Tell whether a policy in force does not say whom and what it is about: it would seem to be about nothing."""
    about_people = workload(conditions.row("clientApplications")) is None
    lacking = any(conditions.row(name) is None for name in ("users", "applications"))
    return about_people and lacking and policy.word("state").lower() != "disabled"


def parse(row: Row) -> Policy:
    """Read one policy.

    Raises:
        RowError: It has no id or no conditions, or a part of it has another shape.
    """
    conditions = row.row("conditions")
    if not row.id("id") or conditions is None:
        raise RowError(say("a policy without id or conditions"))
    if lacks_its_scope(row, conditions):
        words = say(
            "the policy {policy} is in force and does not say whom and what it is about", policy=str(row.id("id"))
        )
        raise RowError(words)
    users = conditions.row("users") or Row({})
    return Policy(
        id=row.id("id"),
        name=row.word("displayName"),
        state=row.word("state").lower(),
        created=row.time("createdDateTime"),
        modified=row.time("modifiedDateTime"),
        template_id=row.id("templateId"),
        deleted=bool(row.word("deletedDateTime")),
        include=people(users, "include"),
        exclude=people(users, "exclude"),
        resources=resources(conditions.row("applications")),
        workload=workload(conditions.row("clientApplications")),
        conditions=read_conditions(row, conditions),
        grant=grant(row.row("grantControls")),
        session=session(row.row("sessionControls")),
    )


SECTION = Section(
    name="conditional-access-policies",
    title="Graph conditionalAccessPolicy",
    gives="which Conditional Access policies stop a sender",
    permission="Policy.Read.All",
    ask=GraphList(path="/v1.0/identity/conditionalAccess/policies"),
    parse=parse,
)
