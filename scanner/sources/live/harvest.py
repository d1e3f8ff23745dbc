"""What later requests need from the pages of earlier ones: ids of mailbox users, and of groups that are referred to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.evidence.section import Ask, Cmdlet, GraphList

POLICIES = "/identity/conditionalAccess/policies"
ROLES = "/roleManagement/directory/"
GROUP = "#microsoft.graph.group"


class Harvest:
    """Ids collected while pages pass; in the order in which they came, each once."""

    def __init__(self) -> None:
        self.mailbox_users: dict[str, None] = {}
        self.groups: dict[str, None] = {}

    def take(self, ask: Ask | None, rows: Sequence[Mapping[str, object]]) -> None:
        """Take what a page holds.

        Args:
            ask: What the page answers.
            rows: Its rows.
        """
        match ask:
            case Cmdlet(name="Get-Mailbox"):
                self.mailbox_users |= _as_keys(row.get("ExternalDirectoryObjectId") for row in rows)
            case GraphList(path=path) if path.endswith(POLICIES):
                self.groups |= _as_keys(_list_policy_groups(rows))
            case GraphList(path=path) if ROLES in path:
                self.groups |= _as_keys(_list_role_groups(rows))
            case _:
                return


def feeds_groups(ask: Ask | None) -> bool:
    """Tell whether a section refers to groups."""
    return isinstance(ask, GraphList) and (ask.path.endswith(POLICIES) or ROLES in ask.path)


def feeds_users(ask: Ask | None) -> bool:
    """Tell whether a section names the users of mailboxes."""
    return isinstance(ask, Cmdlet) and ask.name == "Get-Mailbox"


def _list_policy_groups(policies: Iterable[Mapping[str, object]]) -> Iterator[object]:
    for policy in policies:
        users = _inner(_inner(policy, "conditions"), "users")
        for key in ("includeGroups", "excludeGroups"):
            ids = users.get(key)
            yield from ids if isinstance(ids, list) else ()


def _list_role_groups(assignments: Iterable[Mapping[str, object]]) -> Iterator[object]:
    for assignment in assignments:
        principal = _inner(assignment, "principal")
        if principal.get("@odata.type") == GROUP:
            yield principal.get("id")


def _inner(row: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def _as_keys(values: Iterable[object]) -> dict[str, None]:
    return {value.lower(): None for value in values if isinstance(value, str) and value}
