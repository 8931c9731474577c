"""The table of what promises have taught the estimator: one row a queue."""

from sqlalchemy import JSON, Column, ForeignKey, Table

from vqueue.db.columns import metadata, moment, version, word
from vqueue.db.types import Word

calibrations = Table(
    "calibrations",
    metadata,
    Column("id", Word, ForeignKey("queues.id"), primary_key=True),
    Column("document", JSON, nullable=False),
    moment("upto", nullable=False),
    word("upto_id", nullable=False),
    *version(),
)
