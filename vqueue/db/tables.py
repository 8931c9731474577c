"""The tables, and the guards that hold when everything else has failed: keys, checks, partial unique indexes."""

from collections.abc import Iterable
from enum import StrEnum

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
    MetaData,
    Table,
    text,
)

from vqueue.db.types import Tally, Texts, UtcDateTime, Word, Words
from vqueue.domain.agent import AddressKind, Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.journal import Fact
from vqueue.domain.leg import LIVE, LegState, Role, Way
from vqueue.domain.request import OPEN, Channel, Mode, State

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _among(column: str, words: Iterable[StrEnum]) -> str:
    listed = ", ".join(f"'{word}'" for word in sorted(words))
    return f"{column} IN ({listed})"


OPEN_REQUEST = _among("state", OPEN)
RUNG = _among("mode", (Mode.CALLBACK, Mode.SCHEDULED))
DIALABLE = f"{_among('state', (State.WAITING, State.BOOKED, State.CONNECTING))} AND {RUNG}"
DISPATCHABLE = f"{_among('state', (State.HOLDING, State.WAITING))} AND ready"
PARKED = f"{_among('state', (State.HOLDING, State.WAITING, State.BOOKED))} AND not_before IS NOT NULL"
LIVE_LEG = _among("state", LIVE)
"""Conditions of partial indexes. Queries repeat them word by word, so that both databases see that the index fits."""


def _words(name: str, words: type[StrEnum], *, nullable: bool = False) -> tuple[Column[StrEnum], CheckConstraint]:
    return Column(name, Words(words), nullable=nullable), CheckConstraint(_among(name, words), name=name)


def _sealed(name: str, *, nullable: bool = True) -> tuple[Column[str], ...]:
    return tuple(Column(f"{name}_{part}", Word, nullable=nullable) for part in ("cipher", "index", "hint"))


def _id() -> Column[str]:
    return Column("id", Word, primary_key=True)


def _version() -> tuple[Column[int], CheckConstraint]:
    return Column("version", Integer, nullable=False), CheckConstraint("version >= 1", name="version")


def _moment(name: str, *, nullable: bool = True) -> Column[object]:
    return Column(name, UtcDateTime, nullable=nullable)


def _text(name: str, *, nullable: bool = True) -> Column[str]:
    return Column(name, Word, nullable=nullable)


def _refers(name: str, to: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Word, ForeignKey(to), nullable=nullable)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


