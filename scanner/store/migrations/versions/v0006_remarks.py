"""What readers should know of a whole reading."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the remarks."""
    op.add_column("snapshot", sa.Column("remarks", sa.Text))
