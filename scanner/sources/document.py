"""The last part of docs/permissions.md: how many requests each service gets, beside what it allows."""

from collections.abc import Iterator, Mapping
from typing import Final

from scanner.config import LimitsConfig

_HEAD = """\
## Rate limits

How many requests each service gets, in requests a second, and how long a reading may take: `[tenants.NAME.limits]`. The
defaults stay well under what the service allows, since other applications of the tenant share it. `Retry-After` is
obeyed in any case, and headers that say that a limit is near slow the reading down before it is reached."""

# By key: what is counted, and what the service says of it (facts/apis.md §1.2, §1.4, §2.8).
_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "graph": (
        "Microsoft Graph, in resource units",
        "3,500 units in 10 seconds (fewer than 50 users), 5,000 (up to 500) or 8,000: 350 to 800 a second",
    ),
    "conditional_access": (
        "Conditional Access and Identity Protection",
        "1 request a second for all applications of the tenant together, and no `Retry-After`",
    ),
    "reports": ("the sign-in log", "5 requests in 10 seconds for an application in a tenant"),
    "exchange": ("cmdlets of Exchange Online", "nothing: no limit is published, so **this is a guess**"),
    "message_trace": ("message traces", "100 requests in 5 minutes for a tenant"),
    "hours": ("the longest that one reading may take, in hours", "what was not read then is missing"),
    "resume_hours": (
        "how old an interrupted reading may be to be gone on with, in hours",
        "links to the next page live long in Graph, and half an hour in Exchange",
    ),
}


def render_limits() -> str:
    """Render the part.

    Returns:
        Markdown that ends with a line break.
    """
    rows = (f"| {' | '.join(cells)} |" for cells in _rows())
    return "\n".join((_HEAD, "", "| key | default | of what | the service says |", "|---|---|---|---|", *rows)) + "\n"


def _rows() -> Iterator[tuple[str, str, str, str]]:
    """Give a row for each key of the configuration; one that nothing is said of is a KeyError."""
    defaults = LimitsConfig()
    for key in LimitsConfig.__struct_fields__:
        of_what, said = _SAID[key]
        yield f"`{key}`", f"{getattr(defaults, key):g}", of_what, said
