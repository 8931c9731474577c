"""Figures of the last hours, counted by the database from the rows themselves; each says how."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Subquery, and_, case, cast, extract, func, select
from sqlalchemy import type_coerce as as_type

from vqueue.db.queues_rules import StoredQueues
from vqueue.db.store import Store
from vqueue.db.tables import attempts, journal, requests
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode, State
from vqueue.ports.database import History

SAMPLES = 500
"""Finished talks of a queue that a history looks at, newest first: older ones say little about now."""
MOVES = 2000
"""Ends of wrap-ups that are read for all queues together, newest first."""
SOON_S = 20.0
SECOND_US = 1_000_000
CALLED_BACK = (Mode.CALLBACK, Mode.SCHEDULED)
_r, _a, _j = requests.c, attempts.c, journal.c


@dataclass(frozen=True, slots=True)
class _Talk:
    agent: str
    opened_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class _Wraps:
    """When each agent's wrap-ups were over, ascending; all of them are known from `known_from` on."""

    known_from: datetime
    ends: Mapping[str, Sequence[datetime]] = field(default_factory=dict)


class StoredFigures(Store):
    """`ports.database.Figures`."""

    def histories(self, *, since: datetime) -> dict[str, History]:
        """Handling: seat reserved → wrap-up over, as the journal of the agent tells; where it does not tell yet,
        reserved → attempt closed, and the rules' wrap-up time. Abandoned: requests that ended so. Queued: what closed
        holders spent in line, first arrival → first talk, or → end."""
        queues = StoredQueues(self.connection).all()
        talks = {queue.id: self._talks(queue.id, since) for queue in queues}
        wraps = self._wraps(since=min((talk.closed_at for each in talks.values() for talk in each), default=None))
        return {
            queue.id: self._history(queue.id, talks[queue.id], wraps, queue.rules.agents.wrap_up_s, since)
            for queue in queues
        }

    def _history(self, queue: str, talks: list[_Talk], wraps: _Wraps | None, usual_s: int, since: datetime) -> History:
        samples = tuple(_handling_s(talk, wraps, usual_s) for talk in talks)
        abandoned, queued_s = self._patience(queue, since)
        return History(
            handled=len(samples),
            handling_s=sum(samples),
            handling_samples=samples,
            abandoned=abandoned,
            queued_s=queued_s,
        )

    def _talks(self, queue: str, since: datetime) -> list[_Talk]:
        talked = (_a.queue == queue, _a.closed_at >= since, _a.joined_at.is_not(None), _a.outcome == Cause.TALKED)
        query = select(_a.agent, _a.opened_at, _a.closed_at).where(*talked)
        rows = self.connection.execute(query.order_by(_a.closed_at.desc(), _a.id.desc()).limit(SAMPLES))
        return [_Talk(*row) for row in rows]

    def _wraps(self, *, since: datetime | None) -> _Wraps | None:
        """The newest ends of wrap-ups since then; None without a moment to begin at."""
        if since is None:
            return None
        over = and_(_j.data["was"].as_string() == Presence.WRAPPING, _j.data["now"].as_string() != Presence.WRAPPING)
        query = select(_j.agent, _j.at).where(_j.fact == Fact.AGENT_MOVED, _j.at >= since, over)
        rows = self.connection.execute(query.order_by(_j.at.desc(), _j.id.desc()).limit(MOVES)).all()
        ends: dict[str, list[datetime]] = defaultdict(list)
        for agent, at in reversed(rows):
            ends[agent].append(at)
        return _Wraps(rows[-1].at if len(rows) == MOVES else since, ends)

    def _patience(self, queue: str, since: datetime) -> tuple[int, float]:
        """(how many abandoned, seconds that holders stood in line), of requests closed since then."""
        talks = _first_talks(_a.queue == queue, _a.closed_at >= since)
        stood = self._seconds(func.coalesce(talks.c.joined_at, _r.closed_at), _r.created_at)
        query = select(
            _many(_r.state == State.ABANDONED), _sum(case((_r.mode == Mode.HOLD, _positive(stood)), else_=0))
        ).outerjoin_from(requests, talks, talks.c.request == _r.id)
        abandoned, queued_s = self.connection.execute(query.where(_r.queue == queue, _r.closed_at >= since)).one()
        return abandoned, float(queued_s)

    def agent_times(self, *, since: datetime) -> dict[str, float]:
        """From the journal: each move of an agent says what he was and for how long."""
        was = _j.data["was"].as_string()
        query = select(was, _sum(_j.data["lasted_s"].as_float())).where(_j.fact == Fact.AGENT_MOVED, _j.at >= since)
        return {str(presence): float(lasted_s) for presence, lasted_s in self.connection.execute(query.group_by(was))}

    def today(self, *, queue: str, since: datetime) -> dict[str, int]:
        """Offered and callbacks: requests that came since then (callbacks: those to be rung back, as they stand now).
        Answered: of the offered, those that came to a talk; in_20: within 20 s of their arrival.
        Abandoned, unreached: requests that ended so since then, whenever they came."""
        talks = _first_talks(_a.queue == queue, _a.opened_at >= since)
        counts = select(
            func.count().label("offered"),
            _many(talks.c.joined_at.is_not(None)).label("answered"),
            _many(self._seconds(talks.c.joined_at, _r.created_at) <= SOON_S).label("answered_in_20"),
            _many(_r.mode.in_(CALLED_BACK)).label("callbacks"),
        ).outerjoin_from(requests, talks, talks.c.request == _r.id)
        counts = counts.where(_r.queue == queue, _r.created_at >= since)
        ends = select(
            _many(_r.state == State.ABANDONED).label("abandoned"), _many(_r.state == State.UNREACHED).label("unreached")
        ).where(_r.queue == queue, _r.closed_at >= since, _r.state.in_((State.ABANDONED, State.UNREACHED)))
        return {
            name: int(count)
            for query in (counts, ends)
            for name, count in self.connection.execute(query).mappings().one().items()
        }

    def _seconds(self, later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[Any]:
        """From one moment to another; NULL when one of them is."""
        if self.on_postgres:
            return cast(extract("epoch", later - earlier), Float)
        return (as_type(later, BigInteger) - as_type(earlier, BigInteger)) / cast(SECOND_US, Float)


def _first_talks(*among: ColumnElement[bool]) -> Subquery:
    """When each request first came to a talk, by these attempts."""
    first = select(_a.request, func.min(_a.joined_at).label("joined_at")).where(_a.joined_at.is_not(None), *among)
    return first.group_by(_a.request).subquery()


def _sum(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(amount), 0)


def _many(so: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows are so."""
    return _sum(case((so, 1), else_=0))


def _positive(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((amount > 0, amount), else_=0.0)


def _handling_s(talk: _Talk, wraps: _Wraps | None, usual_s: int) -> float:
    """Seat reserved → ready again, in seconds; the usual wrap-up where its end is not known."""
    ends = wraps.ends.get(talk.agent, ()) if wraps is not None and talk.closed_at >= wraps.known_from else ()
    place = bisect_left(ends, talk.closed_at)
    end = ends[place] if place < len(ends) else talk.closed_at + timedelta(seconds=usual_s)
    return (end - talk.opened_at).total_seconds()
