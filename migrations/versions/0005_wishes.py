"""Why an agent asked to be away after his call."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("agents", sa.Column("next_reason", WORD, nullable=True))


def downgrade() -> None:
    op.drop_column("agents", "next_reason")
