"""Sealing the journal: positions and the hash chain, given by the lease holder, and by one at a time whoever it is."""

from datetime import datetime
from functools import partial

from vqueue.ports.database import Work
from vqueue.services.house import House

_BATCH = 500
_TURN = "journal:sealing"
"""The guarded row that sealers take in turn: a former lease holder who wakes up waits here, and finds it done."""


async def seal(house: House) -> None:
    """Seals what was written since the last time, in bounded transactions."""
    while await house.database.transact(partial(some, at=house.clock.now())) == _BATCH:
        pass


def some(work: Work, at: datetime) -> int:
    """How many rows were sealed, at most a batch."""
    work.counters.take(_TURN, limit=2, at=at)
    sealed = work.journal.seal(limit=_BATCH)
    work.counters.give(_TURN)
    return sealed
