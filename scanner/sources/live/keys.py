"""Which rows were seen: eight bytes each, so that a large tenant needs no large memory."""

import re
from array import array
from collections.abc import Iterable, Sequence
from typing import overload
from uuid import UUID

import numpy as np

MOST_FRESH = 65_536  # numbers that wait in a set before they are sorted in
LOWEST_64 = 2**64 - 1
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
GUID_BYTES = 16
MARK = b"\0"


class KeySet:
    """A set of texts, of each of which only a 64-bit hash is kept.

    Two of ten million texts share one with a probability of 3 in a million: then the second row would be taken for a
    repetition of the first.
    """

    def __init__(self) -> None:
        self._settled = np.empty(0, np.uint64)  # sorted
        self._fresh: set[int] = set()

    def __len__(self) -> int:
        return len(self._settled) + len(self._fresh)

    def take(self, keys: Sequence[str]) -> set[int]:
        """Put texts in; an empty one is no text.

        Returns:
            The positions of those that were there before.
        """
        numbers = _fold(keys)
        known = self._find_settled(numbers)
        for at, number in enumerate(numbers):
            if at in known or not keys[at]:
                continue
            if number in self._fresh:
                known.add(at)
            self._fresh.add(number)
        if len(self._fresh) > MOST_FRESH:
            self._settle()
        return known

    def find(self, keys: Sequence[str]) -> set[int]:
        """Give the positions of those texts that are there."""
        numbers = _fold(keys)
        return self._find_settled(numbers) | {at for at, number in enumerate(numbers) if number in self._fresh}

    def count_beyond(self, other: "KeySet") -> int:
        """Count the texts that another set does not have."""
        return int(np.setdiff1d(self._settle(), other._settle(), assume_unique=True).size)  # noqa: SLF001 - its own kind

    def clear(self) -> None:
        """Take everything out."""
        self._settled = np.empty(0, np.uint64)
        self._fresh.clear()

    def _find_settled(self, numbers: "array[int]") -> set[int]:
        if not len(self._settled) or not numbers:
            return set()
        wanted = np.frombuffer(numbers, np.uint64)
        at = np.searchsorted(self._settled, wanted)
        at[at == len(self._settled)] = 0
        return set(np.flatnonzero(self._settled[at] == wanted).tolist())

    def _settle(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint64]]":
        if self._fresh:
            fresh = np.fromiter(self._fresh, np.uint64, len(self._fresh))
            self._settled = np.sort(np.concatenate((self._settled, fresh)))
            self._fresh = set()
        return self._settled


def _fold(keys: Sequence[str]) -> "array[int]":
    return array("Q", (hash(key) & LOWEST_64 for key in keys))


class Ids(Sequence[str]):
    """Ids in the order in which they came, each once; a GUID takes some twenty bytes."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("Q")
        self.keys = KeySet()

    def add(self, texts: Iterable[object]) -> None:
        """Put in, in lower case, those texts that were not there before."""
        found = [text.lower() for text in texts if isinstance(text, str) and text]
        known = self.keys.take(found)
        for at, text in enumerate(found):
            if at not in known:
                self._bytes += _pack(text)
                self._ends.append(len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """Give one, or some."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        return _unpack(bytes(self._bytes[self._ends[at - 1] if at else 0 : self._ends[at]]))


def _pack(text: str) -> bytes:
    """Give a GUID's bytes after a mark, or any other text as it is."""
    return MARK + UUID(text).bytes if GUID.fullmatch(text) else text.encode("utf-8", "surrogatepass")


def _unpack(packed: bytes) -> str:
    if packed.startswith(MARK) and len(packed) == GUID_BYTES + len(MARK):
        return str(UUID(bytes=packed.removeprefix(MARK)))
    return packed.decode("utf-8", "surrogatepass")
