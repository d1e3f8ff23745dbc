"""The tables as the first version made them; a store of that version is taken over as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of the first version."""
    version = op.create_table(
        "smtp_posture_version", sa.Column("version", sa.Integer, primary_key=True, autoincrement=False)
    )
    op.bulk_insert(version, [{"version": 1}])
    op.create_table(
        "snapshot",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String(40), primary_key=True, unique=True),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("cloud", sa.Text, nullable=False),
        sa.Column("collected_at", sa.String(32)),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("finished", sa.String(32)),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_table(
        "section",
        *_key_of_snapshot(),
        sa.Column("section", sa.String, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rows_count", sa.Integer, nullable=False),
        sa.Column("expected", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("permission", sa.Text, nullable=False),
        sa.Column("collected_at", sa.String(32)),
        _of_snapshot(),
    )
    op.create_table(
        "page",
        *_key_of_snapshot(),
        sa.Column("section", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tabular", sa.Boolean, nullable=False),
        sa.Column("rows_count", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _of_snapshot(),
    )
    op.create_table(
        "run",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("id", sa.String(40), primary_key=True, unique=True),
        sa.Column("snapshot_id", sa.String(40), nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("finished", sa.String(32), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("tool_version", sa.String, nullable=False),
        sa.Column("options", sa.LargeBinary, nullable=False),
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
