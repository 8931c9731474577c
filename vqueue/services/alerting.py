"""Alerts of all faces: reads the facts, leaves the judgement to `engine.alerts`."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from math import isinf

from vqueue.domain.agent import Agent
from vqueue.domain.alert import Alert
from vqueue.domain.board import QueueBoard
from vqueue.domain.errors import Unavailable
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.engine import alerts, hours
from vqueue.engine.alerts import Due, Facts, Hook, QueueFacts
from vqueue.engine.board import serves
from vqueue.ports.database import Work
from vqueue.ports.reports import Signs
from vqueue.services.house import House
from vqueue.services.leading import SHARD
from vqueue.services.views import AT_WORK


async def now(house: House) -> tuple[Alert, ...]:
    """Everything that needs somebody, gravest first. Raises Unavailable without the database."""
    at = house.clock.now()
    try:
        boards = {each.queue: each for each in await house.board.read_all()}
    except Unavailable:
        boards = {}
    return alerts.alerts(await house.database.read(partial(_facts, at=at, boards=boards)), at)


def _facts(work: Work, *, at: datetime, boards: Mapping[str, QueueBoard]) -> Facts:
    signs = work.ledgers.signs(
        since=at - alerts.LATELY, until=at + alerts.SOON, shard=SHARD, overdue=at - alerts.OVERDUE
    )
    agents: dict[str, Agent] = {agent.id: agent for agent in work.agents.all()}
    return Facts(
        queues=tuple(_queue(work, queue, agents, signs, boards.get(queue.id), at=at) for queue in work.queues.all()),
        webhooks=tuple(Hook(id=name, failures=failures, disabled_at=off) for name, failures, off, _ in signs.webhooks),
        outbox=signs.outbox,
        unsealed=signs.unsealed,
        leader=signs.leader is not None,
        locked=len(work.pins.locked(at)),
    )


def _queue(
    work: Work, queue: Queue, agents: Mapping[str, Agent], signs: Signs, board: QueueBoard | None, *, at: datetime
) -> QueueFacts:
    team = {agent.id for agent in agents.values() if serves(agent, queue)}
    working = {agent for agent in team if agents[agent].presence in AT_WORK}
    left = sorted(when for agent, when in signs.left if agent in team - working)
    tries, machines = signs.tries.get(queue.id, (0, 0))
    return QueueFacts(
        queue=queue.id,
        open=hours.is_open(queue.rules.hours, at),
        waiting=_waiting(work, queue.id),
        at_work=len(working),
        left=tuple(left),
        due=tuple(_due((each for each in signs.due if each.queue == queue.id), board)),
        tries=tries,
        machines=machines,
        board_at=board.as_of if board else None,
    )


def _waiting(work: Work, queue: str) -> int:
    """Places that could be connected now."""
    counts = work.requests.counts(queue=queue)
    return sum(count for (*_, ready), minutes in counts.items() if ready for _, count in minutes)


def _due(requests: Iterable[Request], board: QueueBoard | None) -> Iterable[Due]:
    """Only what the board can judge: without one, another alert says so."""
    for request in requests:
        if request.deadline is None or board is None:
            continue
        ahead = board.ahead(
            virtual_start=request.virtual_start, credit_class=request.credit_class, bucket=request.bucket
        )
        wait = board.wait(ahead)
        if wait is not None:
            expected = None if isinf(wait.p50_s) else wait.as_of + timedelta(seconds=wait.p50_s)
            yield Due(request.deadline, expected)
