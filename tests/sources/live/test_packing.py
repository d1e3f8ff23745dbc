"""What comes packed is unpacked to the byte, or refused: whatever its end claims about its size."""

import gzip
import hashlib
import zlib
from collections.abc import Callable

import pytest

from scanner.sources.live.failure import UnreadableError
from scanner.sources.live.packing import PackingError, unpack

BODY = hashlib.shake_256(b"body").digest(3000) * 40
HEADERS = {"Content-Encoding": "gzip"}
PACKERS = pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])


@PACKERS
@pytest.mark.parametrize("spare", [0, 1, 10**6])
def test_a_body_within_the_cap_comes_out(pack: Callable[[bytes], bytes], spare: int) -> None:
    assert unpack(HEADERS, pack(BODY), len(BODY) + spare) == BODY


@PACKERS
@pytest.mark.parametrize("cap", [1, 4096, len(BODY) - 1])
def test_a_body_beyond_the_cap_is_refused(pack: Callable[[bytes], bytes], cap: int) -> None:
    with pytest.raises(UnreadableError, match="larger than"):
        unpack(HEADERS, pack(BODY), cap)


@PACKERS
@pytest.mark.parametrize("left", [1, 100, -6, -1])
def test_a_body_that_is_cut_off_is_no_body(pack: Callable[[bytes], bytes], left: int) -> None:
    with pytest.raises(EOFError):
        unpack(HEADERS, pack(BODY)[:left], 10**7)


@pytest.mark.parametrize("claimed", [0, 1, 2**32 - 1])
def test_a_lie_about_the_size_is_found_out(claimed: int) -> None:
    """Less than there is costs a second step, more does not take the room that is claimed."""
    with pytest.raises(PackingError):
        unpack(HEADERS, gzip.compress(BODY)[:-4] + claimed.to_bytes(4, "little"), 10**7)
