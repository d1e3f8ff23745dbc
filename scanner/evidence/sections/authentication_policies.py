"""Get-AuthenticationPolicy: which policies allow Basic authentication for SMTP."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Cmdlet, Section
from scanner.model.settings import AuthenticationPolicy
from scanner.model.text import say

NAMES = ("Name", "Identity", "DistinguishedName", "Id", "Guid", "ExchangeObjectId")


def parse(row: Row) -> AuthenticationPolicy:
    """Read one authentication policy.

    Raises:
        RowError: It has no name.
    """
    names = tuple(dict.fromkeys(row.word(key).lower() for key in NAMES if row.word(key)))
    if not names:
        raise RowError(say("an authentication policy without Name"))
    return AuthenticationPolicy(
        names=names,
        name=row.word("Name") or row.word("Identity") or names[0],
        allows_basic_smtp=row.flag("AllowBasicAuthSmtp"),
    )


SECTION = Section(
    name="authentication-policies",
    title="Get-AuthenticationPolicy",
    gives="which authentication policies allow Basic for SMTP",
    permission="Exchange.ManageAsApp",
    ask=Cmdlet(name="Get-AuthenticationPolicy"),
    parse=parse,
)
