"""Taking one person out of evidence: every name that they go by, every row about them, every mention elsewhere."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from scanner.evidence.row import NO_ID
from scanner.model.frozen import Frozen

# Lists of people: one row is one person, and says by which ids and addresses.
PEOPLE: Final = ("mailboxes", "cas-mailboxes", "exchange-users", "users", "per-user-mfa", "risky-users")
# What people did: any cell may name them, under headings of any language.
DEEDS: Final = frozenset({"sign-ins", "smtp-auth-clients"})
# What people hold.
HOLDINGS: Final = frozenset({"role-assignments", "role-eligibilities"})

IDENTITY_KEYS: Final = frozenset(
    {
        "id",
        "externaldirectoryobjectid",
        "exchangeguid",
        "guid",
        "objectid",
        "userid",
        "principalid",
        "primarysmtpaddress",
        "windowsemailaddress",
        "userprincipalname",
        "windowsliveid",
        "microsoftonlineservicesid",
        "mail",
        "emailaddresses",
        "proxyaddresses",
    }
)
NAME_KEYS: Final = frozenset({"displayname", "userdisplayname"})
PREFIX: Final = re.compile(r"^(?:smtp|sip|x500|spo):", re.IGNORECASE)
GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

ERASED: Final = "(erased)"
ERASED_ADDRESS: Final = "erased@erased.invalid"
ERASED_ID: Final = "00000000-0000-4000-8000-000000000000"
"""Stands in lists of ids, where an empty list would mean something else."""

Rows = Sequence[Mapping[str, object]]


class Person(Frozen, frozen=True):
    """One person.

    Attributes:
        keys: Ids and addresses, in lower case.
        names: Display names as written.
    """

    keys: frozenset[str]
    names: frozenset[str] = frozenset()


def identities(row: Mapping[str, object]) -> Iterator[str]:
    """Give every id and address that a row says it is about, in lower case."""
    for key, value in row.items():
        if key.lower() in IDENTITY_KEYS:
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, str) and item and item != NO_ID:
                    yield PREFIX.sub("", item.strip()).lower()


def widened(person: Person, rows: Rows) -> Person:
    """Add the other names of a person that rows of a list of people give."""
    keys, names = set(person.keys), set(person.names)
    for row in rows:
        if keys.intersection(identities(row)):
            keys.update(identities(row))
            names.update(value for key, value in row.items() if key.lower() in NAME_KEYS and isinstance(value, str))
    return Person(keys=frozenset(keys), names=frozenset(name for name in names if name))


class Eraser:
    """Takes one person out of rows and words.

    Args:
        person: Who.
    """

    def __init__(self, person: Person) -> None:
        self._person = person
        listed = "|".join(re.escape(key) for key in sorted(person.keys, key=len, reverse=True))
        self._mention = re.compile(rf"(?<![\w.+-])(?:{listed})(?![\w-]|\.\w)", re.IGNORECASE)

    def is_about(self, key: str) -> bool:
        """Tell whether an id or an address is the person's."""
        return PREFIX.sub("", key).lower() in self._person.keys

    def rows(self, section: str, rows: Rows) -> Rows:
        """Give the rows of a section without the person; the same object where nothing of them is in it."""
        text = json.dumps(rows, ensure_ascii=False)
        named = any(json.dumps(name, ensure_ascii=False)[1:-1] in text for name in self._person.names)
        if not named and not self._mention.search(text):
            return rows
        kept = [self._scrubbed(row) for row in rows if not self._is_row_of(section, row)]
        return rows if kept == list(rows) else kept

    def words(self, text: str) -> str:
        """Give a text without mentions of the person's ids and addresses; their whole name goes as well."""
        if text in self._person.names:
            return ERASED
        return self._mention.sub(lambda found: substitute_for(found[0]), text)

    def _is_row_of(self, section: str, row: Mapping[str, object]) -> bool:
        if section in DEEDS:
            return any(self.is_about(value) for value in row.values() if isinstance(value, str))
        if section in PEOPLE or section in HOLDINGS:
            return self._is_about(row)
        return False

    def _is_about(self, value: Mapping[str, object]) -> bool:
        return not self._person.keys.isdisjoint(identities(value))

    def _scrubbed(self, value: Any) -> Any:  # noqa: ANN401 -- JSON may hold anything
        match value:
            case str():
                return self.words(value)
            case dict():
                return {key: self._scrubbed(inner) for key, inner in value.items()}
            case list():
                return [
                    self._scrubbed(inner) for inner in value if not (isinstance(inner, dict) and self._is_about(inner))
                ]
            case _:
                return value


def substitute_for(key: str) -> str:
    """Give what stands for an id or an address that was erased."""
    if GUID.fullmatch(key.lower()):
        return ERASED_ID
    return ERASED_ADDRESS if "@" in key else ERASED


def person_of(token: str) -> Person:
    """Begin with the one name that was given: an address, or an id as report.json shows it."""
    return Person(keys=frozenset({token.strip().lower().removeprefix("guid:").removeprefix("address:")}))


def widened_by_all(person: Person, pages: Iterable[Rows]) -> Person:
    """Add the other names of a person that some pages give."""
    for rows in pages:
        person = widened(person, rows)
    return person
