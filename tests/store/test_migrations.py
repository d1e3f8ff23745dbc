"""A store of every earlier version becomes one of this version, on both databases, with all that it holds."""

import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from scanner.errors import StoreError
from scanner.store import Store
from scanner.store.engine import read_url
from scanner.store.schema import MIGRATIONS, VERSION, Version, migrate, numbers
from scanner.store.tables import METADATA

TENANT = "11111111-1111-1111-1111-111111111111"
SNAPSHOT, RUN = "20260101T000000Z-aaaaaa", "20260101T000000Z-bbbbbb"
MOMENT = "2026-01-01T00:00:00.000000+00:00"
# What the program itself reads back; every other column gets a value of its type.
VALUES: dict[str, object] = {
    "tenant_id": TENANT,
    "snapshot_id": SNAPSHOT,
    "run_id": RUN,
    "state": "complete",
    "as_of": "2026-01-01",
    "started": MOMENT,
    "finished": MOMENT,
    "collected_at": MOMENT,
    "evidence_at": MOMENT,
    "options": b"{}",
    "summary": None,
    "body": zlib.compress(b'[{"id":"a"}]'),
}
VALUES_BY_TYPE: tuple[tuple[type, object], ...] = ((sa.Integer, 1), (sa.Boolean, True), (sa.LargeBinary, b"{}"))
EARLIER = numbers()[:-1]

Rows = dict[str, list[dict[str, Any]]]


@contextmanager
def engine_of(url: str) -> Iterator[sa.Engine]:
    """Open a database without making it a store."""
    engine = sa.create_engine(read_url(url))
    try:
        yield engine
    finally:
        engine.dispose()


def make_version(connection: sa.Connection, number: str) -> None:
    """Make the tables of one version in an empty database, by the migrations up to it."""
    migrate(connection, Version(number="", stamped=False), number)


def make_first_version(connection: sa.Connection) -> None:
    """Make the tables as the first version did, which knew no migrations."""
    blob = "BLOB" if connection.dialect.name == "sqlite" else "BYTEA"
    kept = (Path(__file__).parent / "kept" / "version-1.sql").read_text("utf-8").replace("{blob}", blob)
    for statement in kept.split(";\n"):
        if statement.strip():
            connection.execute(sa.text(statement))


def fill(connection: sa.Connection) -> Rows:
    """Put one row into every table that there is."""
    found = sa.MetaData()
    found.reflect(connection)
    for table in found.sorted_tables:
        if table.name not in {VERSION.name, "smtp_posture_version"}:
            connection.execute(table.insert().values({column.name: value_of(table, column) for column in table.c}))
    return read_all(connection)


def value_of(table: sa.Table, column: sa.Column[Any]) -> object:
    if column.name == "id":
        return SNAPSHOT if table.name == "snapshot" else RUN
    if column.name in VALUES and isinstance(column.type, sa.LargeBinary) <= isinstance(
        VALUES[column.name], bytes | None
    ):
        return VALUES[column.name]
    return next((value for kind, value in VALUES_BY_TYPE if isinstance(column.type, kind)), "x")


def read_all(connection: sa.Connection) -> Rows:
    """Give every row of every table, by the name of the table."""
    found = sa.MetaData()
    found.reflect(connection)
    return {
        table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for table in found.sorted_tables
    }


def differences(connection: sa.Connection) -> list[Any]:
    """Compare the tables that are there with those that the program works with."""
    ours = MigrationContext.configure(connection, opts={"include_name": lambda name, *_: name != VERSION.name})
    found: list[Any] = compare_metadata(ours, METADATA)
    return found


def check_upgraded(url: str, before: Rows) -> None:
    """Open the store, and find every row that it held, in tables that are those of this version."""
    with Store.open(url) as store:
        (run,) = store.runs(TENANT)
        assert run.id == RUN
        assert [row["id"] for page in store.pages(SNAPSHOT, "x") for row in page.rows] == ["a"]
    with engine_of(url) as engine, engine.connect() as connection:
        after = read_all(connection)
        assert differences(connection) == []
        assert after[VERSION.name] == [{"version_num": numbers()[-1]}]
    for table in set(before) - {VERSION.name, "smtp_posture_version"}:
        (was,), (now,) = before[table], after[table]
        assert {key: now[key] for key in was} == was, table


@pytest.mark.parametrize("number", EARLIER)
def test_a_store_of_every_earlier_version_is_brought_forward_with_all_its_rows(url: str, number: str) -> None:
    with engine_of(url) as engine, engine.begin() as connection:
        make_version(connection, number)
        before = fill(connection)
    check_upgraded(url, before)


def test_a_store_that_knew_no_migrations_is_taken_over(url: str) -> None:
    with engine_of(url) as engine, engine.begin() as connection:
        make_first_version(connection)
        before = fill(connection)
    check_upgraded(url, before)


@pytest.mark.parametrize("number", numbers())
def test_a_new_store_has_the_tables_that_all_migrations_make(url: str, number: str) -> None:
    """From each version, and from nothing: the tables made at once are no others."""
    with engine_of(url) as engine, engine.begin() as connection:
        make_version(connection, number)
        migrate(connection, Version(number=number, stamped=True))
        assert differences(connection) == []


def test_a_store_made_at_once_says_which_version_it_is(url: str) -> None:
    Store.open(url).close()
    with engine_of(url) as engine, engine.connect() as connection:
        assert differences(connection) == []
        assert connection.execute(sa.select(VERSION)).all() == [(numbers()[-1],)]


def test_the_migrations_are_one_line_and_named_by_their_numbers() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert tuple(reversed([step.revision for step in script.walk_revisions()])) == numbers()


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=str)
def test_every_key_begins_with_the_tenant(table: sa.Table) -> None:
    assert next(iter(table.primary_key)).name == "tenant_id"


def test_a_migration_that_fails_leaves_the_store_as_it_was(url: str) -> None:
    with engine_of(url) as engine, engine.begin() as connection:
        make_first_version(connection)
        before = fill(connection)
        connection.execute(sa.text("CREATE TABLE posture (unexpected INTEGER)"))
    with pytest.raises(StoreError, match="posture"):
        Store.open(url)
    with engine_of(url) as engine, engine.connect() as connection:
        after = read_all(connection)
    assert {name: rows for name, rows in after.items() if name != "posture"} == before


@pytest.mark.parametrize("statement", [
    "UPDATE alembic_version SET version_num = '9999'",
    "DROP TABLE alembic_version; CREATE TABLE smtp_posture_version AS SELECT 9999 AS version",
])  # fmt: skip
def test_a_newer_store_is_refused_and_left_alone(url: str, statement: str) -> None:
    Store.open(url).close()
    with engine_of(url) as engine, engine.begin() as connection:
        for part in statement.split(";"):
            connection.execute(sa.text(part))
        before = read_all(connection)
    with pytest.raises(StoreError, match=f"version 9999, and this program knows up to {int(numbers()[-1])}") as caught:
        Store.open(url)
    assert "newer smtp-posture" in caught.value.advice
    with engine_of(url) as engine, engine.connect() as connection:
        assert read_all(connection) == before


def test_a_store_of_this_version_is_made_and_opened_without_alembic(tmp_path: Path) -> None:
    """It takes half a second to load, and every command opens the store."""
    program = f"""
import sys
from scanner.store import Store
Store.open("sqlite:///{tmp_path}/store.db").close()
Store.open("sqlite:///{tmp_path}/store.db").close()
sys.exit("alembic" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
