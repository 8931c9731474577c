"""Placing a call of our own: the intent is stored; claim it, post once, store what is certain, settle what is not."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from vqueue.domain.agent import AddressKind, Agent
from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotPossible
from vqueue.domain.ids import AgentId, Token
from vqueue.domain.leg import Leg, LegState, News, Role, Way
from vqueue.domain.rules import Rules
from vqueue.domain.speech import Target
from vqueue.ports.database import Work
from vqueue.ports.telephony import Busy, Doubt, NotPlaced, Order, Placed, Placing
from vqueue.services import missing, settling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.intending import DOUBT_S

_POSTS = 4
"""Most posts of one call; only a 429 ("not processed") is followed by another."""
_TURNS = 12
_TURN_S = 0.25
"""How often, and how far apart (wall seconds), an agent's call asks for its share of the calls of a second."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A call that is ours to place, and only ours."""

    leg: Leg
    agent: Agent
    rules: Rules

    @property
    def ring_s(self) -> int:
        return _ring_s(self.leg, self.rules)


def _ring_s(leg: Leg, rules: Rules) -> int:
    return rules.agents.ring_s if leg.role is Role.AGENT else rules.callback.ring_s


async def may_call(house: House) -> bool:
    """Our own limit on created calls, shared by all replicas, kept below the provider's."""
    rate = house.line.calls_per_second
    return await house.throttle.take("calls", rate=rate, burst=max(1, int(rate)))


async def place_in_turn(house: House, leg: Leg) -> None:
    """A call that no tick has reckoned with waits for its share; one that gets none is left to the sweep."""
    for _ in range(_TURNS):
        if leg.way is Way.STANDING or await may_call(house):
            await place(house, leg.token)
            return
        await house.clock.sleep(_TURN_S * house.clock.speed)


async def place(house: House, token: Token) -> None:
    """Places the intended call of this leg, at most once for certain."""
    claimed = await house.act(lambda clerk: _claim(clerk, token))
    if claimed is None:
        return
    answer = await _post(house, claimed)
    await house.act(lambda clerk: _heard(clerk, token, answer))


def _claim(clerk: Clerk, token: Token) -> Claimed | None:
    """Takes `intended` to `placing`: whoever does it posts, and only he. None: nothing to place any more."""
    leg = clerk.work.legs.by_token(token)
    if leg is None or leg.state is not LegState.INTENDED:
        return None
    case = settling.load(clerk, leg.attempt)
    if not case.attempt.is_open:
        settling.end_leg(clerk, leg, cause=Cause.ABORTED)
        return None
    horizon = clerk.at + timedelta(seconds=_ring_s(leg, case.rules) + DOUBT_S)
    return Claimed(clerk.hear(replace(leg, horizon=horizon), News.CLAIM), case.agent, case.rules)


async def _post(house: House, claimed: Claimed) -> Placing:
    leg, agent = claimed.leg, claimed.agent
    if leg.way is Way.STANDING and agent.standing_call is not None:
        taken = await house.telephony.redirect(agent.standing_call, Target("answer", leg.token, 0))
        return Placed(agent.standing_call) if taken else NotPlaced(0, "the standing call is gone")
    order = _order(house, claimed)
    answer: Placing = Busy(0.0)
    for _ in range(_POSTS):
        answer = await house.telephony.place(order)
        if not isinstance(answer, Busy):
            return answer
        await house.clock.sleep((answer.retry_after_s + house.chance.jitter()) * house.clock.speed)
        if not await house.database.read(partial(_wanted, token=leg.token)):
            break
    return answer


def _order(house: House, claimed: Claimed) -> Order:
    leg, status = claimed.leg, Target("status", claimed.leg.token)
    if leg.role is Role.AGENT or leg.to is None:
        return Order(
            to=address(house, claimed.agent),
            caller_id=house.line.number,
            answer=Target("answer", leg.token, 0),
            status=status,
            ring_s=claimed.ring_s,
        )
    return Order(
        to=house.vault.open_phone(leg.to).e164,
        caller_id=house.line.number,
        answer=Target("screen", leg.token, 0),
        status=status,
        ring_s=claimed.ring_s,
        amd=Target("amd", leg.token) if claimed.rules.callback.machine_detection else None,
    )


def _wanted(work: Work, token: Token) -> bool:
    """Whether the call that had to wait is still to be placed."""
    leg = work.legs.by_token(token)
    return leg is not None and leg.state is LegState.PLACING and work.attempts.get(leg.attempt).is_open


def _heard(clerk: Clerk, token: Token, answer: Placing) -> None:
    """Stores the provider's answer."""
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
            if leg.role is Role.CUSTOMER:
                _did_not_ring(clerk, leg)
            settling.settle(clerk, leg.attempt)
        case Doubt(detail):
            _in_doubt(clerk, clerk.hear(leg, News.DOUBT, detail=detail))


def _in_doubt(clerk: Clerk, leg: Leg) -> None:
    """An agent's call is given up at once, its token dead. A customer's may be ringing: nothing else rings him until
    its news has come or its horizon has passed, and his agent is free meanwhile."""
    if leg.state is not LegState.UNSURE:
        return
    if leg.role is Role.CUSTOMER:
        settling.spare_agent(clerk, leg.attempt)
        return
    clerk.hear(leg, News.GIVE_UP, cause=Cause.AGENT_DOUBT)
    settling.settle(clerk, leg.attempt)


def _did_not_ring(clerk: Clerk, leg: Leg) -> None:
    """The ring that was taken of his number's day is given back."""
    request = clerk.work.requests.get(clerk.work.attempts.get(leg.attempt).request)
    clerk.work.counters.give(missing.ring_counter(request, leg.created_at))


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
