"""Learned models of waits: their versions, and which one is in use."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
IN_USE = sa.text("standing = 'in_use'")


def upgrade() -> None:
    op.create_table(
        "models",
        sa.Column("id", WORD, nullable=False),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("standing", WORD, nullable=False),
        sa.Column("fitted_at", MOMENT, nullable=False),
        sa.Column("lessons", sa.Integer(), nullable=False),
        sa.Column("learned_from", MOMENT, nullable=False),
        sa.Column("learned_until", MOMENT, nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("trees", sa.Text(), nullable=False),
        sa.Column("by", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "standing IN ('in_use', 'refused', 'superseded', 'withdrawn')", name=op.f("ck_models_standing")
        ),
        sa.CheckConstraint("standing <> 'in_use' OR trees <> ''", name=op.f("ck_models_usable")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_models_version")),
        sa.ForeignKeyConstraint(["queue"], ["queues.id"], name=op.f("fk_models_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_index("uq_models_in_use", "models", ["queue"], unique=True, postgresql_where=IN_USE, sqlite_where=IN_USE)


def downgrade() -> None:
    op.drop_index("uq_models_in_use", table_name="models", postgresql_where=IN_USE, sqlite_where=IN_USE)
    op.drop_table("models")
