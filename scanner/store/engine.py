"""Opens the database: which kinds are supported, and the tables of this version."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine, insert, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from scanner.errors import StoreError
from scanner.store import sqlite
from scanner.store.tables import METADATA, SCHEMA_VERSION, VERSION

FORMS = "Write [store] url as sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME."
SETUP_LOCK = 0x736D7470  # "smtp": one program at a time makes the tables
OWN_PLACE = "Give the store a database of its own in [store] url."


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
    """Open the database and make its tables where there are none.

    Raises:
        StoreError: It is of a kind that is not supported, or not a store of this version.
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
        known = _is_store(connection)
    if not known:
        _make_tables(engine)


def _make_tables(engine: Engine) -> None:
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SETUP_LOCK})
        if _is_store(connection):  # another program was faster
            return
        METADATA.create_all(connection)
        connection.execute(insert(VERSION).values(version=SCHEMA_VERSION))


def _is_store(connection: Connection) -> bool:
    names = inspect(connection).get_table_names()
    if not names:
        return False
    if VERSION.name not in names:
        raise StoreError("The database of [store] url belongs to another program.", OWN_PLACE)
    version = connection.execute(select(VERSION.c.version)).scalar_one()
    if version != SCHEMA_VERSION:
        message = f"The store has version {version}; this program knows version {SCHEMA_VERSION}."
        raise StoreError(message, "Use the version of smtp-posture that wrote it, or a newer one.")
    return True
