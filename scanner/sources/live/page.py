"""One page of a listing, as Graph and Exchange wrap it: read as bytes, of its rows only what tells them apart."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from scanner.model.reading import RawRows, decode_odd_rows
from scanner.model.text import Text, say
from scanner.sources.live.failure import UnreadableError, quote
from scanner.sources.live.keys import are_texts

MOST_ROWS = 20_000  # of a page; services give 5,000 at most, of traces
# As services write a page: plain members, then its rows, then its end.
ROWS_LAST = re.compile(rb'\{[^{}]*"value"\s*:\s*(?=\[)')


class RowKeys(msgspec.Struct, frozen=True, gc=False):
    """What tells one row from another; anything may stand there."""

    id: object = None
    guid: object = msgspec.field(name="Guid", default=None)
    entra_id: object = msgspec.field(name="ExternalDirectoryObjectId", default=None)


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    value: msgspec.Raw
    next_link: object = msgspec.field(name="@odata.nextLink", default=None)
    warnings: object = msgspec.field(name="@adminapi.warnings", default=None)
    error: object = None
    errors: object = msgspec.field(name="@adminapi.errors", default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A page (facts/apis.md §1.2, §2).

    Attributes:
        rows: The rows, as bytes.
        ids: What tells them apart.
        next_link: The link to the next page, whatever the service put there; ``None`` on the last page.
        warnings: What the service warned of.
        errors: What the service says went wrong although it answered: rows may lack.
        doubts: Why the listing may lack rows.
    """

    rows: RawRows
    ids: "RowIds"
    next_link: object = None
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    doubts: tuple[Text, ...] = ()

    def doubt_errors(self, redact: Callable[[str], str]) -> "ListPage":
        """Give the page with a doubt for each error that came beside its rows.

        Args:
            redact: Takes secrets out of a text.
        """
        words = (
            say("the service told of an error beside the rows: {error}", error=quote(redact(one)))
            for one in self.errors
        )
        return replace(self, doubts=(*self.doubts, *words)) if self.errors else self

    def decode(self) -> list[dict[str, object]]:
        """Give the rows with all that they hold."""
        return decode_rows(self.rows.body)

    def decode_some(self, number: int) -> list[dict[str, object]]:
        """Give the first rows only."""
        return decode_rows(_join_rows(_split_rows(self.rows.body)[:number]))


class RowIds:
    """What tells the rows of a page apart; the only thing of them that the walk reads.

    Args:
        keys: That of each row.
    """

    def __init__(self, keys: Sequence[RowKeys]) -> None:
        self._keys = keys

    @classmethod
    def read(cls, rows: RawRows) -> "RowIds":
        """Read it from rows that are kept."""
        return cls(_decode_keys(rows.body))

    def list_keys(self, *, entra: bool = False) -> Sequence[str]:
        """Give for each row the first id that there is, or nothing.

        Args:
            entra: Prefer the Entra id, which other listings refer to.
        """
        if entra:
            found = [row.entra_id or row.id or row.guid or "" for row in self._keys]
        else:
            found = [row.id or row.guid or row.entra_id or "" for row in self._keys]
        return found if are_texts(found) else list(map(str, found))

    def list_entra_ids(self) -> list[object]:
        """Give the Entra ids of mailboxes."""
        return [row.entra_id for row in self._keys]


def leave_out(rows: RawRows, known: set[int]) -> RawRows:
    """Leave out the rows at some positions."""
    left = [row for at, row in enumerate(_split_rows(rows.body)) if at not in known]
    return RawRows(count=len(left), body=_join_rows(left), number=rows.number)


decode_object = msgspec.json.Decoder(dict[str, object]).decode
_decode_rows = msgspec.json.Decoder(list[dict[str, object]]).decode
_decode_keys = msgspec.json.Decoder(list[RowKeys]).decode
_open_envelope = msgspec.json.Decoder(_Envelope).decode
_split_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode


def decode_rows(body: bytes | memoryview) -> list[dict[str, object]]:
    """Give rows with all that they hold; a number beyond all floats is infinite."""
    try:
        return _decode_rows(body)
    except msgspec.ValidationError:
        return decode_odd_rows(body)


def decode_page(body: bytes) -> ListPage:
    """Read a page; its JSON is looked through to the end, of its rows only their ids are built.

    Raises:
        msgspec.DecodeError: It is no page, or a row is no object.
        UnicodeDecodeError: It is not UTF-8, which msgspec does not look at where it builds nothing.
        UnreadableError: It has more rows than any service gives.
    """
    if not body.isascii():
        body.decode()
    try:
        envelope, rows, keys = _take_apart(body)
    except msgspec.DecodeError:
        envelope = _open_envelope(body)
        rows = memoryview(envelope.value)
        keys = _decode_keys(rows)
    if len(keys) > MOST_ROWS:
        raise UnreadableError(say("a page had more than {rows} rows", rows=MOST_ROWS))
    return ListPage(
        rows=RawRows(count=len(keys), body=rows),
        ids=RowIds(keys),
        next_link=envelope.next_link,
        warnings=tuple(_read_words(envelope.warnings)),
        errors=(*_read_words(envelope.error), *_read_words(envelope.errors)),
    )


def _take_apart(body: bytes) -> tuple[_Envelope, memoryview, list[RowKeys]]:
    """Read a page whose rows come last, as they always do so far, once over instead of twice.

    What stands before the rows is read as a page without rows, and the rest as an array: where both can be read, the
    page is the one put into the other.

    Raises:
        msgspec.DecodeError: The rows do not come last, or it is no page.
    """
    found = ROWS_LAST.match(body)
    if found is None or not body.endswith(b"]}"):
        raise msgspec.DecodeError("other members after the rows")
    rows = memoryview(body)[found.end() : -1]  # not a copy, which would take a tenth of the time
    return _open_envelope(body[: found.end()] + b"[]}"), rows, _decode_keys(rows)


def name_rows(rows: RawRows, keys: Sequence[str]) -> list[str]:
    """Give rows without an id the name by which cmdlets know them, or nothing: some cmdlets give no id."""
    return [key or str(row.get("Identity") or "") for key, row in zip(keys, decode_rows(rows.body), strict=True)]


def make_page(rows: list[dict[str, object]]) -> ListPage:
    """Make a page of rows that came otherwise."""
    kept = make_rows(rows)
    return ListPage(rows=kept, ids=RowIds.read(kept))


def make_rows(rows: list[dict[str, object]]) -> RawRows:
    """Make the bytes of rows that came otherwise."""
    return RawRows(count=len(rows), body=msgspec.json.encode(rows))


def _read_words(told: object) -> Iterator[str]:
    """Give what a service tells beside its rows: nothing, words, errors with code and message, or a list of these."""
    match told:
        case list():
            for one in told:
                yield from _read_words(one)
        case dict():
            if any(told.values()):
                yield ": ".join(str(told[key]) for key in ("code", "message") if told.get(key)) or "?"
        case _:
            words = str(told or "").strip()
            if words:
                yield words


def _join_rows(rows: list[msgspec.Raw]) -> bytes:
    return b"[%b]" % b",".join(rows)
