"""The tenant that evidence was read from."""

import datetime as dt

from scanner.model.frozen import Frozen


class Tenant(Frozen, frozen=True, kw_only=True):
    """Who the evidence belongs to; empty strings where the source doesn't say.

    Attributes:
        id: Entra tenant id, in lower case.
        domain: A domain of the tenant.
        name: Its display name (hostile text: anyone with the right may change it).
        cloud: ``public``, ``gcc-high``, ``dod``, ``china`` or ``custom``.
        collected_at: When the evidence was read, in UTC.
    """

    id: str = ""
    domain: str = ""
    name: str = ""
    cloud: str = ""
    collected_at: dt.datetime | None = None
