"""Graph groups that policies and role assignments refer to, with their members."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import ReferencedGroups, Section
from scanner.model.directory import GroupRow

GROUP_TYPE = "#microsoft.graph.group"


def members_of(items: list[object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split members into those that are no groups (or whose type isn't given) and groups; ids in lower case.

    Plain loops on plain objects: a tenant may have millions of memberships.

    Raises:
        RowError: A member is neither an object with an id nor an id.
    """
    members: list[str] = []
    nested: list[str] = []
    for item in items:
        member = item.get("id") if isinstance(item, dict) else item
        if not isinstance(member, str):
            member = spelled_otherwise(item)
        kind = item.get("@odata.type") if isinstance(item, dict) else None
        (nested if kind and str(kind).lower() == GROUP_TYPE else members).append(member.lower())
    return tuple(members), tuple(nested)


def spelled_otherwise(item: object) -> str:
    """Read the id of a member whose key is written in another case.

    Raises:
        RowError: There is no id in it.
    """
    member = Row.of(item, "a group member").id("id")
    if not member:
        message = "a group member without id"
        raise RowError(message)
    return member


def parse(row: Row) -> GroupRow:
    """Read one group, or one page of its members.

    Raises:
        RowError: It has no id, or members that can't be read.
    """
    if not row.id("id"):
        message = "a group without id"
        raise RowError(message)
    transitive = isinstance(row.raw("transitiveMembers"), list)
    key = "transitiveMembers" if transitive else "members"
    members, nested = members_of(row.items(key))
    return GroupRow(
        id=row.id("id"),
        name=row.word("displayName"),
        exists=row.flag("exists") is not False,
        readable=row.flag("membershipReadable") is not False,
        complete=row.flag("membershipPartial") is not True,
        transitive=transitive,
        members=members if isinstance(row.raw(key), list) else None,
        nested=nested,
    )


SECTION = Section(
    name="groups",
    title="Graph groups",
    permission="GroupMember.Read.All",
    ask=ReferencedGroups(),
    parse=parse,
)
