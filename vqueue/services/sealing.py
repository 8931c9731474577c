"""Sealing the journal: positions and the hash chain, given by the lease holder alone."""

from vqueue.ports.database import Work
from vqueue.services.house import House


async def seal(house: House) -> None:
    """Seals what was written since the last time, in bounded transactions."""
    while await house.database.transact(_some) == _BATCH:
        pass


_BATCH = 500


def _some(work: Work) -> int:
    return work.journal.seal(limit=_BATCH)
