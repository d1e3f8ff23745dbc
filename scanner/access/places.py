"""Places a message can come from, as far as named locations tell them apart (dossier §1.5)."""

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from scanner.access.worlds import told_apart
from scanner.model.frozen import Frozen
from scanner.model.policy import LocationKind, NamedLocation

OTHER_COUNTRY = "other"
UNKNOWN_COUNTRY = "unknown"
TOP = {4: 1 << 32, 6: 1 << 128}


class Place(Frozen, frozen=True, kw_only=True):
    """One place.

    Attributes:
        version: IP version, 4 or 6.
        address: An address of it, as a number.
        country: Two-letter code, ``other`` for a country that no location names, ``unknown`` where there is none.
        mfa_trusted: It is one of the MFA trusted IPs, which no API shows.
        compliant: The client is on the compliant network.
    """

    version: int
    address: int
    country: str
    mfa_trusted: bool
    compliant: bool


class Spans(Frozen, frozen=True, kw_only=True):
    """Merged address ranges of one IP version: starts and ends (exclusive), both ascending."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def contain(self, address: int) -> bool:
        """Tell whether an address is in one of the ranges."""
        index = bisect_right(self.starts, address) - 1
        return index >= 0 and address < self.ends[index]


def spans_of(ranges: Iterable[str], version: int) -> Spans:
    """Merge CIDR ranges of one IP version.

    Raises:
        ValueError: A range is no CIDR range.
    """
    networks = [network for text in ranges if (network := _network(text)).version == version]
    merged = sorted((int(net.network_address), int(net.broadcast_address) + 1) for net in networks)
    starts: list[int] = []
    ends: list[int] = []
    for start, end in merged:
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Spans(starts=tuple(starts), ends=tuple(ends))


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text.strip(), strict=False)


def is_readable(location: NamedLocation) -> bool:
    """Tell whether a location can be judged: its kind is known and its ranges are CIDR ranges."""
    try:
        for version in TOP:
            spans_of(location.ranges, version)
    except ValueError:
        return False
    return location.understood


class Atlas:
    """Which place is in which readable named location.

    Args:
        locations: Readable named locations by id.
    """

    def __init__(self, locations: Iterable[NamedLocation]) -> None:
        self.locations = {location.id: location for location in locations}
        self._spans = {
            (location.id, version): spans_of(location.ranges, version)
            for location in self.locations.values()
            for version in TOP
        }
        self._trusted = tuple(
            location.id for location in self.locations.values() if location.trusted and location.kind is LocationKind.IP
        )

    def contains(self, location_id: str, place: Place) -> bool:
        """Tell whether a place is in a named location."""
        location = self.locations[location_id]
        match location.kind:
            case LocationKind.COUNTRY:
                return _has_country(location, place.country)
            case LocationKind.COMPLIANT_NETWORK:
                return place.compliant
            case _:
                return self._spans[location_id, place.version].contain(place.address)

    def is_trusted(self, place: Place) -> bool:
        """Tell whether a place is in a named location marked as trusted (MFA trusted IPs are apart)."""
        return any(self.contains(location_id, place) for location_id in self._trusted)

    def everywhere(self) -> Iterator[Place]:
        """Give one place for every combination that the locations can tell apart."""
        for version, top in TOP.items():
            for address in self._edges(version, top):
                yield from self._at(version, address, mfa_trusted=(False, True))

    def at(self, addresses: Sequence[str]) -> Iterator[Place]:
        """Give the places of known public addresses; whether they are MFA trusted IPs is not among them.

        Raises:
            ValueError: One is no IP address.
        """
        for text in addresses:
            given = ipaddress.ip_address(text)
            address = (given.ipv4_mapped or given) if isinstance(given, ipaddress.IPv6Address) else given
            yield from self._at(address.version, int(address), mfa_trusted=(False,))

    def _edges(self, version: int, top: int) -> Iterator[int]:
        spans = [spans for (_, of_version), spans in self._spans.items() if of_version == version]
        points = {0}
        for span in spans:
            points.update(span.starts, (end for end in span.ends if end < top))
        yield from told_apart(sorted(points), lambda point: tuple(span.contain(point) for span in spans))

    def _countries(self) -> Sequence[str]:
        by_country = [place for place in self.locations.values() if place.kind is LocationKind.COUNTRY]
        named = set().union(*(location.countries for location in by_country))
        return told_apart(
            (OTHER_COUNTRY, UNKNOWN_COUNTRY, *sorted(named)),
            lambda country: tuple(_has_country(location, country) for location in by_country),
        )

    def _at(self, version: int, address: int, mfa_trusted: tuple[bool, ...]) -> Iterator[Place]:
        kinds = {location.kind for location in self.locations.values()}
        compliant = (False, True) if LocationKind.COMPLIANT_NETWORK in kinds else (False,)
        for country, trusted, on_network in product(self._countries(), mfa_trusted, compliant):
            yield Place(version=version, address=address, country=country, mfa_trusted=trusted, compliant=on_network)


def _has_country(location: NamedLocation, country: str) -> bool:
    return location.unknown_countries if country == UNKNOWN_COUNTRY else country in location.countries
