"""The worlds of one sign-in: every combination of what is only known when a message is sent.

A set of worlds is an integer with one bit per world, so that policies combine with ``&`` and ``|``.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from scanner.model.frozen import Frozen

V = TypeVar("V", bound=Hashable)

MOST_WORLDS = 1 << 20  # 128 KiB a set; more combinations than that were never met


class Dimension(Frozen, frozen=True, kw_only=True):
    """One thing that is decided at the time of sending.

    Attributes:
        name: As ``depends_on`` names it: ``location``, ``sign_in_risk`` …
        values: Its values; those that no condition tells apart are one.
    """

    name: str
    values: tuple[Hashable, ...]


def told_apart(values: Iterable[V], signature: Callable[[V], Hashable]) -> tuple[V, ...]:
    """Keep one of all values that the conditions in play can't tell apart."""
    kept: dict[Hashable, V] = {}
    for value in values:
        kept.setdefault(signature(value), value)
    return tuple(kept.values())


class Worlds:
    """All combinations of the dimensions' values.

    Args:
        dimensions: The dimensions in play.

    Raises:
        OverflowError: There are more combinations than can be handled.
    """

    def __init__(self, dimensions: Sequence[Dimension]) -> None:
        self.dimensions = tuple(dimensions)
        self.count = 1
        self._strides: dict[str, int] = {}
        for dimension in self.dimensions:
            self._strides[dimension.name] = self.count
            self.count *= len(dimension.values)
        if self.count > MOST_WORLDS:
            message = f"{self.count} combinations of conditions"
            raise OverflowError(message)
        self.every = (1 << self.count) - 1

    def where(self, name: str, holds: Callable[[Hashable], bool]) -> int:
        """Give the worlds in which a value of one dimension meets a condition; none where it isn't in play."""
        stride = self._strides.get(name)
        if stride is None:
            return 0
        dimension = next(item for item in self.dimensions if item.name == name)
        block = 0
        for index, value in enumerate(dimension.values):
            if holds(value):
                block |= ((1 << stride) - 1) << (index * stride)
        return self._repeated(block, stride * len(dimension.values))

    def deciding(self, stopped: int, within: int) -> tuple[str, ...]:
        """Name the dimensions that, changed alone, flip the outcome.

        Args:
            stopped: The worlds in which the sign-in is stopped.
            within: The worlds that are possible.
        """
        return tuple(dimension.name for dimension in self.dimensions if self._flips(dimension, stopped, within))

    def _flips(self, dimension: Dimension, stopped: int, within: int) -> bool:
        stride = self._strides[dimension.name]
        span = stride * len(dimension.values)
        pairs = self._repeated((1 << (span - stride)) - 1, span) & within & (within >> stride)
        return bool((stopped ^ (stopped >> stride)) & pairs)

    def _repeated(self, block: int, period: int) -> int:
        found, width = block, period
        while width < self.count:
            found |= found << width
            width *= 2
        return found & self.every
