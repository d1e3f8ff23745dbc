"""The filter rule language of devices and applications: ``device.isCompliant -ne True -and (…)``.

Source: concept-condition-filters-for-devices and concept-filter-for-applications (dossier keys DEV, FLT).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, assert_never

from scanner.model.frozen import Frozen

PIECE = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<mark>[()\[\],])
      | (?P<operator>-[A-Za-z]+)
      | (?P<word>[^\s()\[\],"']+)
    )""",
    re.VERBOSE,
)
POSITIVE = frozenset({"-eq", "-startswith", "-endswith", "-contains", "-in"})
NEGATIVE = frozenset({"-ne", "-notstartswith", "-notendswith", "-notcontains", "-notin"})
MARKS = frozenset("()[],-\"'")  # what a plain word does not begin with
DEEPEST = 50

Attributes = Callable[[str], Sequence[str]]


class RuleError(ValueError):
    """A rule that this version can't read."""


class Clause(Frozen, frozen=True, kw_only=True):
    """One comparison: attribute, operator and values, all in lower case."""

    attribute: str
    operator: str
    values: tuple[str, ...]


class Negation(Frozen, frozen=True, kw_only=True):
    """Not the part."""

    part: "Rule"


class Junction(Frozen, frozen=True, kw_only=True):
    """All or any of the parts."""

    kind: Literal["all", "any"]
    parts: tuple["Rule", ...]


Rule = Clause | Negation | Junction


def parse_rule(text: str) -> Rule:
    """Read a rule.

    Raises:
        RuleError: It is not of the language that is known.
    """
    reader = _Reader(list(_pieces(text)))
    rule = reader.any_of(0)
    if reader.rest():
        message = f"unexpected {reader.rest()[0]!r} in the rule"
        raise RuleError(message)
    return rule


def matches(rule: Rule, attributes: Attributes) -> bool:
    """Tell whether a rule holds for attributes; an attribute without values is null.

    Null never meets a positive operator and always a negative one (documented table of DEV).
    """
    match rule:
        case Junction(kind="all", parts=parts):
            return all(matches(part, attributes) for part in parts)
        case Junction(parts=parts):
            return any(matches(part, attributes) for part in parts)
        case Negation(part=part):
            return not matches(part, attributes)
        case Clause():
            positive = rule.operator in POSITIVE
            return positive == _any_meets(rule, attributes(rule.attribute))
        case _:
            assert_never(rule)


def no_attributes(_: str) -> Sequence[str]:
    """Stand for an unregistered device: every property is null."""
    return ()


def _any_meets(clause: Clause, found: Sequence[str]) -> bool:
    kind = clause.operator.removeprefix("-not").removeprefix("-")
    return any(_meets(kind, value.lower(), wanted) for value in found for wanted in clause.values)


def _meets(kind: str, value: str, wanted: str) -> bool:
    match kind:
        case "startswith":
            return value.startswith(wanted)
        case "endswith":
            return value.endswith(wanted)
        case "contains":
            return wanted in value
        case _:
            return value == wanted


def _pieces(text: str) -> Iterator[str]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = PIECE.match(text, position)
        if found is None:
            message = f"can't read the rule at {text[position : position + 20]!r}"
            raise RuleError(message)
        position = found.end()
        yield found[0].strip()


class _Reader:
    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces
        self._at = 0

    def rest(self) -> list[str]:
        return self._pieces[self._at :]

    def any_of(self, depth: int) -> Rule:
        return self._joined("any", ("-or", "or"), self.all_of, depth)

    def all_of(self, depth: int) -> Rule:
        return self._joined("all", ("-and", "and"), self.one, depth)

    def one(self, depth: int) -> Rule:
        if depth > DEEPEST:
            message = "the rule is nested too deeply"
            raise RuleError(message)
        piece = self._next()
        if piece.lower() in {"-not", "not"}:
            return Negation(part=self.one(depth + 1))
        if piece == "(":
            rule = self.any_of(depth + 1)
            self._expect(")")
            return rule
        return self._clause(piece)

    def _joined(
        self, kind: Literal["all", "any"], words: tuple[str, ...], part: Callable[[int], Rule], depth: int
    ) -> Rule:
        parts = [part(depth)]
        while self._peek().lower() in words:
            self._next()
            parts.append(part(depth))
        return parts[0] if len(parts) == 1 else Junction(kind=kind, parts=tuple(parts))

    def _clause(self, attribute: str) -> Clause:
        if attribute[0] in MARKS:
            message = f"expected an attribute and found {attribute!r} in the rule"
            raise RuleError(message)
        operator = self._next().lower()
        if operator not in POSITIVE | NEGATIVE:
            message = f"unknown operator {operator!r} in the rule"
            raise RuleError(message)
        return Clause(attribute=attribute.lower(), operator=operator, values=self._values())

    def _values(self) -> tuple[str, ...]:
        piece = self._next()
        if piece != "[":
            return (_plain(piece),)
        values = []
        while (piece := self._next()) != "]":
            if piece != ",":
                values.append(_plain(piece))
        return tuple(values)

    def _expect(self, mark: str) -> None:
        piece = self._next()
        if piece != mark:
            message = f"expected {mark!r} and found {piece!r} in the rule"
            raise RuleError(message)

    def _peek(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""

    def _next(self) -> str:
        piece = self._peek()
        if not piece:
            message = "the rule ends too early"
            raise RuleError(message)
        self._at += 1
        return piece


def _plain(piece: str) -> str:
    if piece[0] in "\"'":
        return piece[1:-1].replace('\\"', '"').replace("\\'", "'").lower()
    if piece.lower() in {"null", "$null"} or piece[0] in MARKS:
        message = f"can't compare with {piece!r} in the rule"
        raise RuleError(message)
    return piece.lower()
