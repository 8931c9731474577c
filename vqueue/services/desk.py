"""What an agent does at the bank's own desktop: takes the call he is offered, passes it, ends it, is done with it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotFound, NotPossible
from vqueue.domain.ids import AgentId, AttemptId, CallSid
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, LegState, News, Way
from vqueue.domain.request import State
from vqueue.domain.speech import Target
from vqueue.services import presence, settling, taking
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

T = TypeVar("T")
_TURNS = 20
_TURN_S = 0.1
"""How often, and how far apart (wall seconds), a desktop that is quicker than the telephone network is looked after."""
LONGER = timedelta(seconds=60)
"""How much one wish for more time to write up adds."""
LONGEST = timedelta(minutes=10)
"""How long writing up may last by such wishes."""
_NOT_YET = frozenset({LegState.INTENDED, LegState.PLACING})
_TAKEN = frozenset({LegState.ACCEPTED, LegState.JOINED})


@dataclass(frozen=True, slots=True)
class _Found:
    """The agent, and his leg where there is something to do about his telephone."""

    agent: Agent
    leg: Leg | None = None


class _NotYet(NotPossible):
    """His telephone has not come so far yet."""


async def accept(house: House, agent_id: AgentId, *, by: str, attempt: AttemptId | None = None) -> Agent:
    """As if he had pressed 1: the customer is brought to his telephone, at once where he has picked it up, else as soon
    as he does. Repeating it changes nothing; of desktop and key exactly one wins. `attempt`: this offer and no other.

    Raises NotFound, and NotPossible when he is offered no call.
    """
    found = await _in_time(house, partial(_accepted, agent_id=agent_id, attempt=attempt, by=by))
    if found.leg is not None and found.leg.call_sid is not None:
        house.spawn(_steer(house, found.leg.call_sid, Target("accepted", found.leg.token)))
    return found.agent


async def decline(house: House, agent_id: AgentId, *, by: str, attempt: AttemptId | None = None) -> Agent:
    """As if he had pressed 2: the place goes to the next agent. `attempt`: this offer and no other. Raises NotFound;
    NotPossible when nothing is offered or the call is taken already."""
    found = await _in_time(house, partial(_declined, agent_id=agent_id, attempt=attempt, by=by))
    leg = found.leg
    if leg is not None and leg.call_sid is not None and leg.way is Way.STANDING:
        house.spawn(_steer(house, leg.call_sid, Target("standing", agent_id, 0)))
    return found.agent


async def end(house: House, agent_id: AgentId, *, attempt: AttemptId, by: str) -> Agent:
    """Ends the talk: the customer's call, and by that what the agent hears of it; a line of his that stands all day
    stays. Repeating it changes nothing. Raises NotFound; NotPossible while nobody talks."""
    return await house.act(partial(_ended, agent_id=agent_id, attempt=attempt, by=by))


async def wrap_up(house: House, agent_id: AgentId) -> Agent:
    """Done writing up: ready, or what was asked for meanwhile. Raises NotFound; NotPossible while he is on a call."""
    return await house.act(partial(_wrapped_up, agent_id=agent_id))


async def done(house: House, agent_id: AgentId, *, attempt: AttemptId) -> Agent:
    """Done with this call and with writing it up; his telephone, which is the last to leave a talk, is let do so for a
    moment. Whatever came after this call is left alone. Raises NotFound; NotPossible while the talk goes on."""
    return await _in_time(house, partial(_done, agent_id=agent_id, attempt=attempt))


async def longer(house: House, agent_id: AgentId, *, seen: datetime, by: str) -> Agent:
    """A little longer to write up, while the end is still the one he has `seen`: pressed twice it counts once.

    Raises NotFound; NotPossible when he is not writing up, or has been for LONGEST.
    """
    return await house.act(partial(_longer, agent_id=agent_id, seen=seen, by=by))


def may_take_longer(agent: Agent) -> bool:
    """Whether one more wish for time would not make it last too long."""
    return agent.wrap_until is not None and agent.wrap_until + LONGER <= agent.since + LONGEST


async def _in_time(house: House, deed: partial[T]) -> T:
    """A desktop is quicker than the telephone (an offer is told before it rings): it is let wait for a moment."""
    for _ in range(_TURNS):
        try:
            return await house.act(deed)
        except _NotYet:
            await house.clock.sleep(_TURN_S * house.clock.speed)
    return await house.act(deed)


async def _steer(house: House, call: CallSid, to: Target) -> None:
    await house.telephony.redirect(call, to)


def _offered(clerk: Clerk, agent: Agent, attempt: AttemptId | None) -> Leg:
    """The leg by which he is offered a call. Raises NotPossible."""
    if agent.attempt is None or attempt not in (None, agent.attempt):
        raise NotPossible("This agent is offered no call.")
    case = settling.load(clerk, agent.attempt)
    leg = case.agent_leg
    if leg is None or (leg.live and leg.state in _NOT_YET):
        raise _NotYet("His telephone is not being rung yet.")
    if not leg.live or not case.attempt.is_open or case.request.state not in (State.CONNECTING, State.TALKING):
        raise NotPossible("The call he was offered is over.")
    return leg


def _accepted(clerk: Clerk, agent_id: AgentId, attempt: AttemptId | None, by: str) -> _Found:
    agent = clerk.work.agents.get(agent_id)
    leg = _offered(clerk, agent, attempt)
    if leg.state in _TAKEN:
        return _Found(agent)
    answered = leg.state is LegState.ANSWERED
    heard = clerk.hear(leg, News.ACCEPT, by=by)
    taking.mark(clerk, heard)
    after = clerk.move_agent(agent, AgentMove.ACCEPT, reason="accepted_at_desk")
    return _Found(after, heard if answered else None)


def _declined(clerk: Clerk, agent_id: AgentId, attempt: AttemptId | None, by: str) -> _Found:
    leg = _offered(clerk, clerk.work.agents.get(agent_id), attempt)
    if leg.state in _TAKEN:
        raise NotPossible("The call is taken already.")
    heard = clerk.hear(leg, News.DECLINE, cause=Cause.AGENT_DECLINED, by=by)
    settling.settle(clerk, leg.attempt)
    if heard.way is Way.POSTED and heard.call_sid is not None:
        clerk.hang_ups.append(heard.call_sid)
    return _Found(clerk.work.agents.get(agent_id), heard)


def _ended(clerk: Clerk, agent_id: AgentId, attempt: AttemptId, by: str) -> Agent:
    agent, case = clerk.work.agents.get(agent_id), settling.load(clerk, attempt)
    if case.attempt.agent != agent_id:
        raise NotFound("This is no call of yours.")
    customer = case.customer_leg
    if customer is None or customer.joined_at is None:
        raise NotPossible("Nobody talks yet.")
    mine = case.agent_leg
    own = mine.call_sid if mine is not None and mine.way is Way.POSTED else None
    call = customer.call_sid or own
    if case.attempt.is_open and customer.live and call is not None:
        clerk.hang_ups.append(call)
        clerk.note(Fact.STAFF_ACTED, request=case.request, attempt=attempt, agent=agent_id, act="ended_talk", by=by)
    return agent


def _wrapped_up(clerk: Clerk, agent_id: AgentId) -> Agent:
    agent = clerk.work.agents.get(agent_id)
    if agent.presence in (Presence.RESERVED, Presence.TALKING):
        raise NotPossible(f"The agent is {agent.presence}.")
    return presence.wrapped_up(clerk, agent_id, reason="wrapped_up_at_desk")


def _done(clerk: Clerk, agent_id: AgentId, attempt: AttemptId) -> Agent:
    agent = clerk.work.agents.get(agent_id)
    if agent.attempt == attempt:
        over = not clerk.work.attempts.get(attempt).is_open
        raise _NotYet("His telephone is still on it.") if over else NotPossible("The talk goes on.")
    if agent.presence is not Presence.WRAPPING:
        return agent
    return presence.wrapped_up(clerk, agent_id, reason="wrapped_up_at_desk")


def _longer(clerk: Clerk, agent_id: AgentId, seen: datetime, by: str) -> Agent:
    agent = clerk.work.agents.get(agent_id)
    if agent.presence is not Presence.WRAPPING or agent.wrap_until is None:
        raise NotPossible(f"The agent is {agent.presence}.")
    if agent.wrap_until != seen:
        return agent
    if not may_take_longer(agent):
        raise NotPossible("Writing up has lasted long enough.")
    until = agent.wrap_until + LONGER
    clerk.note(Fact.STAFF_ACTED, agent=agent_id, act="longer_wrap_up", by=by, until=until.isoformat())
    clerk.topics += ["agents", f"agent:{agent_id}"]
    return clerk.work.agents.replace(replace(agent, wrap_until=until))
