"""The tables. The tenant's id is part of every key; times are ISO 8601 in UTC with microseconds, so they sort."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()

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
    Column("erased", String(32)),
    Column("origin", Text),
    Column("holder", Text),
    Column("touched", String(32)),
    Column("partial", Boolean),
    Column("remarks", Text),
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
    Column("absent", Boolean),
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
    Column("part", Text),
    _of_snapshot(),
)

# How far a listing was read, while its snapshot is not finished.
PLACE = Table(
    "place",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("snapshot_id", String(40), primary_key=True),
    Column("section", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("state", LargeBinary, nullable=False),
    _of_snapshot(),
)

# What was asked of the tenant; without ids and queries.
REQUEST = Table(
    "request",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("snapshot_id", String(40), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("method", String(8), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("waited_ms", Integer, nullable=False),
    Column("reading", Boolean, nullable=False),
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
    Column("evidence_at", String(32)),
    Column("summary", LargeBinary),
    Index("run_by_time", "tenant_id", "started"),
)


def _of_run() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "run_id"], [RUN.c.tenant_id, RUN.c.id], onupdate="CASCADE", ondelete="CASCADE"
    )


POSTURE = Table(
    "posture",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("run_id", String(40), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    _of_run(),
)

# Flags that somebody had accepted when the run was made.
WAIVER = Table(
    "waiver",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("run_id", String(40), primary_key=True),
    Column("mailbox", String, primary_key=True),
    Column("flag", String(16), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("expires", String(10), nullable=False),
    _of_run(),
)

# The hash chain of a tenant; without a foreign key, since a link outlives what it is about.
LINK = Table(
    "link",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("subject", String(40), nullable=False),
    Column("at", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

SCHEDULE_PERIOD = Table(
    "schedule_period",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("schedule", String, primary_key=True),
    Column("period", String(32), primary_key=True),
    Column("due", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("started", String(32)),
    Column("finished", String(32)),
    Column("run_id", String(40)),
    Column("exit_code", Integer),
    Column("reason", Text, nullable=False),
    Column("renewed", String(32)),
    Column("attempts", Integer, nullable=False, server_default="0"),
)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("schedule", String, primary_key=True),
    Column("period", String(32), primary_key=True),
    Column("route", String(16), primary_key=True),
    Column("recipient", String, primary_key=True),
    Column("run_id", String(40), nullable=False),
    Column("language", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("queued", String(32), nullable=False),
    Column("settled", String(32)),
    Column("reference", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begun", String(32)),
)

# One tenant of one fleet run.
FLEET_SCAN = Table(
    "fleet_scan",
    METADATA,
    Column("tenant_id", String, primary_key=True),
    Column("fleet", String(40), primary_key=True),
    Column("name", Text, nullable=False),
    Column("origin", String(64), nullable=False),
    Column("options", LargeBinary, nullable=False),
    Column("queued", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holder", Text, nullable=False),
    Column("due", String(32)),
    Column("started", String(32)),
    Column("renewed", String(32)),
    Column("finished", String(32)),
    Column("run_id", String(40), nullable=False),
    Column("exit_code", Integer),
    Column("reached", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("fleet_scan_by_fleet", "fleet"),
)
