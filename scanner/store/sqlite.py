"""What SQLite needs: a private file, write-ahead logging, and writers that wait for each other."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from scanner.errors import StoreError

PRIVATE = 0o600
WAIT_SECONDS = 120  # SQLite lets writers wait in no order: among many, one may come last for long
CONNECTION_SETTINGS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",  # what is purged or erased is overwritten
    "PRAGMA synchronous = NORMAL",  # with WAL: a page survives a killed program; a power cut may cost the last ones
)


def make_engine(url: URL) -> Engine:
    """Make the engine of a SQLite file, and the file where there is none.

    Raises:
        StoreError: The file can't be made.
    """
    _make_file(Path(_place_of(url)))
    patient = url.update_query_dict({"timeout": str(WAIT_SECONDS), **url.query})
    engine = create_engine(patient, hide_parameters=True)
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    _log_ahead(engine)
    return engine


def make_reader(url: URL) -> Engine | None:
    """Make an engine that only reads a SQLite file; ``None`` where there is no file, and one can be made.

    Raises:
        StoreError: The file can't be made, or written.
    """
    path = Path(_place_of(url)).absolute()
    needed = path if path.exists() else path.parent
    if not needed.exists():
        message = f"The store {path} can't be made: there is no folder {path.parent}."
        raise StoreError(message, "Create the folder, or choose another path in [store] url.")
    if not os.access(needed, os.W_OK):
        raise StoreError(
            f"The store {path} can't be written: {needed} is read-only for this user.",
            "Choose a path in [store] url where this user may write.",
        )
    if needed is not path:
        return None
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True))


def _place_of(url: URL) -> str:
    if not url.database or url.database == ":memory:":
        raise StoreError("A store must outlive the program.", "Write [store] url as sqlite:///PATH.")
    return url.database


def _make_file(path: Path) -> None:
    try:
        # Never opened when it exists: closing it would drop the locks that SQLite holds in this process.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    except FileExistsError:
        return
    except FileNotFoundError as error:
        message = f"The store {path} can't be made: there is no folder {path.absolute().parent}."
        raise StoreError(message, "Create the folder, or choose another path in [store] url.") from error
    except OSError as error:
        message = f"The store {path} can't be made: {error.strerror}."
        raise StoreError(message, "Choose a path in [store] url where this user may write.") from error


def _set_up_connection(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin in _begin, not when the driver thinks so
    cursor = connection.cursor()
    for setting in CONNECTION_SETTINGS:
        cursor.execute(setting)
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _log_ahead(engine: Engine) -> None:
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:  # busy: another program is turning it on
            raise
    finally:
        connection.close()
