"""A text as a column holds it: with its message and what fills its places, so that every language can be made of it."""

import datetime as dt
from typing import Any, Final

import msgspec

from scanner.model.text import NOTHING, QUOTED, Place, Text, quote

_START: Final = '{"say":'


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text in JSON; ``say`` comes first, so that such a column is told apart from plain words."""

    say: str
    places: dict[str, Any] = {}
    many: str = ""
    number: int = 0


class _Date(msgspec.Struct, frozen=True):
    date: dt.date


def keep_text(text: Text) -> str:
    """Write a text as a column holds it: words that no language changes stay as they are."""
    words = str(text)
    if not text or (text.message == QUOTED and not words.startswith(_START)):
        return words
    return msgspec.json.encode(_kept(text)).decode()


def read_text(column: str) -> Text:
    """Read a text from its column; one of an earlier version holds plain English."""
    if not column.startswith(_START):
        return quote(column)
    try:
        return _text(msgspec.json.decode(column, type=_Kept))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return quote(column)


def _kept(text: Text) -> _Kept:
    return _Kept(text.message, {name: _plain(value) for name, value in text.arguments}, text.many, text.number)


def _plain(value: Place) -> object:
    match value:
        case Text():
            return _kept(value)
        case tuple():
            return [_plain(item) for item in value]
        case str():
            return value.encode(errors="replace").decode()
        case int():
            return value
        case dt.date():
            return _Date(value)


def _text(kept: _Kept) -> Text:
    if not kept.say:
        return NOTHING
    return Text(kept.say, tuple((name, _place(value)) for name, value in kept.places.items()), kept.many, kept.number)


def _place(value: Any) -> Any:  # noqa: ANN401 -- as decoded
    match value:
        case {"date": str(day)}:
            return dt.date.fromisoformat(day)
        case {"say": str()}:
            return _text(msgspec.convert(value, _Kept))
        case list():
            return tuple(_place(item) for item in value)
        case _:
            return value
