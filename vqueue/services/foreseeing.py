"""Counts each half hour as it passes, and keeps the outlook of every queue: rounds of whoever holds the lease."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.outlook import Measured, Outlook, Seen
from vqueue.domain.rules import Queue
from vqueue.engine import outlook as outlooks
from vqueue.engine.board import serves
from vqueue.engine.hours import is_open
from vqueue.engine.outlook import PAST_DAYS, half_hour_of
from vqueue.engine.retry import OURS
from vqueue.ports.database import Work
from vqueue.ports.reports import Span
from vqueue.services.house import House

STALE = timedelta(minutes=5)
"""An outlook is made anew so often, and when a half hour is over."""
MEASURED = timedelta(hours=1)
"""How calls go is measured anew so often: it is a walk through weeks."""
LOOK_BACK = timedelta(days=7)
FEWEST_HUNG_UP = 5
USUALLY_ANSWERED, AS_MANY_AS = 0.93, 20
"""Of the calls to customers that are answered (Hathaway et al. 2021), and how many of our own weigh as much."""
AT_WORK = (Presence.READY, Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)
SHORTEST_DAYS = 3
"""The outlook reaches so far at least, where times are booked for fewer days."""


async def look(house: House) -> None:
    """One look: who is at work, and who came since the last one. What was before the first look is counted from the
    requests that are there."""
    now = house.clock.now()
    counted = await house.database.read(partial(_count, now=now))
    await house.database.transact(lambda work: work.outlooks.note(counted))


def _count(work: Work, now: datetime) -> list[Seen]:
    """Arrivals of each half hour since the newest one noted, that one included; staff of the present one."""
    present = half_hour_of(now)
    since = max(work.outlooks.newest() or present - timedelta(days=PAST_DAYS), present - timedelta(days=PAST_DAYS))
    since = min(since, present)
    came = work.outlooks.arrivals(since=since, until=now)
    queues = [queue for queue in work.queues.all() if is_open(queue.rules.hours, now)]
    at_work = [agent for agent in work.agents.all() if agent.presence in AT_WORK]
    staff = staff_of(at_work, queues)
    past = {(queue, start) for queue, start in came if start != present}
    return [
        *(Seen(queue=queue, start=start, arrivals=came[queue, start]) for queue, start in sorted(past)),
        *(
            Seen(queue=name, start=present, arrivals=came.get((name, present), 0), staff=there, samples=1)
            for name, there in staff.items()
        ),
    ]


def staff_of(at_work: Sequence[Agent], queues: Sequence[Queue]) -> dict[str, float]:
    """Agents for each of these queues; who serves several counts for each with an equal part of himself."""
    found = dict.fromkeys((queue.id for queue in queues), 0.0)
    for agent in at_work:
        his = [queue.id for queue in queues if serves(agent, queue)]
        for queue_id in his:
            found[queue_id] += 1.0 / len(his)
    return found


async def foresee(house: House) -> None:
    """Outlooks whose time is over are made anew, one queue after the other."""
    now = house.clock.now()
    for queue in await house.database.read(lambda work: work.queues.all()):
        stored = await house.database.read(partial(_stored, queue=queue.id))
        if stored is not None and not _over(stored, now):
            continue
        facts = await house.database.read(partial(_facts, queue=queue, stored=stored, now=now))
        days = max(SHORTEST_DAYS, queue.rules.slots.horizon_days + 1)
        make = partial(outlooks.outlook, queue.id, queue.rules, seen=facts.seen, measured=facts.measured, now=now)
        made = await asyncio.to_thread(make, days=days)
        await house.database.transact(partial(_put, outlook=made))


def _stored(work: Work, queue: str) -> Outlook | None:
    return work.outlooks.find(queue)


def _put(work: Work, outlook: Outlook) -> None:
    work.outlooks.put(outlook)


def _over(stored: Outlook, now: datetime) -> bool:
    return now - stored.made_at >= STALE or half_hour_of(now) != half_hour_of(stored.made_at)


@dataclass(frozen=True, slots=True)
class _Facts:
    seen: list[Seen]
    measured: Measured | None


def _facts(work: Work, queue: Queue, stored: Outlook | None, now: datetime) -> _Facts:
    seen = work.outlooks.seen(queue.id, since=half_hour_of(now) - timedelta(days=PAST_DAYS))
    known = stored.measured if stored is not None else None
    if known is None or now - known.at >= MEASURED:
        known = _measured(work, queue.id, now)
    return _Facts(seen, known)


def _measured(work: Work, queue: str, now: datetime) -> Measured | None:
    """None before the first finished talk."""
    history = work.figures.histories(since=now - LOOK_BACK).get(queue)
    if history is None or not history.handled:
        return None
    tries = work.reports.attempts(Span(start=now - LOOK_BACK, end=now, queues=(queue,)))
    called = [each for each in tries if each.shape != Shape.HOLDER and each.outcome not in OURS]
    answered = sum(each.joined for each in called) + USUALLY_ANSWERED * AS_MANY_AS
    patient = history.abandoned >= FEWEST_HUNG_UP and history.queued_s > 0
    return Measured(
        at=now,
        handling_s=history.handling_s / history.handled,
        patience_s=history.queued_s / history.abandoned if patient else None,
        answered=answered / (sum(each.attempts for each in called) + AS_MANY_AS),
        calls=history.handled,
    )
