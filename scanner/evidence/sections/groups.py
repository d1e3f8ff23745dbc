"""Graph groups that policies and role assignments refer to, with their members."""

from scanner.evidence.row import Row, RowError, unwrapped
from scanner.evidence.section import ReferencedGroups, Section
from scanner.model.directory import GroupRow
from scanner.model.text import say

GROUP_TYPE = "#microsoft.graph.group"


def members_of(items: list[object]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Split members into those that are no groups, groups, and those whose type isn't given; ids in lower case.

    Plain loops on plain objects: a tenant may have millions of memberships.

    Raises:
        RowError: A member is neither an object with an id nor an id.
    """
    members: list[str] = []
    nested: list[str] = []
    untyped: list[str] = []
    for item in items:
        member = item.get("id") if isinstance(item, dict) else item
        kind = item.get("@odata.type") if isinstance(item, dict) else None
        if not isinstance(member, str) or (kind is None and isinstance(item, dict)):
            member, kind = spelled_otherwise(item)
        if not kind:
            untyped.append(member.lower())
        else:
            (nested if str(kind).lower() == GROUP_TYPE else members).append(member.lower())
    return tuple(members), tuple(nested), tuple(untyped)


def spelled_otherwise(item: object) -> tuple[str, object]:
    """Read id and type of a member whose keys are written in another case, or wrapped as PowerShell does.

    Raises:
        RowError: There is no id in it.
    """
    member = Row.of(item, "a group member").id("id")
    if not member or not isinstance(item, dict):
        raise RowError(say("a group member without id"))
    return member, next((value for key, value in unwrapped(item).items() if key.lower() == "@odata.type"), None)


def parse(row: Row) -> GroupRow:
    """Read one group, or one page of its members.

    Raises:
        RowError: It has no id, or members that can't be read.
    """
    if not row.id("id"):
        raise RowError(say("a group without id"))
    transitive = isinstance(row.raw("transitiveMembers"), list)
    key = "transitiveMembers" if transitive else "members"
    members, nested, untyped = members_of(row.items(key))
    return GroupRow(
        id=row.id("id"),
        name=row.word("displayName"),
        exists=row.flag("exists") is not False,
        readable=row.flag("membershipReadable") is not False,
        complete=row.flag("membershipPartial") is not True,
        transitive=transitive,
        members=members if isinstance(row.raw(key), list) else None,
        nested=nested,
        untyped=untyped,
    )


SECTION = Section(
    name="groups",
    title="Graph groups",
    gives="who is in the groups that policies name",
    permission="GroupMember.Read.All",
    ask=ReferencedGroups(),
    parse=parse,
)
