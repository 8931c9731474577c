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
    bindparam,
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
from vqueue.db.tables import ASKED_FOR, DIALABLE, DISPATCHABLE, OPEN_REQUEST, PARKED, requests
from vqueue.domain.errors import AlreadyOpen, StaleWrite
from vqueue.domain.ids import AgentId, CallSid, RequestId
from vqueue.domain.request import CLOSED, OPEN, Mode, Request, State
from vqueue.ports.database import ClassHead

RECORD = Record(Request, requests)
_r = requests.c
_class = tuple_(_r.bucket, _r.credit_class)
_in_order = (_r.virtual_start, _r.id)
MINUTE_US = 60_000_000

_ready = and_(_r.queue == bindparam("queue_"), text(DISPATCHABLE))
FIRST_CLASS = select(_r.bucket, _r.credit_class).where(_ready).order_by(_r.bucket, _r.credit_class).limit(1)
NEXT_CLASS = FIRST_CLASS.where(_class > tuple_(bindparam("bucket_"), bindparam("class_")))
_own = (_r.bucket == bindparam("bucket_"), _r.credit_class == bindparam("class_"))
HEAD = RECORD.all.where(_ready, *_own).order_by(*_in_order).limit(bindparam("limit_"))

SET_ASIDE_FOR = RECORD.all.where(_r.wanted_agent == bindparam("agent_"), _r.state == State.WAITING, ~_r.ready).order_by(
    _r.created_at, _r.id
)


def _heads() -> Select[Any]:
    """All heads in one statement. The classes that have a ready place are found each by one step through the dispatch
    index, never by reading their lines."""
    classes = FIRST_CLASS.cte("classes", recursive=True)
    beyond = FIRST_CLASS.where(_class > tuple_(classes.c.bucket, classes.c.credit_class)).lateral("beyond")
    classes = classes.union_all(
        select(beyond.c.bucket, beyond.c.credit_class).select_from(classes.join(beyond, true()))
    )
    own = (_r.bucket == classes.c.bucket, _r.credit_class == classes.c.credit_class)
    head = RECORD.all.where(_ready, *own).order_by(*_in_order).limit(bindparam("limit_")).lateral("head")
    order = (head.c.bucket, head.c.credit_class, head.c.virtual_start, head.c.id)
    return select(head).select_from(classes.join(head, true())).order_by(*order)


HEADS = _heads()


class StoredRequests(Store):
    """`ports.database.Requests`."""

    def get(self, request: RequestId) -> Request:
        return self.named(RECORD, request)

    def insert(self, request: Request) -> None:
        if not self.add_if_free(RECORD, request):
            self._refuse(request)

    def set_aside_for(self, agent: AgentId) -> list[Request]:
        return self.all_of(RECORD, SET_ASIDE_FOR, agent_=agent)

    def replace(self, request: Request) -> Request:
        if not request.dialable and request.mode is not Mode.CALL_IN:
            return self.swap(RECORD, request)
        try:
            with self.undone_alone():
                return self.swap(RECORD, request)
        except IntegrityError:
            return self._refuse(request)

    def _refuse(self, request: Request) -> Request:
        """Raises AlreadyOpen with the request that stands in the way; StaleWrite when it has gone meanwhile."""
        same: list[ColumnElement[bool]] = []
        if request.customer is not None:
            same.append(and_(text(ASKED_FOR), _r.customer == request.customer))
        if request.dialable and request.phone is not None and request.phone.index:
            same.append(and_(text(DIALABLE), _r.mode == request.mode, _r.phone_index == request.phone.index))
        if same:
            query = select(_r.id).where(_r.queue == request.queue, or_(*same), _r.id != request.id)
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
        found = self.connection.execute(HEADS, {"queue_": queue, "limit_": limit})
        return [RECORD.value(row) for row in found]

    def _heads_by_class(self, queue: str, limit: int) -> list[Request]:
        """SQLite has no LATERAL: one step through the index to the next class, then its head."""
        places: list[Request] = []
        found = self.connection.execute(FIRST_CLASS, {"queue_": queue}).first()
        while found is not None:
            own = {"queue_": queue, "bucket_": found[0], "class_": found[1]}
            places += self.all_of(RECORD, HEAD, **own, limit_=limit)
            found = self.connection.execute(NEXT_CLASS, own).first()
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
            if OPEN.issuperset(states):
                query = query.where(text(OPEN_REQUEST))
        if mode is not None:
            query = query.where(_r.mode == mode)
        if phone_index is not None:
            query = query.where(_r.phone_index == phone_index)
        return self.all_of(RECORD, query.order_by(_r.created_at.desc(), _r.id.desc()).limit(limit))

    def of_customer(
        self, customer: str, *, open_only: bool | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Request]:
        query = RECORD.all.where(_r.customer == customer)
        if open_only is not None:
            query = query.where(_r.state.in_(OPEN) if open_only else _r.state.in_(CLOSED))
        if before is not None:
            query = query.where(
                tuple_(_r.created_at, _r.id) < tuple_(literal(before[0], _r.created_at.type), before[1])
            )
        return self.all_of(RECORD, query.order_by(_r.created_at.desc(), _r.id.desc()).limit(limit))

    def expirable(self, *, queue: str, before: datetime, limit: int = 100) -> list[Request]:
        came = (_r.queue == queue, text(OPEN_REQUEST), _r.created_at < before)
        stays = (_r.state.in_((State.WAITING, State.BOOKED)), or_(_r.slot_start.is_(None), _r.slot_start < before))
        return self.all_of(RECORD, RECORD.all.where(*came, *stays).order_by(_r.created_at, _r.id).limit(limit))
