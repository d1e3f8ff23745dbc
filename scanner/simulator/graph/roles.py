"""Directory role assignments, in force and eligible."""

import re
from collections.abc import Sequence

from scanner.simulator.graph import refusals
from scanner.simulator.graph.desk import Desk, Paging, Query, Row, answer_list, trim
from scanner.simulator.population.model import RoleAssignment
from scanner.simulator.population.roles import ROLE_NAMES
from scanner.simulator.wire import Answer

_PAGING = Paging(filtered=True)
_PRINCIPAL = re.compile(r"principalId eq '([^']*)'")
_EXPANSIONS = frozenset({"principal", "roleDefinition"})


def list_assignments(desk: Desk, query: Query) -> Answer:
    """Answer `GET /roleManagement/directory/roleAssignments`, expanded as asked."""
    wanted = {name.partition("(")[0] for name in query.ask.query.get("$expand", "").split(",") if name}
    if not wanted <= _EXPANSIONS:
        raise refusals.option_is_unsupported("$expand")
    return answer_list(
        desk,
        query,
        _choose(desk, query),
        lambda assignment: trim(_row(assignment), query.selected) | _expand(desk, assignment, wanted),
        _PAGING,
    )


def _choose(desk: Desk, query: Query) -> Sequence[RoleAssignment]:
    """Return the assignments that `$filter` lets through: of all filters, that by principal is known."""
    words = query.ask.query.get("$filter")
    if words is None:
        return desk.population.roles.active
    found = _PRINCIPAL.fullmatch(words)
    if found is None:
        raise refusals.option_is_unsupported("$filter")
    return [assignment for assignment in desk.population.roles.active if assignment.principal_id == found[1]]


def list_eligibilities(desk: Desk, query: Query) -> Answer:
    """Answer `GET /roleManagement/directory/roleEligibilityScheduleInstances`."""
    return answer_list(
        desk,
        query,
        desk.population.roles.eligible,
        lambda assignment: trim(_eligibility_row(assignment), query.selected),
    )


def _row(assignment: RoleAssignment) -> Row:
    return {
        "id": assignment.id,
        "principalId": assignment.principal_id,
        "roleDefinitionId": assignment.role_id,
        "directoryScopeId": assignment.scope,
        "appScopeId": None,
    }


def _eligibility_row(assignment: RoleAssignment) -> Row:
    return _row(assignment) | {
        "startDateTime": "2026-06-01T00:00:00Z",
        "endDateTime": None,
        "memberType": "Direct",
        "roleEligibilityScheduleId": assignment.id,
    }


def _expand(desk: Desk, assignment: RoleAssignment, wanted: set[str]) -> Row:
    expanded: Row = {}
    if "principal" in wanted:
        expanded["principal"] = _principal(desk, assignment.principal_id)
    if "roleDefinition" in wanted:
        expanded["roleDefinition"] = {
            "id": assignment.role_id,
            "templateId": assignment.role_id,
            "displayName": ROLE_NAMES[assignment.role_id],
            "isBuiltIn": True,
            "isEnabled": True,
        }
    return expanded


def _principal(desk: Desk, principal_id: str) -> Row:
    population = desk.population
    if account := population.accounts_by_id.get(principal_id):
        return {"@odata.type": "#microsoft.graph.user", "id": principal_id, "userPrincipalName": account.upn}
    if group := population.groups_by_id.get(principal_id):
        return {"@odata.type": "#microsoft.graph.group", "id": principal_id, "displayName": group.name}
    other = population.others_by_id[principal_id]
    return {"@odata.type": other.odata_type, "id": principal_id, "appId": other.app_id}
