"""Graph named locations: address ranges, countries, the compliant network."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import GraphList, Section
from scanner.model.policy import LocationKind, NamedLocation
from scanner.model.text import say

LOOKUPS = ("clientipaddress", "authenticatorappgps", "")


def kind_of(row: Row) -> LocationKind:
    """Tell the kind by what it is defined by: the type annotation is not always exported."""
    if row.has("ipRanges"):
        return LocationKind.IP
    if row.has("countriesAndRegions"):
        return LocationKind.COUNTRY
    if row.has("compliantNetworkType"):
        return LocationKind.COMPLIANT_NETWORK
    return LocationKind.UNKNOWN


def ranges_of(row: Row) -> tuple[str, ...]:
    """Read the CIDR ranges; a plain string counts as one, and one without an address stays, unreadable."""
    return tuple(
        item if isinstance(item, str) else Row.of(item, "ipRanges").word("cidrAddress")
        for item in row.items("ipRanges")
        if item is not None
    )


def holds_its_places(row: Row) -> bool:
    """Tell whether the ranges or countries are a list, not null or ""."""
    return all(not row.has(name) or isinstance(row.raw(name), list) for name in ("ipRanges", "countriesAndRegions"))


def parse(row: Row) -> NamedLocation:
    """Read one named location.

    Raises:
        RowError: It has no id, or its ranges are no objects.
    """
    if not row.id("id"):
        raise RowError(say("a named location without id"))
    lookup = row.word("countryLookupMethod").lower()
    kind = kind_of(row)
    return NamedLocation(
        id=row.id("id"),
        name=row.word("displayName"),
        kind=kind,
        trusted=row.flag("isTrusted") is True,
        ranges=ranges_of(row),
        countries=frozenset(word.upper() for word in row.words("countriesAndRegions")),
        unknown_countries=row.flag("includeUnknownCountriesAndRegions") is True,
        by_gps=lookup == "authenticatorappgps",
        understood=kind is not LocationKind.UNKNOWN and lookup in LOOKUPS and holds_its_places(row),
    )


SECTION = Section(
    name="named-locations",
    title="Graph namedLocations",
    gives="from where policies let senders pass",
    permission="Policy.Read.All",
    ask=GraphList(path="/v1.0/identity/conditionalAccess/namedLocations"),
    parse=parse,
)
