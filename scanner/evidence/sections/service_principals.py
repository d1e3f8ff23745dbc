"""Graph service principals: for application filters, workload policies and applications that send with OAuth."""

from collections.abc import Iterator, Mapping

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import GraphList, Section
from scanner.model.directory import ServicePrincipalRow
from scanner.model.text import say


def values_of(value: object) -> tuple[str, ...]:
    """Give attribute values as strings; one value counts as a list of one."""
    found = value if isinstance(value, list) else [value]
    return tuple(str(item) for item in found if isinstance(item, str | int | float))


def attributes_of(raw: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Flatten {set: {attribute: value}} to (set_attribute, values) as filters name them, in lower case."""
    for set_name, attributes in raw.items():
        if "@" in set_name or not isinstance(attributes, dict):
            continue
        for name, value in attributes.items():
            if "@" not in name:
                yield f"{set_name}_{name}".lower(), values_of(value)


def parse(row: Row) -> ServicePrincipalRow:
    """Read one service principal.

    Raises:
        RowError: It has no id.
    """
    if not (row.id("id") or row.id("appId")):
        raise RowError(say("a service principal without id and appId"))
    # null is what a reader without the permission gets, so it says nothing; no attributes is an empty object
    raw = row.raw("customSecurityAttributes")
    return ServicePrincipalRow(
        id=row.id("id"),
        app_id=row.id("appId"),
        name=row.word("displayName"),
        owner_tenant=row.id("appOwnerOrganizationId"),
        attributes=tuple(attributes_of(raw)) if isinstance(raw, dict) else None,
    )


SECTION = Section(
    name="service-principals",
    title="Graph servicePrincipals",
    gives="the applications behind filters, workload policies and OAuth senders",
    permission="Application.Read.All",
    ask=GraphList(
        path="/v1.0/servicePrincipals",
        query={"$select": "id,appId,displayName,appOwnerOrganizationId", "$top": "999"},
        least=1,
    ),
    parse=parse,
    core=False,
)
