"""Reads msgspec's complaints: which key of a table they are about, and what is wrong with it."""

import re

from scanner.config.lines import KeyPath

PLACE = re.compile(r" - at `\$(?P<place>[^`]*)`$")
STEP = re.compile(r"\.(?P<key>\w+)|\[(?P<index>\d+)\]")
UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`")
QUOTED_KEY = re.compile(r"(?:Object missing required field )?`(?P<key>\w+)`")


def read_complaint(said: str) -> tuple[KeyPath, str]:
    """Take a complaint apart.

    Args:
        said: What msgspec or a type's own ``__post_init__`` said; the latter names its key first, in backquotes.

    Returns:
        The path of the key, and the complaint without the place.
    """
    found = PLACE.search(said)
    around = tuple(step["key"] or int(step["index"]) for step in STEP.finditer(found["place"] if found else ""))
    what = PLACE.sub("", said)
    unknown = UNKNOWN.match(what)
    if unknown:
        return (*around, unknown["key"]), "unknown key"
    named = QUOTED_KEY.search(what) if not what.startswith("Expected") else None
    return ((*around, named["key"]) if named else around), what.replace("`", "")
