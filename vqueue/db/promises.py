"""The ledger of what was quoted and what came of it."""

from datetime import datetime

from sqlalchemy import case, func, select, text

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import promises
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.promise import Promise

PROMISE = Record(Promise, promises)
_p = promises.c


class StoredPromises(Store):
    """`ports.database.Promises`."""

    def get(self, promise: PromiseId) -> Promise:
        return self.named(PROMISE, promise)

    def insert(self, promise: Promise) -> None:
        self.add_new(PROMISE, promise)

    def replace(self, promise: Promise) -> Promise:
        return self.swap(PROMISE, promise)

    def open_before(self, end: datetime, *, limit: int = 200) -> list[Promise]:
        late = PROMISE.all.where(text("settled_at IS NULL"), _p.window_end < end)
        return self.all_of(PROMISE, late.order_by(_p.window_end, _p.id).limit(limit))

    def kept(self, *, since: datetime, queue: str | None = None) -> tuple[int, int]:
        kept = func.coalesce(func.sum(case((_p.kept, 1), else_=0)), 0)
        query = select(func.count(), kept).where(_p.kept.is_not(None), _p.made_at >= since)
        row = self.connection.execute(query if queue is None else query.where(_p.queue == queue)).one()
        return row[0], row[1]

    def of_request(self, request: RequestId) -> list[Promise]:
        return self.all_of(PROMISE, PROMISE.all.where(_p.request == request).order_by(_p.made_at, _p.id))
