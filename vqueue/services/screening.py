"""The customer's side before connection: the screen that asks for a person's key, and the moment of joining."""

from dataclasses import replace
from datetime import timedelta

from vqueue.domain.agent import AgentMove
from vqueue.domain.causes import Cause
from vqueue.domain.ids import Token
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, LegState, News, Way
from vqueue.domain.request import Move, Request, State
from vqueue.domain.speech import Ask, Hangup, Nothing, Prompt, Say, Speech, Target
from vqueue.domain.speech_args import Arg, Clock, Minutes, Text
from vqueue.ports.voice import Told
from vqueue.services import hearing, settling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

TALK_CHECK_S = 300
"""How often a talk whose end did not come is asked about at the provider."""
_SCREENS = 2
"""How often the question is said to a silent line before it is hung up."""


async def screen(house: House, token: Token, told: Told) -> Speech:
    """The customer (or a machine) answered: say who calls and why, and wait for a key. Always ends in a hang-up."""
    found = await house.act(lambda clerk: _answered(clerk, token, told))
    if found is None:
        return (Hangup(),)
    return _question(house, *found, token=token, step=0)


def _question(house: House, request: Request, snooze_s: int, *, token: Token, step: int) -> Speech:
    args: dict[str, Arg] = {
        "bank": Text(house.line.bank),
        "asked": Clock(request.created_at, house.line.zone),
        "snooze": Minutes(snooze_s // 60),
    }
    words = (Prompt("screen.offer", args),) if step == 0 else (Prompt("screen.again"), Prompt("screen.offer", args))
    ask = Ask(content=(Say(words, request.language),), then=Target("screen-key", token, step), timeout_s=5)
    return (ask, Hangup())


def _answered(clerk: Clerk, token: Token, told: Told) -> tuple[Request, int] | None:
    leg = _rung(clerk, token)
    if leg is None or not leg.live:
        return None
    hearing.progress(clerk, leg, News.ANSWERED, told=told)
    case = settling.load(clerk, leg.attempt)
    return (case.request, case.rules.callback.snooze_s) if case.attempt.is_open else None


def _rung(clerk: Clerk, token: Token) -> Leg | None:
    """The customer's leg that we dialled; no other is ever screened."""
    leg = clerk.work.legs.by_token(token)
    return leg if leg is not None and leg.way is Way.DIALED else None


async def key(house: House, token: Token, step: int, told: Told) -> Speech:
    """1 is the proof of a person: connected. 2: later. 3: no longer needed. Else: asked again, then hung up."""
    match told.digits:
        case "1":
            talking = await house.act(lambda clerk: _connect(clerk, token, told))
            return (Nothing(),) if talking else (Hangup(),)
        case "2" | "3":
            return await _put_off(house, token, told, Cause.SNOOZED if told.digits == "2" else Cause.NOT_NEEDED)
    found = await house.act(lambda clerk: _answered(clerk, token, told))
    if found is None:
        return (Hangup(),)
    if step + 1 < _SCREENS:
        return _question(house, *found, token=token, step=step + 1)
    await house.act(lambda clerk: _silent(clerk, token))
    return (Say((Prompt("screen.no_key"),), found[0].language), Hangup())


def _silent(clerk: Clerk, token: Token) -> None:
    """Nobody pressed a key: no proof of a person, whatever ends this call."""
    leg = _rung(clerk, token)
    if leg is not None and leg.live and leg.cause is None and leg.joined_at is None:
        clerk.work.legs.replace(replace(leg, cause=Cause.NO_KEY))


def _connect(clerk: Clerk, token: Token, told: Told) -> bool:
    """Both are on the line. Repeating it is harmless; a leg whose attempt is over is not connected."""
    leg = _rung(clerk, token)
    if leg is None or not leg.live or leg.cause is not None:
        return False
    case = settling.load(clerk, leg.attempt)
    if leg.state is LegState.JOINED:
        return True
    if not case.attempt.is_open or not case.agent_leg.live or case.request.state is not State.CONNECTING:
        return False
    join(clerk, case, clerk.hear(leg, News.ACCEPT, call_sid=told.call_sid))
    return True


def join(clerk: Clerk, case: settling.Case, customer: Leg) -> None:
    """The two sides meet: request talking, agent talking, promise settled, the second hold measured."""
    check = clerk.later(TALK_CHECK_S)
    joined = clerk.hear(replace(customer, horizon=check), News.JOINED)
    clerk.hear(replace(case.agent_leg, horizon=check), News.JOINED)
    accepted_at = case.agent_leg.answered_at if joined.way == "inbound" else clerk.at
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
    answered = hearing.progress(clerk, leg, News.ANSWERED, told=told)
    clerk.work.legs.replace(replace(answered, cause=asked))
    clerk.note(Fact.LEG_NEWS, leg=leg.id, attempt=leg.attempt, news="asked", cause=asked, role=leg.role)
    return clerk.work.requests.get(case.request.id), case.rules.callback.snooze_s


async def joined(house: House, token: Token, told: Told) -> Speech:
    """The agent's `<Dial><Queue>` found the caller: the only news of the moment a holder is connected."""
    language = await house.act(lambda clerk: _holder_joined(clerk, token))
    return (Hangup(),) if language is None else (Say((Prompt("connect.now"),), language),)


def _holder_joined(clerk: Clerk, token: Token) -> str | None:
    leg = clerk.work.legs.by_token(token)
    if leg is None or not leg.live or leg.way is not Way.INBOUND:
        return None
    case = settling.load(clerk, leg.attempt)
    if leg.state is not LegState.JOINED and case.attempt.is_open and case.request.state is State.CONNECTING:
        join(clerk, case, leg)
    return case.request.language
