"""The base of every type that crosses a border."""

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An immutable, comparable, hashable, keyword-only record; it can hold no cycle, so the collector skips it."""
