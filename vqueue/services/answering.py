"""The agent's phone: the whisper, the key that accepts or passes, and what follows when the dialled call ends."""

from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import assert_never

from vqueue.domain.causes import Cause
from vqueue.domain.errors import StaleWrite
from vqueue.domain.ids import CallSid, LegId, Token
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, LegState, News, Way
from vqueue.domain.promise import Promise
from vqueue.domain.request import State
from vqueue.domain.speech import Ask, Goto, Hangup, Pause, Prompt, Say, Speech, Target
from vqueue.domain.speech_args import Clock
from vqueue.ports.voice import Told
from vqueue.services import (
    bringing,
    customer_first,
    hearing,
    intending,
    missing,
    screening,
    settling,
    taking,
    whispering,
)
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_BEGINS = 9
"""Step at which an agent who accepted before a booked slot began is brought the customer."""
_LONGEST_PAUSE_S = 30
_HEARD_AGAIN = 1
"""How often the whisper's question is repeated to an agent who pressed something else."""


def released(language: str) -> Speech:
    """Said to an agent whose call is no longer needed."""
    return Say((Prompt("whisper.released"),), language), Hangup()


@dataclass(frozen=True, slots=True)
class Answered:
    """What the transaction found when the agent's phone answered."""

    case: settling.Case
    promise: Promise | None


async def answer(house: House, token: Token, told: Told) -> Speech:
    """The agent has answered: who is it, what about, how late are we; key 1 accepts, 2 passes."""
    try:
        found = await house.act(taking.unless_taken(lambda clerk: _answered(clerk, token, told), token))
    except taking.TakenAtDesk:
        return await at_desk(house, token, told)
    if found is None:
        return released("en")
    return _question(house, found, token, step=0)


def _question(house: House, found: Answered, token: Token, *, step: int) -> Speech:
    case = found.case
    language = case.agent.languages[0] if case.agent.languages else "en"
    topic = case.rules.topic_name(case.request.topic, language) if case.request.topic else ""
    words = whispering.whisper(house, case.request, case.attempt, found.promise, topic=topic, again=step > 0)
    ask = Ask(content=(Say(words, language),), then=Target("key", token, step), timeout_s=case.rules.agents.accept_s)
    return (ask, Hangup())


def _answered(clerk: Clerk, token: Token, told: Told) -> Answered | None:
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        return None
    if leg.live:
        leg = clerk.hear(leg, News.ANSWERED, call_sid=told.call_sid)
    case = settling.load(clerk, leg.attempt)
    if not leg.live or not case.attempt.is_open:
        return None
    promise = clerk.work.promises.get(case.request.promise) if case.request.promise else None
    return Answered(case, promise)


async def key(house: House, token: Token, step: int, told: Told) -> Speech:
    """The agent pressed a key (or none); it means nothing where he took the call at his desktop."""
    if step == _BEGINS:
        return await _accept(house, token, told, waited=True)
    try:
        return await _pressed(house, token, step, told)
    except taking.TakenAtDesk as first:
        return taking.steered(first.leg)


async def _pressed(house: House, token: Token, step: int, told: Told) -> Speech:
    if told.digits == "1":
        return await _accept(house, token, told, by_key=True)
    if told.digits != "2" and step < _HEARD_AGAIN:
        found = await house.act(taking.unless_taken(lambda clerk: _answered(clerk, token, told), token))
        return released("en") if found is None else _question(house, found, token, step=step + 1)
    cause = Cause.AGENT_DECLINED if told.digits == "2" else Cause.AGENT_NO_ANSWER
    standing = await house.act(taking.unless_taken(lambda clerk: _pass_on(clerk, token, cause), token))
    return whispering.after("whisper.passed", "en", standing)


def _pass_on(clerk: Clerk, token: Token, cause: Cause) -> str | None:
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        return None
    if leg.live and leg.state is not LegState.JOINED:
        clerk.hear(leg, News.DECLINE, cause=cause)
        settling.settle(clerk, leg.attempt)
    return whispering.standing(leg)


@dataclass(frozen=True, slots=True)
class Bring:
    """The agent accepted: this leg brings the customer to him."""

    case: settling.Case
    customer: Leg


