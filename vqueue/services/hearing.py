"""Taking news about a leg: the provider's statuses, in any order, twice, late, or before our own POST returned."""

from dataclasses import replace

from vqueue.domain.causes import Cause
from vqueue.domain.ids import CallSid, Token
from vqueue.domain.leg import Leg, LegState, News, Role, Way
from vqueue.domain.request import State
from vqueue.ports.voice import Told
from vqueue.services import leaving, settling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_RANG = frozenset({Cause.NO_ANSWER, Cause.BUSY, Cause.MACHINE, Cause.HUNG_UP, Cause.NO_KEY})
"""Ends that say that the customer's phone was rung, also where the news of its ringing never came."""


async def status(house: House, token: Token, told: Told) -> None:
    """A status callback of this leg. Unknown tokens and news that change nothing are fine: the answer is always yes."""
    await house.act(lambda clerk: _status(clerk, token, told))


async def verdict(house: House, token: Token, told: Told) -> None:
    """The answering-machine verdict: advice only, used to name the cause when no key is pressed."""
    await house.act(lambda clerk: _verdict(clerk, token, told))


def _status(clerk: Clerk, token: Token, told: Told) -> None:
    leg = clerk.work.legs.by_token(token)
    if leg is None or told.news is None or not _of_this_call(leg, told):
        return
    if told.news is News.ENDED:
        ended(clerk, leg, cause=told.cause, sequence=told.sequence, told=told)
    else:
        progress(clerk, leg, told.news, told=told)


def ended(clerk: Clerk, leg: Leg, *, cause: Cause | None, sequence: int = -1, told: Told | None = None) -> None:
    """The call is over. A machine is known; whether a customer without a key hung up himself is settled later."""
    sid = told.call_sid if told else None
    cause = _unproven(leg, cause)
    if leg.role is Role.AGENT and leg.joined_at is None and leg.state is LegState.ANSWERED and cause is Cause.HUNG_UP:
        cause = Cause.AGENT_DECLINED
    if leg.live and cause in _RANG:
        _rung(clerk, leg, engaged=cause is Cause.BUSY)
    heard = clerk.hear(leg, News.ENDED, cause=cause, call_sid=sid, sequence=sequence)
    settling.settle(clerk, leg.attempt)
    if leg.role is Role.CUSTOMER and leg.way is Way.POSTED and heard.call_sid is not None:
        _line_over(clerk, heard.call_sid)


def _unproven(leg: Leg, cause: Cause | None) -> Cause | None:
    """The cause where a customer whom we rang ended the call before the talk."""
    if leg.role is not Role.CUSTOMER or leg.way is Way.INBOUND or leg.joined_at is not None:
        return cause
    if cause not in (Cause.HUNG_UP, None) or leg.state is LegState.ACCEPTED:
        return cause
    if leg.machine:
        return Cause.MACHINE
    return Cause.HUNG_UP if leg.way is Way.DIALED else Cause.NO_KEY


def _line_over(clerk: Clerk, call: CallSid) -> None:
    """The call by which we had rung him is over: whoever was still being brought to it comes too late."""
    for leg in clerk.work.legs.by_call(call):
        if leg.live and leg.role is Role.CUSTOMER:
            ended(clerk, leg, cause=Cause.HUNG_UP)
    for request in clerk.work.requests.open_of(now=clerk.at, call_sid=call):
        if request.state is State.HOLDING:
            leaving.leave(clerk, request, reason="hung_up_on_hold")


def progress(clerk: Clerk, leg: Leg, news: News, *, told: Told) -> Leg:
    """Ringing or answered. The first sign of life of the customer's phone is the moment his promise is judged by."""
    heard = clerk.hear(leg, news, call_sid=told.call_sid, sequence=told.sequence)
    if heard.rang_at or heard.answered_at:
        _rung(clerk, leg)
    return heard


def _rung(clerk: Clerk, leg: Leg, *, engaged: bool = False) -> None:
    """Counts the customer's ring at the first sign of it; `leg` is as it was before that sign.

    A line that was engaged was rung, but nobody heard it: the promise is not settled by that.
    """
    if leg.role is Role.CUSTOMER and leg.way is not Way.INBOUND and leg.rang_at is None and leg.answered_at is None:
        attempt = clerk.work.attempts.get(leg.attempt)
        request = clerk.work.requests.get(attempt.request)
        if not engaged:
            clerk.first_ring(request)
        clerk.store(replace(request, rings=request.rings + 1), reason="rung")


def _verdict(clerk: Clerk, token: Token, told: Told) -> None:
    leg = clerk.work.legs.by_token(token)
    if leg is not None and leg.live and told.machine and not leg.machine:
        clerk.work.legs.replace(replace(leg, machine=True))


def _of_this_call(leg: Leg, told: Told) -> bool:
    """A leg that knows its call listens to no other."""
    return leg.call_sid is None or not told.call_sid or leg.call_sid == told.call_sid
