"""Get-ServicePrincipal: applications that are registered in Exchange, without which no application sends."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Cmdlet, Section
from scanner.model.applications import RegisteredRow
from scanner.model.text import say


def parse(row: Row) -> RegisteredRow:
    """Read one registration; older exports call the object id ServiceId.

    Raises:
        RowError: It has neither AppId nor ObjectId.
    """
    object_id = row.id("ObjectId") or row.id("ServiceId")
    if not (row.id("AppId") or object_id):
        raise RowError(say("a service principal without AppId and ObjectId"))
    return RegisteredRow(object_id=object_id, app_id=row.id("AppId"), name=row.word("DisplayName"), sid=row.word("Sid"))


SECTION = Section(
    name="exchange-service-principals",
    title="Get-ServicePrincipal",
    gives="which applications may send with OAuth",
    permission="Exchange.ManageAsApp",
    ask=Cmdlet(name="Get-ServicePrincipal"),
    parse=parse,
    core=False,
    tabular=True,
)
