"""A day of a queue as it was, read from requests, attempts, legs and the journal: no number, name or context."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from vqueue.db.bounds import BoundedStore
from vqueue.db.tables import agents, attempts, journal, legs, requests
from vqueue.domain.agent import Presence
from vqueue.domain.causes import CUSTOMER_MISSES, Cause
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Role, Way
from vqueue.domain.past_day import PastDay, Ring, Spell, Stay, Visit, apart, without
from vqueue.domain.request import Channel, Mode, State
from vqueue.engine.withholding import Arm
from vqueue.ports.rehearsals import Compared

ON_DUTY = (Presence.READY, Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)
ENDS_WITHIN = timedelta(days=1)
"""Stretches of presence and attempts that end later than this after the day are not looked for."""
SAME_S = 60.0
"""A wrap-up begins so soon after its talk at the latest."""
_r, _a, _l, _j, _g = requests.c, attempts.c, legs.c, journal.c, agents.c


@dataclass(slots=True)
class _Way:
    """What the attempts of one request came to."""

    joined_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str = ""
    rings: list[Ring] = field(default_factory=list)


@dataclass(slots=True)
class _Habits:
    answer_s: list[float] = field(default_factory=list)
    key_s: list[float] = field(default_factory=list)


class StoredPastDays(BoundedStore):
    """`ports.rehearsals.PastDays`."""

    def latest(self, queue: str, *, before: datetime) -> datetime | None:
        newest = select(func.max(_r.created_at)).where(_r.queue == queue, _r.created_at < before, _came())
        found: datetime | None = self.connection.execute(newest).scalar()
        return found

    def compared(self, queues: Sequence[str], *, start: datetime, end: datetime) -> list[Compared]:
        arm = _j.data["arm"].as_string()
        call = _j.data["call"].as_string().label("call")
        decided = and_(_j.fact == Fact.OFFER_MADE, _j.at >= start, _j.at < end, _j.queue.in_(queues), arm.is_not(None))
        heard = select(_j.queue, _j.at, arm.label("arm"), call).where(decided).subquery().c
        first = select(func.min(_a.joined_at)).where(_a.request == _r.id).correlate(requests).scalar_subquery()
        key = select(func.min(_a.accepted_at)).where(_a.request == _r.id).correlate(requests).scalar_subquery()
        near = and_(_r.session == heard.call, _r.created_at >= start, _r.created_at < end + ENDS_WITHIN)
        rows = self.bounded(
            select(heard.queue, heard.at, heard.arm, heard.call, _r.mode, _r.state, _r.created_at, _r.closed_at,
                   first.label("joined_at"), key.label("accepted_at"))
            .outerjoin_from(heard.call.table, requests, near).order_by(heard.at, heard.call, _r.created_at)
        )  # fmt: skip
        found: dict[str, Compared] = {}
        for row in rows:
            found.setdefault(row.call, _compared(row))
        return list(found.values())

    def day(self, queue: str, *, on: date, start: datetime, end: datetime, now: datetime) -> PastDay:
        among = (_r.queue == queue, _r.created_at >= start, _r.created_at < end, _came())
        rows = self.bounded(
            select(
                _r.id, _r.created_at, _r.channel, _r.mode, _r.state, _r.language, _r.topic, _r.segment, _r.closed_at,
                _r.slot_zone, _r.session,
            ).where(*among).order_by(_r.created_at, _r.id)
        )  # fmt: skip
        habits, wraps = _Habits(), self._wraps(start, end)
        ways = self._ways(among, habits)
        asked = self._asked(queue, start, end)
        visits = tuple(_visit(row, ways[row.id], wraps, asked) for row in rows)
        return PastDay(
            dates=(on,), visits=visits, stays=self._stays({row.id for row in rows}, start, min(end, now), now),
            answer_s=tuple(habits.answer_s), key_s=tuple(habits.key_s),
        )  # fmt: skip

    def _ways(self, among: Sequence[ColumnElement[bool]], habits: _Habits) -> Mapping[str, _Way]:
        query = (
            select(
                _a.id, _a.request, _a.agent, _a.opened_at, _a.accepted_at, _a.joined_at, _a.closed_at, _a.outcome,
                _l.role, _l.way, _l.rang_at, _l.answered_at,
            )
            .join_from(attempts, requests, _r.id == _a.request)
            .outerjoin(legs, _l.attempt == _a.id)
            .where(*among).order_by(_a.opened_at, _a.id, _l.created_at, _l.id)
        )  # fmt: skip
        ways: defaultdict[str, _Way] = defaultdict(_Way)
        for row in self.bounded(query):
            way = ways[row.request]
            if row.joined_at is not None and way.joined_at is None:
                way.joined_at, way.ended_at, way.agent = row.joined_at, row.closed_at, row.agent
            if row.role == Role.AGENT and row.answered_at is not None:
                habits.answer_s.append(max(0.0, (row.answered_at - row.opened_at).total_seconds()))
            elif row.role == Role.CUSTOMER and row.way != Way.INBOUND:
                _rung(row, way, habits)
        return ways

    def _wraps(self, start: datetime, end: datetime) -> Mapping[str, list[tuple[datetime, float]]]:
        """By agent: (when he had written up, how long that took)."""
        found: defaultdict[str, list[tuple[datetime, float]]] = defaultdict(list)
        for agent, at, was, lasted_s in self._moves(start, end):
            if was == Presence.WRAPPING:
                found[agent].append((at, lasted_s))
        return found

    def _moves(self, start: datetime, end: datetime) -> Sequence[Any]:
        """(agent, when a stretch of his ended, what he was in it, how long it lasted), as it happened."""
        ended = and_(_j.fact == Fact.AGENT_MOVED, _j.at > start, _j.at <= end + ENDS_WITHIN)
        lasted = _j.data["lasted_s"].as_float()
        return self.bounded(
            select(_j.agent, _j.at, _j.data["was"].as_string(), lasted).where(ended).order_by(_j.at, _j.id)
        )

    def _asked(self, queue: str, start: datetime, end: datetime) -> frozenset[str]:
        """Calls that were offered a callback."""
        offered = and_(_j.fact == Fact.OFFER_MADE, _j.queue == queue, _j.data["offer"].as_string() == "offer")
        call = _j.data["call"].as_string()
        query = select(call).where(offered, _j.at >= start, _j.at < end + timedelta(hours=1)).distinct()
        return frozenset(str(row[0]) for row in self.bounded(query))

    def _stays(self, visits: set[str], start: datetime, end: datetime, now: datetime) -> tuple[Stay, ...]:
        """Agents at work, without the time they spent on calls that are none of these visits."""
        spells: defaultdict[str, list[Spell]] = defaultdict(list)
        for agent, at, was, lasted_s in self._moves(start, end):
            if was in ON_DUTY:
                spells[agent].append(_cut(at - timedelta(seconds=lasted_s), at, start, end))
        rows = self.bounded(select(_g.id, _g.skills, _g.languages, _g.presence, _g.since))
        for row in rows:
            if row.presence in ON_DUTY and row.since < end:
                spells[row.id].append(_cut(row.since, now, start, end))
        elsewhere = self._elsewhere(visits, start, end)
        return tuple(
            Stay(agent=AgentId(row.id), skills=dict(row.skills), languages=tuple(row.languages), spells=found)
            for row in sorted(rows, key=lambda row: str(row.id))
            if (found := without(apart(spells[row.id]), elsewhere[row.id]))
        )

    def _elsewhere(self, visits: set[str], start: datetime, end: datetime) -> Mapping[str, list[Spell]]:
        taken: defaultdict[str, list[Spell]] = defaultdict(list)
        touching = and_(_a.opened_at < end, or_(_a.closed_at >= start, _a.closed_at.is_(None)))
        since = _a.opened_at >= start - ENDS_WITHIN
        rows = self.bounded(select(_a.request, _a.agent, _a.opened_at, _a.closed_at).where(touching, since))
        for request, agent, opened_at, closed_at in rows:
            if request not in visits:
                taken[agent].append(_cut(opened_at, closed_at or end, start, end))
        return taken


def _compared(row: Any) -> Compared:
    """Whoever has no place hung up in the menu. Time on the line is that of his hold, and of the second one."""
    over = row.joined_at or row.closed_at
    began = row.created_at if row.mode is Mode.HOLD else row.accepted_at
    held = max(0.0, (over - began).total_seconds()) if over is not None and began is not None else 0.0
    gone = row.state is None or row.state in (State.ABANDONED, State.UNREACHED)
    return Compared(row.queue, row.at, row.arm == Arm.WITHHELD, gone and row.joined_at is None, held)


def _came() -> ColumnElement[bool]:
    """Whoever wanted to talk: a message waits for nobody, a promised call in has not come yet."""
    return _r.mode.in_((Mode.HOLD, Mode.CALLBACK, Mode.SCHEDULED))


def _cut(from_: datetime, to: datetime, start: datetime, end: datetime) -> Spell:
    return max(from_, start).timestamp(), min(to, end).timestamp()


def _rung(row: Any, way: _Way, habits: _Habits) -> None:
    """One ring of the customer's telephone; what ended it otherwise says nothing about him."""
    if row.outcome in CUSTOMER_MISSES:
        way.rings.append(Ring(cause=Cause(row.outcome)))
    elif row.accepted_at is not None or row.joined_at is not None:
        timed = row.rang_at is not None and row.answered_at is not None
        rang_s = max(0.0, (row.answered_at - row.rang_at).total_seconds()) if timed else None
        way.rings.append(Ring(cause=None, ring_s=rang_s))
        if row.accepted_at is not None and row.answered_at is not None:
            habits.key_s.append(max(0.0, (row.accepted_at - row.answered_at).total_seconds()))


