"""The base of every type that crosses a border."""

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable, comparable, hashable, keyword-only record."""
