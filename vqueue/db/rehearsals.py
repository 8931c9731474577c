"""Rehearsals as they are kept."""

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables_rehearsals import rehearsals
from vqueue.domain.rehearsal import Rehearsal, RehearsalState

REHEARSAL = Record(Rehearsal, rehearsals)
_RUNNING = REHEARSAL.all.where(rehearsals.c.state == RehearsalState.RUNNING)


class StoredRehearsals(Store):
    """`ports.rehearsals.Rehearsals`."""

    def get(self, rehearsal: str) -> Rehearsal:
        return self.named(REHEARSAL, rehearsal)

    def running(self) -> Rehearsal | None:
        return self.one_of(REHEARSAL, _RUNNING)

    def latest(self, queue: str) -> Rehearsal | None:
        of = REHEARSAL.all.where(rehearsals.c.queue == queue)
        return self.one_of(REHEARSAL, of.order_by(rehearsals.c.asked_at.desc(), rehearsals.c.id.desc()).limit(1))

    def insert(self, rehearsal: Rehearsal) -> None:
        self.add_new(REHEARSAL, rehearsal)

    def replace(self, rehearsal: Rehearsal) -> Rehearsal:
        return self.swap(REHEARSAL, rehearsal)
