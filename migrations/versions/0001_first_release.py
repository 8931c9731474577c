"""Everything the first release keeps: queues and rules, people in line, their calls, promises, the journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agents",
        sa.Column("id", WORD, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("address_kind", WORD, nullable=False),
        sa.Column("address_cipher", WORD, nullable=False),
        sa.Column("address_index", WORD, nullable=False),
        sa.Column("address_hint", WORD, nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("presence", WORD, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("login", WORD, nullable=True),
        sa.Column("next_presence", WORD, nullable=True),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("attempt", WORD, nullable=True),
        sa.Column("standing_call", WORD, nullable=True),
        sa.Column("idle_since", MOMENT, nullable=True),
        sa.Column("wrap_until", MOMENT, nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("address_kind IN ('client', 'phone', 'sip')", name=op.f("ck_agents_address_kind")),
        sa.CheckConstraint(
            "next_presence IN ('away', 'offline', 'ready', 'reserved', 'talking', 'wrapping')",
            name=op.f("ck_agents_next_presence"),
        ),
        sa.CheckConstraint(
            "presence IN ('away', 'offline', 'ready', 'reserved', 'talking', 'wrapping')",
            name=op.f("ck_agents_presence"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_agents_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.create_index("ix_agents_address_index", "agents", ["address_index"], unique=False)
    op.create_table(
        "counters",
        sa.Column("key", WORD, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.CheckConstraint("value >= 0", name=op.f("ck_counters_value")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_counters")),
    )
    op.create_table(
        "journal",
        sa.Column("id", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("fact", WORD, nullable=False),
        sa.Column("request", WORD, nullable=True),
        sa.Column("attempt", WORD, nullable=True),
        sa.Column("leg", WORD, nullable=True),
        sa.Column("agent", WORD, nullable=True),
        sa.Column("queue", WORD, nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("hash", WORD, nullable=True),
        sa.CheckConstraint("(position IS NULL) = (hash IS NULL)", name=op.f("ck_journal_sealed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index("ix_journal_at", "journal", ["at"], unique=False)
    op.create_index("ix_journal_fact", "journal", ["fact", "at"], unique=False)
    op.create_index("ix_journal_request", "journal", ["request", "at"], unique=False)
    op.create_index(
        "ix_journal_unsealed",
        "journal",
        ["at", "id"],
        unique=False,
        postgresql_where=sa.text("position IS NULL"),
        sqlite_where=sa.text("position IS NULL"),
    )
    op.create_index("uq_journal_position", "journal", ["position"], unique=True)
    op.create_table(
        "leases",
        sa.Column("shard", WORD, nullable=False),
        sa.Column("holder", WORD, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.CheckConstraint("epoch >= 1", name=op.f("ck_leases_epoch")),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_leases")),
    )
    op.create_table(
        "queues",
        sa.Column("id", WORD, nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("switches", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_queues_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queues")),
    )
    op.create_table(
        "requests",
        sa.Column("id", WORD, nullable=False),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("mode", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("virtual_start", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("language", WORD, nullable=False),
        sa.Column("bucket", WORD, nullable=False),
        sa.Column("credit_class", WORD, nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("parked", WORD, nullable=True),
        sa.Column("phone_cipher", WORD, nullable=True),
        sa.Column("phone_index", WORD, nullable=True),
        sa.Column("phone_hint", WORD, nullable=True),
        sa.Column("zone", WORD, nullable=False),
        sa.Column("country", WORD, nullable=False),
        sa.Column("customer", WORD, nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("name_cipher", WORD, nullable=True),
        sa.Column("name_index", WORD, nullable=True),
        sa.Column("name_hint", WORD, nullable=True),
        sa.Column("topic", WORD, nullable=True),
        sa.Column("context_cipher", WORD, nullable=True),
        sa.Column("context_index", WORD, nullable=True),
        sa.Column("context_hint", WORD, nullable=True),
        sa.Column("slot_start", MOMENT, nullable=True),
        sa.Column("slot_zone", WORD, nullable=True),
        sa.Column("slot_text", WORD, nullable=True),
        sa.Column("call_sid", WORD, nullable=True),
        sa.Column("session", WORD, nullable=True),
        sa.Column("came_from", WORD, nullable=True),
        sa.Column("attempt", WORD, nullable=True),
        sa.Column("tries", sa.JSON(), nullable=False),
        sa.Column("rings", sa.Integer(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("promise", WORD, nullable=True),
        sa.Column("deadline", MOMENT, nullable=True),
        sa.Column("grace_until", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("recording", WORD, nullable=True),
        sa.Column("follows", WORD, nullable=True),
        sa.Column("wanted_agent", WORD, nullable=True),
        sa.Column("wanted_until", MOMENT, nullable=True),
        sa.Column("segment", WORD, nullable=True),
        sa.Column("notify", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "came_from IN ('abandoned', 'booked', 'cancelled', 'connecting', 'expired', 'holding', 'served', 'talking', 'unreached', 'waiting')",
            name=op.f("ck_requests_came_from"),
        ),
        sa.CheckConstraint("channel IN ('agent', 'app', 'ivr', 'sms', 'web')", name=op.f("ck_requests_channel")),
        sa.CheckConstraint(
            "mode IN ('call_in', 'callback', 'hold', 'message', 'scheduled')", name=op.f("ck_requests_mode")
        ),
        sa.CheckConstraint(
            "state IN ('abandoned', 'booked', 'cancelled', 'connecting', 'expired', 'holding', 'served', 'talking', 'unreached', 'waiting')",
            name=op.f("ck_requests_state"),
        ),
        sa.CheckConstraint("rings >= 0", name=op.f("ck_requests_rings")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_requests_version")),
        sa.ForeignKeyConstraint(["queue"], ["queues.id"], name=op.f("fk_requests_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index("ix_requests_call_sid", "requests", ["call_sid"], unique=False)
    op.create_index("ix_requests_closed", "requests", ["queue", "closed_at"], unique=False)
    op.create_index("ix_requests_created", "requests", ["queue", "created_at"], unique=False)
    op.create_index("ix_requests_customer", "requests", ["customer", "created_at"], unique=False)
    op.create_index(
        "ix_requests_dispatch",
        "requests",
        ["queue", "bucket", "credit_class", "virtual_start", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('holding', 'waiting') AND ready"),
        sqlite_where=sa.text("state IN ('holding', 'waiting') AND ready"),
    )
    op.create_index(
        "ix_requests_open",
        "requests",
        ["queue", "state", "mode", "bucket", "credit_class", "ready", "virtual_start"],
        unique=False,
        postgresql_where=sa.text("state IN ('booked', 'connecting', 'holding', 'talking', 'waiting')"),
        sqlite_where=sa.text("state IN ('booked', 'connecting', 'holding', 'talking', 'waiting')"),
    )
    op.create_index(
        "ix_requests_open_created",
        "requests",
        ["queue", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('booked', 'connecting', 'holding', 'talking', 'waiting')"),
        sqlite_where=sa.text("state IN ('booked', 'connecting', 'holding', 'talking', 'waiting')"),
    )
    op.create_index(
        "ix_requests_parked",
        "requests",
        ["not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state IN ('booked', 'holding', 'waiting') AND not_before IS NOT NULL"),
        sqlite_where=sa.text("state IN ('booked', 'holding', 'waiting') AND not_before IS NOT NULL"),
    )
    op.create_index("ix_requests_phone", "requests", ["phone_index", "created_at"], unique=False)
    op.create_index(
        "uq_requests_customer_place",
        "requests",
        ["queue", "customer"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('booked', 'connecting', 'waiting') AND mode IN ('call_in', 'callback', 'scheduled')"
        ),
        sqlite_where=sa.text(
            "state IN ('booked', 'connecting', 'waiting') AND mode IN ('call_in', 'callback', 'scheduled')"
        ),
    )
    op.create_index(
        "uq_requests_dialable_phone",
        "requests",
        ["queue", "mode", "phone_index"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('booked', 'connecting', 'waiting') AND mode IN ('callback', 'scheduled') AND phone_index <> ''"
        ),
        sqlite_where=sa.text(
            "state IN ('booked', 'connecting', 'waiting') AND mode IN ('callback', 'scheduled') AND phone_index <> ''"
        ),
    )
    op.create_table(
        "rules",
        sa.Column("queue", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("published_by", WORD, nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rules_version")),
        sa.ForeignKeyConstraint(["queue"], ["queues.id"], name=op.f("fk_rules_queue")),
        sa.PrimaryKeyConstraint("queue", "version", name=op.f("pk_rules")),
    )
    op.create_table(
        "staff",
        sa.Column("id", WORD, nullable=False),
        sa.Column("login", WORD, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("password", WORD, nullable=False),
        sa.Column("agent", WORD, nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_staff_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_index("uq_staff_login", "staff", ["login"], unique=True)
    op.create_table(
        "attempts",
        sa.Column("id", WORD, nullable=False),
        sa.Column("request", WORD, nullable=False),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("agent", WORD, nullable=False),
        sa.Column("shape", WORD, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("code", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('aborted', 'agent_declined', 'agent_doubt', 'agent_dropped', 'agent_no_answer', 'busy', 'canceled', 'failed', 'hung_up', 'lost', 'machine', 'no_answer', 'no_key', 'not_needed', 'refused', 'snoozed', 'talked')",
            name=op.f("ck_attempts_outcome"),
        ),
        sa.CheckConstraint("shape IN ('agent_first', 'customer_first', 'holder')", name=op.f("ck_attempts_shape")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_attempts_version")),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_attempts_agent")),
        sa.ForeignKeyConstraint(["queue"], ["queues.id"], name=op.f("fk_attempts_queue")),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_attempts_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index("ix_attempts_agent", "attempts", ["agent", "closed_at"], unique=False)
    op.create_index("ix_attempts_closed", "attempts", ["queue", "closed_at"], unique=False)
    op.create_index(
        "ix_attempts_open",
        "attempts",
        ["opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_attempts_opened", "attempts", ["queue", "opened_at"], unique=False)
    op.create_index("ix_attempts_request", "attempts", ["request", "opened_at"], unique=False)
    op.create_index(
        "uq_attempts_open_request",
        "attempts",
        ["request"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "conversations",
        sa.Column("id", WORD, nullable=False),
        sa.Column("call_sid", WORD, nullable=False),
        sa.Column("session_cipher", WORD, nullable=False),
        sa.Column("session_index", WORD, nullable=False),
        sa.Column("session_hint", WORD, nullable=False),
        sa.Column("speech_cipher", WORD, nullable=False),
        sa.Column("speech_index", WORD, nullable=False),
        sa.Column("speech_hint", WORD, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("caller_cipher", WORD, nullable=True),
        sa.Column("caller_index", WORD, nullable=True),
        sa.Column("caller_hint", WORD, nullable=True),
        sa.Column("request", WORD, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_conversations_version")),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_conversations_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index(
        "ix_conversations_live",
        "conversations",
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("uq_conversations_call_sid", "conversations", ["call_sid"], unique=True)
    op.create_table(
        "outbox",
        sa.Column("id", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("prompt", WORD, nullable=False),
        sa.Column("body_cipher", WORD, nullable=True),
        sa.Column("body_index", WORD, nullable=True),
        sa.Column("body_hint", WORD, nullable=True),
        sa.Column("request", WORD, nullable=True),
        sa.Column("target", WORD, nullable=True),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_outbox_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["not_before", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND NOT dead"),
        sqlite_where=sa.text("done_at IS NULL AND NOT dead"),
    )
    op.create_table(
        "promises",
        sa.Column("id", WORD, nullable=False),
        sa.Column("request", WORD, nullable=False),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("window_end", MOMENT, nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        sa.Column("method", WORD, nullable=False),
        sa.Column("quantiles_s", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("model_version", WORD, nullable=False),
        sa.Column("first_ring_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_promises_version")),
        sa.CheckConstraint("window_end >= window_start", name=op.f("ck_promises_window")),
        sa.ForeignKeyConstraint(["queue"], ["queues.id"], name=op.f("fk_promises_queue")),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_promises_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index("ix_promises_made", "promises", ["made_at"], unique=False)
    op.create_index(
        "ix_promises_open",
        "promises",
        ["window_end", "id"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
        sqlite_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_promises_request", "promises", ["request", "made_at"], unique=False)
    op.create_table(
        "staff_sessions",
        sa.Column("id", WORD, nullable=False),
        sa.Column("staff", WORD, nullable=False),
        sa.Column("csrf", WORD, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_sessions_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
    )
    op.create_table(
        "legs",
        sa.Column("id", WORD, nullable=False),
        sa.Column("attempt", WORD, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("way", WORD, nullable=False),
        sa.Column("token", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("to_cipher", WORD, nullable=True),
        sa.Column("to_index", WORD, nullable=True),
        sa.Column("to_hint", WORD, nullable=True),
        sa.Column("phone_index", WORD, nullable=False),
        sa.Column("agent", WORD, nullable=True),
        sa.Column("call_sid", WORD, nullable=True),
        sa.Column("cause", WORD, nullable=True),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("horizon", MOMENT, nullable=True),
        sa.Column("rang_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("held_at", MOMENT, nullable=True),
        sa.Column("joined_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cause IN ('aborted', 'agent_declined', 'agent_doubt', 'agent_dropped', 'agent_no_answer', 'busy', 'canceled', 'failed', 'hung_up', 'lost', 'machine', 'no_answer', 'no_key', 'not_needed', 'refused', 'snoozed', 'talked')",
            name=op.f("ck_legs_cause"),
        ),
        sa.CheckConstraint("role IN ('agent', 'customer')", name=op.f("ck_legs_role")),
        sa.CheckConstraint(
            "state IN ('accepted', 'answered', 'ended', 'failed', 'intended', 'joined', 'placed', 'placing', 'ringing', 'unsure')",
            name=op.f("ck_legs_state"),
        ),
        sa.CheckConstraint("way IN ('dialed', 'inbound', 'posted', 'standing')", name=op.f("ck_legs_way")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_legs_version")),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_legs_agent")),
        sa.ForeignKeyConstraint(["attempt"], ["attempts.id"], name=op.f("fk_legs_attempt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legs")),
    )
    op.create_index("ix_legs_attempt", "legs", ["attempt"], unique=False)
    op.create_index("ix_legs_call_sid", "legs", ["call_sid"], unique=False)
    op.create_index(
        "ix_legs_due",
        "legs",
        ["horizon", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text(
            "state IN ('accepted', 'answered', 'intended', 'joined', 'placed', 'placing', 'ringing', 'unsure') AND way <> 'inbound'"
        ),
        sqlite_where=sa.text(
            "state IN ('accepted', 'answered', 'intended', 'joined', 'placed', 'placing', 'ringing', 'unsure') AND way <> 'inbound'"
        ),
    )
    op.create_index(
        "uq_legs_agent",
        "legs",
        ["agent"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('accepted', 'answered', 'intended', 'joined', 'placed', 'placing', 'ringing', 'unsure') AND role = 'agent' AND agent IS NOT NULL"
        ),
        sqlite_where=sa.text(
            "state IN ('accepted', 'answered', 'intended', 'joined', 'placed', 'placing', 'ringing', 'unsure') AND role = 'agent' AND agent IS NOT NULL"
        ),
    )
    op.create_index(
        "uq_legs_customer_phone",
        "legs",
        ["phone_index"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('accepted', 'answered', 'intended', 'joined', 'placed', 'placing', 'ringing', 'unsure') AND role = 'customer' AND phone_index <> ''"
        ),
        sqlite_where=sa.text(
            "state IN ('accepted', 'answered', 'intended', 'joined', 'placed', 'placing', 'ringing', 'unsure') AND role = 'customer' AND phone_index <> ''"
        ),
    )
    op.create_index("uq_legs_token", "legs", ["token"], unique=True)


def downgrade() -> None:
    for table in (
        "legs",
        "staff_sessions",
        "promises",
        "outbox",
        "conversations",
        "attempts",
        "staff",
        "rules",
        "requests",
        "queues",
        "leases",
        "journal",
        "counters",
        "agents",
    ):
        op.drop_table(table)
