"""The customer's side before connection: the screen that asks for a person's key, and the moment of joining."""

from dataclasses import replace
from datetime import timedelta

from vqueue.domain.agent import AgentMove
from vqueue.domain.causes import Cause
from vqueue.domain.ids import Token
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, LegState, News, Role, Way
from vqueue.domain.request import Move, Request, State
from vqueue.domain.speech import Ask, Hangup, Nothing, Prompt, Say, Speech, Target
from vqueue.domain.speech_args import Arg, Clock, Digits, Minutes, Text
from vqueue.ports.voice import Told
from vqueue.services import bank_code, customer_first, dialing, hearing, settling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

TALK_CHECK_S = 300
"""How often a talk whose end did not come is asked about at the provider."""
_SCREENS = 2
"""How often the question is said to a silent line before it is hung up."""


async def screen(house: House, token: Token, told: Told) -> Speech:
    """The customer (or a machine) answered: say who calls and why, and wait for a key. Always ends in a hang-up."""
    agents = Token(house.chance.token())
    case = await house.act(lambda clerk: answered(clerk, token, told, agents))
    if case is None:
        return (Hangup(),)
    _ring_agent(house, case)
    return _question(house, case, token=token, step=0)


def _ring_agent(house: House, case: settling.Case) -> None:
    """Beside the answer: the agent of a customer who was rung first."""
    if case.agent_leg is not None and case.agent_leg.state is LegState.INTENDED:
        house.spawn(dialing.place_in_turn(house, case.agent_leg))


