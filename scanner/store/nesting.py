"""How deep rows are nested: what is kept has to be read again, with less of Python's stack left than when it came."""

import re

from scanner.model.reading import DEEPEST, RawRows, TooDeepError

OTHER_BYTES = bytes(set(range(256)) - set(b'{[]}"'))
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def refuse_depth(rows: RawRows) -> None:
    """Refuse rows that are nested deeper than any service nests them.

    Raises:
        TooDeepError: They are.
    """
    brackets = _pick_brackets(bytes(rows.body))
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")  # the innermost pairs
        if not brackets:
            return
    raise TooDeepError


def _pick_brackets(body: bytes) -> bytes:
    """Give the brackets of rows; those in texts, which are rare and costly to find, are left out."""
    marks = body.translate(None, OTHER_BYTES).replace(b'""', b"")
    if b'"' in marks or b'\\"' in body:  # quotes that do not stand side by side have a bracket between them
        return STRING.sub(b"", body).translate(None, OTHER_BYTES)
    return marks
