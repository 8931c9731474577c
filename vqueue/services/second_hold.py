"""The hold of a customer whom we rang: from his key to the agent, for the next agent too, with a word at its end."""

from dataclasses import replace

from vqueue.domain.causes import Cause
from vqueue.domain.ids import Token
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, LegState, Role, Way
from vqueue.domain.request import Request, State
from vqueue.domain.speech import Goto, Hangup, LeaveHold, Pause, Play, Prompt, Say, Speech, Target
from vqueue.ports.voice import QueueResult, Told
from vqueue.services import customer_first, entering, hearing, screening, settling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

MUSIC = "hold-music.wav"
_TALKED = (QueueResult.BRIDGED, QueueResult.BRIDGING, QueueResult.REDIRECTED_FROM_BRIDGED)


async def meet(house: House, token: Token, step: int) -> Speech:
    """What he hears in the hold. The first question is the news that an agent's call finds him there."""
    request, lost = await house.act(lambda clerk: _in_hold(clerk, token))
    if request is None:
        return (LeaveHold(),)
    waits = "hold.agent_lost" if lost else "connect.next"
    words = waits if request.state is State.HOLDING else "connect.agent_coming"
    again = (Play(MUSIC), Goto(Target("meet", token, step + 1)))
    # The first time he has just heard it.
    return again if step == 0 else (Say((Prompt(words),), request.language), *again)


def _in_hold(clerk: Clerk, token: Token) -> tuple[Request | None, bool]:
    """His request, and whether an agent who had been called for him failed."""
    leg = clerk.work.legs.by_token(token)
    if leg is None or not leg.live:
        return None, False
    if leg.held_at is None and leg.state is LegState.ACCEPTED:
        clerk.work.legs.replace(replace(leg, held_at=clerk.at))
        clerk.note(Fact.LEG_NEWS, leg=leg.id, attempt=leg.attempt, news="held", role=leg.role)
    request = _waits(clerk, leg)
    lost = settling.load(clerk, leg.attempt).agent_leg is not None
    return (entering.in_hold(clerk, request.id) if request is not None else None), lost


def _waits(clerk: Clerk, leg: Leg) -> Request | None:
    """His request, if he is on this line for it still."""
    request = clerk.work.requests.get(clerk.work.attempts.get(leg.attempt).request)
    if request.state is State.HOLDING:
        return request if request.call_sid == leg.call_sid else None
    if request.state is not State.CONNECTING or request.attempt is None:
        return None
    customer = settling.load(clerk, request.attempt).customer_leg
    return request if customer is not None and customer.call_sid == leg.call_sid else None


async def met(house: House, token: Token, told: Told) -> Speech:
    """The hold has ended: he waits on while it is for him, else a last word; by the state, not the provider's word."""
    if told.queue_result is QueueResult.HANGUP:
        await house.act(lambda clerk: _gone(clerk, token, told))
        return (Hangup(),)
    request, waits = await house.act(lambda clerk: _after(clerk, token, told))
    if request is None:
        return (Hangup(),)
    if waits:
        return (customer_first.hold(request, token),)
    house.spawn(_drop_queue(house, request))
    return (Say((Prompt(_farewell(request)),), request.language), Hangup())


async def mend(house: House, told: Told) -> Speech | None:
    """One of our answers to a call of our own failed: who waits for an agent goes back into his hold, any other call
    ends. None: it is somebody's own call to us."""
    legs = await house.database.read(lambda work: work.legs.by_call(told.call_sid))
    posted = next((leg for leg in legs if leg.way is Way.POSTED), None)
    if posted is None:
        return None
    if posted.role is Role.CUSTOMER and posted.live and posted.state in (LegState.ACCEPTED, LegState.JOINED):
        return Pause(1), Goto(Target("met", posted.token))
    return (Hangup(),)


def _gone(clerk: Clerk, token: Token, told: Told) -> None:
    leg = clerk.work.legs.by_token(token)
    if leg is not None:
        hearing.ended(clerk, leg, cause=Cause.HUNG_UP, told=told)


def _after(clerk: Clerk, token: Token, told: Told) -> tuple[Request | None, bool]:
    leg = clerk.work.legs.by_token(token)
    if leg is None:
        return None, False
    if told.queue_result in _TALKED:
        _talk_over(clerk, leg, bridged=told.queue_result is not QueueResult.BRIDGING)
    request = clerk.work.requests.get(clerk.work.attempts.get(leg.attempt).request)
    return request, _waits(clerk, leg) is not None


def _talk_over(clerk: Clerk, rung: Leg, *, bridged: bool) -> None:
    """The agent hung up first: his side of the talk is over, though his call is not."""
    for leg in clerk.work.legs.by_call(rung.call_sid) if rung.call_sid else []:
        case = settling.load(clerk, leg.attempt)
        if leg.role is Role.CUSTOMER and leg.live and case.attempt.is_open:
            own = screening.joined_after_all(clerk, case, leg) if bridged else leg
            if own.live and own.joined_at is not None:
                hearing.ended(clerk, own, cause=None)


def _farewell(request: Request) -> str:
    match request.state:
        case State.CANCELLED:
            return "screen.cancelled"
        case State.WAITING | State.BOOKED:
            return "farewell.callback"
        case _:
            return "farewell.goodbye"


async def _drop_queue(house: House, request: Request) -> None:
    await house.telephony.drop_queue(f"vq-{request.id}")
