"""Graph riskyUsers (Identity Protection, P2)."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import GraphList, Section
from scanner.model.directory import RiskyUserRow
from scanner.model.text import say


def parse(row: Row) -> RiskyUserRow:
    """Read one risky user.

    Raises:
        RowError: It has no id.
    """
    if not row.id("id"):
        raise RowError(say("a risky user without id"))
    return RiskyUserRow(id=row.id("id"), level=row.word("riskLevel").lower(), state=row.word("riskState").lower())


SECTION = Section(
    name="risky-users",
    title="Graph riskyUsers",
    gives="which accounts are at risk, for policies that ask for it",
    permission="IdentityRiskyUser.Read.All",
    ask=GraphList(path="/v1.0/identityProtection/riskyUsers"),
    parse=parse,
    core=False,
)
