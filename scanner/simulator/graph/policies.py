"""Security Defaults, Conditional Access policies and named locations."""

from scanner.simulator.graph.desk import Desk, Query, Row, answer_list, answer_one, trim
from scanner.simulator.population.conditional import CountryLocation, IpLocation, Location, Policy, Users
from scanner.simulator.wire import Answer

_CREATED = "2024-01-12T09:03:11.7310011Z"
_MODIFIED = "2026-03-01T10:00:00Z"


def show_security_defaults(desk: Desk, query: Query) -> Answer:
    """Answer `GET /policies/identitySecurityDefaultsEnforcementPolicy`."""
    row: Row = {
        "id": "00000000-0000-0000-0000-000000000005",
        "displayName": "Security Defaults",
        "description": "Security defaults is a set of basic identity security mechanisms recommended by Microsoft.",
        "isEnabled": desk.population.settings.security_defaults,
    }
    return answer_one(desk, query, row)


def list_policies(desk: Desk, query: Query) -> Answer:
    """Answer `GET /identity/conditionalAccess/policies`."""
    return answer_list(desk, query, desk.population.policies, lambda policy: trim(policy_row(policy), query.selected))


def list_locations(desk: Desk, query: Query) -> Answer:
    """Answer `GET /identity/conditionalAccess/namedLocations`."""
    return answer_list(desk, query, desk.population.locations, lambda site: trim(location_row(site), query.selected))


def policy_row(policy: Policy) -> Row:
    """Render a policy.

    Args:
        policy: the policy.

    Returns:
        Its properties.
    """
    return {
        "id": policy.id,
        "templateId": policy.template_id,
        "displayName": policy.name,
        "description": None,
        "createdDateTime": _CREATED,
        "modifiedDateTime": _MODIFIED,
        "deletedDateTime": None,
        "state": policy.state,
        "conditions": _conditions(policy),
        "grantControls": _grant_controls(policy),
        "sessionControls": _session_controls(policy),
    }


def location_row(location: Location) -> Row:
    """Render a named location.

    Args:
        location: the location.

    Returns:
        Its properties, with its type.
    """
    common: Row = {
        "id": location.id,
        "displayName": location.name,
        "createdDateTime": _CREATED,
        "modifiedDateTime": _MODIFIED,
    }
    match location:
        case IpLocation():
            ranges = [_range(cidr) for cidr in location.ranges]
            specific: Row = {"isTrusted": location.trusted, "ipRanges": ranges}
            return {"@odata.type": "#microsoft.graph.ipNamedLocation", **common, **specific}
        case CountryLocation():
            specific = {
                "countriesAndRegions": list(location.countries),
                "includeUnknownCountriesAndRegions": location.unknown_too,
                "countryLookupMethod": "clientIpAddress",
            }
            return {"@odata.type": "#microsoft.graph.countryNamedLocation", **common, **specific}


def _conditions(policy: Policy) -> Row:
    return {
        "userRiskLevels": [],
        "signInRiskLevels": list(policy.sign_in_risks),
        "clientAppTypes": list(policy.client_types),
        "servicePrincipalRiskLevels": [],
        "insiderRiskLevels": None,
        "platforms": None,
        "locations": _locations(policy),
        "devices": None,
        "clientApplications": _client_applications(policy),
        "authenticationFlows": None,
        "applications": {
            "includeApplications": list(policy.include_apps),
            "excludeApplications": list(policy.exclude_apps),
            "includeUserActions": [],
            "includeAuthenticationContextClassReferences": [],
            "applicationFilter": None,
        },
        "users": _users(policy.users),
    }


def _users(users: Users) -> Row:
    return {
        "includeUsers": list(users.include),
        "excludeUsers": list(users.exclude),
        "includeGroups": list(users.include_groups),
        "excludeGroups": list(users.exclude_groups),
        "includeRoles": list(users.include_roles),
        "excludeRoles": list(users.exclude_roles),
        "includeGuestsOrExternalUsers": None,
        "excludeGuestsOrExternalUsers": None,
    }


def _locations(policy: Policy) -> Row | None:
    if not policy.include_locations:
        return None
    return {
        "includeLocations": list(policy.include_locations),
        "excludeLocations": list(policy.exclude_locations),
    }


def _client_applications(policy: Policy) -> Row | None:
    if not policy.service_principals:
        return None
    return {
        "includeServicePrincipals": list(policy.service_principals),
        "excludeServicePrincipals": [],
        "servicePrincipalFilter": None,
    }


def _grant_controls(policy: Policy) -> Row | None:
    if not policy.controls:
        return None
    return {
        "operator": "AND" if policy.every_control else "OR",
        "builtInControls": list(policy.controls),
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength@odata.context": f"$metadata#identity/conditionalAccess/policies('{policy.id}')"
        "/grantControls/authenticationStrength/$entity",
        "authenticationStrength": None,
    }


def _session_controls(policy: Policy) -> Row | None:
    if policy.sign_in_hours is None:
        return None
    return {
        "disableResilienceDefaults": None,
        "applicationEnforcedRestrictions": None,
        "cloudAppSecurity": None,
        "persistentBrowser": None,
        "secureSignInSession": None,
        "signInFrequency": {
            "value": policy.sign_in_hours,
            "type": "hours",
            "authenticationType": "primaryAndSecondaryAuthentication",
            "frequencyInterval": "timeBased",
            "isEnabled": True,
        },
    }


def _range(cidr: str) -> Row:
    version = "6" if ":" in cidr else "4"
    return {"@odata.type": f"#microsoft.graph.iPv{version}CidrRange", "cidrAddress": cidr}
