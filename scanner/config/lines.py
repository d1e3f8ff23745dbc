"""Finds the line on which a key of a TOML file stands; tomllib does not keep it."""

import re
from collections import Counter
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

TABLE = re.compile(r"\s*\[(?P<double>\[)?\s*(?P<name>[^\[\]]+?)\s*\]")
KEY = re.compile(r"""\s*(?P<name>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def find_line(text: str, path: KeyPath) -> int | None:
    """Find where a key stands, or else the nearest table around it.

    Args:
        text: The TOML file's text.
        path: Table names, array positions and the key.

    Returns:
        The line's number, counted from 1; ``None`` where neither is in the text.
    """
    lines = dict(reversed(list(_list_keys(text))))
    candidates = (path[:length] for length in range(len(path), 0, -1))
    return next((lines[candidate] for candidate in candidates if candidate in lines), None)


def _list_keys(text: str) -> Iterator[tuple[KeyPath, int]]:
    table: KeyPath = ()
    repeats: Counter[KeyPath] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        header = TABLE.match(line)
        key = KEY.match(line)
        if header:
            table = _split(header["name"])
            if header["double"]:
                repeats[table] += 1
                table = (*table, repeats[table] - 1)
            yield table, number
        elif key:
            yield (*table, *_split(key["name"])), number


def _split(name: str) -> KeyPath:
    return tuple(part.strip("\"'") for part in PART.findall(name))
