"""A callback that rings the customer first: his agent is called when he answers, and they meet in his hold."""

from dataclasses import dataclass, replace
from typing import assert_never

from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.causes import Cause
from vqueue.domain.ids import Token
from vqueue.domain.leg import Leg, LegState, News, Way
from vqueue.domain.request import Request, State
from vqueue.domain.speech import EnterHold, Goto, Pause, Prompt, Say, Speech, Target
from vqueue.ports.voice import Told
from vqueue.services import intending, settling, whispering
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_LOOK_S = 1
"""How long an agent who accepted waits before he is looked at again: part of the customer's second hold."""


def summon(clerk: Clerk, case: settling.Case, token: Token) -> None:
    """The customer answered: his agent's leg is intended, so that it rings while the customer listens.

    Nobody is called who has asked for a break meanwhile; the agent of a call that was in doubt comes if he is free.
    """
    agent = case.agent
    if case.agent_leg is not None:
        return
    if agent.attempt is None and agent.presence is Presence.READY:
        agent = clerk.move_agent(
            agent, AgentMove.RESERVE, reason="customer_answered", changes={"attempt": case.attempt.id}
        )
    if agent.attempt == case.attempt.id and agent.next_presence in (None, Presence.READY):
        intending.agents_leg(clerk, case.attempt, agent, token)


def accepted(clerk: Clerk, case: settling.Case, leg: Leg, told: Told, token: Token) -> settling.Case | None:
    """Key 1: a person, who waits for the agent from this moment on. Pressed again, it changes nothing."""
    if leg.state is not LegState.ACCEPTED:
        if not case.attempt.is_open or case.request.state is not State.CONNECTING:
            return None
        summon(clerk, case, token)
        clerk.hear(leg, News.ACCEPT, call_sid=told.call_sid)
        clerk.work.attempts.replace(replace(case.attempt, accepted_at=clerk.at))
        settling.settle(clerk, case.attempt.id)
    return settling.load(clerk, case.attempt.id)


def into_hold(case: settling.Case, token: Token, code: tuple[Prompt, ...]) -> Speech:
    """A short sentence, then the hold in which the agent finds him; who was rung ahead and has none yet is told so."""
    words = (Prompt("connect.next" if case.request.state is State.HOLDING else "connect.agent_coming"), *code)
    return (Say(words, case.request.language), hold(case.request, token))


def hold(request: Request, token: Token) -> EnterHold:
    """The hold of this request; `token` is that of the leg we rang him by."""
    return EnterHold(request=request.id, wait=Target("meet", token, 0), left=Target("met", token))


@dataclass(frozen=True, slots=True)
class _Bring:
    request: Request
    agent: Leg
    customer: Leg


@dataclass(frozen=True, slots=True)
class _Wait:
    language: str


@dataclass(frozen=True, slots=True)
class _Over:
    why: str
    standing: str | None = None


async def bring(house: House, token: Token, step: int) -> Speech:
    """The agent has accepted: he waits until the customer is in the hold, and takes him out of it."""
    found = await house.act(lambda clerk: _look(clerk, token))
    match found:
        case _Bring(request, agent, customer):
            return whispering.to_the_hold(request.id, agent=agent, customer=customer)
        case _Wait(language):
            said = (Say((Prompt("whisper.asked"),), language),) if step == 0 else ()
            return (*said, Pause(_LOOK_S), Goto(Target("bring", token, step + 1)))
        case _Over(why, standing):
            return whispering.after(why, "en", standing)
        case _:
            assert_never(found)


def _look(clerk: Clerk, token: Token) -> _Bring | _Wait | _Over:
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        return _Over("whisper.released")
    case = settling.load(clerk, leg.attempt)
    customer = case.customer_leg
    if customer is not None and case.attempt.is_open and leg.live:
        if customer.held_at is not None:
            return _Bring(case.request, leg, customer)
        return _Wait(case.agent.languages[0] if case.agent.languages else "en")
    if leg.live and leg.way is Way.STANDING:
        settling.end_leg(clerk, leg, cause=Cause.ABORTED)
    return _Over(whispering.why_not(customer) if customer is not None else "whisper.released", whispering.standing(leg))
