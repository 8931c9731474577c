"""Tables of the customer's app: answers given before, codes, devices, proofs of a number, feedback, page links."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from vqueue.db.columns import identity, metadata, moment, partial, refers, sealed, version, word, words
from vqueue.db.types import Texts, Word
from vqueue.ports.apps import DeviceKind

answers = Table(
    "answers",
    metadata,
    identity(),
    word("body_hash", nullable=False),
    Column("status", Integer, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("headers", JSON, nullable=False),
    moment("at", nullable=False),
    moment("expires_at", nullable=False),
    Index("ix_answers_expires", "expires_at"),
)

call_in_codes = Table(
    "call_in_codes",
    metadata,
    Column("request", Word, ForeignKey("requests.id"), primary_key=True),
    word("index", nullable=False),
    *sealed("code", nullable=False),
    moment("expires_at", nullable=False),
    Column("tries", Integer, nullable=False),
    moment("used_at"),
    partial("uq_call_in_codes_live", "index", where="used_at IS NULL", unique=True),
)

tellings = Table(
    "tellings",
    metadata,
    Column("id", Word, ForeignKey("requests.id"), primary_key=True),
    moment("at", nullable=False),
    Column("position", Integer),
    moment("until"),
    word("queue", nullable=False),
    Column("agents", Integer, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("why", Texts, nullable=False),
    *version(),
)

devices = Table(
    "devices",
    metadata,
    identity(),
    word("customer", nullable=False),
    *words("kind", DeviceKind),
    *sealed("address", nullable=False),
    word("language", nullable=False),
    moment("put_at", nullable=False),
    Index("ix_devices_customer", "customer"),
)

verifications = Table(
    "verifications",
    metadata,
    identity(),
    *sealed("phone", nullable=False),
    word("code", nullable=False),
    moment("made_at", nullable=False),
    moment("expires_at", nullable=False),
    Column("tries", Integer, nullable=False),
    moment("verified_at"),
    *version(),
    Index("ix_verifications_expires", "expires_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("request", Word, ForeignKey("requests.id"), primary_key=True),
    moment("at", nullable=False),
    Column("rating", Integer),
    Column("nps", Integer),
    Column("solved", Boolean),
    *sealed("comment"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    CheckConstraint("nps BETWEEN 0 AND 10", name="nps"),
    Index("ix_feedback_at", "at"),
)

page_links = Table(
    "page_links",
    metadata,
    identity(),
    refers("request", "requests.id"),
    word("purpose", nullable=False),
    moment("expires_at", nullable=False),
    Index("ix_page_links_expires", "expires_at"),
)
