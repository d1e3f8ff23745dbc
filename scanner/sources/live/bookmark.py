"""How far a part of a section was read: what is kept with each page, so that another run can go on from there."""

from collections.abc import Mapping

import msgspec

from scanner.model.frozen import Frozen


class Bookmark(Frozen, frozen=True, kw_only=True, omit_defaults=True):
    """The place in one listing, or in what it was cut into.

    Attributes:
        link: The link to the next page, whatever the service put there; ``None`` before the first one.
        done: It was read to its end.
        parts: It is read in parts instead.
        read_at: When its last page came, in seconds since 1970.
        connection: The id that all requests of a listing of Exchange share.
        cookies: The cookies that keep such a listing at one back end.
        host: The regional host that it was redirected to.
        doubts: Why rows of the section may lack, as far as that was known then.
        untold: How often pages told of more such reasons than are kept.
        permission: The permission that lacks, as far as that was known then.
        unproved: Why nobody counted what was listed, as a column holds a text; empty where it was counted.
        listed: Objects that were listed, where more were counted.
        counted: Objects that were counted: of a group, where fewer were listed; of a list in parts, before the first.
    """

    link: object = None
    done: bool = False
    parts: bool = False
    read_at: float = 0.0
    connection: str = ""
    cookies: Mapping[str, str] = msgspec.field(default_factory=dict)
    host: str = ""
    doubts: tuple[str, ...] = ()
    untold: int = 0
    permission: str = ""
    unproved: str = ""
    listed: int = 0
    counted: int = 0


encode_bookmark = msgspec.json.encode
decode_bookmark = msgspec.json.Decoder(Bookmark).decode
BEGINNING = Bookmark()
