"""Where a submission can come from: addresses, and the countries that a lookup gives for them."""

import ipaddress
from collections.abc import Iterable
from functools import cache

from scanner.simulator.population.conditional import CountryLocation, IpLocation, Location
from scanner.simulator.population.frozen import Frozen

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_COUNTRY_OF_RANGE = {
    "203.0.113.0/24": "DE",
    "198.51.100.0/25": "PL",
    "198.51.100.128/25": "BR",
    "192.0.2.0/25": "DE",
    "192.0.2.128/26": "KP",
    "2001:db8::/32": "DE",
}
"""The simulated world: the ranges kept for documentation, spread over a few countries."""
_ELSEWHERE = "192.0.2.10"
"""An address in no named location."""
_UNNAMED_COUNTRY = "AQ"
"""A country that no named location has."""


class Place(Frozen, frozen=True, kw_only=True):
    """The source of one submission."""

    address: Address
    country: str | None
    """ISO code, or None when the address is of no known country."""


def place_at(address: str) -> Place:
    """Look an address up.

    Args:
        address: IPv4 or IPv6, in text.

    Returns:
        The place.

    Raises:
        ValueError: the text is no address.
    """
    parsed = ipaddress.ip_address(address)
    countries = (country for cidr, country in _COUNTRY_OF_RANGE.items() if parsed in _network(cidr))
    return Place(address=parsed, country=next(countries, None))


def telling_places(locations: Iterable[Location]) -> tuple[Place, ...]:
    """Return places that differ in every way the named locations can tell them apart.

    Args:
        locations: the tenant's named locations.

    Returns:
        An address outside all ranges and one in each, every one of them in each named country, in one that is not
        named, and in none.
    """
    addresses = [ipaddress.ip_address(_ELSEWHERE)]
    countries: dict[str | None, None] = {_UNNAMED_COUNTRY: None, None: None}
    for location in locations:
        match location:
            case IpLocation():
                addresses += (_network(cidr)[1] for cidr in location.ranges)
            case CountryLocation():
                countries |= dict.fromkeys(location.countries)
    return tuple(Place(address=address, country=country) for address in addresses for country in countries)


def contains(location: Location, place: Place) -> bool:
    """Say whether a place belongs to a named location.

    Args:
        location: the named location.
        place: where a submission comes from.

    Returns:
        True if it does.
    """
    match location:
        case IpLocation():
            return any(place.address in _network(cidr) for cidr in location.ranges)
        case CountryLocation():
            return location.unknown_too if place.country is None else place.country in location.countries


@cache
def _network(cidr: str) -> Network:
    return ipaddress.ip_network(cidr)
