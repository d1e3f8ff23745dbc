"""Get-User: which authentication policy is assigned to each user."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Cmdlet, Section
from scanner.model.directory import ExchangeUserRow
from scanner.model.text import say


def parse(row: Row) -> ExchangeUserRow:
    """Read one Exchange user.

    Raises:
        RowError: Nothing in it tells which user it is.
    """
    parsed = ExchangeUserRow(
        entra_id=row.id("ExternalDirectoryObjectId"),
        sign_in_name=row.word("UserPrincipalName"),
        authentication_policy=row.text("AuthenticationPolicy"),
    )
    if not (parsed.entra_id or parsed.sign_in_name):
        raise RowError(say("an Exchange user with neither ExternalDirectoryObjectId nor UserPrincipalName"))
    return parsed


SECTION = Section(
    name="exchange-users",
    title="Get-User",
    gives="which authentication policy is assigned to each user",
    permission="Exchange.ManageAsApp",
    ask=Cmdlet(
        name="Get-User",
        parameters={"ResultSize": "Unlimited"},
        select=("ExternalDirectoryObjectId", "UserPrincipalName", "AuthenticationPolicy"),
    ),
    parse=parse,
    tabular=True,
)
