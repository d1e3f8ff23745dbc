"""Graph domains: which are federated with another identity provider."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import GraphList, Section
from scanner.model.directory import DomainRow
from scanner.model.text import say


def parse(row: Row) -> DomainRow:
    """Read one domain.

    Raises:
        RowError: It has no name.
    """
    if not row.word("id"):
        raise RowError(say("a domain without id"))
    kind = row.text("authenticationType")
    federated = kind.lower() == "federated" if isinstance(kind, str) else kind
    return DomainRow(name=row.word("id").lower(), federated=federated)


SECTION = Section(
    name="domains",
    title="Graph domains",
    gives="which domains sign in with another identity provider",
    permission="Domain.Read.All",
    ask=GraphList(path="/v1.0/domains", least=1),
    parse=parse,
    core=False,
)
