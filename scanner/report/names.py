"""Makes hostile text fit to be shown: one line, no hidden direction marks, a bounded length."""

import re
import unicodedata
from typing import Final

NAME_LIMIT: Final = 120
"""Characters of a name that HTML and PDF show; CSV, XLSX and JSON hold all of it."""

_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+"
)
_LEFTWARDS: Final = frozenset({"R", "AL", "AN"})
_ISOLATE: Final = "\u2068{text}\u2069"


def show_name(text: str, limit: int = NAME_LIMIT) -> str:
    """Gives text of the tenant as it may stand on a page.

    Control characters, line breaks and direction marks become one space, so that no name can reverse, hide or
    spread over what stands beside it.

    Args:
        text: Any text that somebody in the tenant can set.
        limit: The longest text to give, in characters; the cut is marked with an ellipsis.

    Returns:
        One line of text.
    """
    line = " ".join(_UNSEEN.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def isolate(text: str, direction: str) -> str:
    """Isolates text from the direction of the sentence it stands in, where the two may differ.

    Args:
        text: Any text.
        direction: ``ltr`` or ``rtl``: the sentence's.

    Returns:
        The text, between isolating marks where the sentence or a part of the text runs from right to left.
    """
    if direction == "ltr" and not any(unicodedata.bidirectional(mark) in _LEFTWARDS for mark in text):
        return text
    return _ISOLATE.format(text=text)


def isolate_name(text: str, limit: int = NAME_LIMIT) -> str:
    """Gives text of the tenant for use inside a sentence, isolated from the sentence's direction."""
    return _ISOLATE.format(text=show_name(text, limit))
