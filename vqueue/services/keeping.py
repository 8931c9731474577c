"""Housekeeping of places: what is due becomes ready, what is over is closed, who is gone is noticed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.causes import Cause
from vqueue.domain.errors import Refusal, Unavailable
from vqueue.domain.ids import AgentId, PromiseId, RequestId
from vqueue.domain.leg import Role
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.engine import hours
from vqueue.ports.database import Work
from vqueue.services import arriving, entering, hearing, leaving, ringing_in
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

Deed = Callable[[Clerk], None]

FINAL: dict[str, Cause] = {
    "completed": Cause.HUNG_UP,
    "busy": Cause.BUSY,
    "no-answer": Cause.NO_ANSWER,
    "failed": Cause.FAILED,
    "canceled": Cause.CANCELED,
}
"""The provider's final call statuses."""


async def end_wrap_ups(house: House) -> None:
    """Agents whose wrap-up time is over become what they asked to be, or ready."""
    now = house.clock.now()
    agents = await house.database.read(lambda work: work.agents.all())
    for agent in agents:
        if agent.presence is Presence.WRAPPING and agent.wrap_until is not None and agent.wrap_until <= now:
            await quietly(house, partial(_wrapped, who=agent.id))


def _wrapped(clerk: Clerk, who: AgentId) -> None:
    agent = clerk.work.agents.get(who)
    if agent.presence is Presence.WRAPPING and agent.wrap_until is not None and agent.wrap_until <= clerk.at:
        done = {"wrap_until": None, "next_presence": None}
        clerk.move_agent(agent, AgentMove.WRAP_UP_DONE, to=agent.after, reason="wrap_up_over", changes=done)


async def wake_due(house: House) -> None:
    """Parked and booked requests whose time has come are ready again, at their place."""
    now = house.clock.now()
    for request in await house.database.read(lambda work: work.requests.due(now=now)):
        await quietly(house, partial(_woken, known=request.id))


def _woken(clerk: Clerk, known: RequestId) -> None:
    request = clerk.work.requests.get(known)
    if request.not_before is None or request.not_before > clerk.at:
        return
    if request.state is State.BOOKED:
        arriving.due(clerk, request)
    elif request.state is State.HOLDING:
        entering.in_hold(clerk, known)
    elif request.state is State.WAITING and request.mode in (Mode.CALLBACK, Mode.SCHEDULED):
        clerk.store(replace(request, ready=True, not_before=None, parked=None), reason=f"{request.parked}_over")
    elif request.state is State.WAITING and request.mode is Mode.CALL_IN:
        ringing_in.given_up(clerk, request)


async def lapse_promises(house: House) -> None:
    """A window that ended without a ring is a broken promise, and says so."""
    now = house.clock.now()
    for promise in await house.database.read(lambda work: work.promises.open_before(now)):
        await quietly(house, partial(_lapsed, known=promise.id))


def _lapsed(clerk: Clerk, known: PromiseId) -> None:
    promise = clerk.work.promises.get(known)
    lapsed = promise.lapse(clerk.at)
    if lapsed is not promise:
        clerk.settle_promise(clerk.work.requests.get(promise.request), lapsed)


async def close_queues(house: House) -> None:
    """After closing, callbacks still waiting roll to the next opening with their place; the oldest requests expire."""
    now = house.clock.now()
    for queue in await house.database.read(lambda work: work.queues.all()):
        if not hours.is_open(queue.rules.hours, now):
            opening = hours.next_opening(queue.rules.hours, now)
            waiting = await house.database.read(partial(_waiting, queue=queue.id))
            for request in waiting:
                if opening is not None and not await arriving.roll(house, request, opening=opening):
                    await quietly(house, partial(_rolled, known=request.id, opening=opening))
        oldest = now - timedelta(seconds=queue.rules.deadlines.expire_s)
        await _expire(house, queue.id, oldest)


def _waiting(work: Work, queue: str) -> list[Request]:
    """Those to be dialled; the dispatcher may have set some aside as closed already, which settles no promise."""
    modes = (Mode.CALLBACK, Mode.SCHEDULED)
    return [one for mode in modes for one in work.requests.search(queue=queue, states=(State.WAITING,), mode=mode)]


def _rolled(clerk: Clerk, known: RequestId, opening: datetime) -> None:
    request = clerk.work.requests.get(known)
    if request.state is not State.WAITING or not request.dialable:
        return
    clerk.break_promise(request, "rolled")
    start = max(opening, request.not_before or opening)
    later = {
        "ready": False, "not_before": start, "parked": "closed", "deadline": None,
        "slot_start": opening, "slot_zone": None, "slot_text": None,
    }  # fmt: skip
    clerk.move(request, Move.ROLL, reason="closed_before_turn", changes=later)
    clerk.notify(request, "sms.rolled_over")


async def _expire(house: House, queue: str, oldest: datetime) -> None:
    for request in await house.database.read(lambda work: work.requests.expirable(queue=queue, before=oldest)):
        await quietly(house, partial(_expired, known=request.id, oldest=oldest))


def _expired(clerk: Clerk, known: RequestId, oldest: datetime) -> None:
    """Nobody called in all that time: what was promised is broken, and he is told."""
    request = clerk.work.requests.get(known)
    since = max(request.created_at, request.slot_start or request.created_at)
    if request.state not in (State.WAITING, State.BOOKED) or since >= oldest:
        return
    clerk.break_promise(request, "expired")
    clerk.move(request, Move.EXPIRE, reason="too_old", changes={"ready": False})
    clerk.notify(request, "sms.expired_call")


async def find_lost_holders(house: House, *, silent_s: float = 120) -> None:
    """A holder's line asks us something at least once a minute; one that fell silent is looked up."""
    before = house.clock.now() - timedelta(seconds=silent_s)
    for quiet in await house.database.read(lambda work: work.conversations.silent(before=before)):
        try:
            record = await house.telephony.look_up(quiet.call_sid)
        except Unavailable:
            return
        if record is None or record.status in FINAL:
            await quietly(house, partial(call_over, known=quiet.id, move=Move.LOST))
        else:
            await quietly(house, partial(_still_there, known=quiet.id))


def _still_there(clerk: Clerk, known: str) -> None:
    conversation = clerk.work.conversations.get(known)
    clerk.work.conversations.replace(replace(conversation, seen_at=clerk.at))


def call_over(clerk: Clerk, known: str, move: Move = Move.HANG_UP) -> None:
    """The caller's own call is over: his leg, if he was being connected or talking, and his place if he was holding."""
    conversation = clerk.work.conversations.get(known)
    if conversation.ended_at is None:
        clerk.work.conversations.replace(replace(conversation, ended_at=clerk.at))
    for leg in clerk.work.legs.by_call(conversation.call_sid):
        if leg.live and leg.role is Role.CUSTOMER:
            hearing.ended(clerk, leg, cause=Cause.HUNG_UP)
    for request in clerk.work.requests.open_of(now=clerk.at, call_sid=conversation.call_sid):
        if request.state is State.HOLDING:
            leaving.leave(
                clerk, request, reason="hung_up_on_hold" if move is Move.HANG_UP else "call_was_lost", move=move
            )


async def quietly(house: House, deed: Deed) -> None:
    """Housekeeping that lost a race has nothing to do any more: the next round looks again."""
    try:
        await house.act(deed)
    except Unavailable:
        raise
    except Refusal:
        return
