"""Tables of the forecast: what each half hour was like, and what the coming ones are expected to be."""

from sqlalchemy import JSON, CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table

from vqueue.db.columns import identity, metadata, moment, refers
from vqueue.db.types import Word

half_hours = Table(
    "half_hours",
    metadata,
    identity(),
    refers("queue", "queues.id"),
    moment("start", nullable=False),
    Column("arrivals", Integer, nullable=False),
    Column("staff", Float, nullable=False),
    Column("samples", Integer, nullable=False),
    CheckConstraint("arrivals >= 0 AND samples >= 0", name="counts"),
    Index("ix_half_hours_start", "queue", "start"),
)

outlooks = Table(
    "outlooks",
    metadata,
    Column("id", Word, ForeignKey("queues.id"), primary_key=True),
    moment("made_at", nullable=False),
    Column("document", JSON, nullable=False),
)
