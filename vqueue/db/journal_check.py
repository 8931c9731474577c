"""Proves that the sealed journal is whole: positions without a gap, each hash following from the one before."""

from vqueue.db.journal import START
from vqueue.domain.journal import chained
from vqueue.ports.database import Work

PAGE = 1000


def verify(work: Work) -> int | None:
    """The first position that is missing, changed or out of place; None when the chain holds.

    Rows cut off at the end leave no trace in the chain itself: compare the last position and hash with an exported one.
    """
    position, link = 0, START
    while rows := work.journal.sealed(after=position, limit=PAGE):
        for row in rows:
            link = chained(link, row)
            if row.position != position + 1 or row.hash != link:
                return position + 1
            position += 1
    return None
