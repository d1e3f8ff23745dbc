"""Fleet runs: one row per tenant and fleet run."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table of fleet runs."""
    op.create_table(
        "fleet_scan",
        sa.Column("tenant_id", sa.String, primary_key=True),
        sa.Column("fleet", sa.String(40), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("options", sa.LargeBinary, nullable=False),
        sa.Column("queued", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("due", sa.String(32)),
        sa.Column("started", sa.String(32)),
        sa.Column("renewed", sa.String(32)),
        sa.Column("finished", sa.String(32)),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("reached", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("fleet_scan_by_fleet", "fleet_scan", ["fleet"])
