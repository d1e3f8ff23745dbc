"""Ids of snapshots and runs: unique, and in the order of time when sorted."""

import datetime as dt
import secrets

RANDOM_BYTES = 3


def make_id(moment: dt.datetime) -> str:
    """Make an id, e.g. ``20261123T151200Z-3f9a2c``.

    Args:
        moment: When the thing began, with its time zone.
    """
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(RANDOM_BYTES)}"
