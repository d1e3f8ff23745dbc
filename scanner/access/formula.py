"""When a policy stops a sign-in: a formula over worlds (known at sending) and gaps (evidence not read)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, assert_never

from scanner.access.gaps import EvidenceGap
from scanner.model.frozen import Frozen


class Known(Frozen, frozen=True, kw_only=True):
    """True in exactly these worlds."""

    worlds: int


class Open(Frozen, frozen=True, kw_only=True):
    """True or false everywhere: it was not read."""

    gap: EvidenceGap


class Negated(Frozen, frozen=True, kw_only=True):
    """Not the part."""

    part: "Formula"


class Joined(Frozen, frozen=True, kw_only=True):
    """All or any of the parts."""

    kind: Literal["all", "any"]
    parts: tuple["Formula", ...]


Formula = Known | Open | Negated | Joined

NEVER = Known(worlds=0)
Assumed = Mapping[str, bool]


def every_of(parts: Iterable[Formula]) -> Formula:
    """Join with "and"; a part that never holds decides at once."""
    kept = tuple(parts)
    if NEVER in kept:
        return NEVER
    return kept[0] if len(kept) == 1 else Joined(kind="all", parts=kept)


def any_of(parts: Iterable[Formula]) -> Formula:
    """Join with "or"."""
    kept = tuple(part for part in parts if part != NEVER)
    if not kept:
        return NEVER
    return kept[0] if len(kept) == 1 else Joined(kind="any", parts=kept)


def bounds(formula: Formula, assumed: Assumed, every: int) -> tuple[int, int]:
    """Give the worlds in which a formula certainly holds, and those in which it may hold.

    Args:
        formula: The formula.
        assumed: Gaps, by key, that are taken to be true or false.
        every: All worlds.
    """
    match formula:
        case Known(worlds=worlds):
            return worlds & every, worlds & every
        case Open(gap=gap):
            value = assumed.get(gap.key)
            return (every if value else 0), (every if value is not False else 0)
        case Negated(part=part):
            low, high = bounds(part, assumed, every)
            return every & ~high, every & ~low
        case Joined(kind=kind, parts=parts):
            return _bounds_of_parts(kind, parts, assumed, every)
        case _:
            assert_never(formula)


def _bounds_of_parts(
    kind: Literal["all", "any"], parts: Iterable[Formula], assumed: Assumed, every: int
) -> tuple[int, int]:
    low, high = (every, every) if kind == "all" else (0, 0)
    for part in parts:
        part_low, part_high = bounds(part, assumed, every)
        low, high = (low & part_low, high & part_high) if kind == "all" else (low | part_low, high | part_high)
    return low, high


def gaps_of(formula: Formula) -> Iterator[EvidenceGap]:
    """Give the gaps that a formula mentions."""
    match formula:
        case Known():
            return
        case Open(gap=gap):
            yield gap
        case Negated(part=part):
            yield from gaps_of(part)
        case Joined(parts=parts):
            for part in parts:
                yield from gaps_of(part)
        case _:
            assert_never(formula)


def leanings(formula: Formula, *, stops: bool = True) -> Iterator[tuple[str, bool]]:
    """Give the keys of a formula's gaps, each with whether it makes the formula hold in more worlds or in fewer."""
    match formula:
        case Known():
            return
        case Open(gap=gap):
            yield gap.key, stops
        case Negated(part=part):
            yield from leanings(part, stops=not stops)
        case Joined(parts=parts):
            for part in parts:
                yield from leanings(part, stops=stops)
        case _:
            assert_never(formula)
