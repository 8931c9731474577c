"""What promises have taught the estimator, stored."""

from datetime import datetime

from sqlalchemy import literal, tuple_

from vqueue.db.promises import PROMISE
from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import promises
from vqueue.db.tables_calibrations import calibrations
from vqueue.db.types import UtcDateTime
from vqueue.domain.promise import Promise
from vqueue.ports.calibrations import Taught

TAUGHT = Record(Taught, calibrations)
_p = promises.c


class StoredCalibrations(Store):
    """`ports.calibrations.Calibrations`."""

    def all(self) -> list[Taught]:
        return self.all_of(TAUGHT, TAUGHT.all.order_by(calibrations.c.id))

    def find(self, queue: str) -> Taught | None:
        return self.one_of(TAUGHT, TAUGHT.by_id, id_=queue)

    def insert(self, taught: Taught) -> None:
        self.add_new(TAUGHT, taught)

    def replace(self, taught: Taught) -> Taught:
        return self.swap(TAUGHT, taught)

    def settled(self, *, queue: str, after: tuple[datetime, str], limit: int) -> list[Promise]:
        beyond = tuple_(_p.settled_at, _p.id) > tuple_(literal(after[0], UtcDateTime), literal(after[1]))
        later = PROMISE.all.where(_p.queue == queue, _p.settled_at.is_not(None), beyond)
        return self.all_of(PROMISE, later.order_by(_p.settled_at, _p.id).limit(limit))
