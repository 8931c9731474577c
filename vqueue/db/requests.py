"""Places in line: guarded changes, heads by class, counts by minute."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.exc import IntegrityError

from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import DIALABLE, DISPATCHABLE, OPEN_REQUEST, PARKED, requests
from vqueue.domain.errors import AlreadyOpen, StaleWrite
from vqueue.domain.ids import CallSid, RequestId
from vqueue.domain.request import Request, State
from vqueue.ports.database import ClassHead

RECORD = Record(Request, requests)
_r = requests.c
_class = tuple_(_r.bucket, _r.credit_class)
_in_order = (_r.virtual_start, _r.id)
MINUTE_US = 60_000_000


class StoredRequests(Store):
    """`ports.database.Requests`."""

    def get(self, request: RequestId) -> Request:
        return self.named(RECORD, request)

    def insert(self, request: Request) -> None:
        if not self.add_if_free(RECORD, request):
            self._refuse(request)

    def replace(self, request: Request) -> Request:
        if not request.dialable:
            return self.swap(RECORD, request)
        try:
            with self.undone_alone():
                return self.swap(RECORD, request)
        except IntegrityError:
            return self._refuse(request)

    def _refuse(self, request: Request) -> Request:
        """Raises AlreadyOpen with the request that stands in the way; StaleWrite when it has gone meanwhile."""
        same = [_r.customer == request.customer] if request.customer is not None else []
        if request.phone is not None and request.phone.index:
            same.append(and_(_r.mode == request.mode, _r.phone_index == request.phone.index))
        if request.dialable and same:
            query = select(_r.id).where(text(DIALABLE), _r.queue == request.queue, or_(*same), _r.id != request.id)
            other = self.connection.scalar(query.order_by(_r.id).limit(1))
            if other is not None:
                raise AlreadyOpen(request=other)
        raise StaleWrite

    def open_of(
        self,
        *,
        now: datetime,
        phone_index: str | None = None,
        customer: str | None = None,
        call_sid: CallSid | None = None,
    ) -> list[Request]:
        whose: list[ColumnElement[bool]] = []
        if phone_index:
            whose.append(_r.phone_index == phone_index)
        if customer is not None:
            whose.append(_r.customer == customer)
        if call_sid is not None:
            whose.append(_r.call_sid == call_sid)
        if not whose:
            return []
        standing = or_(text(OPEN_REQUEST), _r.grace_until > now)
        return self.all_of(RECORD, RECORD.all.where(or_(*whose), standing).order_by(*_in_order))

    def heads(self, *, queue: str, limit: int) -> list[ClassHead]:
        places = self._heads_at_once(queue, limit) if self.on_postgres else self._heads_by_class(queue, limit)
        return [
            ClassHead(queue=queue, bucket=bucket, credit_class=credit_class, places=tuple(members))
            for (bucket, credit_class), members in groupby(places, key=lambda place: (place.bucket, place.credit_class))
        ]

    def _heads_at_once(self, queue: str, limit: int) -> list[Request]:
        classes = _classes(queue)
        own = and_(_ready_in(queue), _r.bucket == classes.c.bucket, _r.credit_class == classes.c.credit_class)
        head = RECORD.all.where(own).order_by(*_in_order).limit(limit).lateral("head")
        order = (head.c.bucket, head.c.credit_class, head.c.virtual_start, head.c.id)
        query = select(head).select_from(classes.join(head, true())).order_by(*order)
        return [RECORD.value(row) for row in self.connection.execute(query)]

    def _heads_by_class(self, queue: str, limit: int) -> list[Request]:
        places: list[Request] = []
        first = select(_r.bucket, _r.credit_class).where(_ready_in(queue)).order_by(_r.bucket, _r.credit_class).limit(1)
        found = self.connection.execute(first).first()
        while found is not None:
            own = and_(_ready_in(queue), _r.bucket == found[0], _r.credit_class == found[1])
            places += self.all_of(RECORD, RECORD.all.where(own).order_by(*_in_order).limit(limit))
            found = self.connection.execute(first.where(_class > tuple_(found[0], found[1]))).first()
        return places

    def due(self, *, now: datetime, limit: int = 100) -> list[Request]:
        waits = or_(_r.state == State.BOOKED, _r.ready.is_(False))
        query = RECORD.all.where(text(PARKED), waits, _r.not_before <= now)
        return self.all_of(RECORD, query.order_by(_r.not_before, _r.id).limit(limit))

    def counts(self, *, queue: str) -> dict[tuple[str, str, str, str, bool], list[tuple[int, int]]]:
        kind = (_r.state, _r.mode, _r.bucket, _r.credit_class, _r.ready)
        minute = self._minute()
        query = select(*kind, minute, func.count()).where(_r.queue == queue, text(OPEN_REQUEST)).group_by(*kind, minute)
        counted: dict[tuple[str, str, str, str, bool], list[tuple[int, int]]] = {}
        for state, mode, bucket, credit_class, ready, at, many in self.connection.execute(query):
            counted.setdefault((state, mode, bucket, credit_class, ready), []).append((at, many))
        for minutes in counted.values():
            minutes.sort()
        return counted

    def _minute(self) -> ColumnElement[int]:
        if self.on_postgres:
            return cast(func.floor(extract("epoch", _r.virtual_start) / 60), BigInteger).label("minute")
        return type_coerce(_r.virtual_start, BigInteger).op("/")(literal(MINUTE_US)).label("minute")

    def search(
        self,
        *,
        queue: str | None = None,
        states: Sequence[str] = (),
        mode: str | None = None,
        phone_index: str | None = None,
        limit: int = 100,
    ) -> list[Request]:
        query = RECORD.all
        if queue is not None:
            query = query.where(_r.queue == queue)
        if states:
            query = query.where(_r.state.in_(list(states)))
        if mode is not None:
            query = query.where(_r.mode == mode)
        if phone_index is not None:
            query = query.where(_r.phone_index == phone_index)
        return self.all_of(RECORD, query.order_by(_r.created_at.desc(), _r.id.desc()).limit(limit))


def _ready_in(queue: str) -> ColumnElement[bool]:
    return and_(_r.queue == queue, text(DISPATCHABLE))


def _classes(queue: str) -> Any:
    """The classes that have a ready place, each found by one step through the dispatch index, never by its line."""
    step = select(_r.bucket, _r.credit_class).where(_ready_in(queue)).order_by(_r.bucket, _r.credit_class).limit(1)
    classes = step.cte("classes", recursive=True)
    beyond = step.where(_class > tuple_(classes.c.bucket, classes.c.credit_class)).lateral("beyond")
    more: Select[Any] = select(beyond.c.bucket, beyond.c.credit_class).select_from(classes.join(beyond, true()))
    return classes.union_all(more)
