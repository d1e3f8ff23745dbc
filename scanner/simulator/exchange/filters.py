"""The `-Filter` of recipient cmdlets, as far as scanners use it: comparisons of names, joined by -and."""

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from scanner.simulator.population.model import Mailbox

_CLAUSE = re.compile(r"\s*(?P<name>\w+)\s+-(?P<sign>like|notlike|eq|ne)\s+'(?P<value>[^']*)'\s*", re.IGNORECASE)
_AND = re.compile(r"\s-and\s", re.IGNORECASE)
_NAMES: Mapping[str, Callable[[Mailbox], str]] = {
    "alias": lambda mailbox: mailbox.alias,
    "displayname": lambda mailbox: mailbox.display_name,
    "name": lambda mailbox: mailbox.alias,
    "primarysmtpaddress": lambda mailbox: mailbox.address,
    "recipienttypedetails": lambda mailbox: mailbox.kind,
    "userprincipalname": lambda mailbox: mailbox.address,
}


class FilterUnreadableError(Exception):
    """A filter that Exchange (or this simulation of it) does not take."""


def read_filter(text: str) -> Callable[[Mailbox], bool]:
    """Read a filter.

    Args:
        text: such as `Alias -like 'a*' -and Alias -notlike 'ab*'`; letters' case makes no difference.

    Returns:
        What says whether a mailbox passes.

    Raises:
        FilterUnreadableError: it is none, or names a property that can't be filtered by.
    """
    clauses = [_read_clause(clause) for clause in _AND.split(text)]
    return lambda mailbox: all(passes(mailbox) for passes in clauses)


def _read_clause(text: str) -> Callable[[Mailbox], bool]:
    found = _CLAUSE.fullmatch(text)
    if found is None or found["name"].lower() not in _NAMES:
        raise FilterUnreadableError(text)
    read = _NAMES[found["name"].lower()]
    pattern = found["value"].lower()
    wanted = found["sign"].lower() in {"like", "eq"}
    if found["sign"].lower() in {"eq", "ne"}:
        return lambda mailbox: (read(mailbox).lower() == pattern) is wanted
    return lambda mailbox: fnmatchcase(read(mailbox).lower(), pattern) is wanted
