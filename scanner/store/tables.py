"""The tables. The tenant's id is part of every key; times are ISO 8601 in UTC with microseconds, so they sort."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 1

METADATA = MetaData()

VERSION = Table("smtp_posture_version", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

SNAPSHOT = Table(
    "snapshot",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("id", String(40), primary_key=True, unique=True),
    Column("domain", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("cloud", Text, nullable=False),
    Column("collected_at", String(32)),
    Column("started", String(32), nullable=False),
    Column("finished", String(32)),
    Column("digest", String(64), nullable=False),
)


def _of_snapshot() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "snapshot_id"], [SNAPSHOT.c.tenant_id, SNAPSHOT.c.id], onupdate="CASCADE", ondelete="CASCADE"
    )


SECTION = Table(
    "section",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("snapshot_id", String(40), primary_key=True),
    Column("section", String, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("rows_count", Integer, nullable=False),
    Column("expected", Integer),
    Column("reason", Text, nullable=False),
    Column("permission", Text, nullable=False),
    Column("collected_at", String(32)),
    _of_snapshot(),
)

PAGE = Table(
    "page",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("snapshot_id", String(40), primary_key=True),
    Column("section", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("tabular", Boolean, nullable=False),
    Column("rows_count", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _of_snapshot(),
)

RUN = Table(
    "run",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("id", String(40), primary_key=True, unique=True),
    Column("snapshot_id", String(40), nullable=False),
    Column("folder", Text, nullable=False),
    Column("started", String(32), nullable=False),
    Column("finished", String(32), nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("tool_version", String, nullable=False),
    Column("options", LargeBinary, nullable=False),
)
