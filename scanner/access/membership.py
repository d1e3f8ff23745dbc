"""Who is in a group or holds a role: nested groups, cycles, and four ways of not knowing (dossier §1.2)."""

from collections.abc import Iterable, Iterator, Mapping

from scanner.access.gaps import EvidenceGap
from scanner.model.directory import GroupRow, RoleAssignmentRow
from scanner.model.frozen import Frozen
from scanner.model.observed import Gap
from scanner.model.section import SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say

WHOLE_TENANT = "/"
GROUPS = "groups"
ROLES = "role-assignments"


class Members(Frozen, frozen=True, kw_only=True):
    """What is known of a membership.

    Attributes:
        ids: Those who certainly are members.
        gaps: Facts that decide about everybody else; empty when ``ids`` is all there is.
        through_group: A role is held through a group (INFERRED rule, costs confidence).
    """

    ids: frozenset[str] = frozenset()
    gaps: tuple[EvidenceGap, ...] = ()
    through_group: bool = False


NOBODY = Members()


class Directory:
    """The groups and roles of one snapshot, each resolved once when it is first asked for.

    Args:
        snapshot: Groups, role assignments, and the ids of users and service principals.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._groups = merge_pages(snapshot.groups)
        self._sections = {name: snapshot.state_of(name) for name in (GROUPS, ROLES)}
        self._assignments = by_role(snapshot.role_assignments)
        self._people = frozenset(user.id for user in snapshot.users) | frozenset(
            row.entra_id for row in snapshot.mailboxes if isinstance(row.entra_id, str)
        )
        self._apps = frozenset(row.id for row in snapshot.service_principals)
        self._resolved: dict[str, Members] = {}

    def name_of(self, group_id: str) -> str:
        """Give the group's display name; its id where that isn't known."""
        group = self._groups.get(group_id)
        return group.name if group and group.name else group_id

    def group(self, group_id: str) -> Members:
        """Resolve a group to its users, through nested groups."""
        if group_id not in self._resolved:
            self._resolved[group_id] = self._resolve(group_id)
        return self._resolved[group_id]

    def role(self, template_id: str) -> Members:
        """Resolve a built-in directory role to its active, tenant-wide holders."""
        state = self._sections[ROLES]
        held = [self._holders(row) for row in self._assignments.get(template_id, ())]
        gaps = {gap.key: gap for members in held for gap in members.gaps}
        if state is not SectionState.COMPLETE:
            gaps[f"role:{template_id}"] = _role_gap(template_id, state)
        return Members(
            ids=frozenset().union(*(members.ids for members in held)),
            gaps=tuple(gaps.values()),
            through_group=any(members.through_group for members in held),
        )

    def path(self, user_id: str, group_id: str) -> tuple[str, ...]:
        """Give one chain of group ids through which a user is in a group; empty where there is none."""
        queue: list[tuple[str, ...]] = [(group_id,)]
        seen = {group_id}
        while queue:
            chain = queue.pop(0)
            group = self._groups.get(chain[-1])
            if group is None or not group.exists:
                continue
            people, nested = self._split(group)
            if user_id in people:
                return chain
            queue.extend((*chain, member) for member in sorted(nested - seen))
            seen |= nested
        return ()

    def _resolve(self, group_id: str) -> Members:
        ids: set[str] = set()
        gaps: list[EvidenceGap] = []
        seen, queue = {group_id}, [group_id]
        while queue:
            current = queue.pop()
            group = self._groups.get(current)
            gap = self._gap_of(current, group)
            if gap is not None:
                gaps.append(gap)
            if group is None or not group.exists:
                continue
            people, nested = self._split(group)
            ids |= people
            queue.extend(nested - seen)
            seen |= nested
        return Members(ids=frozenset(ids), gaps=tuple(sorted(gaps, key=lambda gap: gap.key)))

    def _split(self, group: GroupRow) -> tuple[set[str], set[str]]:
        listed = set(group.members or ())
        untyped_groups = listed & self._groups.keys()
        nested = set() if group.transitive else untyped_groups | set(group.nested)
        return listed - untyped_groups, nested

    def _gap_of(self, group_id: str, group: GroupRow | None) -> EvidenceGap | None:
        if group is None:
            words = say("the members of group {group} were not collected", group=group_id)
        elif not group.exists:
            return None
        elif not group.readable:
            words = say("the members of group {group} can't be read", group=group.name or group_id)
        elif group.members is None:
            words = say("the members of group {group} were not collected", group=group.name or group_id)
        elif not group.complete:
            words = say("only a part of the members of group {group} was read", group=group.name or group_id)
        else:
            return None
        return EvidenceGap(key=f"group:{group_id}", section=GROUPS, because=words)

    def _holders(self, row: RoleAssignmentRow) -> Members:
        if not isinstance(row.scope, str):
            return Members(gaps=(_scope_gap(row),))
        if row.scope != WHOLE_TENANT or row.built_in is False:
            return NOBODY
        principal = row.principal_id
        if row.principal_type == "user" or principal in self._people:
            return Members(ids=frozenset({principal}))
        if principal in self._groups or row.principal_type == "group":
            found = self.group(principal)
            return Members(ids=found.ids, gaps=found.gaps, through_group=True)
        if row.principal_type or principal in self._apps:
            return NOBODY
        return Members(ids=frozenset({principal}), gaps=(_principal_gap(principal),), through_group=True)


def merge_pages(rows: Iterable[GroupRow]) -> Mapping[str, GroupRow]:
    """Join rows of one group id: they are pages of one membership, and the worst of what they say holds."""
    merged: dict[str, GroupRow] = {}
    for row in rows:
        before = merged.get(row.id)
        merged[row.id] = row if before is None else _joined(before, row)
    return merged


def _joined(one: GroupRow, other: GroupRow) -> GroupRow:
    listed = [row.members for row in (one, other) if row.members is not None]  # absent is not empty
    return GroupRow(
        id=one.id,
        name=one.name or other.name,
        exists=one.exists and other.exists,
        readable=one.readable and other.readable,
        complete=one.complete and other.complete,
        transitive=one.transitive and other.transitive,
        members=tuple(member for members in listed for member in members) if listed else None,
        nested=one.nested + other.nested,
    )


def by_role(rows: Iterable[RoleAssignmentRow]) -> Mapping[str, tuple[RoleAssignmentRow, ...]]:
    """Sort role assignments by the role's template id."""
    found: dict[str, list[RoleAssignmentRow]] = {}
    for row in rows:
        found.setdefault(row.role_template_id, []).append(row)
    return {role: tuple(held) for role, held in found.items()}


def groups_referred_to(snapshot: Snapshot) -> Iterator[str]:
    """Give the ids of all groups that policies refer to, and of groups known to hold a role."""
    for policy in snapshot.policies:
        yield from policy.include.groups | policy.exclude.groups
    for row in snapshot.role_assignments:
        if row.principal_type == "group":
            yield row.principal_id


def _role_gap(template_id: str, state: SectionState) -> EvidenceGap:
    words: Text = (
        say("role assignments were not read")
        if state is SectionState.MISSING
        else say("only a part of the role assignments was read")
    )
    return EvidenceGap(key=f"role:{template_id}", section=ROLES, because=words)


def _scope_gap(row: RoleAssignmentRow) -> EvidenceGap:
    shown = "null" if row.scope is None else Gap(row.scope).value
    words = say("the scope of a role assignment of {principal} is {value}", principal=row.principal_id, value=shown)
    return EvidenceGap(key=f"role-scope:{row.principal_id}:{row.role_template_id}", section=ROLES, because=words)


def _principal_gap(principal: str) -> EvidenceGap:
    words = say("{principal} holds a role, and nothing read says whether it is a group", principal=principal)
    return EvidenceGap(key=f"group:{principal}", section=GROUPS, because=words)
