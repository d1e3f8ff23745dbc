"""Who is in a group or holds a role: nested groups, cycles, and four ways of not knowing (dossier §1.2).

Ids become numbers once, when they are first met: five million memberships are arrays of integers, not of strings.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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


class Numbers(dict[str, int]):
    """A number for every id, given when the id is first asked for."""

    def __missing__(self, name: str) -> int:
        """Give the next number to an id that is new."""
        number = self[name] = len(self)
        return number


@dataclass(slots=True)
class _Group:
    """One group as its pages come in."""

    name: str = ""
    exists: bool = True
    readable: bool = True
    complete: bool = True
    transitive: bool = True
    listed: bool = False
    postponed: bool = False
    members: "list[array[int]]" = field(default_factory=list)
    nested: set[str] = field(default_factory=set)
    untyped: set[str] = field(default_factory=set)


class Members(Frozen, frozen=True, kw_only=True):
    """What is known of a membership.

    Attributes:
        numbers: Numbers of those who certainly are members, in parts.
        gaps: Facts that decide about everybody else; empty when ``numbers`` is all there is.
        through_group: A role is held through a group (INFERRED rule, costs confidence).
    """

    numbers: "tuple[array[int], ...]" = ()
    gaps: tuple[EvidenceGap, ...] = ()
    through_group: bool = False

    def include(self, number: int) -> bool:
        """Tell whether somebody certainly is a member."""
        return any(number in part for part in self.numbers)


NOBODY = Members()


class Directory:
    """The groups and roles of one snapshot, each resolved once when it is first asked for.

    Args:
        snapshot: Role assignments, and the ids of users, mailboxes and service principals.
        groups: Gives the groups one after the other, where they are not those of the snapshot.
        people: Ids of people, where they are not those of the snapshot.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        groups: Callable[[], Iterable[GroupRow]] | None = None,
        people: Iterable[str] | None = None,
    ) -> None:
        known = people_in(snapshot) if people is None else people
        distinct = tuple(dict.fromkeys(known))
        self.numbers = Numbers(zip(distinct, range(len(distinct)), strict=True))
        self._last_person = len(distinct)
        self._rows = groups or (lambda: snapshot.groups)
        self._groups = self._read(frozenset(groups_referred_to(snapshot)))
        self._sections = {name: snapshot.state_of(name) for name in (GROUPS, ROLES)}
        self._assignments = by_role(snapshot.role_assignments)
        self._apps = frozenset(row.id for row in snapshot.service_principals)
        self._place_untyped()
        self._resolved: dict[str, Members] = {}

    def name_of(self, group_id: str) -> str:
        """Give the group's display name; its id where that isn't known."""
        group = self._groups.get(group_id)
        return group.name if group and group.name else group_id

    def knows(self, name: str) -> bool:
        """Tell whether a name is that of a person or of a role that somebody holds."""
        return self.numbers.get(name, self._last_person) < self._last_person or name in self._assignments

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
            numbers=tuple(part for members in held for part in members.numbers),
            gaps=tuple(gaps.values()),
            through_group=any(members.through_group for members in held),
        )

    def path(self, user_id: str, group_id: str) -> tuple[str, ...]:
        """Give one chain of group ids through which a user is in a group; empty where there is none."""
        number = self.numbers.get(user_id)
        queue: list[tuple[str, ...]] = [(group_id,)]
        seen = {group_id}
        while queue:
            chain = queue.pop(0)
            group = self._groups.get(chain[-1])
            if group is None or not group.exists:
                continue
            if group.postponed:
                self._read_postponed(chain[-1], group)
            if any(number in part for part in group.members):
                return chain
            nested = self._nested(group)
            queue.extend((*chain, member) for member in sorted(nested - seen))
            seen |= nested
        return ()

    def _read(self, wanted: frozenset[str]) -> Mapping[str, _Group]:
        """Join the pages of each group; the worst of what they say holds.

        Members of a group that nothing refers to are left for later: only as part of another group do they matter.
        """
        groups: dict[str, _Group] = {}
        for row in self._rows():
            group = groups.setdefault(row.id, _Group())
            group.name = group.name or row.name
            group.exists &= row.exists
            group.readable &= row.readable
            group.complete &= row.complete
            group.transitive &= row.transitive
            group.listed |= row.members is not None
            if row.id in wanted or not row.transitive:
                group.members.append(self._numbered(row))
            else:
                group.postponed = True
            group.nested.update(row.nested)
            group.untyped.update(row.untyped)
        return groups

    def _numbered(self, row: GroupRow) -> "array[int]":
        return array("i", map(self.numbers.__getitem__, row.members or ()))

    def _read_postponed(self, group_id: str, group: _Group) -> None:
        group.postponed = False
        group.members.extend(self._numbered(row) for row in self._rows() if row.id == group_id and row.transitive)

    def _place_untyped(self) -> None:
        """Put members whose type was not given where they belong.

        One that no list knows may be a person, or a group that was not collected: it counts as both.
        """
        for group in self._groups.values():
            people = [member for member in group.untyped if member not in self._groups]
            group.members.append(array("i", map(self.numbers.__getitem__, people)))
            group.nested.update(member for member in group.untyped if not self._is_no_group(member))

    def _is_no_group(self, member: str) -> bool:
        return member in self._apps or self.numbers.get(member, self._last_person) < self._last_person

    def _nested(self, group: _Group) -> set[str]:
        return set() if group.transitive else group.nested

    def _resolve(self, group_id: str) -> Members:
        parts: list[array[int]] = []
        gaps: list[EvidenceGap] = []
        seen, queue = {group_id}, [group_id]
        while queue:
            current = queue.pop()
            group = self._groups.get(current)
            gap = gap_of(current, group)
            if gap is not None:
                gaps.append(gap)
            if group is None or not group.exists:
                continue
            if group.postponed:
                self._read_postponed(current, group)
            parts.extend(group.members)
            nested = self._nested(group)
            queue.extend(nested - seen)
            seen |= nested
        return Members(numbers=tuple(parts), gaps=tuple(sorted(gaps, key=lambda gap: gap.key)))

    def _holders(self, row: RoleAssignmentRow) -> Members:
        if not isinstance(row.scope, str):
            return Members(gaps=(_scope_gap(row),))
        if row.scope != WHOLE_TENANT or row.built_in is False:
            return NOBODY
        principal = row.principal_id
        alone = (array("i", (self.numbers[principal],)),)
        if row.principal_type == "user" or (principal not in self._apps and self._is_no_group(principal)):
            return Members(numbers=alone)
        if principal in self._groups or row.principal_type == "group":
            found = self.group(principal)
            return Members(numbers=found.numbers, gaps=found.gaps, through_group=True)
        if row.principal_type or principal in self._apps:
            return NOBODY
        return Members(numbers=alone, gaps=(_principal_gap(principal),), through_group=True)


