"""Requests as their customers see them, stored: many of them in one query a table."""

from collections.abc import Collection

from sqlalchemy import BindParameter, bindparam, func, select

from vqueue.db.apps import TOLD
from vqueue.db.attempts_legs import ATTEMPT
from vqueue.db.promises import PROMISE
from vqueue.db.requests import RECORD
from vqueue.db.store import Store
from vqueue.db.tables import attempts, promises, requests
from vqueue.db.tables_apps import tellings
from vqueue.domain.attempt import Attempt
from vqueue.domain.ids import RequestId
from vqueue.ports.apps import Known, Mark

_these: BindParameter[list[str]] = bindparam("these_", expanding=True)
REQUESTS = RECORD.all.where(requests.c.id.in_(_these)).order_by(requests.c.id)
PROMISES = PROMISE.all.where(promises.c.id.in_(_these)).order_by(promises.c.id)
TELLINGS = TOLD.all.where(tellings.c.id.in_(_these)).order_by(tellings.c.id)
ATTEMPTS = ATTEMPT.all.where(attempts.c.request.in_(_these)).order_by(attempts.c.opened_at, attempts.c.id)
_tried = (
    select(func.coalesce(func.sum(attempts.c.version), 0))
    .where(attempts.c.request == requests.c.id)
    .correlate(requests)
    .scalar_subquery()
)
MARKS = (
    select(requests.c.id, requests.c.version, promises.c.version, tellings.c.version, _tried)
    .outerjoin(promises, promises.c.id == requests.c.promise)
    .outerjoin(tellings, tellings.c.id == requests.c.id)
    .where(requests.c.id.in_(_these))
)


class StoredLooks(Store):
    """`ports.apps.Looks`."""

    def known(self, requests: Collection[RequestId]) -> dict[RequestId, Known]:
        these = list(requests)
        found = self.all_of(RECORD, REQUESTS, these_=these)
        promised = [one.promise for one in found if one.promise is not None]
        promises = {one.id: one for one in self.all_of(PROMISE, PROMISES, these_=promised)} if promised else {}
        told = {one.id: one for one in self.all_of(TOLD, TELLINGS, these_=these)}
        tried: dict[RequestId, list[Attempt]] = {}
        for attempt in self.all_of(ATTEMPT, ATTEMPTS, these_=these):
            tried.setdefault(attempt.request, []).append(attempt)
        return {
            one.id: Known(
                request=one,
                promise=promises.get(one.promise) if one.promise is not None else None,
                attempts=tuple(tried.get(one.id, ())),
                told=told.get(one.id),
            )
            for one in found
        }

    def marks(self, requests: Collection[RequestId]) -> dict[RequestId, Mark]:
        rows = self.connection.execute(MARKS, {"these_": list(requests)})
        return {RequestId(row[0]): (row[1], row[2], row[3], int(row[4])) for row in rows}
