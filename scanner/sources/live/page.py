"""One page of a listing, as Graph and Exchange wrap it: read as bytes, of its rows only what tells them apart."""

from dataclasses import dataclass, replace

import msgspec

from scanner.model.reading import RawRows
from scanner.model.text import Text


class RowKeys(msgspec.Struct, frozen=True, gc=False):
    """What tells one row from another; anything may stand there."""

    id: object = None
    guid: object = msgspec.field(name="Guid", default=None)
    entra_id: object = msgspec.field(name="ExternalDirectoryObjectId", default=None)

    @property
    def key(self) -> str:
        """The first of them that there is, in lower case; empty where there is none."""
        return str(self.id or self.guid or self.entra_id or "").lower()


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    value: msgspec.Raw
    next_link: object = msgspec.field(name="@odata.nextLink", default=None)
    warnings: tuple[str, ...] = msgspec.field(name="@adminapi.warnings", default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A page (facts/apis.md §1.2, §2).

    Attributes:
        rows: The rows, as bytes.
        keys: What tells them apart, in their order.
        next_link: The link to the next page, whatever the service put there; ``None`` on the last page.
        warnings: What the service warned of.
        doubts: Why the listing may lack rows.
    """

    rows: RawRows
    keys: list[RowKeys]
    next_link: object = None
    warnings: tuple[str, ...] = ()
    doubts: tuple[Text, ...] = ()

    def decode(self) -> list[dict[str, object]]:
        """Give the rows with all that they hold."""
        return decode_rows(self.rows.body)

    def without(self, known: set[int]) -> "ListPage":
        """Leave out the rows at some positions."""
        raw = _split_rows(self.rows.body)
        body = msgspec.json.encode([row for at, row in enumerate(raw) if at not in known])
        keys = [key for at, key in enumerate(self.keys) if at not in known]
        return replace(self, rows=RawRows(count=len(keys), body=body), keys=keys)


decode_object = msgspec.json.Decoder(dict[str, object]).decode
decode_rows = msgspec.json.Decoder(list[dict[str, object]]).decode
decode_keys = msgspec.json.Decoder(list[RowKeys]).decode
_open_envelope = msgspec.json.Decoder(_Envelope).decode
_split_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode


def decode_page(body: bytes) -> ListPage:
    """Read a page; its JSON is looked through to the end, its rows are not built.

    Raises:
        msgspec.DecodeError: It is no page.
    """
    envelope = _open_envelope(body)
    keys = decode_keys(envelope.value)
    rows = RawRows(count=len(keys), body=bytes(envelope.value))
    return ListPage(rows=rows, keys=keys, next_link=envelope.next_link, warnings=envelope.warnings)


def make_page(rows: list[dict[str, object]]) -> ListPage:
    """Make a page of rows that came otherwise."""
    body = msgspec.json.encode(rows)
    return ListPage(rows=RawRows(count=len(rows), body=body), keys=decode_keys(body))