def _visit(row: Any, way: _Way, wraps: Mapping[str, Iterable[tuple[datetime, float]]], asked: frozenset[str]) -> Visit:
    named = {"topic": row.topic, "language": row.language, "channel": row.channel, "segment": row.segment}
    holds = row.mode is Mode.HOLD
    until = way.joined_at or row.closed_at
    return Visit(
        id=row.id,
        arrived=row.created_at.timestamp(),
        attributes={name: str(value) for name, value in named.items() if value},
        handling_s=_seconds(way.joined_at, way.ended_at),
        wrap_up_s=_wrap_up(way, wraps),
        stood_s=max(0.0, (until - row.created_at).total_seconds()) if holds and until is not None else 0.0,
        gave_up=holds and row.state is State.ABANDONED,
        takes_callback=_takes(row, asked),
        books=row.mode is Mode.SCHEDULED and row.slot_zone is not None,
        rings=tuple(way.rings),
    )


def _takes(row: Any, asked: frozenset[str]) -> bool | None:
    if row.mode is not Mode.HOLD:
        return True
    return False if row.channel is Channel.IVR and row.session in asked else None


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return max(0.0, (end - start).total_seconds()) if start is not None and end is not None else None


def _wrap_up(way: _Way, wraps: Mapping[str, Iterable[tuple[datetime, float]]]) -> float | None:
    """How long his agent wrote up the talk; nothing where he took the next call at once."""
    if way.ended_at is None:
        return None
    for at, lasted_s in wraps.get(way.agent, ()):
        began = at - timedelta(seconds=lasted_s)
        if at >= way.ended_at and (began - way.ended_at).total_seconds() <= SAME_S:
            return lasted_s
    return 0.0
