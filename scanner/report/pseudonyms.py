"""Pseudonyms: the same original gives the same word under one key, and without the key nobody gets back.

Ids, addresses and IP addresses are known by their form, wherever they stand; names are known from the evidence.
"""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from scanner.model.text import Place, Text

INVALID: Final = "invalid"  # the top-level domain that is nobody's (RFC 2606)
ADDRESS: Final = re.compile(r"[^\s\"'<>()\[\],;:|=/\\{}]+@[\w-]+(?:\.[\w-]+)+")
GUID: Final = re.compile(r"(?<![0-9a-fA-F-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9a-fA-F-])")
IPV4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
IPV6: Final = re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")
WORD: Final = re.compile(r"\w+")
SHORTEST: Final = 3
"""Shorter names are only told where they stand alone: they would be found in every sentence."""

Segment = tuple[str, bool]
"""Some text, and whether it is final."""


class Pseudonyms:
    """Replaces what identifies.

    Args:
        key: The secret that pseudonyms are made with.
        names: Names that occur, with the word that stands before their pseudonym, e.g. ``Policy``.
    """

    def __init__(self, key: bytes, names: Mapping[str, str]) -> None:
        self._key = key
        self._exact: dict[str, str] = {}
        self._by_first_word: dict[str, list[tuple[int, str]]] = {}
        self._known: dict[str, str] = {}
        for name, kind in names.items():
            self._add(name, kind)

    def _add(self, name: str, kind: str) -> None:
        self._exact.setdefault(name.lower(), self._named(name, kind))
        first = WORD.search(name)
        if first is not None and len(name) >= SHORTEST:
            self._by_first_word.setdefault(first[0].lower(), []).append((first.start(), name))
            self._by_first_word[first[0].lower()].sort(key=lambda item: -len(item[1]))

    def text(self, text: str) -> str:
        """Give a text with everything replaced that identifies."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._exact.get(text.lower()) or self._replaced(text)
        return found

    def sentence(self, text: Text) -> Text:
        """Give a sentence with everything replaced in its places."""
        places = tuple((name, self._place(value)) for name, value in text.arguments)
        return text if places == text.arguments else Text(text.message, places, text.many, text.number)

    def name(self, text: str, kind: str) -> str:
        """Replace something that is a name or an address whatever it looks like."""
        if not text:
            return ""
        found = self.text(text)
        return found if found != text else self._named(text, kind)

    def opaque(self, text: str) -> str:
        """Replace a text that somebody wrote: anything may be in it."""
        return f"Text {self._digest(text)[:8]}" if text else ""

    def _place(self, value: Place) -> Place:
        match value:
            case str():
                return self.text(value)
            case Text():
                return self.sentence(value)
            case tuple():
                return tuple(self.sentence(item) if isinstance(item, Text) else self.text(item) for item in value)
            case _:
                return value

    def _replaced(self, text: str) -> str:
        segments: Iterable[Segment] = ((text, False),)
        steps: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
            (ADDRESS, self._address),
            (GUID, self._guid),
            (IPV6, self._ip),
            (IPV4, self._ip),
        )
        for pattern, replace in steps:
            segments = [part for segment in segments for part in split(segment, pattern, replace)]
        return "".join(part if final else self._without_names(part) for part, final in segments)

    def _without_names(self, text: str) -> str:
        written, done = [], 0
        for word in WORD.finditer(text):
            if word.start() < done:
                continue
            found = self._name_at(text, word, done)
            if found is not None:
                start, end = found
                written += [text[done:start], self._exact[text[start:end].lower()]]
                done = end
        return "".join((*written, text[done:]))

    def _name_at(self, text: str, word: "re.Match[str]", done: int) -> tuple[int, int] | None:
        for offset, name in self._by_first_word.get(word[0].lower(), ()):
            start = word.start() - offset
            end = start + len(name)
            whole = end >= len(text) or not (text[end].isalnum() and name[-1].isalnum())
            if start >= done and whole and text[start:end].lower() == name.lower():
                return start, end
        return None

    def _named(self, name: str, kind: str) -> str:
        if ADDRESS.fullmatch(name):
            return self._address(name)
        if GUID.fullmatch(name):
            return self._guid(name)
        if kind == "Domain":
            return f"domain-{self._digest(name)[:8]}.{INVALID}"
        return f"{kind} {self._digest(name)[:8]}"

    def _address(self, address: str) -> str:
        local, _, domain = address.rpartition("@")
        return f"person-{self._digest(local + '@' + domain)[:10]}@domain-{self._digest(domain)[:8]}.{INVALID}"

    def _guid(self, guid: str) -> str:
        found = self._digest(guid)
        return f"{found[:8]}-{found[8:12]}-4{found[13:16]}-8{found[17:20]}-{found[20:32]}"

    def _ip(self, address: str) -> str:
        try:
            ipaddress.ip_address(address)
        except ValueError:
            return address
        found = self._digest(address)
        return f"2001:db8:{':'.join(found[place : place + 4] for place in range(0, 24, 4))}"

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.lower().encode(errors="replace"), hashlib.sha256).hexdigest()


def split(segment: Segment, pattern: "re.Pattern[str]", replace: Callable[[str], str]) -> Iterator[Segment]:
    """Split a segment at everything of a form, which is replaced and final."""
    text, final = segment
    if final:
        yield segment
        return
    done = 0
    for found in pattern.finditer(text):
        yield text[done : found.start()], False
        put = replace(found[0])
        yield put, put != found[0]
        done = found.end()
    yield text[done:], False
