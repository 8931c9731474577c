"""Housekeeping that forgets: rows whose time is over go, a batch at a time."""

from datetime import datetime, timedelta
from functools import partial

from vqueue.ports.database import Work
from vqueue.ports.upkeep import Perishable
from vqueue.services.house import House

BATCH = 500
BATCHES = 40
"""Most batches of one kind in a round; the rest is left to the next one."""
KEPT_WHILE = frozenset({Perishable.CONVERSATIONS, Perishable.NOTICES})
"""What is kept for the house's retention; the others say themselves when they are over."""
COUNTS_KEPT = timedelta(days=365)
"""Counts of half hours name nobody, and are small."""


async def purge(house: House) -> None:
    """Each batch is a transaction of its own, so that nobody waits long behind one."""
    now = house.clock.now()
    for what in Perishable:
        before = now - _kept(house, what)
        for _ in range(BATCHES):
            gone = await house.database.transact(partial(_purged, what=what, before=before))
            if gone < BATCH:
                break


def _kept(house: House, what: Perishable) -> timedelta:
    if what is Perishable.HALF_HOURS:
        return COUNTS_KEPT
    return timedelta(days=house.conversation_days if what in KEPT_WHILE else 0)


def _purged(work: Work, *, what: Perishable, before: datetime) -> int:
    return work.upkeep.purge(what, before=before, limit=BATCH)
