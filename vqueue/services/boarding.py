"""Publishing each queue's board: what announcements, pages, offers and reports read."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import Agent
from vqueue.domain.request import State
from vqueue.domain.rules import Queue
from vqueue.engine import board as boards
from vqueue.engine.wait.closed import ClosedForm
from vqueue.ports.database import History, Work
from vqueue.services.house import House

_LOOK_BACK = timedelta(hours=4)
_MODEL = ClosedForm()


@dataclass(frozen=True, slots=True)
class _Seen:
    queue: Queue
    counts: boards.Counts
    history: History


async def publish(house: House) -> None:
    """Reads the counts and figures of every queue and publishes its board."""
    now = house.clock.now()
    agents, seen = await house.database.read(partial(_look, since=now - _LOOK_BACK))
    ready = {each.queue.id: _ready(each.counts) for each in seen}
    for each in seen:
        elsewhere: dict[str, int] = {
            agent.id: sum(
                ready[other.queue.id] for other in seen if other is not each and boards.serves(agent, other.queue)
            )
            for agent in agents
        }
        make = partial(
            boards.board,
            queue=each.queue,
            counts=each.counts,
            agents=agents,
            history=each.history,
            now=now,
            model=_MODEL,
            elsewhere=elsewhere,
        )
        made = await asyncio.to_thread(make)
        await house.board.publish(made)
    await house.broadcast.tell("boards")


def _look(work: Work, since: datetime) -> tuple[list[Agent], list[_Seen]]:
    seen = [
        _Seen(queue, work.requests.counts(queue=queue.id), work.figures.history(queue=queue.id, since=since))
        for queue in work.queues.all()
    ]
    return work.agents.all(), seen


def _ready(counts: boards.Counts) -> int:
    """Places in line that could be served now."""
    in_line = (State.HOLDING, State.WAITING)
    return sum(number for key, minutes in counts.items() if key[4] and key[0] in in_line for _, number in minutes)
