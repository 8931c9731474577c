"""A customer who was promised the same agent waits for him while he is busy: for a bounded time, then for anybody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.ids import AgentId
from vqueue.domain.request import Request, State
from vqueue.domain.rules import Queue
from vqueue.engine.board import serves
from vqueue.engine.plan import ASIDE, Action, Reserve, Skip, Snapshot

if TYPE_CHECKING:
    from vqueue.services.clerk import Clerk

OWN = "own_agent_busy"
"""Why such a place is set aside."""
FREE = "own_agent_free"
"""Why it stands in line again before its time."""
MARGIN = timedelta(minutes=2)
"""So long before the end of a promise anybody may take it."""
_BUSY = frozenset({Presence.RESERVED, Presence.TALKING, Presence.WRAPPING})


def wanted(request: Request, now: datetime) -> AgentId | None:
    """The agent he would rather have, for as long as that holds."""
    return request.wanted_agent if request.wanted_until is None or request.wanted_until > now else None


def busy(request: Request, agents: Iterable[Agent], queue: Queue, now: datetime) -> bool:
    """Whether he waits for his agent now: one who is at work for this queue, and who is busy with somebody else."""
    agent_id = wanted(request, now)
    if agent_id is None or queue.rules.agents.own_wait_s <= 0:
        return False
    if request.deadline is not None and request.deadline - MARGIN <= now:
        return False
    return any(agent.id == agent_id and agent.presence in _BUSY and serves(agent, queue) for agent in agents)


def kept(actions: Iterable[Action], snapshot: Snapshot, now: datetime) -> tuple[Action, ...]:
    """The plan, in which nobody else is given to a place whose own agent was free and is given to another one in it."""
    found = tuple(actions)
    places = {place.id: place for head in snapshot.heads for place in head.places}
    waits = {line.queue for line in snapshot.lines if line.rules.agents.own_wait_s > 0}
    taken = {action.agent for action in found if isinstance(action, Reserve)}

    def aside(action: Action) -> Action:
        if not isinstance(action, Reserve):
            return action
        place = places[action.request]
        own, soon = place.last_agent, place.deadline is not None and place.deadline - MARGIN <= now
        if place.state is not State.WAITING or own is None or own == action.agent or soon or place.queue not in waits:
            return action
        return Skip(request=place.id, reason=OWN, until=now + ASIDE) if own in taken else action

    return tuple(map(aside, found))


def bounded(clerk: "Clerk", request: Request) -> Request:
    """The place as it is set aside: from the first time on he waits no longer than the rules say, nor so long that
    what was promised is broken. Being set aside again makes it no longer."""
    longest = clerk.later(clerk.work.queues.get(request.queue).rules.agents.own_wait_s)
    ends = [longest, *([request.wanted_until] if request.wanted_until is not None else [])]
    if request.deadline is not None:
        ends.append(request.deadline - MARGIN)
    until = max(min(ends), clerk.at)
    return replace(request, wanted_until=until, not_before=min(request.not_before or until, until))


def free_again(clerk: "Clerk", agent: AgentId) -> None:
    """His agent is ready: he stands in line again at once, at the place he has."""
    for request in clerk.work.requests.set_aside_for(agent):
        if request.parked == OWN:
            clerk.store(replace(request, ready=True, not_before=None, parked=None), reason=FREE)
