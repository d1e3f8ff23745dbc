"""Directory roles: the built-in ones that appear, and who holds them."""

from collections.abc import Iterable, Iterator

from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.ids import Ids
from scanner.simulator.population.model import Account, RoleAssignment
from scanner.simulator.population.part import Part

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
EXCHANGE_ADMINISTRATOR = "29232cdf-9323-42fd-ade2-1d097af3e4de"
HELPDESK_ADMINISTRATOR = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"

ROLE_NAMES = {
    GLOBAL_ADMINISTRATOR: "Global Administrator",
    GLOBAL_READER: "Global Reader",
    EXCHANGE_ADMINISTRATOR: "Exchange Administrator",
    HELPDESK_ADMINISTRATOR: "Helpdesk Administrator",
    USER_ADMINISTRATOR: "User Administrator",
}
"""Template id of each built-in role, with its name; in assignments the template id is the definition's id."""


class RoleBook(Frozen, frozen=True, kw_only=True):
    """Role assignments in force, and those that could be activated."""

    active: tuple[RoleAssignment, ...]
    eligible: tuple[RoleAssignment, ...]


def write_role_book(
    members: Iterable[tuple[Part, Account]], admin_group: str, scanner_principal: str, ids: Ids
) -> RoleBook:
    """Give every account the roles that its part asks for, and the admin group and our own application theirs.

    Args:
        members: parts with the accounts made of them.
        admin_group: id of the role-assignable group; it holds Exchange Administrator.
        scanner_principal: id of the service principal that reads the tenant; it holds Global Reader.
        ids: source of ids.

    Returns:
        All assignments.
    """
    active = [
        _assign(admin_group, EXCHANGE_ADMINISTRATOR, "/", ids),
        _assign(scanner_principal, GLOBAL_READER, "/", ids),
    ]
    eligible: list[RoleAssignment] = []
    unit = f"/administrativeUnits/{ids.make('unit', 'branch')}"
    for part, account in members:
        active += _assign_all(account.id, part.roles, "/", ids)
        active += _assign_all(account.id, part.unit_roles, unit, ids)
        eligible += _assign_all(account.id, part.eligible_roles, "/", ids)
    return RoleBook(active=tuple(active), eligible=tuple(eligible))


def _assign_all(principal: str, wanted: Iterable[str], scope: str, ids: Ids) -> Iterator[RoleAssignment]:
    return (_assign(principal, role, scope, ids) for role in wanted)


def _assign(principal: str, role: str, scope: str, ids: Ids) -> RoleAssignment:
    return RoleAssignment(
        id=ids.make("role-assignment", f"{principal}{role}{scope}"), principal_id=principal, role_id=role, scope=scope
    )
