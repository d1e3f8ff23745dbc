"""What later requests need from the pages of earlier ones: mailbox users, groups that are referred to, senders."""

from collections.abc import Iterable, Iterator, Mapping

from scanner.evidence.section import Ask, Cmdlet, GraphList, GraphLog
from scanner.model.reading import RawRows
from scanner.sources.live.keys import Ids
from scanner.sources.live.page import RowIds, decode_rows

POLICIES = "/identity/conditionalAccess/policies"
ROLES = "/roleManagement/directory/"
GROUP = "#microsoft.graph.group"


class Harvest:
    """Ids collected while pages pass; in the order in which they came, each once."""

    def __init__(self) -> None:
        self.mailbox_users = Ids()
        self.groups = Ids()
        self.senders = Ids()

    def take(self, ask: Ask | None, rows: RawRows, ids: RowIds) -> None:
        """Take what a page holds.

        Args:
            ask: What the page answers.
            rows: Its rows.
            ids: What tells them apart.
        """
        match ask:
            case Cmdlet(name="Get-Mailbox"):
                self.mailbox_users.add(ids.list_entra_ids())
            case GraphList(path=path) if path.endswith(POLICIES):
                self.groups.add(list(_list_policy_groups(decode_rows(rows.body))))
            case GraphList(path=path) if ROLES in path:
                self.groups.add(list(_list_role_groups(decode_rows(rows.body))))
            case GraphLog():
                self.senders.add(list(_list_senders(decode_rows(rows.body))))
            case _:
                return


def feeds_groups(ask: Ask | None) -> bool:
    """Tell whether a section refers to groups."""
    return isinstance(ask, GraphList) and (ask.path.endswith(POLICIES) or ROLES in ask.path)


def feeds_users(ask: Ask | None) -> bool:
    """Tell whether a section names the users of mailboxes."""
    return isinstance(ask, Cmdlet) and ask.name == "Get-Mailbox"


def feeds_traces(ask: Ask | None) -> bool:
    """Tell whether a section names senders."""
    return isinstance(ask, GraphLog)


def _list_senders(events: Iterable[Mapping[str, object]]) -> Iterator[object]:
    for event in events:
        if _inner(event, "status").get("errorCode") == 0:
            yield event.get("userPrincipalName")


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