@dataclass(frozen=True, slots=True)
class TooLate:
    """Nobody is to be brought any more. `standing` names the agent whose standing call goes on."""

    standing: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The customer was rung first, and is being asked for his key or is on his way into the hold."""


@dataclass(frozen=True, slots=True)
class TooEarly:
    """The customer is not rung before his booked slot begins: the agent who accepted waits for it on the line."""

    case: settling.Case
    for_s: float


async def at_desk(house: House, token: Token, told: Told) -> Speech:
    """He took the call at his desktop: his telephone brings the customer."""
    return await _accept(house, token, told)


async def _accept(house: House, token: Token, told: Told, *, waited: bool = False, by_key: bool = False) -> Speech:
    """Accepted: re-read, then bring the customer. A caller who has gone is said so at once."""
    new = LegId(house.chance.id("lg")), Token(house.chance.token())
    deed = partial(accepted, token=token, told=told, new=new)
    try:
        outcome = await house.act(taking.unless_taken(deed, token) if by_key else deed)
    except StaleWrite:
        # This number has a live leg of another attempt: never two rings at once.
        standing = await house.act(lambda clerk: _let_go(clerk, token))
        return whispering.after("whisper.released", "en", standing)
    match outcome:
        case Bring(case, customer):
            return bringing.bring(house, case, customer)
        case TooLate(standing):
            return whispering.after("whisper.caller_gone", "en", standing)
        case TooEarly():
            return _until_slot(outcome, token, waited=waited)
        case Asked():
            return await customer_first.bring(house, token, 0)
        case _:
            assert_never(outcome)


def accepted(clerk: Clerk, token: Token, told: Told, *, new: tuple[LegId, Token]) -> Bring | TooLate | TooEarly | Asked:
    """The agent's key 1. Raises StaleWrite while the customer's number has a live leg of another attempt."""
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        return TooLate()
    case = settling.load(clerk, leg.attempt)
    if not leg.live or not case.attempt.is_open or case.request.state is not State.CONNECTING:
        return TooLate(_let_go(clerk, token))
    clerk.hear(leg, News.ACCEPT, call_sid=told.call_sid)
    if case.customer_first:
        return Asked()
    if case.customer_leg is not None:
        # The same key again (a doubled question): the same document, unless the phone is ringing by it already.
        fresh = case.customer_leg.way is Way.INBOUND or case.customer_leg.state is LegState.PLACING
        known = Bring(settling.load(clerk, leg.attempt), case.customer_leg)
        return known if fresh else TooLate(whispering.standing(leg))
    early_s = case.request.early_s(clerk.at)
    if early_s > 0:
        return TooEarly(case, early_s)
    counter, cap = missing.ring_counter(case.request, clerk.at), case.rules.caps.rings_per_number_day
    over = clerk.later(missing.RINGS_KEPT_S)
    if not clerk.work.counters.take(counter, limit=cap, at=clerk.at, expires_at=over):
        return TooLate(_let_go(clerk, token))
    # Written, so that a cancelling at this moment and this ring cannot both succeed.
    clerk.work.attempts.replace(case.attempt)
    return Bring(settling.load(clerk, leg.attempt), _intend_customer(clerk, case, new))


def _until_slot(early: TooEarly, token: Token, *, waited: bool) -> Speech:
    """He is told when it begins, then there is silence until it does; each time it is looked at again."""
    case, begins = early.case, early.case.request.slot_start
    language = case.agent.languages[0] if case.agent.languages else "en"
    again = Goto(Target("key", token, _BEGINS))
    if waited or begins is None:
        return Pause(min(_LONGEST_PAUSE_S, ceil(early.for_s))), again
    soon = Prompt("whisper.slot_soon", {"at": Clock(begins, case.rules.hours.zone)})
    return Say((soon,), language), again


def _let_go(clerk: Clerk, token: Token) -> str | None:
    """Without blame: the request stands where it stood. His own call ends after the words, and that frees the agent;
    sooner, his next call would find his line busy. A standing call goes on, so there he is free at once."""
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        return None
    _give_back(clerk, settling.load(clerk, leg.attempt), reason="not_brought")
    if leg.way is Way.STANDING and leg.state is not LegState.JOINED:
        settling.end_leg(clerk, clerk.work.legs.by_token(token) or leg, cause=Cause.ABORTED)
    return whispering.standing(leg)


def _intend_customer(clerk: Clerk, case: settling.Case, new: tuple[LegId, Token]) -> Leg:
    """The customer's leg, stored before the document that rings him leaves.

    Raises StaleWrite while his number has a live leg.
    """
    leg_id, token = new
    leg = intending.customers_leg(clerk, case.attempt, case.request, way=Way.DIALED, leg_id=leg_id, token=token)
    horizon = clerk.later(case.rules.callback.ring_s + intending.DOUBT_S)
    return clerk.hear(replace(leg, horizon=horizon), News.CLAIM)


async def dialed(house: House, token: Token, told: Told) -> Speech:
    """The agent's `<Dial>` ended: what became of the customer's side, and what the agent hears."""
    key_, standing = await house.act(lambda clerk: _dialed(clerk, token, told))
    return whispering.after(key_, "en", standing)


def _dialed(clerk: Clerk, token: Token, told: Told) -> tuple[str, str | None]:
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        return "farewell.goodbye", None
    if told.gone and leg.live and leg.way is not Way.STANDING:
        # He hung up, and that ended the `<Dial>`: known before his customer's end is judged by it.
        hearing.ended(clerk, leg, cause=Cause.HUNG_UP)
    case = settling.load(clerk, leg.attempt)
    customer = case.customer_leg
    key_ = "farewell.goodbye"
    if customer is not None and customer.way is not Way.DIALED and told.bridged and case.attempt.is_open:
        # The news that they met was lost; the `<Dial>` that ended says that they did.
        customer = screening.joined_after_all(clerk, case, customer)
    if customer is None or (customer.joined_at is None and customer.way is not Way.DIALED):
        # The hold was empty. If the caller has hung up we know it already; else he stays in line.
        _give_back(clerk, case, reason="hold_was_empty")
        key_ = "whisper.caller_gone"
    elif customer.live:
        if customer.joined_at is None and told.bridged:
            clerk.note(Fact.BRIDGED_UNCONFIRMED, request=case.request, attempt=case.attempt.id, leg=customer.id)
        hearing.ended(clerk, customer, cause=told.cause, told=_as_child(told))
    if customer is not None and customer.way is Way.DIALED and not told.gone:
        _no_key(clerk, customer.token)
    if customer is not None and customer.joined_at is None and customer.way is Way.DIALED:
        key_ = whispering.why_not(clerk.work.legs.by_token(customer.token) or customer)
    if leg.way is Way.STANDING:
        settling.end_leg(clerk, clerk.work.legs.by_token(token) or leg)
    return key_, whispering.standing(leg)


def _no_key(clerk: Clerk, token: Token) -> None:
    """The `<Dial>` ended before the agent's call: a customer who answered and was not joined left by himself."""
    customer = clerk.work.legs.by_token(token)
    if customer is not None and not customer.live and customer.joined_at is None and customer.cause is Cause.HUNG_UP:
        clerk.work.legs.replace(replace(customer, cause=Cause.NO_KEY))
        settling.settle(clerk, customer.attempt)


def _give_back(clerk: Clerk, case: settling.Case, *, reason: str) -> None:
    """Ends an open attempt before a customer is rung or joined; his request stays in line."""
    customer = case.customer_leg
    if not case.attempt.is_open or case.request.state is not State.CONNECTING:
        return
    if customer is not None and customer.way is Way.POSTED:
        settling.keep_on_the_line(clerk, case, customer)
        settling.settle(clerk, case.attempt.id)
    elif customer is None or customer.way is Way.INBOUND:
        settling.withdraw(clerk, case)
        settling.give_back(clerk, case.request, reason=reason)
        settling.settle(clerk, case.attempt.id)


def _as_child(told: Told) -> Told:
    return replace(told, call_sid=told.child or CallSid(""))
