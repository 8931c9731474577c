"""A busy day behind a bank: closed requests with their talks and the moves of its agents, for measurements."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Table, text

from vqueue.db.attempts_legs import ATTEMPT
from vqueue.db.journal import ROW
from vqueue.db.requests import RECORD
from vqueue.db.tables import attempts, journal, requests
from vqueue.db.work import StoredWork
from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AttemptId, QueueId, RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.ports.database import Database, Work

CHUNK = 2000
SPREAD_S = 3 * 3600.0
"""The day's requests came evenly over so many seconds; all of them lie inside what the boards look back at."""
ABANDONED_EVERY = 10
"""One request in so many ended without a talk."""


async def lived_through(
    database: Database, *, queue: str, agents: list[Agent], closed: int, moves: int, now: datetime
) -> None:
    """Stores `closed` finished requests of the queue and `moves` journal rows of its agents, newest just before now."""
    for first in range(0, closed, CHUNK):
        numbers = range(first, min(first + CHUNK, closed))
        starts = [now - timedelta(seconds=SPREAD_S * (closed - number) / closed + 400) for number in numbers]
        done = [_closed(queue, number, start) for number, start in zip(numbers, starts, strict=True)]
        talks = [_talk(one, agents[n % len(agents)]) for n, one in enumerate(done) if one.state is State.SERVED]
        await _store(database, requests, [RECORD.row(one) for one in done])
        await _store(database, attempts, [ATTEMPT.row(talk) for talk in talks])
    for first in range(0, moves, CHUNK):
        numbers = range(first, min(first + CHUNK, moves))
        rows = [_wrapped_up(n, agents[n % len(agents)], now - timedelta(seconds=SPREAD_S * n / moves)) for n in numbers]
        await _store(database, journal, [ROW.row(row) for row in rows])
    if closed or moves:
        await database.transact(partial(_past_the_stores, statement=text("ANALYZE"), rows=None))


async def _store(database: Database, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        await database.transact(partial(_past_the_stores, statement=table.insert(), rows=rows))


def _past_the_stores(work: Work, statement: Any, rows: list[dict[str, Any]] | None) -> None:
    """Many rows at once: no day is lived through like that but in a measurement."""
    assert isinstance(work, StoredWork)
    work.connection.execute(statement, rows)


def _closed(queue: str, number: int, start: datetime) -> Request:
    return Request(
        id=RequestId(f"rq_past{number:08d}"),
        queue=QueueId(queue),
        mode=Mode.HOLD,
        channel=Channel.IVR,
        state=State.SERVED if number % ABANDONED_EVERY else State.ABANDONED,
        virtual_start=start,
        created_at=start,
        bucket="/en",
        closed_at=start + timedelta(seconds=300),
    )


def _talk(request: Request, agent: Agent) -> Attempt:
    start = request.created_at
    return Attempt(
        id=AttemptId(f"at{request.id[2:]}"),
        request=request.id,
        queue=QueueId(request.queue),
        agent=agent.id,
        shape=Shape.HOLDER,
        opened_at=start + timedelta(seconds=60),
        joined_at=start + timedelta(seconds=70),
        closed_at=request.closed_at,
        outcome=Cause.TALKED,
    )


def _wrapped_up(number: int, agent: Agent, at: datetime) -> JournalRow:
    data = {"was": "wrapping", "now": "ready", "lasted_s": 30.0}
    return JournalRow(id=f"past.{number:08d}", at=at, fact=Fact.AGENT_MOVED, agent=agent.id, data=data)
