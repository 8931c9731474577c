"""Publishing each queue's board: what announcements, pages, offers and reports read."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import Agent
from vqueue.domain.request import State
from vqueue.domain.rules import Queue
from vqueue.engine import board as boards
from vqueue.engine.wait.calibrating import Calibration
from vqueue.engine.wait.closed import ClosedForm
from vqueue.ports.database import History, Work
from vqueue.services import calibrating, rolling
from vqueue.services.correcting import Corrections
from vqueue.services.counting import open_key
from vqueue.services.house import House
from vqueue.services.rolling import Rolls, Sight

_LOOK_BACK = timedelta(hours=4)
_FRESH = timedelta(seconds=30)
"""How long the figures of the last hours are believed (business time): they move slowly, and cost a walk through all
that happened. The counts of who waits are read for each board."""
_MODEL = ClosedForm()


@dataclass(frozen=True, slots=True)
class Past:
    """What the last hours were like at `as_of`, by queue."""

    as_of: datetime
    histories: Mapping[str, History] = field(default_factory=dict)
    calibrations: Mapping[str, Calibration] = field(default_factory=dict)
    rolls: Rolls = field(default_factory=Rolls)
    corrections: Corrections = field(default_factory=Corrections)
    """These go on from one past to the next."""
    used: Mapping[str, str] = field(default_factory=dict)
    """Queue → id of the learned model in use."""

    def of(self, queue: str) -> History:
        return self.histories.get(queue, History())


@dataclass(frozen=True, slots=True)
class _Seen:
    queue: Queue
    counts: boards.Counts
    open_callbacks: int


async def publish(house: House, past: Past | None = None) -> Past:
    """Reads the counts of every queue and publishes its board; returns the past it was made with, for the next one."""
    now = house.clock.now()
    agents, seen, known, sight = await house.database.read(partial(_look, now=now, past=past))
    await known.corrections.follow(house, known.used)
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
            history=known.of(each.queue.id),
            now=now,
            model=_MODEL,
            elsewhere=elsewhere,
            open_callbacks=each.open_callbacks,
        )
        made = await asyncio.to_thread(make)
        taught = known.calibrations.get(each.queue.id, Calibration())
        model = known.corrections.of(each.queue.id)
        told = await asyncio.to_thread(boards.told, made, known.rolls.fresh(now), taught, model)
        await house.board.publish(told)
    await house.broadcast.tell("boards")
    if sight is not None:
        queues = [(each.queue, each.counts) for each in seen]
        state = rolling.state_of(sight, queues=queues, agents=agents, classes=known.rolls.classes, now=now)
        known.rolls.begin(house, state, known.histories, now)
    return known


def _look(work: Work, now: datetime, past: Past | None) -> tuple[list[Agent], list[_Seen], Past, Sight | None]:
    """The sight is None where nothing is to be rolled forward: too little is known, or the last one is under way."""
    if past is None or now - past.as_of >= _FRESH:
        past = Past(
            now,
            work.figures.histories(since=now - _LOOK_BACK),
            calibrating.calibrations(work),
            rolls=past.rolls if past is not None else Rolls(),
            corrections=past.corrections if past is not None else Corrections(),
            used=work.models.used(),
        )
    queues = work.queues.all()
    owed = work.counters.values([open_key(queue.id) for queue in queues])
    seen = [_Seen(queue, work.requests.counts(queue=queue.id), owed[open_key(queue.id)]) for queue in queues]
    wanted = not past.rolls.under_way and rolling.warm(past.histories.values())
    return work.agents.all(), seen, past, rolling.look(work, now) if wanted else None


def _ready(counts: boards.Counts) -> int:
    """Places in line that could be served now."""
    in_line = (State.HOLDING, State.WAITING)
    return sum(number for key, minutes in counts.items() if key[4] and key[0] in in_line for _, number in minutes)
