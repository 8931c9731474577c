"""The roll-forward of the present state, beside the boards: begun when one is published, used when it is in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.engine.board import SETUP_S
from vqueue.engine.order import ClassKey
from vqueue.engine.wait.closed import COLD_BELOW, patience
from vqueue.engine.wait.present import Evidence, Present, Rolled
from vqueue.engine.wait.seeing import Counts, present
from vqueue.ports.database import History, Work
from vqueue.services.house import House

FRESH = timedelta(seconds=30)
"""Age beyond which a roll-forward is not told any more (business time)."""
AHEAD = timedelta(hours=1)
"""Places that become ready within this are known to come."""
MOST_COMING = 300
_REMEMBERED = 200
"""Classes that are asked about though nobody of them waits."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the rows say beyond the counts: calls under way, and places that will be ready."""

    calls: tuple[Attempt, ...] = ()
    coming: tuple[Request, ...] = ()


@dataclass(slots=True)
class Rolls:
    """The last roll-forward that is in, and whether the next one is under way."""

    last: Rolled | None = None
    under_way: bool = False
    classes: set[ClassKey] = field(default_factory=set)

    def fresh(self, now: datetime) -> Rolled | None:
        return self.last if self.last is not None and now - self.last.as_of <= FRESH else None

    def begin(self, house: House, state: Present, histories: Mapping[str, History], now: datetime) -> None:
        """The next one, unless one is under way; a thread of its own works on it."""
        if self.under_way or not state.posts:
            return
        self.under_way = True
        known = {line.klass for line in state.lines if line.klass.bucket}
        self.classes = known if len(known) < _REMEMBERED else set()
        queues = {line.klass.queue for line in state.lines}
        evidence = {queue: _evidence(histories.get(queue, History())) for queue in queues}
        house.spawn(self._roll(house, state, evidence, now))

    async def _roll(self, house: House, state: Present, evidence: Mapping[str, Evidence], now: datetime) -> None:
        try:
            work = partial(_rolled, state, evidence, now)
            self.last = await asyncio.get_running_loop().run_in_executor(house.reckoner, work)
        finally:
            self.under_way = False


def warm(histories: Iterable[History]) -> bool:
    """Whether enough calls have ended in some queue for a roll-forward to say anything."""
    return any(history.handled >= COLD_BELOW for history in histories)


def look(work: Work, now: datetime) -> Sight:
    """Reads what a roll-forward needs."""
    return Sight(tuple(work.attempts.open()), tuple(work.requests.due(now=now + AHEAD, limit=MOST_COMING)))


def state_of(
    sight: Sight,
    *,
    queues: Sequence[tuple[Queue, Counts]],
    agents: Iterable[Agent],
    classes: Iterable[ClassKey],
    now: datetime,
) -> Present:
    calls = {str(attempt.agent): (attempt.opened_at, str(attempt.queue)) for attempt in sight.calls}
    return present(queues=queues, agents=agents, calls=calls, due=sight.coming, now=now, lifts={}, classes=classes)


def _evidence(history: History) -> Evidence:
    return Evidence(
        samples=history.handling_samples, patience=patience(history.abandoned, history.queued_s), setup_s=SETUP_S
    )


def _rolled(state: Present, evidence: Mapping[str, Evidence], now: datetime) -> Rolled:
    """Loads the compiled code when it is first needed: a service that has handled nothing yet does without it."""
    from vqueue.engine.wait.rolling import rolled

    return rolled(state, evidence, now, seed=int(now.timestamp()))
