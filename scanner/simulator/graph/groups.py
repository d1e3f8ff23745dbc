"""Groups and their members, direct and transitive."""

from collections.abc import Callable

from scanner.simulator.graph import refusals
from scanner.simulator.graph.desk import Desk, Query, Row, answer_count, answer_list, answer_one, trim
from scanner.simulator.graph.users import user_row
from scanner.simulator.population.model import Group, OtherObject
from scanner.simulator.wire import Answer


def list_groups(desk: Desk, query: Query) -> Answer:
    """Answer `GET /groups`."""
    return answer_list(desk, query, desk.population.groups, lambda group: trim(group_row(group), query.selected))


def show_group(desk: Desk, query: Query) -> Answer:
    """Answer `GET /groups/{id}`."""
    return answer_one(desk, query, group_row(_find(desk, query)))


def list_members(desk: Desk, query: Query) -> Answer:
    """Answer `GET /groups/{id}/members`."""
    return answer_list(desk, query, _find(desk, query).members, _renderer(desk, query))


def list_transitive_members(desk: Desk, query: Query) -> Answer:
    """Answer `GET /groups/{id}/transitiveMembers`."""
    return answer_list(desk, query, _transitive(desk, query), _renderer(desk, query))


def count_transitive_members(desk: Desk, query: Query) -> Answer:
    """Answer `GET /groups/{id}/transitiveMembers/$count`, in plain text."""
    return answer_count(query, len(_transitive(desk, query)))


def list_transitive_users(desk: Desk, query: Query) -> Answer:
    """Answer `GET /groups/{id}/transitiveMembers/microsoft.graph.user`."""
    users = [member for member in _transitive(desk, query) if member in desk.population.accounts_by_id]
    return answer_list(desk, query, users, _renderer(desk, query))


def group_row(group: Group) -> Row:
    """Render a group.

    Args:
        group: the group.

    Returns:
        Its properties.
    """
    kinds = ["Unified"] if group.unified else []
    return {
        "id": group.id,
        "displayName": group.name,
        "description": None,
        "groupTypes": [*kinds, "DynamicMembership"] if group.rule else kinds,
        "isAssignableToRole": True if group.role_assignable else None,
        "mail": f"{group.id}@groups.example" if group.mail_enabled else None,
        "mailEnabled": group.mail_enabled,
        "mailNickname": group.id[:8],
        "membershipRule": group.rule,
        "membershipRuleProcessingState": "On" if group.rule else None,
        "onPremisesSyncEnabled": None,
        "securityEnabled": not group.mail_enabled,
        "visibility": "Private" if group.unified else None,
    }


def _find(desk: Desk, query: Query) -> Group:
    group = desk.population.groups_by_id.get(query.names[0].lower())
    if group is None:
        raise refusals.object_is_missing(query.names[0])
    return group


def _transitive(desk: Desk, query: Query) -> tuple[str, ...]:
    return desk.population.transitive_members(_find(desk, query).id)


def _renderer(desk: Desk, query: Query) -> Callable[[str], Row]:
    return lambda member: trim(_member_row(desk, query, member), ("id", *query.selected) if query.selected else ())


def _member_row(desk: Desk, query: Query, member: str) -> Row:
    """Render one member; of those that the token may not read, only type and id are shown."""
    population = desk.population
    if account := population.accounts_by_id.get(member):
        row: Row = user_row(account) if "User.Read.All" in query.roles else {"id": member}
        return {"@odata.type": "#microsoft.graph.user", **row}
    if group := population.groups_by_id.get(member):
        return {"@odata.type": "#microsoft.graph.group", **group_row(group)}
    return _other_row(population.others_by_id[member], query.roles)


def _other_row(other: OtherObject, roles: frozenset[str]) -> Row:
    row: Row = {"@odata.type": other.odata_type, "id": other.id}
    if other.app_id and "Application.Read.All" in roles:
        row |= {"appId": other.app_id, "displayName": other.display_name}
    return row
