"""The table of learned models: what was fitted when, from what, how it compared, and which one is in use."""

from sqlalchemy import JSON, CheckConstraint, Column, Integer, Table, Text

from vqueue.db.columns import identity, metadata, moment, partial, refers, version, word, words
from vqueue.ports.models import Standing

models = Table(
    "models",
    metadata,
    identity(),
    refers("queue", "queues.id"),
    *words("standing", Standing),
    moment("fitted_at", nullable=False),
    Column("lessons", Integer, nullable=False),
    moment("learned_from", nullable=False),
    moment("learned_until", nullable=False),
    Column("scores", JSON, nullable=False),
    Column("trees", Text, nullable=False),
    word("by", nullable=False),
    *version(),
    CheckConstraint("standing <> 'in_use' OR trees <> ''", name="usable"),
    partial("uq_models_in_use", "queue", where="standing = 'in_use'", unique=True),
)
