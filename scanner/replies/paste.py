"""A reply as people paste it, made readable: escapes, tags and quoting taken away, wrapped lines joined."""

import html
import re
from bisect import bisect_left

from scanner.model.frozen import Frozen

MAX_LENGTH = 200_000
"""Characters of a paste that are read; more is a whole log, and its first replies tell the same."""

_ESCAPED_CHARACTER = re.compile(r"\\u00([0-7][0-9A-Fa-f])")
_ESCAPED_BREAK = re.compile(r"(?:\\r)?\\n|\\[rt]")
_ESCAPED_QUOTE = re.compile(r"\\([\"'/])")
_SOFT_BREAK = re.compile(r"=\r?\n")  # quoted-printable
_WRAP = r"[ \t]{0,3}\r?\n[ \t>|]{0,9}"
_BROKEN_CODE = re.compile(rf"(?<![\w.])([245]\.(?:\d{{1,3}}\.(?={_WRAP}\d)|(?={_WRAP}\d{{1,3}}\.\d))){_WRAP}")
_TAG = re.compile(r"<[A-Za-z/][^<>@]{0,200}>")  # an address in <> is no tag
_MORE_FOLLOWS = re.compile(r"(?<![\w.])([245]\d\d)-(?=[245]\.\d|[A-Za-z])")
_CONTINUED = re.compile(r"[\s>|]{0,20}([245]\d\d)([- ])(?:[245]\.\d{1,3}\.\d{1,3}\s)?")
_TAIL = re.compile(r"\[(?:Hostname=)?([A-Za-z0-9.-]{6,120})(?:[\s>]+(\d{4}-\d\d-\d\d)[^\]\[]{0,80})?\]?")
_CUT_SERVER = re.compile(r"[A-Za-z]{2,3}(?=[A-Za-z0-9]*\d{2})[A-Za-z0-9]{7,}")
_WORDS = re.compile(r"[A-Za-z0-9]+")


class ServerTail(Frozen, frozen=True, kw_only=True):
    """What stands in brackets at the end of a reply.

    Attributes:
        server: The server's name; empty where no tail was found.
        date: Its date as ``YYYY-MM-DD``; empty where the tail has none.
    """

    server: str = ""
    date: str = ""


class Paste(Frozen, frozen=True, kw_only=True):
    """A paste in two forms, joined by places.

    Attributes:
        text: The readable text, without server tails.
        letters: Its ASCII letters and digits only, in lower case: wrapping and quoting don't show in it.
        places: For each of the letters its place in the text.
        tail: The first server tail.
        cut: True where the paste was longer than is read.
    """

    text: str
    letters: str
    places: tuple[int, ...]
    tail: ServerTail
    cut: bool

    def letters_before(self, place: int) -> int:
        """Count the letters that stand before a place of the text."""
        return bisect_left(self.places, place)


def read_paste(raw: str) -> Paste:
    """Read what a person pasted.

    Args:
        raw: Any text.

    Returns:
        The paste in its two forms, and the first server tail of it.
    """
    readable = join_continued_lines(unescape(raw[:MAX_LENGTH]))
    tail, text = take_tails(readable)
    letters, places = squash_with_places(text)
    return Paste(text=text, letters=letters, places=places, tail=tail, cut=len(raw) > MAX_LENGTH)


def unescape(text: str) -> str:
    """Take away what HTML, JSON, Python literals and quoted-printable mail put around text."""
    text = _SOFT_BREAK.sub("", text)
    text = _ESCAPED_CHARACTER.sub(lambda found: chr(int(found[1], 16)), text)
    text = _ESCAPED_BREAK.sub("\n", text)
    text = _ESCAPED_QUOTE.sub(r"\1", text)
    text = _BROKEN_CODE.sub(r"\1", text)
    return _TAG.sub(" ", html.unescape(text))


def join_continued_lines(text: str) -> str:
    """Join replies of several lines (``535-5.7.3 …`` and ``535 5.7.3 …``) without their repeated codes."""
    lines = []
    open_code = ""
    for line in text.splitlines():
        start = _CONTINUED.match(line)
        if start and start[1] == open_code:
            lines.append(line[start.end() :])
            open_code = start[1] if start[2] == "-" else ""
        else:
            lines.append(line)
            opening = _MORE_FOLLOWS.search(line)
            open_code = opening[1] if opening else open_code
    return "\n".join(lines)


def take_tails(text: str) -> tuple[ServerTail, str]:
    """Take the server tails out of the text.

    Args:
        text: Readable text.

    Returns:
        The first tail (empty where there is none), and the text without any.
    """
    found = [match for match in _TAIL.finditer(text) if _is_server(match[1])]
    if not found:
        return ServerTail(), text
    dates = (match[2] for match in found if match[2])
    tail = ServerTail(server=found[0][1].rstrip("."), date=next(dates, ""))
    return tail, _TAIL.sub(lambda match: " " if _is_server(match[1]) else match[0], text)


def squash_with_places(text: str) -> tuple[str, tuple[int, ...]]:
    """Give the ASCII letters and digits of the text in lower case, and where each one stood."""
    pieces = []
    places: list[int] = []
    for word in _WORDS.finditer(text):
        pieces.append(word[0].lower())
        places.extend(range(word.start(), word.end()))
    return "".join(pieces), tuple(places)


def squash(text: str) -> str:
    """Give the ASCII letters and digits of the text in lower case."""
    return squash_with_places(text)[0]


def _is_server(name: str) -> bool:
    """Tell whether a name in brackets is an Exchange Online server, perhaps cut."""
    return "outlook" in name.lower() or bool(_CUT_SERVER.match(name))
