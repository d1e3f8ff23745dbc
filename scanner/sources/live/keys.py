"""Which rows were seen: eight bytes each, so that a large tenant needs no large memory."""

import re
import secrets
from binascii import unhexlify
from collections.abc import Sequence
from typing import TypeAlias, TypeGuard, overload
from uuid import UUID

import numpy as np

Numbers: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.int64]]"
Marks: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]"

MOST_FRESH = 32_768  # numbers that wait before they are sorted in
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
GUID_BYTES, GUID_LETTERS, GUID_DASHES = 16, 36, (8, 13, 18, 23)
NONE = np.empty(0, np.int64)
# Nobody outside can choose ids that fall upon each other.
FIRST, SECOND = (np.int64((secrets.randbits(62) << 1) | 1) for _ in range(2))


class KeySet:
    """A set of texts without regard to case, of each of which only a 64-bit number is kept.

    Two of ten million texts share one with a probability of 3 in a million: then the second row would be taken for a
    repetition of the first.
    """

    def __init__(self) -> None:
        self._settled: Numbers = NONE
        self._fresh: Numbers = NONE

    def __len__(self) -> int:
        return len(self._settled) + len(self._fresh)

    def take(self, keys: Sequence[str]) -> set[int]:
        """Put texts in; an empty one is no text.

        Returns:
            The positions of those that were there before.
        """
        return self.take_numbers(number(keys))

    def take_numbers(self, numbers: Numbers) -> set[int]:
        """Put texts in by their numbers.

        Returns:
            The positions of those that were there before.
        """
        ordered = np.sort(numbers)
        if numbers.all() and not (ordered[1:] == ordered[:-1]).any() and not self._know(ordered).any():
            self._put(ordered)
            return set()
        texts = np.flatnonzero(numbers)
        each, first = np.unique(numbers[texts], return_index=True)
        fresh = ~self._know(each)
        self._put(each[fresh])
        return set(texts.tolist()).difference(texts[first[fresh]].tolist())

    def take_pages(self, pages: Sequence[Numbers]) -> list[set[int]]:
        """Put the texts of several pages in by their numbers.

        Returns:
            For each page the positions of those that were there before.
        """
        known = np.sort(np.fromiter(self.take_numbers(np.concatenate(pages)), np.int64))
        ends = np.cumsum([len(page) for page in pages])
        parts = np.split(known, known.searchsorted(ends)[:-1])
        return [set((part - end + len(page)).tolist()) for part, end, page in zip(parts, ends, pages, strict=True)]

    def find(self, keys: Sequence[str]) -> set[int]:
        """Give the positions of those texts that are there."""
        return set(np.flatnonzero(self._know(number(keys))).tolist()) if keys else set()

    def count_beyond(self, other: "KeySet") -> int:
        """Count the texts that another set does not have."""
        return sum(int((~other._know(mine)).sum()) for mine in (self._settled, self._fresh))  # noqa: SLF001 - its own kind

    def clear(self) -> None:
        """Take everything out."""
        self._settled = self._fresh = NONE

    def _know(self, numbers: Numbers) -> Marks:
        """Tell of each number whether it is there."""
        return _among(numbers, self._settled) | _among(numbers, self._fresh)

    def _put(self, ordered: Numbers) -> None:
        """Put in numbers that are not there."""
        self._fresh = _merge(self._fresh, ordered)
        if len(self._fresh) > MOST_FRESH:
            self._settled, self._fresh = _merge(self._settled, self._fresh), NONE


class Ids(Sequence[str]):
    """Ids, each once: GUIDs in the order in which they came, sixteen bytes each, and after them whatever is none."""

    def __init__(self) -> None:
        self._fresh = bytearray()  # GUIDs that may have come before
        self._guids = bytearray()
        self._others: list[str] = []
        self._keys = KeySet()

    @property
    def keys(self) -> KeySet:
        """The set of them."""
        self._settle()
        return self._keys

    def add(self, texts: Sequence[object]) -> None:
        """Put in those texts that were not there before."""
        packed = _pack(texts) if are_texts(texts) else None
        if packed is None:
            found = [text.lower() for text in texts if isinstance(text, str)]
            packed = _pack([text for text in found if GUID.fullmatch(text)]) or b""
            others = [text for text in found if text and not GUID.fullmatch(text)]
            known = self._keys.take(others)
            self._others += [text for at, text in enumerate(others) if at not in known]
        self._fresh += packed

    def _settle(self) -> None:
        """Leave out what came before; all at once, which is far quicker than page by page."""
        if self._fresh:
            fresh = bytes(self._fresh)
            self._fresh.clear()
            known = self._keys.take_numbers(_mix(fresh))
            self._guids += _leave_out(fresh, known) if known else fresh

    def __len__(self) -> int:
        self._settle()
        return len(self._guids) // GUID_BYTES + len(self._others)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        """Give one, or some, in lower case."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        start = range(len(self))[at] * GUID_BYTES
        if start >= len(self._guids):
            return self._others[(start - len(self._guids)) // GUID_BYTES]
        return str(UUID(bytes=bytes(self._guids[start : start + GUID_BYTES])))


def are_texts(found: Sequence[object]) -> TypeGuard[Sequence[str]]:
    """Tell whether there is nothing but texts."""
    return set(map(type, found)) <= {str}


def number(texts: Sequence[str]) -> Numbers:
    """Give a number for each text, the same whatever its case; 0 for an empty one."""
    packed = _pack(texts)
    if packed is not None:
        return _mix(packed)
    numbers = np.fromiter((hash(text.lower()) if text else 0 for text in texts), np.int64, len(texts))
    guids = [at for at, text in enumerate(texts) if GUID.fullmatch(text)]
    numbers[guids] = _mix(_pack([texts[at] for at in guids]) or b"")
    return numbers


def _mix(packed: bytes) -> Numbers:
    """Give a number for each GUID; those of one half's differences spread over all bits before the other is added."""
    halves = np.frombuffer(packed, np.int64).reshape(-1, 2)
    mixed = halves[:, 0] * FIRST
    mixed ^= mixed >> 32
    mixed *= SECOND
    mixed ^= mixed >> 29
    mixed += halves[:, 1]
    return mixed


def _pack(texts: Sequence[str]) -> bytes | None:
    """Give the bytes of many GUIDs at once; nothing where one is none."""
    joined, count = ",".join(texts).encode(errors="surrogatepass"), len(texts)
    cell, dashes = GUID_LETTERS + 1, b"-" * count
    if len(joined) != cell * count - 1 or joined[GUID_LETTERS::cell] != b"," * (count - 1):
        return None
    if any(joined[at::cell] != dashes for at in GUID_DASHES):
        return None
    try:
        packed = unhexlify(joined.translate(None, b"-,"))
    except ValueError:
        return None
    return packed if len(packed) == GUID_BYTES * count else None


def _leave_out(packed: bytes, known: set[int]) -> bytes:
    return np.delete(np.frombuffer(packed, f"V{GUID_BYTES}"), sorted(known)).tobytes()


def _among(numbers: Numbers, ordered: Numbers) -> Marks:
    if not len(ordered):
        return np.zeros(len(numbers), np.bool_)
    at = ordered.searchsorted(numbers)
    at[at == len(ordered)] = 0
    return np.equal(ordered[at], numbers)


def _merge(one: Numbers, other: Numbers) -> Numbers:
    merged = np.concatenate((one, other))
    merged.sort(kind="stable")  # which is a mere merge where both are sorted
    return merged