def _question(house: House, case: settling.Case, *, token: Token, step: int) -> Speech:
    request, snooze_s = case.request, case.rules.callback.snooze_s
    args: dict[str, Arg] = {
        "bank": Text(house.line.bank),
        "asked": Clock(request.created_at, house.line.zone),
        "snooze": Minutes(snooze_s // 60),
    }
    words = (Prompt("screen.offer", args),) if step == 0 else (Prompt("screen.again"), Prompt("screen.offer", args))
    ask = Ask(content=(Say(words, request.language),), then=Target("screen-key", token, step), timeout_s=5)
    return (ask, Hangup())


def answered(clerk: Clerk, token: Token, told: Told, agents: Token | None = None) -> settling.Case | None:
    """`agents`: the token of the agent's leg, where it is intended only now."""
    leg = _rung(clerk, token)
    if leg is None or not leg.live:
        return None
    hearing.progress(clerk, leg, News.ANSWERED, told=told)
    case = settling.load(clerk, leg.attempt)
    if not case.attempt.is_open:
        return None
    if case.customer_first and agents is not None:
        customer_first.summon(clerk, case, agents)
    return settling.load(clerk, leg.attempt)


def _rung(clerk: Clerk, token: Token) -> Leg | None:
    """The leg of a customer whom we rang; no other is ever screened."""
    leg = clerk.work.legs.by_token(token)
    return leg if leg is not None and leg.role is Role.CUSTOMER and leg.way is not Way.INBOUND else None


async def key(house: House, token: Token, step: int, told: Told) -> Speech:
    """1 is the proof of a person: connected. 2: later. 3: no longer needed. Else: asked again, then hung up."""
    match told.digits:
        case "1":
            return await _person(house, token, told)
        case "2" | "3":
            return await _put_off(house, token, told, Cause.SNOOZED if told.digits == "2" else Cause.NOT_NEEDED)
    found = await house.act(lambda clerk: answered(clerk, token, told))
    if found is None:
        return (Hangup(),)
    if step + 1 < _SCREENS:
        return _question(house, found, token=token, step=step + 1)
    await house.act(lambda clerk: _silent(clerk, token))
    return (Say((Prompt("screen.no_key"),), found.request.language), Hangup())


async def _person(house: House, token: Token, told: Told) -> Speech:
    """He hears the bank's code where his app can show it, then meets the agent, or holds for him."""
    agents = Token(house.chance.token())
    case = await house.act(lambda clerk: connect(clerk, token, told, agents))
    if case is None:
        return (Hangup(),)
    _ring_agent(house, case)
    code: tuple[Prompt, ...] = ()
    if bank_code.spoken(case.request, ruled=case.rules.callback.bank_code):
        code = (Prompt("screen.code", {"code": Digits(case.attempt.code)}),)
    if case.customer_first:
        return customer_first.into_hold(case, token, code)
    return (Say(code, case.request.language),) if code else (Nothing(),)


def _silent(clerk: Clerk, token: Token) -> None:
    """Nobody pressed a key: no proof of a person, whatever ends this call."""
    leg = _rung(clerk, token)
    if leg is not None and leg.live and leg.cause is None and leg.joined_at is None:
        clerk.work.legs.replace(replace(leg, cause=Cause.NO_KEY))


def connect(clerk: Clerk, token: Token, told: Told, agents: Token) -> settling.Case | None:
    """The key is pressed. Repeating it is harmless; a leg whose attempt is over is not connected."""
    leg = _rung(clerk, token)
    if leg is None or not leg.live or leg.cause is not None:
        return None
    case = settling.load(clerk, leg.attempt)
    if leg.state is LegState.JOINED:
        return case
    if case.customer_first:
        return customer_first.accepted(clerk, case, leg, told, agents)
    agent_is_there = case.agent_leg is not None and case.agent_leg.live
    if not case.attempt.is_open or not agent_is_there or case.request.state is not State.CONNECTING:
        return None
    join(clerk, case, clerk.hear(leg, News.ACCEPT, call_sid=told.call_sid))
    return settling.load(clerk, leg.attempt)


def join(clerk: Clerk, case: settling.Case, customer: Leg) -> None:
    """The two sides meet: request talking, agent talking, promise settled, the second hold measured."""
    check, agent = clerk.later(TALK_CHECK_S), case.agent_leg
    assert agent is not None
    joined = clerk.hear(replace(customer, horizon=check), News.JOINED)
    clerk.hear(replace(agent, horizon=check), News.JOINED)
    accepted_at = case.attempt.accepted_at or (agent.answered_at if joined.way is Way.INBOUND else clerk.at)
    clerk.work.attempts.replace(replace(case.attempt, joined_at=clerk.at, accepted_at=accepted_at))
    clerk.withdraw_promise(case.request, "connected")
    clerk.move(case.request, Move.CONNECT, reason="joined", changes={"ready": False})
    clerk.move_agent(case.agent, AgentMove.JOIN, reason="joined")


def joined_after_all(clerk: Clerk, case: settling.Case, customer: Leg) -> Leg:
    """The caller's leg, joined now if it was not known to be."""
    if customer.joined_at is None and customer.live and case.request.state is State.CONNECTING:
        join(clerk, case, customer)
    return clerk.work.legs.by_token(customer.token) or customer


async def _put_off(house: House, token: Token, told: Told, asked: Cause) -> Speech:
    """The wish is stored before it is confirmed; the request moves when this call has ended."""
    found = await house.act(lambda clerk: _ask(clerk, token, told, asked))
    if found is None:
        return (Hangup(),)
    request, snooze_s = found
    if asked is Cause.NOT_NEEDED:
        return (Say((Prompt("screen.cancelled"),), request.language), Hangup())
    at = Clock(house.clock.now() + timedelta(seconds=snooze_s), house.line.zone)
    return (Say((Prompt("screen.snoozed", {"at": at}),), request.language), Hangup())


def _ask(clerk: Clerk, token: Token, told: Told, asked: Cause) -> tuple[Request, int] | None:
    leg = _rung(clerk, token)
    if leg is None or not leg.live or leg.state is LegState.JOINED:
        return None
    case = settling.load(clerk, leg.attempt)
    if not case.attempt.is_open:
        return None
    heard = hearing.progress(clerk, leg, News.ANSWERED, told=told)
    clerk.work.legs.replace(replace(heard, cause=asked))
    clerk.note(Fact.LEG_NEWS, leg=leg.id, attempt=leg.attempt, news="asked", cause=asked, role=leg.role)
    return clerk.work.requests.get(case.request.id), case.rules.callback.snooze_s


async def joined(house: House, token: Token, told: Told) -> Speech:
    """The agent's `<Dial><Queue>` found the caller: the only news of the moment a holder is connected."""
    language = await house.act(lambda clerk: holder_joined(clerk, token))
    return (Hangup(),) if language is None else (Say((Prompt("connect.now"),), language),)


def holder_joined(clerk: Clerk, token: Token) -> str | None:
    """The agent's call has found him in the hold; his language, or None when it is not for him any more."""
    leg = clerk.work.legs.by_token(token)
    if leg is None or not leg.live or leg.way is Way.DIALED:
        return None
    case = settling.load(clerk, leg.attempt)
    if leg.state is not LegState.JOINED and case.attempt.is_open and case.request.state is State.CONNECTING:
        join(clerk, case, leg)
    return case.request.language
