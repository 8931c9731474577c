"""Tables of the agents' own lines and desks: the PINs they ring in with, and their open pages."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from vqueue.db.columns import identity, metadata, moment, refers, version, word
from vqueue.db.types import Word

agent_pins = Table(
    "agent_pins",
    metadata,
    Column("id", Word, ForeignKey("agents.id"), primary_key=True),
    word("hash", nullable=False),
    moment("set_at", nullable=False),
    Column("wrong", Integer, nullable=False),
    moment("locked_until"),
    *version(),
)

desk_pages = Table(
    "desk_pages",
    metadata,
    identity(),
    refers("agent", "agents.id"),
    moment("expires_at", nullable=False),
    Index("ix_desk_pages_agent", "agent"),
    Index("ix_desk_pages_expires", "expires_at"),
)
