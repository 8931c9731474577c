"""What a tick of the dispatcher sees: who waits, who is free, who was rung ahead; rows, and the snapshot of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.board import QueueBoard
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import Queue
from vqueue.engine import hours
from vqueue.engine.plan import Head, Line, Place, Seat, Snapshot
from vqueue.ports.database import ClassHead, Work
from vqueue.services import awaiting, missing, ringing_ahead
from vqueue.services.house import House
from vqueue.services.ringing_ahead import Sky

_MOST_SEATS = 50
"""Reservations of one tick at the most; the next tick follows at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the database showed: the raw rows a snapshot is made from."""

    queues: list[Queue]
    agents: list[Agent]
    heads: list[ClassHead]
    phones: set[str]
    """Of those waiting: the numbers that have a live customer leg."""
    rings: dict[str, int]
    sky: Sky
    """Who was rung ahead and has no agent yet."""


def look(work: Work, now: datetime) -> Seen:
    """Heads are read as far as there are agents for them."""
    agents = work.agents.all()
    queues = work.queues.all()
    sky = ringing_ahead.look(work, queues, agents, now)
    seats = min(_MOST_SEATS, sum(agent.presence is Presence.READY for agent in agents))
    seats += ringing_ahead.MOST if sky.rings else 0
    heads = (
        [head for queue in queues for head in work.requests.heads(queue=queue.id, limit=max(1, seats))] if seats else []
    )
    waiting = [place for head in heads for place in head.places if place.state is State.WAITING]
    rings = work.counters.values([missing.ring_counter(place, now) for place in waiting])
    phones = work.legs.live_numbers({place.phone.index for place in waiting if place.phone is not None})
    return Seen(queues=queues, agents=agents, heads=heads, phones=phones, rings=rings, sky=sky)


def snapshot_of(house: House, seen: Seen, boards: dict[str, QueueBoard]) -> Snapshot:
    now = house.clock.now()
    queues = {queue.id: queue for queue in seen.queues}
    return Snapshot(
        lines=tuple(
            Line(
                queue=queue.id,
                rules=queue.rules,
                switches=queue.switches,
                open_now=hours.is_open(queue.rules.hours, now),
                opens_at=hours.next_opening(queue.rules.hours, now),
                board=boards.get(queue.id),
            )
            for queue in seen.queues
        ),
        heads=(
            *(_head(house, head, queues[head.queue], seen) for head in seen.heads),
            *(_flying(house, each.request, queues[each.request.queue], seen) for each in seen.sky.flying.values()),
        ),
        seats=tuple(_seats(seen.agents)),
        calls_in_a_second=max(1, int(house.line.calls_per_second)),
        phones=frozenset(seen.phones),
    )


def _seats(agents: Iterable[Agent]) -> Iterable[Seat]:
    for agent in agents:
        if agent.presence is Presence.READY and agent.attempt is None:
            yield Seat(
                agent=agent.id,
                skills=agent.skills,
                languages=agent.languages,
                idle_since=agent.idle_since or agent.since,
                standing=agent.standing_call is not None,
            )


def _head(house: House, head: ClassHead, queue: Queue, seen: Seen) -> Head:
    places = tuple(_place(house, request, queue, seen) for request in head.places)
    return Head(queue=head.queue, bucket=head.bucket, credit_class=head.credit_class, places=places)


def _flying(house: House, request: Request, queue: Queue, seen: Seen) -> Head:
    """Who was rung ahead takes his turn among all others, as if he were on the line."""
    place = replace(_place(house, request, queue, replace(seen, rings={})), state=State.HOLDING)
    return Head(queue=place.queue, bucket=place.bucket, credit_class=place.credit_class, places=(place,))


def _place(house: House, request: Request, queue: Queue, seen: Seen) -> Place:
    """A request as the order sees it, with whether its phone may be rung at this moment."""
    now, rules = house.clock.now(), queue.rules
    why, until = "", None
    index = request.phone.index if request.phone is not None else ""
    if request.state is State.WAITING:
        if request.phone is None or request.mode not in (Mode.CALLBACK, Mode.SCHEDULED):
            why = "no_number"
        elif rules.callback.shape is Shape.CUSTOMER_FIRST and request.early_s(now) > 0:
            why, until = "slot_not_begun", request.slot_start
        elif seen.rings.get(missing.ring_counter(request, now), 0) >= rules.caps.rings_per_number_day:
            why, until = "cap_of_the_day", hours.next_midnight(request.zone or rules.hours.zone, now)
        else:
            zone, country = request.zone or rules.hours.zone, request.country or None
            if not hours.calling_allowed(rules.calling_windows, zone, country, now):
                why, until = "calling_window", hours.next_allowed(rules.calling_windows, zone, country, now)
            elif awaiting.busy(request, seen.agents, queue, now):
                why = awaiting.OWN
    return Place(
        id=request.id,
        queue=request.queue,
        bucket=request.bucket,
        credit_class=request.credit_class,
        virtual_start=request.virtual_start,
        state=request.state,
        skills=request.skills,
        language=request.language,
        deadline=request.deadline,
        phone_index=index if request.state is State.WAITING else "",
        dialable_now=not why,
        why_not=why,
        until=until,
        last_agent=awaiting.wanted(request, now),
    )
