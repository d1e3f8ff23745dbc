"""Claims that can go stale: of schedule periods, and of deliveries under way."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add who is still at it, and how often it was tried."""
    op.add_column("schedule_period", sa.Column("renewed", sa.String(32)))
    op.add_column("schedule_period", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("delivery", sa.Column("begun", sa.String(32)))
