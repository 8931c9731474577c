"""The tables, and the guards that hold when everything else has failed: keys, checks, partial unique indexes."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
)

from vqueue.db.columns import among, identity, metadata, moment, partial, refers, sealed, version, word, words
from vqueue.db.types import Tally, Texts, Word, Words
from vqueue.domain.agent import AddressKind, Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.journal import Fact
from vqueue.domain.leg import LIVE, LegState, Role, Way
from vqueue.domain.request import OPEN, Channel, Mode, State

OPEN_REQUEST = among("state", OPEN)
RUNG = among("mode", (Mode.CALLBACK, Mode.SCHEDULED))
_STANDING = among("state", (State.WAITING, State.BOOKED, State.CONNECTING))
DIALABLE = f"{_STANDING} AND {RUNG}"
ASKED_FOR = f"{_STANDING} AND {among('mode', (Mode.CALLBACK, Mode.SCHEDULED, Mode.CALL_IN))}"
DISPATCHABLE = f"{among('state', (State.HOLDING, State.WAITING))} AND ready"
PARKED = f"{among('state', (State.HOLDING, State.WAITING, State.BOOKED))} AND not_before IS NOT NULL"
LIVE_LEG = among("state", LIVE)
"""Conditions of partial indexes. Queries repeat them word by word, so that both databases see that the index fits."""


queues = Table(
    "queues",
    metadata,
    identity(),
    Column("names", JSON, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("switches", JSON, nullable=False),
    *version(),
)

rules = Table(
    "rules",
    metadata,
    Column("queue", Word, ForeignKey("queues.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSON, nullable=False),
    moment("published_at"),
    word("published_by"),
    CheckConstraint("version >= 1", name="version"),
)

agents = Table(
    "agents",
    metadata,
    identity(),
    word("name", nullable=False),
    *words("address_kind", AddressKind),
    *sealed("address", nullable=False),
    Column("skills", JSON, nullable=False),
    Column("languages", Texts, nullable=False),
    *words("presence", Presence),
    moment("since", nullable=False),
    word("login"),
    *words("next_presence", Presence, nullable=True),
    word("next_reason"),
    word("reason"),
    word("attempt"),
    word("standing_call"),
    moment("idle_since"),
    moment("wrap_until"),
    Column("misses", Integer, nullable=False),
    moment("removed_at"),
    *version(),
    Index("ix_agents_address_index", "address_index"),
)

requests = Table(
    "requests",
    metadata,
    identity(),
    refers("queue", "queues.id"),
    *words("mode", Mode),
    *words("channel", Channel),
    *words("state", State),
    moment("virtual_start", nullable=False),
    moment("created_at", nullable=False),
    word("language", nullable=False),
    word("bucket", nullable=False),
    word("credit_class", nullable=False),
    Column("skills", Texts, nullable=False),
    Column("ready", Boolean, nullable=False),
    moment("not_before"),
    word("parked"),
    *sealed("phone"),
    word("zone", nullable=False),
    word("country", nullable=False),
    word("customer"),
    Column("verified", Boolean, nullable=False),
    *sealed("name"),
    word("topic"),
    *sealed("context"),
    moment("slot_start"),
    word("slot_zone"),
    word("slot_text"),
    word("call_sid"),
    word("session"),
    *words("came_from", State, nullable=True),
    word("attempt"),
    Column("tries", Tally(Cause), nullable=False),
    Column("rings", Integer, nullable=False),
    Column("protected", Boolean, nullable=False),
    word("promise"),
    moment("deadline"),
    moment("grace_until"),
    moment("closed_at"),
    word("reason"),
    Column("rules_version", Integer, nullable=False),
    word("recording"),
    word("follows"),
    word("wanted_agent"),
    moment("wanted_until"),
    word("segment"),
    Column("notify", Texts, nullable=False),
    *version(),
    CheckConstraint("rings >= 0", name="rings"),
    # One open request that ends in a ring, per queue and number; a callback now and a booked one may stand together.
    partial(
        "uq_requests_dialable_phone",
        *("queue", "mode", "phone_index"),
        where=f"{DIALABLE} AND phone_index <> ''",
        unique=True,
    ),
    # One place that a customer asked for, per queue: rung, booked, or one that he rings himself.
    partial("uq_requests_customer_place", "queue", "customer", where=ASKED_FOR, unique=True),
    partial("ix_requests_dispatch", "queue", "bucket", "credit_class", "virtual_start", "id", where=DISPATCHABLE),
    partial(
        "ix_requests_open",
        *("queue", "state", "mode", "bucket", "credit_class", "ready", "virtual_start"),
        where=OPEN_REQUEST,
    ),
    partial("ix_requests_open_created", "queue", "created_at", "id", where=OPEN_REQUEST),
    partial("ix_requests_parked", "not_before", "id", where=PARKED),
    Index("ix_requests_phone", "phone_index", "created_at"),
    Index("ix_requests_customer", "customer", "created_at"),
    Index("ix_requests_call_sid", "call_sid"),
    Index("ix_requests_created", "queue", "created_at"),
    Index("ix_requests_newest", "created_at", "id"),
    Index("ix_requests_closed", "queue", "closed_at"),
    partial("ix_requests_follows", "follows", where="follows IS NOT NULL"),
    partial("ix_requests_wanted", "wanted_agent", "created_at", where="wanted_agent IS NOT NULL"),
)

attempts = Table(
    "attempts",
    metadata,
    identity(),
    refers("request", "requests.id"),
    refers("queue", "queues.id"),
    refers("agent", "agents.id"),
    *words("shape", Shape),
    moment("opened_at", nullable=False),
    Column("rules_version", Integer, nullable=False),
    moment("joined_at"),
    moment("accepted_at"),
    moment("closed_at"),
    *words("outcome", Cause, nullable=True),
    word("code", nullable=False),
    *version(),
    partial("uq_attempts_open_request", "request", where="closed_at IS NULL", unique=True),
    partial("ix_attempts_open", "opened_at", "id", where="closed_at IS NULL"),
    Index("ix_attempts_request", "request", "opened_at"),
    Index("ix_attempts_closed", "queue", "closed_at"),
    Index("ix_attempts_opened", "queue", "opened_at"),
    Index("ix_attempts_agent", "agent", "closed_at"),
)

legs = Table(
    "legs",
    metadata,
    identity(),
    refers("attempt", "attempts.id"),
    *words("role", Role),
    *words("way", Way),
    word("token", nullable=False),
    *words("state", LegState),
    moment("created_at", nullable=False),
    *sealed("to"),
    word("phone_index", nullable=False),
    refers("agent", "agents.id", nullable=True),
    word("call_sid"),
    *words("cause", Cause, nullable=True),
    Column("machine", Boolean, nullable=False),
    moment("horizon"),
    moment("rang_at"),
    moment("answered_at"),
    moment("held_at"),
    moment("joined_at"),
    moment("ended_at"),
    Column("sequence", Integer, nullable=False),
    *version(),
    Index("uq_legs_token", "token", unique=True),
    partial(
        "uq_legs_customer_phone",
        "phone_index",
        where=f"{LIVE_LEG} AND role = 'customer' AND phone_index <> ''",
        unique=True,
    ),
    partial("uq_legs_agent", "agent", where=f"{LIVE_LEG} AND role = 'agent' AND agent IS NOT NULL", unique=True),
    partial("ix_legs_due", "horizon", "created_at", "id", where=f"{LIVE_LEG} AND way <> 'inbound'"),
    Index("ix_legs_attempt", "attempt"),
    Index("ix_legs_call_sid", "call_sid"),
)

conversations = Table(
    "conversations",
    metadata,
    identity(),
    word("call_sid", nullable=False),
    *sealed("session", nullable=False),
    *sealed("speech", nullable=False),
    Column("step", Integer, nullable=False),
    moment("started_at", nullable=False),
    moment("seen_at"),
    *sealed("caller"),
    refers("request", "requests.id", nullable=True),
    moment("ended_at"),
    *version(),
    Index("uq_conversations_call_sid", "call_sid", unique=True),
    partial("ix_conversations_live", "started_at", where="ended_at IS NULL"),
)

promises = Table(
    "promises",
    metadata,
    identity(),
    refers("request", "requests.id"),
    refers("queue", "queues.id"),
    word("channel", nullable=False),
    moment("made_at", nullable=False),
    moment("window_start", nullable=False),
    moment("window_end", nullable=False),
    Column("coverage", Float, nullable=False),
    word("method", nullable=False),
    Column("quantiles_s", JSON, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("rules_version", Integer, nullable=False),
    word("model_version", nullable=False),
    moment("first_ring_at"),
    moment("settled_at"),
    Column("kept", Boolean),
    word("outcome"),
    *version(),
    CheckConstraint("window_end >= window_start", name="window"),
    partial("ix_promises_open", "window_end", "id", where="settled_at IS NULL"),
    Index("ix_promises_request", "request", "made_at"),
    Index("ix_promises_made", "made_at"),
    partial("ix_promises_settled", "queue", "settled_at", "id", where="settled_at IS NOT NULL"),
)

journal = Table(
    "journal",
    metadata,
    identity(),
    moment("at", nullable=False),
    Column("fact", Words(Fact), nullable=False),
    word("request"),
    word("attempt"),
    word("leg"),
    word("agent"),
    word("queue"),
    Column("rules_version", Integer),
    Column("data", JSON, nullable=False),
    Column("position", BigInteger),
    word("hash"),
    CheckConstraint("(position IS NULL) = (hash IS NULL)", name="sealed"),
    Index("uq_journal_position", "position", unique=True),
    partial("ix_journal_unsealed", "at", "id", where="position IS NULL"),
    Index("ix_journal_request", "request", "at"),
    Index("ix_journal_fact", "fact", "at"),
    Index("ix_journal_at", "at"),
)

counters = Table(
    "counters",
    metadata,
    Column("key", Word, primary_key=True),
    Column("value", Integer, nullable=False),
    moment("expires_at"),
    CheckConstraint("value >= 0", name="value"),
)

leases = Table(
    "leases",
    metadata,
    Column("shard", Word, primary_key=True),
    word("holder", nullable=False),
    Column("epoch", BigInteger, nullable=False),
    moment("expires_at", nullable=False),
    CheckConstraint("epoch >= 1", name="epoch"),
)

outbox = Table(
    "outbox",
    metadata,
    identity(),
    word("kind", nullable=False),
    word("prompt", nullable=False),
    *sealed("body"),
    refers("request", "requests.id", nullable=True),
    word("target"),
    moment("not_before", nullable=False),
    Column("tries", Integer, nullable=False),
    moment("done_at"),
    Column("dead", Boolean, nullable=False),
    Column("document", JSON),
    word("line"),
    Column("place", Integer, nullable=False, server_default="0"),
    word("outcome"),
    partial("ix_outbox_due", "kind", "not_before", "id", where="done_at IS NULL AND NOT dead"),
    partial(
        "ix_outbox_line",
        "target",
        "line",
        "place",
        "id",
        where="kind = 'webhook' AND done_at IS NULL AND NOT dead",
    ),
    partial("ix_outbox_target", "target", "id", where="kind = 'webhook'"),
)

staff = Table(
    "staff",
    metadata,
    identity(),
    word("login", nullable=False),
    word("name", nullable=False),
    word("role", nullable=False),
    word("password", nullable=False),
    refers("agent", "agents.id", nullable=True),
    Column("disabled", Boolean, nullable=False),
    Index("uq_staff_login", "login", unique=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    identity(),
    refers("staff", "staff.id"),
    word("csrf", nullable=False),
    moment("created_at", nullable=False),
    moment("expires_at", nullable=False),
    moment("seen_at"),
    word("browser", nullable=False),
    word("issuer"),
    *sealed("id_token"),
    Index("ix_staff_sessions_staff", "staff"),
)
