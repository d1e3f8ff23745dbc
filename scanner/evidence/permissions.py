"""The permissions that a reading takes, service by service, as the registry of sections names them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from scanner.evidence.registry import NAMING_PERMISSION, SECTIONS
from scanner.evidence.section import Section

GRAPH_APP: Final = "00000003-0000-0000-c000-000000000000"
EXCHANGE_APP: Final = "00000002-0000-0ff1-ce00-000000000000"
AS_APP: Final = "Exchange.ManageAsApp"
# Exchange calls its permission otherwise where somebody signs in (facts/apis.md §1.7); Graph does not.
DELEGATED: Final = {AS_APP: "Exchange.Manage"}


def as_delegated(sections: Iterable[Section[Any]]) -> tuple[Section[Any], ...]:
    """Give sections with the permissions that somebody who signs in needs, instead of an application."""
    return tuple(replace(one, permission=DELEGATED.get(one.permission, one.permission)) for one in sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What is to be granted.

    Attributes:
        graph: Permissions on Microsoft Graph, sorted.
        exchange: Permissions on Office 365 Exchange Online.
    """

    graph: tuple[str, ...]
    exchange: tuple[str, ...]


def list_permissions(sections: Iterable[Section[Any]] = SECTIONS, *, delegated: bool = False) -> Permissions:
    """List the permissions that reading some sections takes.

    Args:
        sections: The sections; those that come from files take none.
        delegated: As scopes of somebody who signs in, instead of roles of the application.
    """
    named = {NAMING_PERMISSION, *(section.permission for section in sections if section.ask is not None)}
    exchange = named & {AS_APP}
    spelled = {DELEGATED.get(name, name) for name in exchange} if delegated else exchange
    return Permissions(graph=tuple(sorted(named - exchange)), exchange=tuple(sorted(spelled)))
