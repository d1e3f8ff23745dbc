"""The base of the simulator's records; its own, so that it shares nothing with the product."""

import msgspec


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """An immutable, slotted, keyword-only record."""
