"""The organization, its domains and its service principals."""

from scanner.simulator.graph import refusals
from scanner.simulator.graph.desk import Desk, Query, Row, answer_list, answer_one, trim
from scanner.simulator.population.build import MICROSOFT_APPS
from scanner.simulator.population.model import OtherObject
from scanner.simulator.wire import Answer

_MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
"""The tenant in which Microsoft registers its own applications."""
_AAD_PREMIUM = "41781fb2-bc02-4b7c-bd55-b576c07bb09d"


def list_organization(desk: Desk, query: Query) -> Answer:
    """Answer `GET /organization`, a list of one."""
    population = desk.population
    row: Row = {
        "id": population.tenant_id,
        "displayName": population.scenario.name,
        "tenantType": "AAD",
        "onPremisesSyncEnabled": True,
        "countryLetterCode": "DE",
        "createdDateTime": "2018-05-01T00:00:00Z",
        "verifiedDomains": [
            _verified_domain(population.scenario.domain, initial=False),
            _verified_domain(population.initial_domain, initial=True),
        ],
        "assignedPlans": [
            {
                "assignedDateTime": "2026-01-01T00:00:00Z",
                "capabilityStatus": "Enabled",
                "service": "AADPremiumService",
                "servicePlanId": _AAD_PREMIUM,
            }
        ],
    }
    return answer_list(desk, query, (row,), lambda one: trim(one, query.selected))


def list_domains(desk: Desk, query: Query) -> Answer:
    """Answer `GET /domains`."""
    population = desk.population
    rows = (_domain(population.scenario.domain, initial=False), _domain(population.initial_domain, initial=True))
    return answer_list(desk, query, rows, lambda one: trim(one, query.selected))


def list_service_principals(desk: Desk, query: Query) -> Answer:
    """Answer `GET /servicePrincipals`."""
    return answer_list(desk, query, _service_principals(desk), lambda one: trim(_row(desk, one), query.selected))


def show_service_principal(desk: Desk, query: Query) -> Answer:
    """Answer `GET /servicePrincipals/{id}`."""
    for one in _service_principals(desk):
        if one.id == query.names[0]:
            return answer_one(desk, query, _row(desk, one))
    raise refusals.object_is_missing(query.names[0])


def show_application(desk: Desk, query: Query) -> Answer:
    """Answer `GET /servicePrincipals(appId='…')`."""
    for one in _service_principals(desk):
        if one.app_id == query.names[0]:
            return answer_one(desk, query, _row(desk, one))
    raise refusals.object_is_missing(query.names[0])


def show_registration(desk: Desk, query: Query) -> Answer:
    """Answer `GET /applications(appId='…')`: the scanner's own registration is the only one here."""
    if query.names[0] != desk.population.client_id:
        raise refusals.object_is_missing(query.names[0])
    secret: Row = {
        "customKeyIdentifier": None,
        "displayName": "scanner",
        "endDateTime": f"{desk.secret_ends:%Y-%m-%dT%H:%M:%SZ}",
        "hint": desk.secret_hint,
        "keyId": "5d4cf1f2-7c1e-4f0e-8a29-0f3b5f0d9b11",
        "secretText": None,
    }
    return answer_one(desk, query, {"appId": desk.population.client_id, "passwordCredentials": [secret]})


def _service_principals(desk: Desk) -> tuple[OtherObject, ...]:
    return tuple(one for one in desk.population.others if one.app_id)


def _row(desk: Desk, one: OtherObject) -> Row:
    return {
        "id": one.id,
        "appId": one.app_id,
        "displayName": one.display_name,
        "accountEnabled": True,
        "appOwnerOrganizationId": _MICROSOFT if one.app_id in MICROSOFT_APPS else desk.population.tenant_id,
        "appRoles": [],
        "servicePrincipalType": "Application",
        "tags": [],
    }


def _verified_domain(name: str, *, initial: bool) -> Row:
    return {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": not initial,
        "isInitial": initial,
        "name": name,
        "type": "Managed",
    }


def _domain(name: str, *, initial: bool) -> Row:
    return {
        "id": name,
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": not initial,
        "isInitial": initial,
        "isRoot": True,
        "isVerified": True,
        "supportedServices": ["Email", "OfficeCommunicationsOnline"],
        "passwordValidityPeriodInDays": 2147483647,
        "passwordNotificationWindowInDays": 14,
        "state": None,
    }
