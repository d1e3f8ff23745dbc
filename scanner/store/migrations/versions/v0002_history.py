"""Memory of runs: what each found, the chain of their hashes, deliveries, waivers and schedules' periods."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what history, schedules and verification need; Alembic's own version table replaces the first one."""
    op.drop_table("smtp_posture_version")
    op.add_column("snapshot", sa.Column("erased", sa.String(32)))
    op.add_column("run", sa.Column("evidence_at", sa.String(32)))
    op.add_column("run", sa.Column("summary", sa.LargeBinary))
    op.create_index("run_by_time", "run", ["tenant_id", "started"])
    _make_tables_of_runs()
    _make_tables_of_schedules()


def _make_tables_of_runs() -> None:
    op.create_table(
        "posture",
        *_key_of_run(),
        sa.Column("body", sa.LargeBinary, nullable=False),
        _of_run(),
    )
    op.create_table(
        "waiver",
        *_key_of_run(),
        sa.Column("mailbox", sa.String, primary_key=True),
        sa.Column("flag", sa.String(16), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("expires", sa.String(10), nullable=False),
        _of_run(),
    )
    op.create_table(
        "link",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(40), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )


def _make_tables_of_schedules() -> None:
    op.create_table(
        "schedule_period",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("schedule", sa.String, primary_key=True),
        sa.Column("period", sa.String(32), primary_key=True),
        sa.Column("due", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("claimed_by", sa.Text, nullable=False),
        sa.Column("started", sa.String(32)),
        sa.Column("finished", sa.String(32)),
        sa.Column("run_id", sa.String(40)),
        sa.Column("exit_code", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "delivery",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("schedule", sa.String, primary_key=True),
        sa.Column("period", sa.String(32), primary_key=True),
        sa.Column("route", sa.String(16), primary_key=True),
        sa.Column("recipient", sa.String, primary_key=True),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("queued", sa.String(32), nullable=False),
        sa.Column("settled", sa.String(32)),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _key_of_run() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("tenant_id", sa.String, primary_key=True), sa.Column("run_id", sa.String(40), primary_key=True)


def _of_run() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "run_id"], ["run.tenant_id", "run.id"], onupdate="CASCADE", ondelete="CASCADE"
    )
