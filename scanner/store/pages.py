"""Reads the pages of a snapshot, one at a time."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Table, select

from scanner.model.reading import RawRows
from scanner.store.digest import RowsDigest
from scanner.store.engine import read_rows
from scanner.store.forms import to_page, to_raw_rows
from scanner.store.records import StoredPage
from scanner.store.tables import PAGE, SNAPSHOT


def belongs(table: Table, snapshot_id: str) -> ColumnElement[bool]:
    """Give the condition for the rows of a snapshot, with its tenant."""
    owner = select(SNAPSHOT.c.tenant_id).where(SNAPSHOT.c.id == snapshot_id).scalar_subquery()
    return (table.c.snapshot_id == snapshot_id) & (table.c.tenant_id == owner)


def read_pages(engine: Engine, snapshot_id: str, section: str) -> Iterator[StoredPage]:
    """Give the pages of a section in the order in which they came."""
    return map(to_page, _read(engine, snapshot_id, section))


def read_bodies(engine: Engine, snapshot_id: str, section: str) -> Iterator[RawRows]:
    """Give the pages of a section as bytes, in the order in which they came."""
    return map(to_raw_rows, _read(engine, snapshot_id, section))


def read_body(engine: Engine, snapshot_id: str, section: str, number: int) -> RawRows:
    """Give one page of a section as bytes."""
    wanted = belongs(PAGE, snapshot_id) & (PAGE.c.section == section) & (PAGE.c.number == number)
    (row,) = read_rows(engine, select(PAGE.c.number, PAGE.c.rows_count, PAGE.c.body).where(wanted))
    return to_raw_rows(row)


def sum_up(engine: Engine, snapshot_id: str, section: str) -> RowsDigest:
    """Make the digest of a section's rows from its pages."""
    digest = RowsDigest()
    for page in read_pages(engine, snapshot_id, section):
        digest.add(page.rows, tabular=page.tabular)
    return digest


def _read(engine: Engine, snapshot_id: str, section: str) -> Iterator[Row[Any]]:
    """Give the table's rows one at a time: between two, no transaction stays open."""
    wanted = belongs(PAGE, snapshot_id) & (PAGE.c.section == section)
    columns = select(PAGE.c.number, PAGE.c.tabular, PAGE.c.rows_count, PAGE.c.body)
    for known in read_rows(engine, select(PAGE.c.number).where(wanted).order_by(PAGE.c.number)):
        yield from read_rows(engine, columns.where(wanted & (PAGE.c.number == known.number)))
