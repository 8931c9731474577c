"""The customer's app and the bank's systems: answers, codes, devices, proofs, feedback, keys, webhooks, outlooks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", WORD, nullable=False),
        sa.Column("body_hash", WORD, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index("ix_answers_expires", "answers", ["expires_at"], unique=False)

    op.create_table(
        "api_keys",
        sa.Column("id", WORD, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("secret", WORD, nullable=False),
        sa.Column("hint", WORD, nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", WORD, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
    )
    op.create_index("uq_api_keys_secret", "api_keys", ["secret"], unique=True)

    op.create_table(
        "devices",
        sa.Column("id", WORD, nullable=False),
        sa.Column("customer", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("address_cipher", WORD, nullable=False),
        sa.Column("address_index", WORD, nullable=False),
        sa.Column("address_hint", WORD, nullable=False),
        sa.Column("language", WORD, nullable=False),
        sa.Column("put_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('fcm', 'web_push')", name=op.f("ck_devices_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index("ix_devices_customer", "devices", ["customer"], unique=False)

    op.create_table(
        "verifications",
        sa.Column("id", WORD, nullable=False),
        sa.Column("phone_cipher", WORD, nullable=False),
        sa.Column("phone_index", WORD, nullable=False),
        sa.Column("phone_hint", WORD, nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("verified_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_verifications_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index("ix_verifications_expires", "verifications", ["expires_at"], unique=False)

    op.create_table(
        "webhooks",
        sa.Column("id", WORD, nullable=False),
        sa.Column("url", WORD, nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("secret_cipher", WORD, nullable=False),
        sa.Column("secret_index", WORD, nullable=False),
        sa.Column("secret_hint", WORD, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", WORD, nullable=False),
        sa.Column("former_cipher", WORD, nullable=True),
        sa.Column("former_index", WORD, nullable=True),
        sa.Column("former_hint", WORD, nullable=True),
        sa.Column("former_until", MOMENT, nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("retry_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_webhooks_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "rules_drafts",
        sa.Column("id", WORD, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by", WORD, nullable=False),
        sa.Column("asked_by", WORD, nullable=True),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("publish_at", MOMENT, nullable=True),
        sa.Column("agreed_by", WORD, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rules_drafts_version")),
        sa.ForeignKeyConstraint(["id"], ["queues.id"], name=op.f("fk_rules_drafts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_drafts")),
    )
    op.create_table(
        "call_in_codes",
        sa.Column("request", WORD, nullable=False),
        sa.Column("index", WORD, nullable=False),
        sa.Column("code_cipher", WORD, nullable=False),
        sa.Column("code_index", WORD, nullable=False),
        sa.Column("code_hint", WORD, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_call_in_codes_request")),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_call_in_codes")),
    )
    op.create_index(
        "uq_call_in_codes_live",
        "call_in_codes",
        ["index"],
        unique=True,
        postgresql_where=sa.text("used_at IS NULL"),
        sqlite_where=sa.text("used_at IS NULL"),
    )

    op.create_table(
        "tellings",
        sa.Column("id", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("agents", sa.Integer(), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_tellings_version")),
        sa.ForeignKeyConstraint(["id"], ["requests.id"], name=op.f("fk_tellings_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tellings")),
    )
    op.create_table(
        "feedback",
        sa.Column("request", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("nps", sa.Integer(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=True),
        sa.Column("comment_cipher", WORD, nullable=True),
        sa.Column("comment_index", WORD, nullable=True),
        sa.Column("comment_hint", WORD, nullable=True),
        sa.CheckConstraint("nps BETWEEN 0 AND 10", name=op.f("ck_feedback_nps")),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_feedback_rating")),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_feedback_request")),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"], unique=False)

    op.create_table(
        "page_links",
        sa.Column("id", WORD, nullable=False),
        sa.Column("request", WORD, nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_page_links_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_links")),
    )
    op.create_index("ix_page_links_expires", "page_links", ["expires_at"], unique=False)

    op.create_table(
        "staff_identities",
        sa.Column("issuer", WORD, nullable=False),
        sa.Column("subject", WORD, nullable=False),
        sa.Column("staff", WORD, nullable=False),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_identities_staff")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_staff_identities")),
    )
    op.create_table(
        "dispositions",
        sa.Column("attempt", WORD, nullable=False),
        sa.Column("request", WORD, nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", WORD, nullable=False),
        sa.Column("note_cipher", WORD, nullable=True),
        sa.Column("note_index", WORD, nullable=True),
        sa.Column("note_hint", WORD, nullable=True),
        sa.Column("line_dropped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["attempt"], ["attempts.id"], name=op.f("fk_dispositions_attempt")),
        sa.ForeignKeyConstraint(["request"], ["requests.id"], name=op.f("fk_dispositions_request")),
        sa.PrimaryKeyConstraint("attempt", name=op.f("pk_dispositions")),
    )
    op.create_index("ix_dispositions_request", "dispositions", ["request"], unique=False)

    op.create_table(
        "half_hours",
        sa.Column("id", WORD, nullable=False),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("start", MOMENT, nullable=False),
        sa.Column("arrivals", sa.Integer(), nullable=False),
        sa.Column("staff", sa.Float(), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.CheckConstraint("arrivals >= 0 AND samples >= 0", name=op.f("ck_half_hours_counts")),
        sa.ForeignKeyConstraint(["queue"], ["queues.id"], name=op.f("fk_half_hours_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_hours")),
    )
    op.create_index("ix_half_hours_start", "half_hours", ["queue", "start"], unique=False)

    op.create_table(
        "outlooks",
        sa.Column("id", WORD, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["queues.id"], name=op.f("fk_outlooks_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlooks")),
    )

    op.create_table(
        "rehearsals",
        sa.Column("id", WORD, nullable=False),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("compared_with", sa.Integer(), nullable=False),
        sa.Column("draft_version", sa.Integer(), nullable=True),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("repetitions", sa.Integer(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", WORD, nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("problem", WORD, nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_rehearsals_progress")),
        sa.CheckConstraint("state IN ('done', 'failed', 'lost', 'running')", name=op.f("ck_rehearsals_state")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rehearsals_version")),
        sa.ForeignKeyConstraint(["queue"], ["queues.id"], name=op.f("fk_rehearsals_queue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsals")),
    )
    op.create_index(
        "uq_rehearsals_running",
        "rehearsals",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
        sqlite_where=sa.text("state = 'running'"),
    )

    op.create_table(
        "calibrations",
        sa.Column("id", WORD, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("upto", MOMENT, nullable=False),
        sa.Column("upto_id", WORD, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_calibrations_version")),
        sa.ForeignKeyConstraint(["id"], ["queues.id"], name=op.f("fk_calibrations_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    op.create_index(
        "ix_promises_settled",
        "promises",
        ["queue", "settled_at", "id"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NOT NULL"),
        sqlite_where=sa.text("settled_at IS NOT NULL"),
    )

    for name, columns, where in (
        ("ix_requests_follows", ["follows"], "follows IS NOT NULL"),
        ("ix_requests_wanted", ["wanted_agent", "created_at"], "wanted_agent IS NOT NULL"),
    ):
        op.create_index(
            name, "requests", columns, unique=False, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
        )

    # Whoever is signed in signs in again: sessions are short, and say more from now on.
    op.drop_table("staff_sessions")
    op.create_table(
        "staff_sessions",
        sa.Column("id", WORD, nullable=False),
        sa.Column("staff", WORD, nullable=False),
        sa.Column("csrf", WORD, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("browser", WORD, nullable=False),
        sa.Column("issuer", WORD, nullable=True),
        sa.ForeignKeyConstraint(["staff"], ["staff.id"], name=op.f("fk_staff_sessions_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
    )
    op.create_index("ix_staff_sessions_staff", "staff_sessions", ["staff"], unique=False)

    op.drop_index("ix_outbox_due", table_name="outbox")
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("outbox", recreate="always" if on_sqlite else "never") as outbox:
        outbox.add_column(sa.Column("document", sa.JSON(), nullable=True))
        outbox.add_column(sa.Column("line", WORD, nullable=True))
        outbox.add_column(sa.Column("place", sa.Integer(), server_default="0", nullable=False))
        outbox.add_column(sa.Column("outcome", WORD, nullable=True))
    for name, columns, where in (
        ("ix_outbox_due", ["kind", "not_before", "id"], "done_at IS NULL AND NOT dead"),
        (
            "ix_outbox_line",
            ["target", "line", "place", "id"],
            "kind = 'webhook' AND done_at IS NULL AND NOT dead",
        ),
        ("ix_outbox_target", ["target", "id"], "kind = 'webhook'"),
    ):
        op.create_index(
            name, "outbox", columns, unique=False, postgresql_where=sa.text(where), sqlite_where=sa.text(where)
        )


def downgrade() -> None:
    for index in ("ix_requests_wanted", "ix_requests_follows"):
        op.drop_index(index, table_name="requests")
    op.drop_index(
        "ix_promises_settled",
        table_name="promises",
        postgresql_where=sa.text("settled_at IS NOT NULL"),
        sqlite_where=sa.text("settled_at IS NOT NULL"),
    )
    op.drop_table("calibrations")
    op.drop_index(
        "uq_rehearsals_running",
        table_name="rehearsals",
        postgresql_where=sa.text("state = 'running'"),
        sqlite_where=sa.text("state = 'running'"),
    )
    op.drop_table("rehearsals")
    op.drop_table("outlooks")
    op.drop_index("ix_half_hours_start", table_name="half_hours")
    op.drop_table("half_hours")

    for index in ("ix_outbox_target", "ix_outbox_line", "ix_outbox_due"):
        op.drop_index(index, table_name="outbox")
    for column in ("outcome", "place", "line", "document"):
        op.drop_column("outbox", column)
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["not_before", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND NOT dead"),
        sqlite_where=sa.text("done_at IS NULL AND NOT dead"),
    )
    op.drop_index("ix_staff_sessions_staff", table_name="staff_sessions")
    op.drop_table("staff_sessions")
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
    op.drop_index("ix_dispositions_request", table_name="dispositions")

    op.drop_table("dispositions")
    op.drop_table("staff_identities")
    op.drop_index("ix_page_links_expires", table_name="page_links")

    op.drop_table("page_links")
    op.drop_index("ix_feedback_at", table_name="feedback")

    op.drop_table("feedback")
    op.drop_table("tellings")
    op.drop_index(
        "uq_call_in_codes_live",
        table_name="call_in_codes",
        postgresql_where=sa.text("used_at IS NULL"),
        sqlite_where=sa.text("used_at IS NULL"),
    )

    op.drop_table("call_in_codes")
    op.drop_table("rules_drafts")
    op.drop_table("webhooks")
    op.drop_index("ix_verifications_expires", table_name="verifications")

    op.drop_table("verifications")
    op.drop_index("ix_devices_customer", table_name="devices")

    op.drop_table("devices")
    op.drop_index("uq_api_keys_secret", table_name="api_keys")

    op.drop_table("api_keys")
    op.drop_index("ix_answers_expires", table_name="answers")

    op.drop_table("answers")
