"""The PINs agents ring in with, the open pages of their desks, and the issuer's word that a browser signs out with."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
ID_TOKEN = ("id_token_cipher", "id_token_index", "id_token_hint")


def upgrade() -> None:
    op.create_table(
        "agent_pins",
        sa.Column("id", WORD, nullable=False),
        sa.Column("hash", WORD, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_agent_pins_version")),
        sa.ForeignKeyConstraint(["id"], ["agents.id"], name=op.f("fk_agent_pins_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_pins")),
    )
    op.create_table(
        "desk_pages",
        sa.Column("id", WORD, nullable=False),
        sa.Column("agent", WORD, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_desk_pages_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_pages")),
    )
    op.create_index("ix_desk_pages_agent", "desk_pages", ["agent"], unique=False)
    op.create_index("ix_desk_pages_expires", "desk_pages", ["expires_at"], unique=False)
    op.create_index("ix_requests_newest", "requests", ["created_at", "id"], unique=False)
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("staff_sessions", recreate="always" if on_sqlite else "never") as sessions:
        for name in ID_TOKEN:
            sessions.add_column(sa.Column(name, WORD, nullable=True))


def downgrade() -> None:
    for name in reversed(ID_TOKEN):
        op.drop_column("staff_sessions", name)
    op.drop_index("ix_requests_newest", table_name="requests")
    op.drop_index("ix_desk_pages_expires", table_name="desk_pages")
    op.drop_index("ix_desk_pages_agent", table_name="desk_pages")
    op.drop_table("desk_pages")
    op.drop_table("agent_pins")
