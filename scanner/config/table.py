"""What every table of the configuration file has in common."""

from urllib.parse import urlsplit

from scanner.model.frozen import Frozen


class Table(Frozen, frozen=True, forbid_unknown_fields=True):
    """A table of the configuration file; a key it doesn't know is an error."""


def is_plain_https(address: str) -> bool:
    """Tell whether an address is https and names a host, and neither a user nor a query."""
    try:
        parts = urlsplit(address)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        return False
    noise = parts.username or parts.password or parts.query or parts.fragment
    return parts.scheme == "https" and bool(parts.hostname) and port_is_number and not noise
