"""Graph groups that policies and role assignments refer to, with their members."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import ReferencedGroups, Section
from scanner.model.directory import GroupRow

TYPE_PREFIX = "#microsoft.graph."


def member_of(item: object) -> tuple[str, str]:
    """Read one member: an object with its type annotation, or a bare id.

    Raises:
        RowError: It is neither.
    """
    if isinstance(item, str):
        return item.strip().lower(), ""
    if not isinstance(item, dict):
        message = "a group member that is neither an object nor an id"
        raise RowError(message)
    annotation = item.get("@odata.type", "")
    kind = annotation.lower().removeprefix(TYPE_PREFIX) if isinstance(annotation, str) else ""
    return Row(item).id("id"), kind


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
    found = [member_of(item) for item in row.items(key)]
    return GroupRow(
        id=row.id("id"),
        name=row.word("displayName"),
        exists=row.flag("exists") is not False,
        readable=row.flag("membershipReadable") is not False,
        complete=row.flag("membershipPartial") is not True,
        transitive=transitive,
        members=tuple(member for member, kind in found if kind != "group") if isinstance(row.raw(key), list) else None,
        nested=tuple(member for member, kind in found if kind == "group"),
    )


SECTION = Section(
    name="groups",
    title="Graph groups",
    permission="GroupMember.Read.All",
    ask=ReferencedGroups(),
    parse=parse,
)
