"""Pages of promises and of the sealed journal, and the signs that alarms are made from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, true

from vqueue.db.bounds import BoundedStore
from vqueue.db.exact import many
from vqueue.db.journal import ROW
from vqueue.db.leases import StoredLeases
from vqueue.db.promises import PROMISE
from vqueue.db.queues_rules import StoredQueues
from vqueue.db.requests import RECORD as REQUEST
from vqueue.db.tables import OPEN_REQUEST, attempts, journal, outbox, promises, requests
from vqueue.db.tables_bank import webhooks
from vqueue.domain.agent import Presence
from vqueue.domain.causes import CUSTOMER_MISSES, Cause
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Promise
from vqueue.domain.request import Mode, State
from vqueue.ports.reports import Fate, JournalFilter, Outcome, Passage, PromiseFilter, Signs

UNSEALED_MOST = 1000
"""Rows without a position that are counted."""
DUE_MOST = 500
"""Callbacks promised soon that are looked at."""
_NAME_FROM = len("rq_") + 21
"""Where in a drawn id the five letters begin by which people name a request."""
_NAMESAKES = 20
"""Requests of one such name at most."""
_GONE = (Presence.AWAY, Presence.OFFLINE)
_p, _j, _a, _r, _o, _w = promises.c, journal.c, attempts.c, requests.c, outbox.c, webhooks.c


class StoredLedgers(BoundedStore):
    """`ports.reports.Ledgers`."""

    def promises(self, wanted: PromiseFilter, *, limit: int) -> list[Promise]:
        query = PROMISE.all.where(*_wanted(wanted)).order_by(_p.made_at.desc(), _p.id.desc())
        return [PROMISE.value(row) for row in self.timed(query.limit(limit))]

    def made(self, requests: Sequence[str]) -> list[JournalRow]:
        told = ROW.all.where(_j.request.in_(set(requests)), _j.fact == Fact.PROMISE_MADE)
        return [ROW.value(row) for row in self.timed(told.order_by(_j.at, _j.id))] if requests else []

    def journal(
        self,
        *,
        after: int,
        limit: int,
        facts: Sequence[Fact] = (),
        request: str | None = None,
        queue: str | None = None,
    ) -> list[JournalRow]:
        among = [_j.position > after]
        among += [_j.fact.in_(list(facts))] if facts else []
        among += [_j.request == request] if request is not None else []
        among += [_j.queue == queue] if queue is not None else []
        query = ROW.all.where(*among).order_by(_j.position).limit(limit)
        return [ROW.value(row) for row in self.timed(query)]

    def noted(
        self, wanted: JournalFilter, *, before: tuple[datetime, str] | None = None, limit: int
    ) -> list[JournalRow]:
        """Each kind of fact by its own index, so that a rare one is found without a walk through all the others."""
        among = [*_looked_for(wanted), *_before(before)]
        if wanted.request is not None:
            among.append(_j.request.in_(self._named(wanted.request)))
        newest = ROW.all.where(*among).order_by(_j.at.desc(), _j.id.desc()).limit(limit)
        found = [ROW.value(row) for kind in _kinds(wanted) for row in self.timed(newest.where(kind))]
        return sorted(found, key=lambda row: (row.at, row.id), reverse=True)[:limit]

    def _named(self, request: str) -> list[str]:
        """The ids a request may have that somebody names so."""
        if "_" in request:
            return [request]
        named = func.upper(_r.id)
        letters = request.upper()
        at_its_place = named.like("_" * _NAME_FROM + letters + "%")
        found = self.timed(select(_r.id).where(or_(at_its_place, named.endswith(letters))).limit(_NAMESAKES))
        return [name for (name,) in found]

    def signs(self, *, since: datetime, until: datetime, shard: str, overdue: datetime) -> Signs:
        return Signs(
            tries=self._tries(since),
            left=self._left(since),
            due=[REQUEST.value(row) for row in self.connection.execute(_due(until))],
            webhooks=self._webhooks(),
            outbox=self._overdue(overdue),
            unsealed=self._unsealed(),
            leader=StoredLeases(self.connection).holder(shard),
        )

    def passages(self, *, since: datetime) -> list[Passage]:
        talked = select(func.min(_a.joined_at)).where(_a.request == _r.id).scalar_subquery()
        start = func.coalesce(_r.slot_start, _r.virtual_start)
        one = select(_r.queue, _r.created_at, start, talked.label("talked"), _r.closed_at, _r.state)
        ended = one.where(_r.queue.in_(self._names()), _r.closed_at >= since)
        rows = [*self.bounded(one.where(text(OPEN_REQUEST))), *self.bounded(ended)]
        return [
            Passage(
                queue=queue, came=came, since=start, left=talk or closed, talked=talk is not None,
                abandoned=state == State.ABANDONED,
            )
            for queue, came, start, talk, closed, state in rows
        ]  # fmt: skip

    def outcomes(self, *, since: datetime) -> list[Outcome]:
        known = (_p.queue.in_(self._names()), _p.settled_at >= since, _p.kept.is_not(None))
        return [
            Outcome(queue, at, bool(kept))
            for queue, at, kept in self.bounded(select(_p.queue, _p.settled_at, _p.kept).where(*known))
        ]

    def _names(self) -> list[str]:
        """Of all queues: the indexes over what has ended begin with them."""
        return [queue.id for queue in StoredQueues(self.connection).all()]

    def _tries(self, since: datetime) -> dict[str, tuple[int, int]]:
        """A talk is a try too: it was answered."""
        rung = _a.outcome.in_([*sorted(CUSTOMER_MISSES), Cause.TALKED])
        query = select(_a.queue, func.count(), many(_a.outcome == Cause.MACHINE)).where(_a.closed_at >= since, rung)
        return {queue: (int(tries), int(machines)) for queue, tries, machines in self.bounded(query.group_by(_a.queue))}

    def _left(self, since: datetime) -> list[tuple[str, datetime]]:
        was, now = _j.data["was"].as_string(), _j.data["now"].as_string()
        went = and_(_j.fact == Fact.AGENT_MOVED, _j.at >= since, now.in_(_GONE), was.not_in(_GONE))
        query = select(_j.agent, func.max(_j.at)).where(went).group_by(_j.agent).order_by(_j.agent)
        return [(agent, at) for agent, at in self.bounded(query)]

    def _webhooks(self) -> list[tuple[str, int, datetime | None, str | None]]:
        failing = or_(_w.failures > 0, _w.disabled_at.is_not(None))
        query = select(_w.id, _w.failures, _w.disabled_at, _w.reason).where(failing).order_by(_w.id)
        return [(name, failures, at, why) for name, failures, at, why in self.bounded(query)]

    def _overdue(self, before: datetime) -> tuple[int, datetime | None]:
        waiting = and_(text("done_at IS NULL AND NOT dead"), _o.not_before < before)
        depth, oldest = self.connection.execute(select(func.count(), func.min(_o.not_before)).where(waiting)).one()
        return int(depth), oldest

    def _unsealed(self) -> tuple[int, datetime | None]:
        first = select(_j.at).where(text("position IS NULL")).order_by(_j.at, _j.id).limit(UNSEALED_MOST).subquery()
        count, oldest = self.connection.execute(select(func.count(), func.min(first.c.at))).one()
        return int(count), oldest


def _wanted(wanted: PromiseFilter) -> list[ColumnElement[bool]]:
    among: list[ColumnElement[bool]] = []
    if wanted.queue is not None:
        among.append(_p.queue == wanted.queue)
    if wanted.channel is not None:
        among.append(_p.channel == wanted.channel)
    if wanted.agent is not None:
        among.append(_p.request.in_(select(_a.request).where(_a.agent == wanted.agent)))
    if wanted.start is not None:
        among.append(_p.made_at >= wanted.start)
    if wanted.end is not None:
        among.append(_p.made_at < wanted.end)
    if wanted.after is not None:
        at, name = wanted.after
        among.append(or_(_p.made_at < at, and_(_p.made_at == at, _p.id < name)))
    return [*among, *_fate(wanted.fate)]


def _looked_for(wanted: JournalFilter) -> list[ColumnElement[bool]]:
    among: list[ColumnElement[bool]] = []
    if wanted.without:
        among.append(_j.fact.not_in(wanted.without))
    if wanted.moves or wanted.became:
        move, now = _j.data["move"].as_string(), _j.data["now"].as_string()
        among.append(or_(move.in_(wanted.moves), now.in_(wanted.became)))
    if wanted.queue is not None:
        among.append(_j.queue == wanted.queue)
    if wanted.person is not None:
        named = (_j.agent, _j.data["by"].as_string(), _j.data["of"].as_string())
        among.append(or_(*(each == wanted.person for each in named)))
    if wanted.since is not None:
        among.append(_j.at >= wanted.since)
    if wanted.until is not None:
        among.append(_j.at < wanted.until)
    return among


def _before(place: tuple[datetime, str] | None) -> list[ColumnElement[bool]]:
    if place is None:
        return []
    at, name = place
    return [_j.at <= at, or_(_j.at < at, _j.id < name)]


def _kinds(wanted: JournalFilter) -> list[ColumnElement[bool]]:
    kinds: list[ColumnElement[bool]] = [_j.fact == fact for fact in wanted.facts]
    if wanted.acts:
        kinds.append(and_(_j.fact == Fact.STAFF_ACTED, _j.data["act"].as_string().in_(wanted.acts)))
    return kinds or [true()]


def _fate(fate: Fate | None) -> list[ColumnElement[bool]]:
    match fate:
        case None:
            return []
        case Fate.OPEN:
            return [_p.settled_at.is_(None)]
        case Fate.KEPT:
            return [_p.kept.is_(True)]
        case Fate.BROKEN:
            return [_p.kept.is_(False)]
        case Fate.WITHDRAWN:
            return [_p.settled_at.is_not(None), _p.kept.is_(None)]


def _due(until: datetime) -> Select[Any]:
    waiting = and_(_r.state == State.WAITING, _r.mode.in_((Mode.CALLBACK, Mode.SCHEDULED)), _r.rings == 0)
    soon = and_(_r.ready, _r.deadline.is_not(None), _r.deadline <= until)
    due: Select[Any] = REQUEST.all.where(waiting, soon)
    return due.order_by(_r.deadline, _r.id).limit(DUE_MOST)
