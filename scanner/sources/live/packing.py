"""Unpacks answers by hand: their size is capped, and what calls itself gzip may be something else."""

from collections.abc import Mapping
from typing import cast

from isal import isal_zlib

from scanner.model.text import say
from scanner.sources.live.failure import UnreadableError

PACKED = frozenset({"gzip", "deflate", "x-gzip"})
GZIP, ZLIB = 15 + 16, 15  # as their first bytes say
GZIP_MARK = b"\x1f\x8b"
SIZE_BYTES = 4
MOST_VALUES = 2_000_000  # of one answer; in memory a value is a dozen times as large as its bytes

# isal takes a third of zlib's time.
PackingError = cast("type[Exception]", isal_zlib.error)


def unpack(headers: Mapping[str, str], packed: bytes, largest: int) -> bytes:
    """Unpack a body.

    Args:
        headers: The answer's headers; Content-Encoding says how it is packed.
        packed: The body as it came.
        largest: Most bytes that may come out.

    Returns:
        The body.

    Raises:
        UnreadableError: More came out.
        PackingError: It is not what the header says.
        EOFError: It is cut off.
    """
    if headers.get("Content-Encoding", "").strip().lower() not in PACKED:
        return packed
    inflater = isal_zlib.decompressobj(GZIP if packed.startswith(GZIP_MARK) else ZLIB)
    body: bytes = inflater.decompress(packed, min(_read_size(packed), largest))
    while not inflater.eof:
        more = inflater.decompress(inflater.unconsumed_tail, max(1, largest - len(body)))
        if not more and not inflater.eof:
            raise EOFError
        body += more
        if len(body) > largest:
            raise UnreadableError(say("an answer was larger than {bytes} bytes when unpacked", bytes=largest))
    return body


def _read_size(packed: bytes) -> int:
    """Read how large gzip says that it becomes, and one more; room of that size is taken at once, a lie costs time."""
    return int.from_bytes(packed[-SIZE_BYTES:], "little") + 1


def refuse_bloat(body: bytes) -> None:
    """Refuse what would take up many times its size once decoded, such as millions of empty objects.

    Args:
        body: An answer, unpacked. Each of its values takes a comma or a bracket, so that a small one needs no look.

    Raises:
        UnreadableError: It holds too many values.
    """
    if len(body) > MOST_VALUES and sum(map(body.count, (b",", b"{", b"["))) > MOST_VALUES:
        raise UnreadableError(say("an answer held more than {values} values", values=MOST_VALUES))
