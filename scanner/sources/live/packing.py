"""Unpacks answers by hand: their size is capped, and what calls itself gzip may be something else."""

import zlib
from collections.abc import Mapping

from scanner.model.text import say
from scanner.sources.live.failure import UnreadableError

PACKED = frozenset({"gzip", "deflate", "x-gzip"})
ANY_PACKING = zlib.MAX_WBITS | 32  # gzip or zlib, whichever its first bytes say


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
        zlib.error: It is not what the header says.
        EOFError: It is cut off.
    """
    if headers.get("Content-Encoding", "").strip().lower() not in PACKED:
        return packed
    inflater = zlib.decompressobj(ANY_PACKING)
    body = inflater.decompress(packed, largest)
    if inflater.unconsumed_tail:
        raise UnreadableError(say("an answer was larger than {bytes} bytes when unpacked", bytes=largest))
    if not inflater.eof:
        raise EOFError
    return body
