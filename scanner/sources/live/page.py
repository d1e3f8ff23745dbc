"""One page of a listing, as Graph and Exchange wrap it: read as bytes, of its rows only what tells them apart."""

import json
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter

import msgspec

from scanner.model.reading import RawRows
from scanner.model.text import Text

OBJECT = ord("{")


class RowKeys(msgspec.Struct, frozen=True, gc=False):
    """What tells one row from another; anything may stand there."""

    id: object = None
    guid: object = msgspec.field(name="Guid", default=None)
    entra_id: object = msgspec.field(name="ExternalDirectoryObjectId", default=None)


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    value: list[msgspec.Raw]
    next_link: object = msgspec.field(name="@odata.nextLink", default=None)
    warnings: tuple[str, ...] = msgspec.field(name="@adminapi.warnings", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A page (facts/apis.md §1.2, §2).

    Attributes:
        rows: The rows, as bytes.
        next_link: The link to the next page, whatever the service put there; ``None`` on the last page.
        warnings: What the service warned of.
        doubts: Why the listing may lack rows.
    """

    rows: RawRows
    next_link: object = None
    warnings: tuple[str, ...] = ()
    doubts: tuple[Text, ...] = ()

    def decode(self) -> list[dict[str, object]]:
        """Give the rows with all that they hold."""
        return decode_rows(self.rows.body)


class RowIds:
    """What tells the rows of a page apart; the only thing of them that the walk reads.

    Args:
        rows: The rows.
    """

    def __init__(self, rows: RawRows) -> None:
        self._rows = decode_keys(rows.body)

    def list_keys(self, *, entra: bool = False) -> list[str]:
        """Give for each row the first id that there is, in lower case, or nothing.

        Args:
            entra: Prefer the Entra id, which other listings refer to.
        """
        if entra:
            found = [row.entra_id or row.id or row.guid or "" for row in self._rows]
        else:
            found = [row.id or row.guid or row.entra_id or "" for row in self._rows]
        try:
            return list(map(str.lower, found))  # type: ignore[arg-type]  # nearly always texts, and then it is quick
        except TypeError:
            return [str(key).lower() for key in found]

    def list_entra_ids(self) -> list[object]:
        """Give the Entra ids of mailboxes."""
        return [row.entra_id for row in self._rows]


def leave_out(rows: RawRows, known: set[int]) -> RawRows:
    """Leave out the rows at some positions."""
    left = [row for at, row in enumerate(_split_rows(rows.body)) if at not in known]
    return RawRows(count=len(left), body=_join_rows(left), number=rows.number)


decode_object = msgspec.json.Decoder(dict[str, object]).decode
_decode_rows = msgspec.json.Decoder(list[dict[str, object]]).decode
decode_keys = msgspec.json.Decoder(list[RowKeys]).decode
_open_envelope = msgspec.json.Decoder(_Envelope).decode
_split_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode


def decode_rows(body: bytes) -> list[dict[str, object]]:
    """Give rows with all that they hold; a number beyond all floats, which msgspec does not take, is infinite."""
    try:
        return _decode_rows(body)
    except msgspec.ValidationError:
        rows: list[dict[str, object]] = json.loads(body)
        return rows


def decode_page(body: bytes) -> ListPage:
    """Read a page; its JSON is looked through to the end, its rows are not built.

    Raises:
        msgspec.DecodeError: It is no page.
        UnicodeDecodeError: It is not UTF-8, which msgspec does not look at where it builds nothing.
    """
    if not body.isascii():
        body.decode()
    envelope = _open_envelope(body)
    rows = _join_rows(envelope.value)
    if not _are_objects(envelope.value, rows):
        raise msgspec.DecodeError("a row that is no object")
    return ListPage(
        rows=RawRows(count=len(envelope.value), body=rows), next_link=envelope.next_link, warnings=envelope.warnings
    )


def _are_objects(rows: list[msgspec.Raw], body: bytes) -> bool:
    """Tell whether every row of an array is an object; the rows stand in it with one sign before each."""
    if not rows:
        return True
    starts = accumulate(map((1).__add__, map(len, rows[:-1])), initial=1)  # quicker than to look at each
    return set(itemgetter(*starts, 1)(body)) == {OBJECT}


def make_rows(rows: list[dict[str, object]]) -> RawRows:
    """Make a page of rows that came otherwise."""
    return RawRows(count=len(rows), body=msgspec.json.encode(rows))


def _join_rows(rows: list[msgspec.Raw]) -> bytes:
    return b"[%b]" % b",".join(rows)
