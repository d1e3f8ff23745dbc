"""Which replies of the catalogue a paste contains."""

import re

from scanner.model.frozen import Frozen
from scanner.model.judgement import CONFIDENCE_ORDER
from scanner.replies.catalogue import CATALOGUE
from scanner.replies.entry import CatalogueEntry
from scanner.replies.marks import ENHANCED, Hit, Mark, Part, divide, find_hits, find_marks, hits_of
from scanner.replies.paste import Paste, squash
from scanner.replies.sign_in import SIGN_IN

MAX_REPLIES = 20
"""Different replies that are kept of one paste."""

_BEYOND_COMMON = 4  # letters of its own that a cut sentence needs to be told from the others of its code

_SIGN_IN_CODE = re.compile(r"AADSTS(\d{5,7})(?!\d)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.-])(\d{5,7})(?![A-Za-z0-9_.])")
_WRAPS = re.compile(r"error|response", re.IGNORECASE)

_SIGN_IN_ENTRIES = {entry.code: entry for entry in SIGN_IN}
_SENTENCES = {entry.key: squash(entry.sentence) for entry in CATALOGUE}


class Found(Frozen, frozen=True, kw_only=True):
    """One reply that was recognised.

    Attributes:
        entry: What it is.
        matched: The part of the paste it was recognised by.
        code: The three digits in the paste; empty where they weren't there.
        enhanced: The enhanced code in the paste; empty where it wasn't there.
        by_code_only: True where the sentence was missing, translated or cut.
        embedded_in: Key of the reply that it is embedded in, e.g. ``client_not_authenticated``.
        place: Where in the paste it begins.
    """

    entry: CatalogueEntry
    matched: str
    code: str = ""
    enhanced: str = ""
    by_code_only: bool = False
    embedded_in: str = ""
    place: int = 0


class Recognised(Frozen, frozen=True, kw_only=True):
    """What a paste contains.

    Attributes:
        found: The replies, in the order of the paste.
        unknown_codes: Codes in the form of a reply that the catalogue doesn't know.
    """

    found: tuple[Found, ...] = ()
    unknown_codes: tuple[str, ...] = ()


def recognise(paste: Paste) -> Recognised:
    """Find the replies of a paste.

    Args:
        paste: What was pasted.

    Returns:
        The replies, each once. Bare three-digit codes and bare numbers count only where nothing better is there.
    """
    marks = find_marks(paste.text)
    hits = find_hits(paste.letters)
    parts = divide(paste, marks)
    by_sentence = [found for part in parts for found in read_part(paste, part, hits)]
    certain = drop_vague([*by_sentence, *find_sign_in_codes(paste.text, _SIGN_IN_CODE)])
    found = certain or find_bare_codes(marks) or find_sign_in_codes(paste.text, _NUMBER)
    unknown = (mark.enhanced for mark in marks if mark.enhanced and mark.enhanced not in ENHANCED)
    return Recognised(found=embed(paste, keep_first(found)), unknown_codes=tuple(dict.fromkeys(unknown)))


def read_part(paste: Paste, part: Part, hits: list[Hit]) -> list[Found]:
    """Find the replies of one part: by the phrases in it, else by its enhanced code."""
    own = [hit for hit in hits_of(part, hits) if not is_vague(hit.entry)]
    if not own and not part.mark.enhanced:
        own = hits_of(part, hits)
    by_phrase = [_found_by_phrase(paste, part, hit) for hit in own]
    if not part.mark.enhanced or any(hit.entry.enhanced == part.mark.enhanced for hit in own):
        return by_phrase
    return [*_found_by_code(paste, part), *by_phrase]


def is_vague(entry: CatalogueEntry) -> bool:
    """Tell whether the entry's phrase begins the sentences of other entries as well."""
    return entry.key == "unauthenticated_5_7_3"


def drop_vague(found: list[Found]) -> list[Found]:
    """Drop the vague phrase without its code where anything else was found: clients use the same words."""
    clear = [reply for reply in found if reply.enhanced or not is_vague(reply.entry)]
    return clear or found


