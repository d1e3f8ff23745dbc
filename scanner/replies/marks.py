"""Where in a paste the codes and the sentences of replies stand."""

import re
from bisect import bisect_left
from itertools import pairwise

from scanner.model.frozen import Frozen
from scanner.replies.catalogue import CATALOGUE
from scanner.replies.entry import CatalogueEntry
from scanner.replies.paste import Paste, squash

ENHANCED = frozenset(entry.enhanced for entry in CATALOGUE)
"""The enhanced codes that the catalogue knows."""

_BETWEEN_CODES = 60  # characters that clients put between the code and the enhanced code
_MARK = re.compile(
    r"(?<![A-Za-z0-9_.])(?:([245]\.\d{1,3}\.\d{1,3})(?![A-Za-z0-9_]|\.\d)|([245]\d\d)(?![A-Za-z0-9_]|\.\d))"
)
_CODES = frozenset(code for entry in CATALOGUE for code in (entry.code, *entry.other_codes))
_PHRASES = tuple((squash(phrase), entry) for entry in CATALOGUE for phrase in entry.phrases)


class Mark(Frozen, frozen=True, kw_only=True):
    """A place of the paste where codes stand: from ``start``, its sentence from ``end``."""

    start: int
    end: int
    code: str = ""
    enhanced: str = ""


class Hit(Frozen, frozen=True, kw_only=True):
    """A phrase of an entry in the letters of the paste."""

    start: int
    end: int
    entry: CatalogueEntry


class Part(Frozen, frozen=True, kw_only=True):
    """The paste from one mark to the next: its letters from ``first`` to ``last``, the sentence from ``sentence``."""

    mark: Mark
    first: int
    sentence: int
    last: int


def find_marks(text: str) -> list[Mark]:
    """Find the codes of the text: a three-digit code, an enhanced code, or both together."""
    marks: list[Mark] = []
    waiting: Mark | None = None
    for match in _MARK.finditer(text):
        enhanced, code = match[1] or "", match[2] or ""
        if code:
            waiting = Mark(start=match.start(), end=match.end(), code=code) if code in _CODES else None
            marks += [waiting] if waiting else []
        elif waiting and match.start() - waiting.end <= _BETWEEN_CODES:
            marks[-1] = Mark(start=waiting.start, end=match.end(), code=waiting.code, enhanced=enhanced)
            waiting = None
        elif enhanced in ENHANCED:
            marks.append(Mark(start=match.start(), end=match.end(), enhanced=enhanced))
    return marks


def find_hits(letters: str) -> list[Hit]:
    """Find the phrases in the letters; of those that overlap, the longest only."""
    every = [
        Hit(start=match.start(), end=match.end(), entry=entry)
        for phrase, entry in _PHRASES
        for match in re.finditer(phrase, letters)
    ]
    every.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[Hit] = []
    for hit in every:
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.end - hit.start > kept[-1].end - kept[-1].start:
            kept[-1] = hit
    return kept


def divide(paste: Paste, marks: list[Mark]) -> list[Part]:
    """Divide the paste at its marks; what stands before the first one is a part without codes."""
    every = [Mark(start=0, end=0), *marks]
    starts = [paste.letters_before(mark.start) for mark in every]
    ends = [paste.letters_before(mark.end) for mark in every]
    borders = pairwise([*starts, len(paste.letters)])
    return [
        Part(mark=mark, first=first, sentence=end, last=last)
        for mark, (first, last), end in zip(every, borders, ends, strict=True)
    ]


def hits_of(part: Part, hits: list[Hit]) -> list[Hit]:
    """Give the hits that begin inside the part."""
    first = bisect_left(hits, part.first, key=lambda hit: hit.start)
    last = bisect_left(hits, part.last, key=lambda hit: hit.start)
    return hits[first:last]
