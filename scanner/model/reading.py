"""The reading of a tenant as it passes: pages as bytes, how far a listing came, and what was asked."""

import datetime as dt
import json

from scanner.model.frozen import Frozen

DEEPEST = 100  # levels of nesting in a page; policies need about eight


class TooDeepError(ValueError):
    """Rows are nested deeper than could be read again once they are kept."""


class RawRows(Frozen, frozen=True, kw_only=True):
    """The rows of one page, not decoded.

    Attributes:
        count: How many rows there are.
        body: A JSON array of objects, as the provider wrote it.
        number: The page's number within its section, where it is kept already.
    """

    count: int
    body: bytes | memoryview
    number: int = 0


class Place(Frozen, frozen=True, kw_only=True):
    """How far one part of a section was read; kept in the same transaction as the page that led there.

    Attributes:
        part: The part's name within its section; empty where the section is read in one piece.
        state: What the source needs to go on from there, as JSON.
    """

    part: str = ""
    state: bytes


class RequestRecord(Frozen, frozen=True, kw_only=True):
    """One request that was sent, as the ledger of requests keeps it.

    Attributes:
        at: When it was sent, in UTC.
        method: HTTP method.
        path: Path without the ids in it and without its query; for a cmdlet with its name.
        status: HTTP status of the answer; 0 where none came.
        received: Bytes of the answer's body, as they came.
        waited_ms: Milliseconds that it was held back for the service's limits before it was sent.
        reading: It could not alter anything.
    """

    at: dt.datetime
    method: str
    path: str
    status: int
    received: int
    waited_ms: int
    reading: bool = True


def decode_odd_rows(body: bytes | memoryview) -> list[dict[str, object]]:
    """Give rows that msgspec does not take: a number beyond all floats, or one of thousands of digits, is infinite."""
    rows: list[dict[str, object]] = json.loads(bytes(body), parse_int=_read_whole)
    return rows


def _read_whole(digits: str) -> float:
    try:
        return int(digits)
    except ValueError:  # Python reads 4,300 digits at most
        return float(digits)


class RequestTotals(Frozen, frozen=True, kw_only=True):
    """What the ledger of requests adds up to, for one snapshot.

    Attributes:
        requests: How many were sent.
        writes: How many of them could have altered something.
        received_bytes: Bytes of all answers, as they came.
        waited_seconds: Seconds that requests were held back for the services' limits, all together.
    """

    requests: int = 0
    writes: int = 0
    received_bytes: int = 0
    waited_seconds: float = 0.0
