"""Placing an agent's call: intent is already stored; claim it, post once, store what is certain, settle what is not."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from vqueue.domain.agent import AddressKind, Agent
from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotPossible
from vqueue.domain.ids import AgentId, Token
from vqueue.domain.leg import Leg, LegState, News, Way
from vqueue.domain.speech import Target
from vqueue.ports.database import Work
from vqueue.ports.telephony import Busy, Doubt, NotPlaced, Order, Placed, Placing
from vqueue.services import settling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_POSTS = 4
"""Most posts of one call; only a 429 ("not processed") is followed by another."""
_DOUBT_S = 60
"""Longer than any ring goes on after its time-out: when a call in doubt can no longer ring."""


async def place(house: House, token: Token) -> None:
    """Places the intended call of this leg, at most once for certain."""
    claimed = await house.act(lambda clerk: _claim(clerk, token))
    if claimed is None:
        return
    leg, agent, ring_s = claimed
    answer = await _post(house, leg, agent, ring_s)
    await house.act(lambda clerk: _heard(clerk, token, answer))


def _claim(clerk: Clerk, token: Token) -> tuple[Leg, Agent, int] | None:
    """Takes `intended` to `placing`: whoever does it posts, and only he. None: nothing to place any more."""
    leg = clerk.work.legs.by_token(token)
    if leg is None or leg.state is not LegState.INTENDED:
        return None
    case = settling.load(clerk, leg.attempt)
    if not case.attempt.is_open:
        settling.end_leg(clerk, leg, cause=Cause.ABORTED)
        return None
    ring_s = case.rules.agents.ring_s
    horizon = clerk.at + timedelta(seconds=ring_s + _DOUBT_S)
    claimed = clerk.hear(replace(leg, horizon=horizon), News.CLAIM)
    return claimed, case.agent, ring_s


async def _post(house: House, leg: Leg, agent: Agent, ring_s: int) -> Placing:
    if leg.way is Way.STANDING and agent.standing_call is not None:
        taken = await house.telephony.redirect(agent.standing_call, Target("answer", leg.token, 0))
        return Placed(agent.standing_call) if taken else NotPlaced(0, "the standing call is gone")
    order = Order(
        to=address(house, agent),
        caller_id=house.line.number,
        answer=Target("answer", leg.token, 0),
        status=Target("status", leg.token),
        ring_s=ring_s,
    )
    answer: Placing = Busy(0.0)
    for _ in range(_POSTS):
        answer = await house.telephony.place(order)
        if not isinstance(answer, Busy):
            return answer
        await house.clock.sleep((answer.retry_after_s + house.chance.jitter()) * house.clock.speed)
        if not await house.database.read(partial(_wanted, token=leg.token)):
            break
    return answer


def _wanted(work: Work, token: Token) -> bool:
    """Whether the call that had to wait is still to be placed."""
    leg = work.legs.by_token(token)
    return leg is not None and leg.state is LegState.PLACING and work.attempts.get(leg.attempt).is_open


def _heard(clerk: Clerk, token: Token, answer: Placing) -> None:
    """Stores the provider's answer. An agent's call in doubt is given up at once, its token dead."""
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        raise NotPossible("the leg that was placed is gone")
    match answer:
        case Placed(call_sid):
            placed = clerk.hear(leg, News.POSTED, call_sid=call_sid)
            if not placed.live or not clerk.work.attempts.get(placed.attempt).is_open:
                clerk.hang_ups.append(call_sid)
        case NotPlaced(code, _):
            clerk.hear(leg, News.REFUSED, cause=Cause.REFUSED, code=code)
            settling.settle(clerk, leg.attempt)
            if leg.way is Way.STANDING:
                _line_is_gone(clerk, leg)
        case Busy():
            # Nobody's fault: the provider had no room, no phone rang.
            clerk.hear(leg, News.REFUSED, cause=Cause.ABORTED, code=429)
            settling.settle(clerk, leg.attempt)
        case Doubt(detail):
            doubtful = clerk.hear(leg, News.DOUBT, detail=detail)
            if doubtful.state is LegState.UNSURE:
                clerk.hear(doubtful, News.GIVE_UP, cause=Cause.AGENT_DOUBT)
                settling.settle(clerk, leg.attempt)


def _line_is_gone(clerk: Clerk, leg: Leg) -> None:
    """The agent's standing call could not be taken up: from now on his phone rings."""
    agent = clerk.work.agents.get(AgentId(leg.agent or ""))
    if agent.standing_call == leg.call_sid:
        clerk.work.agents.replace(replace(agent, standing_call=None))


def address(house: House, agent: Agent) -> str:
    """The agent's address as the provider dials it."""
    opened = house.vault.open(agent.address)
    match agent.address_kind:
        case AddressKind.PHONE:
            return opened
        case AddressKind.CLIENT:
            return opened if opened.startswith("client:") else f"client:{opened}"
        case AddressKind.SIP:
            return opened if opened.startswith("sip:") else f"sip:{opened}"
