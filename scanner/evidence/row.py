"""Reading one JSON object tolerantly: any case of keys, odata noise, PowerShell times; never a guess at a value."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping

from scanner.model.observed import Gap, Observed
from scanner.model.text import Text, say

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
POWERSHELL_TIME = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")
FRACTION = re.compile(r"\.(\d{6})\d+")
NO_ID = "00000000-0000-0000-0000-000000000000"
# Where the Graph PowerShell module puts what its own types have no property for.
WRAPPER = "additionalproperties"
# The column that says which of several files a row is from; the folder source adds it.
FILE = "smtpPostureFile"
BOOLEAN_WORDS = {"true": True, "false": False}


class RowError(ValueError):
    """A row that can't be used at all.

    Args:
        reason: Why.
    """

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Row:
    """One JSON object, its keys found without regard to case; keys with ``@`` or ``#`` are provider noise.

    Args:
        raw: The object as decoded.
        blank_is_null: The row comes from CSV, where PowerShell writes null as an empty cell.
    """

    __slots__ = ("_values", "blank_is_null")

    def __init__(self, raw: Mapping[str, object], *, blank_is_null: bool = False) -> None:
        self._values = by_lower_key(unwrapped(raw))
        self.blank_is_null = blank_is_null

    @staticmethod
    def of(value: object, what: str) -> "Row":
        """Make a row of a decoded value.

        Raises:
            RowError: It is not an object.
        """
        if not isinstance(value, dict):
            raise RowError(say("{name} should be an object, not {type}", name=what, type=type(value).__name__))
        return Row(value)

    def raw(self, name: str) -> object:
        """Give the value as decoded; ``Gap.ABSENT`` where there is no such key."""
        found = self._values.get(name.lower())
        if found is None:
            return Gap.ABSENT
        value = found[1]
        return None if value == "" and self.blank_is_null else value

    def has(self, name: str) -> bool:
        """Tell whether the key is there, whatever it holds."""
        return name.lower() in self._values

    def flag(self, name: str) -> Observed[bool]:
        """Read a boolean; the words True and False count, as PowerShell exports write them."""
        value = self.raw(name)
        if value is None or isinstance(value, bool | Gap):
            return value
        if value == "":
            return Gap.EMPTY
        if isinstance(value, str):
            return BOOLEAN_WORDS.get(value.strip().lower(), Gap.UNREADABLE)
        return Gap.UNREADABLE

    def text(self, name: str) -> Observed[str]:
        """Read a string; ``""`` is ``Gap.EMPTY``."""
        value = self.raw(name)
        if value is None or isinstance(value, Gap):
            return value
        if not isinstance(value, str):
            return Gap.UNREADABLE
        return value or Gap.EMPTY

    def word(self, name: str) -> str:
        """Read a string where nothing hangs on how it is missing; ``""`` then."""
        value = self.raw(name)
        return value if isinstance(value, str) else ""

    def id(self, name: str) -> str:
        """Read an id in lower case; ``""`` where it is missing or all zeros, as Exchange writes "none"."""
        found = self.word(name).strip().strip("{}").lower()
        return "" if found == NO_ID else found

    def time(self, name: str) -> dt.datetime | None:
        """Read a time in UTC: ISO 8601 with up to seven decimals, or ``/Date(ms)/``; ``None`` where there is none."""
        return parse_time(self.word(name))

    def row(self, name: str) -> "Row | None":
        """Read a nested object; ``None`` where it is null or not there.

        Raises:
            RowError: It is something else.
        """
        value = self.raw(name)
        if value is None or value == "" or isinstance(value, Gap):
            return None
        return Row.of(value, name)

    def rows(self, name: str) -> list["Row"]:
        """Read a list of objects; a single object counts as a list of one.

        Raises:
            RowError: It holds something else.
        """
        return [Row.of(item, name) for item in self.items(name)]

    def items(self, name: str) -> list[object]:
        """Read a list; a single value counts as a list of one, null and absent as an empty list."""
        value = self.raw(name)
        if value is None or value == "" or isinstance(value, Gap):
            return []
        return value if isinstance(value, list) else [value]

    def words(self, name: str) -> frozenset[str]:
        """Read a list of strings in lower case; a comma-separated string counts too (Graph's flag enums)."""
        return frozenset(_split(self.items(name), name))

    def cells(self) -> Iterator[tuple[str, str]]:
        """Give name, in lower case, and value of everything that holds a string."""
        for name, (_, value) in self._values.items():
            if isinstance(value, str):
                yield name, value

    def leftovers(self, known: Iterable[str]) -> Iterator[str]:
        """Give the names of keys that hold something and are not in ``known``."""
        expected = {name.lower() for name in known}
        for key, (name, value) in self._values.items():
            if key not in expected and holds_something(value):
                yield name


def by_lower_key(raw: Mapping[str, object]) -> dict[str, tuple[str, object]]:
    """Sort values by their key in lower case, without the provider's noise."""
    return {key.lower(): (key, value) for key, value in raw.items() if "@" not in key and "#" not in key}


def unwrapped(raw: Mapping[str, object]) -> Mapping[str, object]:
    """Lift what the Graph PowerShell module puts into ``AdditionalProperties`` beside the other properties."""
    name = next((key for key in raw if key.lower() == WRAPPER), None)
    inner = raw[name] if name is not None else None
    return {**inner, **{key: value for key, value in raw.items() if key != name}} if isinstance(inner, dict) else raw


def _split(values: Iterable[object], name: str) -> Iterator[str]:
    for value in values:
        if not isinstance(value, str):
            raise RowError(say("{name} should hold strings, not {type}", name=name, type=type(value).__name__))
        for part in value.split(","):
            word = part.strip().lower()
            if word:
                yield word


def holds_something(value: object) -> bool:
    """Tell whether a value says anything: null, "", false, a gap, empty lists and objects of nothing do not."""
    if isinstance(value, Gap):
        return False
    if isinstance(value, dict):
        return any(holds_something(item) for key, item in value.items() if "@" not in key and "#" not in key)
    if isinstance(value, list):
        return any(holds_something(item) for item in value)
    return value not in (None, "", False)


def parse_time(text: str) -> dt.datetime | None:
    """Read a time of the provider's many forms; without an offset it is UTC (INFERRED, facts/apis.md §1.2)."""
    try:
        powershell = POWERSHELL_TIME.match(text)
        if powershell:
            return EPOCH + dt.timedelta(milliseconds=int(powershell[1]))
        moment = dt.datetime.fromisoformat(FRACTION.sub(r".\1", text))
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):  # no time, or one beyond the years 1 to 9999
        return None
