"""Opens the database: which kinds are supported, and how a transaction begins."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Table, create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from scanner.errors import StoreError
from scanner.store import sqlite
from scanner.store.schema import Version, settle, version_of

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts after a lost connection: a server that restarts is back by then."""

LOST = ("08", "57P")
"""Beginnings of PostgreSQL's states for connections that failed and servers that shut down or start up."""

NO_STATE = "-"
FORMS = "Write [store] url as sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME."


def read_url(url: str) -> URL:
    """Read a database URL.

    Raises:
        StoreError: It is no URL.
    """
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError("The store's url can't be read.", FORMS) from error


def open_engine(url: URL) -> Engine:
    """Open the database, make its tables where there are none, and bring older ones up to this version.

    Raises:
        StoreError: It is of a kind that is not supported, of a newer version, or no store.
    """
    engine = _make_engine(url)
    try:
        _settle(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def examine(url: URL) -> Version:
    """Tell of which version a database is, and change nothing.

    Returns:
        Its version; one without a number where the tables would be made.

    Raises:
        StoreError: It is of a kind that is not supported, can't be made, or belongs to another program.
    """
    engine = sqlite.make_reader(url) if url.get_backend_name() == "sqlite" else _make_engine(url)
    if engine is None:
        return Version(number="", stamped=False)
    try:
        with engine.connect() as connection:
            return version_of(connection)
    finally:
        engine.dispose()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open one writing transaction, committed at the end."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


def transact(
    engine: Engine, work: Callable[[Connection], object], landed: Callable[[Connection], bool] = lambda _: False
) -> None:
    """Do some work in one writing transaction; where the connection is lost, once more on a new one, for a while.

    A connection that is lost while a transaction is committed leaves open whether it was: the next attempt looks first.

    Args:
        engine: The open database.
        work: What to do.
        landed: Tells, on a later attempt, whether an earlier one was committed after all; not needed where doing the
            work twice makes no difference.
    """
    for attempt, pause in enumerate((*PAUSES, None)):
        try:
            with writing(engine) as connection:
                if not attempt or not landed(connection):
                    work(connection)
                return
        except DBAPIError as error:
            if pause is None or not is_lost(error):
                raise
            time.sleep(pause)


def read_rows(engine: Engine, query: Select[Any]) -> Sequence[Row[Any]]:
    """Read rows; where the connection is lost, once more on a new one, for a while."""
    for pause in (*PAUSES, None):
        try:
            with engine.connect() as connection:
                return connection.execute(query).all()
        except DBAPIError as error:
            if pause is None or not is_lost(error):
                raise
            time.sleep(pause)
    raise AssertionError  # the last attempt returns or raises


def is_lost(error: DBAPIError) -> bool:
    """Tell whether it is the connection that failed: the server ended it, restarts, or can't be reached."""
    if error.connection_invalidated:
        return True
    # Only PostgreSQL's errors have a state; one that never reached the server has none in it.
    state = getattr(error.orig, "sqlstate", NO_STATE)
    return isinstance(error, OperationalError) and (state is None or str(state).startswith(LOST))


def insert_new(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Add a row unless there is one of that key; tell whether it was added."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite_dialect
    statement = dialect.insert(table).values(row).on_conflict_do_nothing().returning(table.c.tenant_id)
    return connection.execute(statement).first() is not None


def _make_engine(url: URL) -> Engine:
    match url.get_backend_name():
        case "sqlite":
            return sqlite.make_engine(url)
        case "postgresql":
            return _make_postgresql_engine(url)
        case other:
            raise StoreError(f"A store can't be kept in {other}.", FORMS)


def _make_postgresql_engine(url: URL) -> Engine:
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), hide_parameters=True, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreError(
            "A store in PostgreSQL needs psycopg.", "Install it: pip install 'psycopg[binary]'."
        ) from error


def _settle(engine: Engine) -> None:
    with engine.connect() as connection:
        settled = version_of(connection).is_newest
    if not settled:
        with writing(engine) as connection:
            settle(connection)
