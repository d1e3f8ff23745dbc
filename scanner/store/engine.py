"""Opens the database: which kinds are supported, and how a transaction begins."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Table, create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from scanner.errors import StoreError
from scanner.store import sqlite
from scanner.store.schema import settle, version_of

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


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Open one writing transaction, committed at the end."""
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        yield connection


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