def groups_referred_to(snapshot: Snapshot) -> Iterator[str]:
    """Give the ids of groups that policies refer to, and of whatever holds a role."""
    for policy in snapshot.policies:
        yield from policy.include.groups | policy.exclude.groups
    yield from (row.principal_id for row in snapshot.role_assignments)


def people_in(snapshot: Snapshot) -> Iterator[str]:
    """Give the ids of users and of mailboxes."""
    yield from (user.id for user in snapshot.users)
    yield from (row.entra_id for row in snapshot.mailboxes if isinstance(row.entra_id, str))


def gap_of(group_id: str, group: _Group | None) -> EvidenceGap | None:
    """Tell what is missing of a group; a deleted one has no members, and nothing is missing of it."""
    if group is None:
        words = say("the members of group {group} were not collected", group=group_id)
    elif not group.exists:
        return None
    elif not group.readable:
        words = say("the members of group {group} can't be read", group=group.name or group_id)
    elif not group.listed:
        words = say("the members of group {group} were not collected", group=group.name or group_id)
    elif not group.complete:
        words = say("only a part of the members of group {group} was read", group=group.name or group_id)
    else:
        return None
    return EvidenceGap(key=f"group:{group_id}", section=GROUPS, because=words)


def by_role(rows: Iterable[RoleAssignmentRow]) -> Mapping[str, Sequence[RoleAssignmentRow]]:
    """Sort role assignments by the role's template id, each role's in an order of their own."""
    found: dict[str, list[RoleAssignmentRow]] = {}
    for row in sorted(rows, key=lambda row: (row.principal_id, row.principal_type)):
        found.setdefault(row.role_template_id, []).append(row)
    return found


def _role_gap(template_id: str, state: SectionState) -> EvidenceGap:
    words: Text = (
        say("role assignments were not read")
        if state is SectionState.MISSING
        else say("only a part of the role assignments was read")
    )
    return EvidenceGap(key=f"role:{template_id}", section=ROLES, because=words)


def _scope_gap(row: RoleAssignmentRow) -> EvidenceGap:
    shown = row.scope.value if isinstance(row.scope, Gap) else "null"
    words = say("the scope of a role assignment of {principal} is {value}", principal=row.principal_id, value=shown)
    return EvidenceGap(key=f"role-scope:{row.principal_id}:{row.role_template_id}", section=ROLES, because=words)


def _principal_gap(principal: str) -> EvidenceGap:
    words = say("{principal} holds a role, and nothing read says whether it is a group", principal=principal)
    return EvidenceGap(key=f"group:{principal}", section=GROUPS, because=words)
