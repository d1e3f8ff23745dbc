"""One page of a listing, as Graph and Exchange wrap it."""

import msgspec


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope of a page (facts/apis.md §1.2, §2).

    Attributes:
        value: The rows.
        next_link: The link to the next page, whatever the service put there; ``None`` on the last page.
        warnings: What Exchange warned of.
    """

    value: list[dict[str, object]]
    next_link: object = msgspec.field(name="@odata.nextLink", default=None)
    warnings: tuple[str, ...] = msgspec.field(name="@adminapi.warnings", default=())


decode_page = msgspec.json.Decoder(ListPage).decode
decode_object = msgspec.json.Decoder(dict[str, object]).decode
