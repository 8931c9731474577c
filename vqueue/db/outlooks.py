"""Half hours as they were, and the outlook of each queue."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Text, cast, func, select

from vqueue.db.exact import quarter
from vqueue.db.store import Store, insert
from vqueue.db.tables import attempts, legs, requests
from vqueue.db.tables_outlooks import half_hours, outlooks
from vqueue.db.types import EPOCH
from vqueue.domain.leg import Role, Way
from vqueue.domain.outlook import HALF_HOUR, HALF_HOUR_S, Outlook, Seen
from vqueue.domain.request import Mode
from vqueue.ports.reports import QUARTER_S

_OUTLOOK = TypeAdapter(Outlook)
_h, _o, _r, _a, _l = half_hours.c, outlooks.c, requests.c, attempts.c, legs.c
RINGS = 200
"""Answered calls that the ring time is learnt from."""


class StoredOutlooks(Store):
    """`ports.outlooks.Outlooks`."""

    def arrivals(self, *, since: datetime, until: datetime) -> dict[tuple[str, datetime], int]:
        place = quarter(_r.created_at, on_postgres=self.on_postgres).label("quarter")
        came = (_r.created_at >= since, _r.created_at < until, _r.mode != Mode.MESSAGE, _r.slot_start.is_(None))
        query = select(_r.queue, place, func.count()).where(*came).group_by(_r.queue, place)
        found: dict[tuple[str, datetime], int] = defaultdict(int)
        for queue, number, count in self.connection.execute(query):
            start = EPOCH + timedelta(seconds=int(number) * QUARTER_S // HALF_HOUR_S * HALF_HOUR_S)
            found[queue, start] += int(count)
        return dict(found)

    def note(self, seen: Sequence[Seen]) -> None:
        if not seen:
            return
        new = insert(self.connection, half_hours)
        changes = {
            "arrivals": new.excluded.arrivals,
            "staff": _h.staff + new.excluded.staff,
            "samples": _h.samples + new.excluded.samples,
        }
        upsert = new.on_conflict_do_update(index_elements=["id"], set_=changes)
        self.connection.execute(upsert, [_row(each) for each in seen])

    def seen(self, queue: str, *, since: datetime) -> list[Seen]:
        query = select(_h.queue, _h.start, _h.arrivals, _h.staff, _h.samples)
        rows = self.connection.execute(query.where(_h.queue == queue, _h.start >= since).order_by(_h.start))
        return [
            Seen(queue=name, start=start, arrivals=arrivals, staff=staff, samples=samples)
            for name, start, arrivals, staff, samples in rows
        ]

    def newest(self) -> datetime | None:
        found: datetime | None = self.connection.scalar(select(func.max(_h.start)))
        return found

    def ring_times(self, queue: str, *, since: datetime) -> list[float]:
        rung = (_l.role == Role.CUSTOMER, _l.way != Way.INBOUND, _a.accepted_at.is_not(None))
        query = select(_l.created_at, _a.accepted_at).join_from(attempts, legs, _l.attempt == _a.id)
        newest = query.where(_a.queue == queue, _a.closed_at >= since, *rung).order_by(
            _a.closed_at.desc(), _a.id.desc()
        )
        found = [(key - dialled).total_seconds() for dialled, key in self.connection.execute(newest.limit(RINGS))]
        return [seconds for seconds in found if seconds > 0]

    def put(self, outlook: Outlook) -> None:
        new = insert(self.connection, outlooks)
        document = _OUTLOOK.dump_python(outlook, mode="json")
        changes = {"made_at": new.excluded.made_at, "document": new.excluded.document}
        upsert = new.on_conflict_do_update(index_elements=["id"], set_=changes)
        self.connection.execute(upsert, {"id": outlook.queue, "made_at": outlook.made_at, "document": document})

    def find(self, queue: str) -> Outlook | None:
        document = self.connection.scalar(select(cast(_o.document, Text)).where(_o.id == queue))
        return None if document is None else _OUTLOOK.validate_json(document)


def _row(seen: Seen) -> dict[str, Any]:
    number = (seen.start - EPOCH) // HALF_HOUR
    return {
        "id": f"{seen.queue}:{number}",
        "queue": seen.queue,
        "start": seen.start,
        "arrivals": seen.arrivals,
        "staff": seen.staff,
        "samples": seen.samples,
    }
