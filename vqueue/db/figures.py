"""Figures of the last hours, computed from the rows themselves; each says how."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, func, select

from vqueue.db.queues_rules import StoredQueues
from vqueue.db.store import Store
from vqueue.db.tables import attempts, journal, requests
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode, State
from vqueue.ports.database import History

SAMPLES = 2000
"""Most finished talks (and journal rows of agents a talk) that a history looks at, newest first."""
SOON_S = 20.0
_r, _a, _j = requests.c, attempts.c, journal.c
CALLED_BACK = (Mode.CALLBACK, Mode.SCHEDULED)


@dataclass(frozen=True, slots=True)
class _Talk:
    agent: str
    opened_at: datetime
    closed_at: datetime


class StoredFigures(Store):
    """`ports.database.Figures`."""

    def history(self, *, queue: str, since: datetime) -> History:
        """Handling: seat reserved → wrap-up over, as the journal of the agent tells; where it does not tell yet,
        reserved → attempt closed, and the rules' wrap-up time. Abandoned: requests that ended so. Queued: what closed
        holders spent in line, first arrival → first talk, or → end."""
        talks = self._talks(queue, since)
        wraps = self._wraps(since)
        usual_s = StoredQueues(self.connection).get(queue).rules.agents.wrap_up_s if talks else 0
        samples = tuple(_handling_s(talk, wraps.get(talk.agent, ()), usual_s) for talk in talks)
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

    def _moves(self, since: datetime) -> Sequence[Any]:
        moved = select(_j.agent, _j.at, _j.data).where(_j.fact == Fact.AGENT_MOVED, _j.at >= since)
        return self.connection.execute(moved.order_by(_j.at.desc(), _j.id.desc()).limit(4 * SAMPLES)).all()

    def _wraps(self, since: datetime) -> dict[str, list[datetime]]:
        """When each agent's wrap-ups were over, ascending."""
        ends: dict[str, list[datetime]] = {}
        for agent, at, data in reversed(self._moves(since)):
            if data.get("was") == Presence.WRAPPING and data.get("now") != Presence.WRAPPING:
                ends.setdefault(agent, []).append(at)
        return ends

    def _patience(self, queue: str, since: datetime) -> tuple[int, float]:
        """(how many abandoned, seconds that holders stood in line), of requests closed since then."""
        joined = _first_talks(_a.queue == queue, _a.closed_at >= since)
        query = select(_r.state, _r.mode, _r.created_at, _r.closed_at, joined.c.joined_at)
        closed = query.outerjoin(joined, joined.c.request == _r.id).where(_r.queue == queue, _r.closed_at >= since)
        abandoned = 0
        queued_s = 0.0
        for state, mode, created_at, closed_at, joined_at in self.connection.execute(closed):
            abandoned += int(state is State.ABANDONED)
            if mode is Mode.HOLD:
                queued_s += max(0.0, ((joined_at or closed_at) - created_at).total_seconds())
        return abandoned, queued_s

    def agent_times(self, *, since: datetime) -> dict[str, float]:
        """From the journal: each move of an agent says what he was and for how long."""
        query = select(_j.data).where(_j.fact == Fact.AGENT_MOVED, _j.at >= since)
        times: dict[str, float] = defaultdict(float)
        for data in self.connection.scalars(query):
            times[str(data.get("was"))] += float(data.get("lasted_s") or 0.0)
        return dict(times)

    def today(self, *, queue: str, since: datetime) -> dict[str, int]:
        """Offered and callbacks: requests that came since then (callbacks: those to be rung back, as they stand now).
        Answered: of the offered, those that came to a talk; in_20: within 20 s of their arrival.
        Abandoned, unreached: requests that ended so since then, whenever they came."""
        joined = _first_talks(_a.queue == queue, _a.opened_at >= since)
        query = select(_r.mode, _r.created_at, joined.c.joined_at).outerjoin(joined, joined.c.request == _r.id)
        counted: Counter[str] = Counter()
        for mode, created_at, joined_at in self.connection.execute(
            query.where(_r.queue == queue, _r.created_at >= since)
        ):
            counted["offered"] += 1
            counted["callbacks"] += mode in CALLED_BACK
            counted["answered"] += joined_at is not None
            counted["answered_in_20"] += joined_at is not None and joined_at - created_at <= timedelta(seconds=SOON_S)
        ended = select(
            func.coalesce(func.sum(case((_r.state == State.ABANDONED, 1), else_=0)), 0),
            func.coalesce(func.sum(case((_r.state == State.UNREACHED, 1), else_=0)), 0),
        )
        row = self.connection.execute(ended.where(_r.queue == queue, _r.closed_at >= since)).one()
        counted["abandoned"], counted["unreached"] = row
        names = ("offered", "answered", "answered_in_20", "abandoned", "callbacks", "unreached")
        return {name: counted[name] for name in names}


def _first_talks(*among: ColumnElement[bool]) -> Subquery:
    """When each request first came to a talk, by these attempts."""
    first = select(_a.request, func.min(_a.joined_at).label("joined_at")).where(_a.joined_at.is_not(None), *among)
    return first.group_by(_a.request).subquery()


def _handling_s(talk: _Talk, wraps: Sequence[datetime], usual_s: int) -> float:
    """Seat reserved → ready again; `wraps` are the ends of this agent's wrap-ups, ascending."""
    place = bisect_left(wraps, talk.closed_at)
    known = wraps[place] if place < len(wraps) else None
    end = known if known is not None else talk.closed_at + timedelta(seconds=usual_s)
    return (end - talk.opened_at).total_seconds()
