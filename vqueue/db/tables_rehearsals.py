"""The table of rehearsals: which rules were tried on which days, how far it is, and what was found."""

from sqlalchemy import JSON, CheckConstraint, Column, Float, Integer, Table

from vqueue.db.columns import identity, metadata, moment, partial, refers, version, word, words
from vqueue.db.types import Texts
from vqueue.domain.rehearsal import RehearsalState

rehearsals = Table(
    "rehearsals",
    metadata,
    identity(),
    refers("queue", "queues.id"),
    Column("rules_version", Integer, nullable=False),
    Column("compared_with", Integer, nullable=False),
    Column("draft_version", Integer),
    Column("document", JSON, nullable=False),
    Column("days", Texts, nullable=False),
    Column("repetitions", Integer, nullable=False),
    *words("state", RehearsalState),
    Column("progress", Float, nullable=False),
    moment("asked_at", nullable=False),
    word("asked_by", nullable=False),
    moment("heard_at", nullable=False),
    moment("ended_at"),
    word("problem"),
    Column("result", JSON, nullable=False),
    *version(),
    CheckConstraint("progress BETWEEN 0 AND 1", name="progress"),
    # One runs at a time in the whole bank: it takes all cores it may.
    partial("uq_rehearsals_running", "state", where="state = 'running'", unique=True),
)