def candidates_for(enhanced: str, sentence: str) -> tuple[CatalogueEntry, ...]:
    """Give the entries of an enhanced code whose sentences begin as the text does, as far as it goes.

    Args:
        enhanced: The enhanced code.
        sentence: The letters that follow it.

    Returns:
        One entry; several where the sentence was cut before they differ; none for an unknown code.
    """
    entries = [entry for entry in CATALOGUE if entry.enhanced == enhanced]
    vague = tuple(entry for entry in entries if entry.stands_for_code)
    shared = {entry.key: count_shared(_SENTENCES[entry.key], sentence) for entry in entries}
    common = max((len(_SENTENCES[entry.key]) for entry in vague), default=0)
    best = max(shared.values(), default=0)
    if best - common >= _BEYOND_COMMON:
        return tuple(entry for entry in entries if shared[entry.key] == best)
    return vague or tuple(entries)


def count_shared(one: str, other: str) -> int:
    """Count the letters that two texts have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


def find_bare_codes(marks: list[Mark]) -> list[Found]:
    """Read three-digit codes that stand alone; before an unknown enhanced code, only what stands for any of them."""
    return [
        Found(entry=entry, matched=mark.code, code=mark.code, by_code_only=True, place=mark.start)
        for mark in marks
        if mark.code
        for entry in entries_of_code(mark.code)
        if entry.stands_for_code or not mark.enhanced
    ]


def entries_of_code(code: str) -> tuple[CatalogueEntry, ...]:
    """Give the entries that a bare three-digit code may stand for, the surest first."""
    entries = [entry for entry in CATALOGUE if code in (entry.code, *entry.other_codes)]
    vague = [entry for entry in entries if entry.stands_for_code]
    return tuple(sorted(vague or entries, key=lambda entry: CONFIDENCE_ORDER.index(entry.confidence), reverse=True))


def find_sign_in_codes(text: str, pattern: re.Pattern[str]) -> list[Found]:
    """Find the codes of the sign-in log that the pattern captures."""
    return [
        Found(entry=_SIGN_IN_ENTRIES[match[1]], matched=match[0], code=match[1], place=match.start())
        for match in pattern.finditer(text)
        if match[1] in _SIGN_IN_ENTRIES
    ]


def keep_first(found: list[Found]) -> list[Found]:
    """Keep each entry once, by its sentence rather than by its code, and not more than a person can read."""
    first: dict[str, Found] = {}
    for reply in found:
        known = first.get(reply.entry.key)
        if known is None or (known.by_code_only and not reply.by_code_only):
            first[reply.entry.key] = reply
    return sorted(first.values(), key=lambda reply: reply.place)[:MAX_REPLIES]


def embed(paste: Paste, found: list[Found]) -> tuple[Found, ...]:
    """Mark the replies that stand inside another one, after ``Error:`` or ``The server response was:``."""
    outer = next((reply for reply in found if reply.entry.stage == "MAIL FROM"), None)
    return tuple(_embedded(paste, outer, reply) for reply in found)


def _embedded(paste: Paste, outer: Found | None, reply: Found) -> Found:
    """Give the reply with the outer one's key where the text between says that it is embedded."""
    if outer is None or reply.place <= outer.place or not _WRAPS.search(paste.text[outer.place : reply.place]):
        return reply
    return Found(
        entry=reply.entry,
        matched=reply.matched,
        code=reply.code,
        enhanced=reply.enhanced,
        by_code_only=reply.by_code_only,
        embedded_in=outer.entry.key,
        place=reply.place,
    )


def _found_by_phrase(paste: Paste, part: Part, hit: Hit) -> Found:
    """Make the reply of a phrase; the codes of the part are its own where they fit it."""
    fits = part.mark.enhanced in ("", hit.entry.enhanced)
    start = part.mark.start if fits and part.mark.end else paste.places[hit.start]
    return Found(
        entry=hit.entry,
        matched=paste.text[start : paste.places[hit.end - 1] + 1],
        code=part.mark.code if fits else "",
        enhanced=part.mark.enhanced if fits else "",
        place=paste.places[hit.start],
    )


def _found_by_code(paste: Paste, part: Part) -> list[Found]:
    """Make the replies that the enhanced code of a part stands for."""
    sentence = paste.letters[part.sentence : part.last]
    return [
        Found(
            entry=entry,
            matched=paste.text[part.mark.start : part.mark.end],
            code=part.mark.code,
            enhanced=part.mark.enhanced,
            by_code_only=not (_SENTENCES[entry.key] and sentence.startswith(_SENTENCES[entry.key])),
            place=part.mark.start,
        )
        for entry in candidates_for(part.mark.enhanced, sentence)
    ]
