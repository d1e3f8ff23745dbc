"""Of which version a database is, and how it becomes one of this version.

Alembic keeps the number of the last migration in ``alembic_version``. Stores of the first version had a table of their
own for it. Alembic itself is loaded only when there is something to migrate.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, select, text

from scanner.errors import StoreError
from scanner.model.frozen import Frozen
from scanner.store.tables import METADATA, SNAPSHOT

MIGRATIONS: Final = Path(__file__).parent / "migrations"
FIRST: Final = "0001"
FIRST_TABLE: Final = "smtp_posture_version"
SETUP_LOCK: Final = 0x736D7470
"""Of PostgreSQL: "smtp"; one program at a time makes or migrates the tables."""

OWN_PLACE: Final = "Give the store a database of its own in [store] url."
NEWER_PROGRAM: Final = "Install a newer smtp-posture, at least the one that wrote to it last; nothing was changed."

# As Alembic makes it.
VERSION: Final = Table(
    "alembic_version", MetaData(), Column("version_num", String(32), primary_key=True, nullable=False)
)


class Version(Frozen, frozen=True, kw_only=True):
    """Of which version a database is.

    Attributes:
        number: Number of the last migration; "" for a database without tables.
        stamped: The database itself says so in Alembic's table.
    """

    number: str
    stamped: bool

    @property
    def is_newest(self) -> bool:
        """Nothing is to be done."""
        return self.stamped and self.number == numbers()[-1]


def numbers() -> tuple[str, ...]:
    """Give the numbers of all migrations, oldest first, as their files are named: ``v0001_….py``."""
    files = (MIGRATIONS / "versions").glob("v[0-9]*_*.py")
    return tuple(sorted(path.name[1:].partition("_")[0] for path in files))


def version_of(connection: Connection) -> Version:
    """Tell of which version a database is.

    Raises:
        StoreError: It belongs to another program, or to a newer version of this one.
    """
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return Version(number="", stamped=False)
    if SNAPSHOT.name not in tables or not tables & {VERSION.name, FIRST_TABLE}:
        raise StoreError("The database of [store] url belongs to another program.", OWN_PLACE)
    if VERSION.name in tables:
        return Version(number=_known(str(connection.execute(select(VERSION.c.version_num)).scalar_one())), stamped=True)
    number = connection.execute(text(f"SELECT version FROM {FIRST_TABLE}")).scalar_one()  # noqa: S608 -- a fixed name
    return Version(number=_known(f"{number:04}"), stamped=False)


def _known(number: str) -> str:
    if number not in numbers():
        message = f"A newer smtp-posture wrote this store: it has version {number.lstrip('0')}"
        raise StoreError(f"{message}, and this program knows up to {numbers()[-1].lstrip('0')}.", NEWER_PROGRAM)
    return number


def settle(connection: Connection) -> None:
    """Make the tables, or bring them up to this version, in the transaction that is open; another program waits.

    Raises:
        StoreError: The database belongs to another program, or to a newer version of this one.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SETUP_LOCK})
    version = version_of(connection)  # asked again: another program may have been faster
    if version.is_newest:
        return
    if version.number:
        migrate(connection, version)
        return
    METADATA.create_all(connection)
    VERSION.create(connection)
    connection.execute(insert(VERSION).values(version_num=numbers()[-1]))


def migrate(connection: Connection, begun: Version, goal: str = "head") -> None:
    """Bring tables from one version to a later one.

    Args:
        connection: In a writing transaction.
        begun: The version that they have.
        goal: The number of the last migration that is wanted.
    """
    from alembic import command  # noqa: PLC0415 -- half a second, needed once a version
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    if begun.number and not begun.stamped:
        command.stamp(config, begun.number)
    command.upgrade(config, goal)