queues = Table(
    "queues",
    metadata,
    _id(),
    Column("names", JSON, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("switches", JSON, nullable=False),
    *_version(),
)

rules = Table(
    "rules",
    metadata,
    Column("queue", Word, ForeignKey("queues.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("document", JSON, nullable=False),
    _moment("published_at"),
    _text("published_by"),
    CheckConstraint("version >= 1", name="version"),
)

agents = Table(
    "agents",
    metadata,
    _id(),
    _text("name", nullable=False),
    *_words("address_kind", AddressKind),
    *_sealed("address", nullable=False),
    Column("skills", JSON, nullable=False),
    Column("languages", Texts, nullable=False),
    *_words("presence", Presence),
    _moment("since", nullable=False),
    _text("login"),
    *_words("next_presence", Presence, nullable=True),
    _text("reason"),
    _text("attempt"),
    _text("standing_call"),
    _moment("idle_since"),
    _moment("wrap_until"),
    Column("misses", Integer, nullable=False),
    *_version(),
    Index("ix_agents_address_index", "address_index"),
)

requests = Table(
    "requests",
    metadata,
    _id(),
    _refers("queue", "queues.id"),
    *_words("mode", Mode),
    *_words("channel", Channel),
    *_words("state", State),
    _moment("virtual_start", nullable=False),
    _moment("created_at", nullable=False),
    _text("language", nullable=False),
    _text("bucket", nullable=False),
    _text("credit_class", nullable=False),
    Column("skills", Texts, nullable=False),
    Column("ready", Boolean, nullable=False),
    _moment("not_before"),
    _text("parked"),
    *_sealed("phone"),
    _text("zone", nullable=False),
    _text("country", nullable=False),
    _text("customer"),
    Column("verified", Boolean, nullable=False),
    *_sealed("name"),
    _text("topic"),
    *_sealed("context"),
    _moment("slot_start"),
    _text("call_sid"),
    _text("session"),
    *_words("came_from", State, nullable=True),
    _text("attempt"),
    Column("tries", Tally(Cause), nullable=False),
    Column("rings", Integer, nullable=False),
    Column("protected", Boolean, nullable=False),
    _text("promise"),
    _moment("deadline"),
    _moment("grace_until"),
    _moment("closed_at"),
    _text("reason"),
    Column("rules_version", Integer, nullable=False),
    _text("recording"),
    *_version(),
    CheckConstraint("rings >= 0", name="rings"),
    # One open request that ends in a ring, per queue and number; a callback now and a booked one may stand together.
    _partial(
        "uq_requests_dialable_phone",
        *("queue", "mode", "phone_index"),
        where=f"{DIALABLE} AND phone_index <> ''",
        unique=True,
    ),
    _partial("uq_requests_dialable_customer", "queue", "customer", where=DIALABLE, unique=True),
    _partial("ix_requests_dispatch", "queue", "bucket", "credit_class", "virtual_start", "id", where=DISPATCHABLE),
    _partial(
        "ix_requests_open",
        *("queue", "state", "mode", "bucket", "credit_class", "ready", "virtual_start"),
        where=OPEN_REQUEST,
    ),
    _partial("ix_requests_open_created", "queue", "created_at", "id", where=OPEN_REQUEST),
    _partial("ix_requests_parked", "not_before", "id", where=PARKED),
    Index("ix_requests_phone", "phone_index", "created_at"),
    Index("ix_requests_customer", "customer", "created_at"),
    Index("ix_requests_call_sid", "call_sid"),
    Index("ix_requests_created", "queue", "created_at"),
    Index("ix_requests_closed", "queue", "closed_at"),
)

attempts = Table(
    "attempts",
    metadata,
    _id(),
    _refers("request", "requests.id"),
    _refers("queue", "queues.id"),
    _refers("agent", "agents.id"),
    *_words("shape", Shape),
    _moment("opened_at", nullable=False),
    Column("rules_version", Integer, nullable=False),
    _moment("joined_at"),
    _moment("accepted_at"),
    _moment("closed_at"),
    *_words("outcome", Cause, nullable=True),
    _text("code", nullable=False),
    *_version(),
    _partial("uq_attempts_open_request", "request", where="closed_at IS NULL", unique=True),
    _partial("ix_attempts_open", "opened_at", "id", where="closed_at IS NULL"),
    Index("ix_attempts_request", "request", "opened_at"),
    Index("ix_attempts_closed", "queue", "closed_at"),
    Index("ix_attempts_opened", "queue", "opened_at"),
    Index("ix_attempts_agent", "agent", "closed_at"),
)

legs = Table(
    "legs",
    metadata,
    _id(),
    _refers("attempt", "attempts.id"),
    *_words("role", Role),
    *_words("way", Way),
    _text("token", nullable=False),
    *_words("state", LegState),
    _moment("created_at", nullable=False),
    *_sealed("to"),
    _text("phone_index", nullable=False),
    _refers("agent", "agents.id", nullable=True),
    _text("call_sid"),
    *_words("cause", Cause, nullable=True),
    Column("machine", Boolean, nullable=False),
    _moment("horizon"),
    _moment("rang_at"),
    _moment("answered_at"),
    _moment("joined_at"),
    _moment("ended_at"),
    Column("sequence", Integer, nullable=False),
    *_version(),
    Index("uq_legs_token", "token", unique=True),
    _partial(
        "uq_legs_customer_phone",
        "phone_index",
        where=f"{LIVE_LEG} AND role = 'customer' AND phone_index <> ''",
        unique=True,
    ),
    _partial("uq_legs_agent", "agent", where=f"{LIVE_LEG} AND role = 'agent' AND agent IS NOT NULL", unique=True),
    _partial("ix_legs_due", "horizon", "created_at", "id", where=f"{LIVE_LEG} AND way <> 'inbound'"),
    Index("ix_legs_attempt", "attempt"),
    Index("ix_legs_call_sid", "call_sid"),
)

conversations = Table(
    "conversations",
    metadata,
    _id(),
    _text("call_sid", nullable=False),
    *_sealed("session", nullable=False),
    *_sealed("speech", nullable=False),
    Column("step", Integer, nullable=False),
    _moment("started_at", nullable=False),
    _moment("seen_at"),
    *_sealed("caller"),
    _refers("request", "requests.id", nullable=True),
    _moment("ended_at"),
    *_version(),
    Index("uq_conversations_call_sid", "call_sid", unique=True),
    _partial("ix_conversations_live", "started_at", where="ended_at IS NULL"),
)

promises = Table(
    "promises",
    metadata,
    _id(),
    _refers("request", "requests.id"),
    _refers("queue", "queues.id"),
    _text("channel", nullable=False),
    _moment("made_at", nullable=False),
    _moment("window_start", nullable=False),
    _moment("window_end", nullable=False),
    Column("coverage", Float, nullable=False),
    _text("method", nullable=False),
    Column("quantiles_s", JSON, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("rules_version", Integer, nullable=False),
    _text("model_version", nullable=False),
    _moment("first_ring_at"),
    _moment("settled_at"),
    Column("kept", Boolean),
    _text("outcome"),
    *_version(),
    CheckConstraint("window_end >= window_start", name="window"),
    _partial("ix_promises_open", "window_end", "id", where="settled_at IS NULL"),
    Index("ix_promises_request", "request", "made_at"),
    Index("ix_promises_made", "made_at"),
)

journal = Table(
    "journal",
    metadata,
    _id(),
    _moment("at", nullable=False),
    Column("fact", Words(Fact), nullable=False),
    _text("request"),
    _text("attempt"),
    _text("leg"),
    _text("agent"),
    _text("queue"),
    Column("rules_version", Integer),
    Column("data", JSON, nullable=False),
    Column("position", BigInteger),
    _text("hash"),
    CheckConstraint("(position IS NULL) = (hash IS NULL)", name="sealed"),
    Index("uq_journal_position", "position", unique=True),
    _partial("ix_journal_unsealed", "at", "id", where="position IS NULL"),
    Index("ix_journal_request", "request", "at"),
    Index("ix_journal_fact", "fact", "at"),
    Index("ix_journal_at", "at"),
)

counters = Table(
    "counters",
    metadata,
    Column("key", Word, primary_key=True),
    Column("value", Integer, nullable=False),
    _moment("expires_at"),
    CheckConstraint("value >= 0", name="value"),
)

leases = Table(
    "leases",
    metadata,
    Column("shard", Word, primary_key=True),
    _text("holder", nullable=False),
    Column("epoch", BigInteger, nullable=False),
    _moment("expires_at", nullable=False),
    CheckConstraint("epoch >= 1", name="epoch"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _text("kind", nullable=False),
    _text("prompt", nullable=False),
    *_sealed("body"),
    _refers("request", "requests.id", nullable=True),
    _moment("not_before", nullable=False),
    Column("tries", Integer, nullable=False),
    _moment("done_at"),
    Column("dead", Boolean, nullable=False),
    _partial("ix_outbox_due", "not_before", "id", where="done_at IS NULL AND NOT dead"),
)

staff = Table(
    "staff",
    metadata,
    _id(),
    _text("login", nullable=False),
    _text("name", nullable=False),
    _text("role", nullable=False),
    _text("password", nullable=False),
    _refers("agent", "agents.id", nullable=True),
    Column("disabled", Boolean, nullable=False),
    Index("uq_staff_login", "login", unique=True),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    _id(),
    _refers("staff", "staff.id"),
    _text("csrf", nullable=False),
    _moment("created_at", nullable=False),
    _moment("expires_at", nullable=False),
)
