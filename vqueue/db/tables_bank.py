"""Tables of the bank's systems: API keys, webhook subscriptions, drafts of rules, dispositions, staff of an issuer."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, Table

from vqueue.db.columns import identity, metadata, moment, refers, sealed, version, word
from vqueue.db.types import Texts, Word

api_keys = Table(
    "api_keys",
    metadata,
    identity(),
    word("name", nullable=False),
    word("secret", nullable=False),
    word("hint", nullable=False),
    Column("scopes", Texts, nullable=False),
    moment("made_at", nullable=False),
    word("made_by", nullable=False),
    moment("expires_at"),
    moment("revoked_at"),
    Index("uq_api_keys_secret", "secret", unique=True),
)

webhooks = Table(
    "webhooks",
    metadata,
    identity(),
    word("url", nullable=False),
    Column("events", Texts, nullable=False),
    Column("queues", Texts, nullable=False),
    *sealed("secret", nullable=False),
    moment("made_at", nullable=False),
    word("made_by", nullable=False),
    *sealed("former"),
    moment("former_until"),
    moment("disabled_at"),
    word("reason"),
    Column("failures", Integer, nullable=False),
    moment("failing_since"),
    moment("retry_at"),
    *version(),
)

rules_drafts = Table(
    "rules_drafts",
    metadata,
    Column("id", Word, ForeignKey("queues.id"), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("based_on", Integer, nullable=False),
    moment("saved_at", nullable=False),
    word("saved_by", nullable=False),
    word("asked_by"),
    word("reason"),
    moment("publish_at"),
    word("agreed_by"),
    *version(),
)

dispositions = Table(
    "dispositions",
    metadata,
    Column("attempt", Word, ForeignKey("attempts.id"), primary_key=True),
    refers("request", "requests.id"),
    word("code", nullable=False),
    moment("at", nullable=False),
    word("by", nullable=False),
    *sealed("note"),
    Column("line_dropped", Boolean, nullable=False),
    Index("ix_dispositions_request", "request"),
)

staff_identities = Table(
    "staff_identities",
    metadata,
    Column("issuer", Word, primary_key=True),
    Column("subject", Word, primary_key=True),
    refers("staff", "staff.id"),
    moment("bound_at", nullable=False),
)
