"""Graph users: whether sign-in is allowed, licences, guests."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import GraphList, Section
from scanner.model.directory import UserRow
from scanner.model.observed import Gap
from scanner.model.text import say

FIELDS = "id,userPrincipalName,accountEnabled,userType,assignedLicenses,onPremisesSyncEnabled,creationType"


def licences_of(row: Row) -> int | Gap:
    """Count the licences; null is no list of none."""
    raw = row.raw("assignedLicenses")
    if raw is None or isinstance(raw, Gap):
        return Gap.ABSENT
    return len(row.items("assignedLicenses"))


def parse(row: Row) -> UserRow:
    """Read one user.

    Raises:
        RowError: It has no id.
    """
    if not row.id("id"):
        raise RowError(say("a user without id"))
    return UserRow(
        id=row.id("id"),
        sign_in_name=row.word("userPrincipalName"),
        enabled=row.flag("accountEnabled"),
        user_type=row.text("userType"),
        licences=licences_of(row),
        synced=row.flag("onPremisesSyncEnabled"),
        creation_type=row.text("creationType"),
    )


SECTION = Section(
    name="users",
    title="Graph users",
    gives="whether each account is enabled and licensed",
    permission="User.Read.All",
    ask=GraphList(
        path="/v1.0/users", query={"$select": FIELDS, "$top": "999"}, counted=True, cut_by="userPrincipalName", least=1
    ),
    parse=parse,
    tabular=True,
)
