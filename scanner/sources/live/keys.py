"""Which rows were seen: eight bytes each, so that a large tenant needs no large memory."""

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload
from uuid import UUID

import numpy as np

MOST_FRESH = 65_536  # numbers that wait in a set before they are sorted in
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
GUID_BYTES, GUID_LETTERS, GUID_DASHES = 16, 36, (8, 13, 18, 23)


class KeySet:
    """A set of texts, of each of which only a 64-bit hash is kept.

    Two of ten million texts share one with a probability of 3 in a million: then the second row would be taken for a
    repetition of the first.
    """

    def __init__(self) -> None:
        self._settled = np.empty(0, np.int64)  # sorted
        self._fresh: set[int] = set()

    def __len__(self) -> int:
        return len(self._settled) + len(self._fresh)

    def take(self, keys: Sequence[str]) -> set[int]:
        """Put texts in; an empty one is no text.

        Returns:
            The positions of those that were there before.
        """
        numbers = array("q", map(hash, keys))
        known = self._find_settled(numbers)
        fresh = set(numbers)
        if not known and len(fresh) == len(numbers) and self._fresh.isdisjoint(fresh) and "" not in keys:
            self._fresh |= fresh
        else:
            known |= set(self._take_each({at: number for at, number in enumerate(numbers) if at not in known}, keys))
        if len(self._fresh) > MOST_FRESH:
            self._settle()
        return known

    def find(self, keys: Sequence[str]) -> set[int]:
        """Give the positions of those texts that are there."""
        numbers = array("q", map(hash, keys))
        return self._find_settled(numbers) | {at for at, number in enumerate(numbers) if number in self._fresh}

    def count_beyond(self, other: "KeySet") -> int:
        """Count the texts that another set does not have."""
        return int(np.setdiff1d(self._settle(), other._settle(), assume_unique=True).size)  # noqa: SLF001 - its own kind

    def clear(self) -> None:
        """Take everything out."""
        self._settled = np.empty(0, np.int64)
        self._fresh.clear()

    def _take_each(self, numbers: Mapping[int, int], keys: Sequence[str]) -> Iterator[int]:
        """Put texts in one by one, and give the positions of those that were there before."""
        for at, number in numbers.items():
            if not keys[at]:
                continue
            if number in self._fresh:
                yield at
            self._fresh.add(number)

    def _find_settled(self, numbers: "array[int]") -> set[int]:
        if not len(self._settled) or not numbers:
            return set()
        wanted = np.frombuffer(numbers, np.int64)
        at = np.searchsorted(self._settled, wanted)
        at[at == len(self._settled)] = 0
        return set(np.flatnonzero(self._settled[at] == wanted).tolist())

    def _settle(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
        if self._fresh:
            fresh = np.fromiter(self._fresh, np.int64, len(self._fresh))
            self._settled = np.unique(np.concatenate((self._settled, fresh)))
            self._fresh = set()
        return self._settled


class Ids(Sequence[str]):
    """Ids, each once: GUIDs in the order in which they came, sixteen bytes each, and after them whatever is none."""

    def __init__(self) -> None:
        self._guids = bytearray()
        self._others: list[str] = []
        self.keys = KeySet()

    def add(self, texts: Iterable[object]) -> None:
        """Put in, in lower case, those texts that were not there before."""
        found = _lower(list(texts))
        known = self.keys.take(found)
        fresh = [text for at, text in enumerate(found) if at not in known] if known else found
        try:
            self._guids += _pack(fresh)
        except ValueError:
            self._guids += _pack([text for text in fresh if GUID.fullmatch(text)])
            self._others += [text for text in fresh if not GUID.fullmatch(text)]

    def __len__(self) -> int:
        return len(self._guids) // GUID_BYTES + len(self._others)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """Give one, or some."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        start = range(len(self))[at] * GUID_BYTES
        if start >= len(self._guids):
            return self._others[(start - len(self._guids)) // GUID_BYTES]
        return str(UUID(bytes=bytes(self._guids[start : start + GUID_BYTES])))


def _lower(texts: Sequence[object]) -> list[str]:
    """Give those that are texts and not empty, in lower case."""
    try:
        found = list(map(str.lower, texts))  # type: ignore[arg-type]  # nearly always texts, and then it is quick
    except TypeError:
        return [text.lower() for text in texts if isinstance(text, str) and text]
    return list(filter(None, found)) if "" in found else found


def _pack(guids: Sequence[str]) -> bytes:
    """Give the bytes of many GUIDs at once.

    Raises:
        ValueError: One is none.
    """
    joined, number = "".join(guids), len(guids)
    dashes = "-" * number
    if set(map(len, guids)) - {GUID_LETTERS} or any(joined[at::GUID_LETTERS] != dashes for at in GUID_DASHES):
        raise ValueError("not a GUID")
    return bytes.fromhex(joined.replace("-", ""))
