"""Customers who are rung before an agent is free: who they are, how soon agents will be, and giving them one in turn.

Such an attempt rings its customer first and names the agent who was expected; nobody is reserved until his turn comes
and an agent is free. Who presses the key before that holds at the head of the line, for the next agent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.board import QueueBoard
from vqueue.domain.ids import AgentId, RequestId, Token
from vqueue.domain.leg import Leg, LegState, Role
from vqueue.domain.request import Request, State
from vqueue.domain.rules import Queue
from vqueue.engine.board import serves
from vqueue.engine.dial_ahead import Ring, Soon, learnt, pace_of
from vqueue.engine.offer import STALE_S
from vqueue.engine.plan import Seat
from vqueue.ports.database import Work
from vqueue.services import intending, settling
from vqueue.services.clerk import Clerk

MOST = 12
"""Agents of a queue who are looked at as the next to be free."""
LOOK_BACK = timedelta(days=14)
_RINGING = (LegState.INTENDED, LegState.PLACING, LegState.PLACED, LegState.RINGING, LegState.ANSWERED)


@dataclass(frozen=True, slots=True)
class Flight:
    """A customer who was rung ahead, whose turn may come any moment."""

    attempt: Attempt
    request: Request


@dataclass(frozen=True, slots=True)
class Sky:
    """Everybody rung ahead who has no agent yet, and how long customers take to answer, by queue."""

    flying: Mapping[RequestId, Flight] = field(default_factory=dict)
    rings: Mapping[str, Ring] = field(default_factory=dict)


def look(work: Work, queues: Sequence[Queue], agents: Sequence[Agent], now: datetime) -> Sky:
    """Of the queues whose rules let customers be rung ahead; nothing is read where none does."""
    wanted = {queue.id for queue in queues if queue.rules.callback.dial_ahead}
    if not wanted:
        return Sky()
    kept = {agent.attempt for agent in agents}
    alone = [
        attempt
        for attempt in work.attempts.open()
        if attempt.queue in wanted and attempt.shape is Shape.CUSTOMER_FIRST and attempt.id not in kept
    ]
    flying = {attempt.request: Flight(attempt, work.requests.get(attempt.request)) for attempt in alone}
    rings = {queue: learnt(work.outlooks.ring_times(queue, since=now - LOOK_BACK)) for queue in sorted(wanted)}
    return Sky({name: each for name, each in flying.items() if _flies(work, each)}, rings)


def _flies(work: Work, flight: Flight) -> bool:
    """His telephone rings, as far as we know, or he listens to our question; a call in doubt gets no agent."""
    legs = {leg.role: leg for leg in work.legs.of_attempt(flight.attempt.id)}
    customer = legs.get(Role.CUSTOMER)
    return Role.AGENT not in legs and customer is not None and customer.state in _RINGING


def soon(
    sky: Sky,
    queues: Sequence[Queue],
    *,
    agents: Sequence[Agent],
    boards: Mapping[str, QueueBoard],
    given: set[RequestId],
    now: datetime,
) -> Iterator[Soon]:
    """Each queue in which somebody may be rung ahead now; none whose board is stale. `given` have an agent since."""
    for queue in queues:
        ring, board = sky.rings.get(queue.id), boards.get(queue.id)
        if ring is None or board is None or board.age_s(now) > STALE_S or not board.inputs:
            continue
        flying = tuple(
            name for name, each in sky.flying.items() if each.attempt.queue == queue.id and name not in given
        )
        yield Soon(queue=queue.id, busy=_busy(queue, agents, now), flying=flying, pace=pace_of(board.inputs), ring=ring)


def _busy(queue: Queue, agents: Sequence[Agent], now: datetime) -> tuple[Seat, ...]:
    """Who is expected to be free first: who writes up, by when he is done, then who has talked longest."""
    staying = [agent for agent in agents if serves(agent, queue) and agent.next_presence in (None, Presence.READY)]
    writing = sorted((agent.wrap_until or now, agent.id) for agent in staying if agent.presence is Presence.WRAPPING)
    talking = sorted((agent.since, agent.id) for agent in staying if agent.presence is Presence.TALKING)
    by_id: dict[AgentId, Agent] = {agent.id: agent for agent in staying}
    order = [by_id[agent] for _, agent in (*writing, *talking)][:MOST]
    return tuple(
        Seat(
            agent=agent.id,
            skills=agent.skills,
            languages=agent.languages,
            idle_since=now + timedelta(seconds=place),
            standing=agent.standing_call is not None,
        )
        for place, agent in enumerate(order)
    )


def give(clerk: Clerk, flight: Flight, *, agent_id: AgentId, token: Token) -> Leg | bool | None:
    """His turn has come and this agent is free: reserved for him. The agent's leg where the customer has answered
    already; True while his telephone rings; None where either is not to be had any more."""
    attempt, agent = clerk.work.attempts.get(flight.attempt.id), clerk.work.agents.get(agent_id)
    request = clerk.work.requests.get(attempt.request)
    free = agent.presence is Presence.READY and agent.attempt is None
    if not (attempt.is_open and free and request.state is State.CONNECTING and request.attempt == attempt.id):
        return None
    case = settling.load(clerk, attempt.id)
    customer = case.customer_leg
    if case.agent_leg is not None or customer is None or customer.state not in _RINGING:
        return None
    named = clerk.work.attempts.replace(replace(attempt, agent=agent.id))
    reserved = clerk.move_agent(agent, AgentMove.RESERVE, reason="matched_ahead", changes={"attempt": attempt.id})
    if customer.state is not LegState.ANSWERED:
        return True
    return intending.agents_leg(clerk, named, reserved, token)
