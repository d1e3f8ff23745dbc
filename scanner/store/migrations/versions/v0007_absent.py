"""Whether anybody looked for a section that is missing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; of what was kept before, nobody knows."""
    op.add_column("section", sa.Column("absent", sa.Boolean))
