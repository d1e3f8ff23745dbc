"""Remembers the ids that passed last: lists repeat rows at the edges of their pages and windows, so near each other."""

from collections import OrderedDict

REMEMBERED = 100_000


class RecentIds:
    """The ids that passed last: so many, first in, first out."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()

    def repeats(self, name: str) -> bool:
        """Remember an id, and tell whether it passed before; an empty one is no id."""
        if not name:
            return False
        if name in self._ids:
            return True
        self._ids[name] = None
        if len(self._ids) > REMEMBERED:
            self._ids.popitem(last=False)
        return False
