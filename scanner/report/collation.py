"""The order of names as readers of a language expect it, as their browser sorts them (docs/decisions/0022)."""

import unicodedata
from collections.abc import Mapping
from typing import Final

_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_ALPHABETS: Final[Mapping[str, str]] = {
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "es": "abcdefghijklmnñopqrstuvwxyz",
    "ar": "ءابةتثجحخدذرزسشصضطظعغفقكلمنهوي",
}
"""Letters that are letters of their own; a letter with another mark stands beside the one without."""

_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ى": "ي"})

Key = tuple[tuple[tuple[int, int], ...], str, str, str]


class Alphabet:
    """The order of one language.

    Args:
        code: Its code.
    """

    def __init__(self, code: str) -> None:
        letters = _ALPHABETS.get(code, _LATIN)
        self._places = {letter: place for place, letter in enumerate(letters)}

    def key(self, text: str) -> Key:
        """Gives the key to sort a text by: its letters, then their marks, then capitals after small letters."""
        folded = unicodedata.normalize("NFC", text.casefold()).translate(_PLAIN)
        weights = (self._weigh(mark) for mark in folded)
        return tuple(weight for weight in weights if weight), folded, text.swapcase(), text

    def _weigh(self, mark: str) -> tuple[int, int] | None:
        """Gives class and place of a character: punctuation, digits, this language's letters, other letters."""
        base = mark if mark in self._places else unicodedata.normalize("NFD", mark)[0]
        if base in self._places:
            return (2, self._places[base])
        if unicodedata.combining(base):
            return None
        if base.isdigit():
            return (1, int(unicodedata.digit(base, 0)))
        return (3 if base.isalpha() else 0, ord(base))
