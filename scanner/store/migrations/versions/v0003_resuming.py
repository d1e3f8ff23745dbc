"""Snapshots that an interrupted reading goes on with, and the ledger of requests."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add who reads a snapshot and how far, and what was asked."""
    op.add_column("snapshot", sa.Column("origin", sa.Text))
    op.add_column("snapshot", sa.Column("holder", sa.Text))
    op.add_column("snapshot", sa.Column("touched", sa.String(32)))
    op.add_column("snapshot", sa.Column("partial", sa.Boolean))
    op.add_column("page", sa.Column("part", sa.Text))
    op.create_table(
        "place",
        *_key_of_snapshot(),
        sa.Column("section", sa.String, primary_key=True),
        sa.Column("part", sa.String, primary_key=True),
        sa.Column("state", sa.LargeBinary, nullable=False),
        _of_snapshot(),
    )
    op.create_table(
        "request",
        *_key_of_snapshot(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("method", sa.String(8), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("waited_ms", sa.Integer, nullable=False),
        sa.Column("reading", sa.Boolean, nullable=False),
        _of_snapshot(),
    )


def _key_of_snapshot() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("snapshot_id", sa.String(40), primary_key=True),
    )


def _of_snapshot() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "snapshot_id"], ["snapshot.tenant_id", "snapshot.id"], onupdate="CASCADE", ondelete="CASCADE"
    )
