"""Turns what a database says into a ``StoreError`` with advice."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from scanner.errors import StoreError

ADVICE = (
    ("locked", "Another program has been writing to it for long: wait for it, or end it, and start again."),
    ("not a database", "Give [store] url the path of a store, or of a file that does not exist yet."),
    ("malformed", "The file is damaged: put back a copy of it, or move it away and let a new one be made."),
    ("readonly", "Let this user write to the file and to its folder, or choose another path in [store] url."),
    ("unable to open", "Let this user read and write the file and its folder, or choose another path in [store] url."),
    ("disk is full", "Make room on the disk and start again: what was kept so far is whole."),
    ("disk i/o error", "Make room on the disk, or mend it, and start again: what was kept so far is whole."),
    ("no space left", "Make room on the disk and start again: what was kept so far is whole."),
    ("connection refused", "Start the database server, or correct host and port in [store] url."),
    ("authentication failed", "Correct the user or the password of [store] url."),
    ("does not exist", "Create that database or role on the server, or correct [store] url."),
)


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Raise a ``StoreError`` for anything that the database refuses.

    Args:
        place: The store as the reader knows it, without a password.

    Raises:
        StoreError: The database refused.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        words = _words_of(error)
        raise StoreError(f"The store {place} can't be used: {words}.", _advice_for(words)) from error


def _words_of(error: Exception) -> str:
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return said.splitlines()[0].rstrip(".") if said else type(error).__name__


def _advice_for(words: str) -> str:
    return next((advice for part, advice in ADVICE if part in words.lower()), "")
