"""Looking after calls whose news never came: asked for at the provider, settled by what it knows, never redialled."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotFound, StaleWrite, Unavailable
from vqueue.domain.ids import AttemptId, CallSid, Token
from vqueue.domain.leg import Leg, LegState, News, Role, Way
from vqueue.ports.database import Work
from vqueue.ports.telephony import CallRecord
from vqueue.services import dialing, hearing, keeping, screening, settling
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_EARLY_S = 10
"""How much earlier than we intended it the provider may date a call (its clock, whole seconds)."""
_INTENT_S = 4
"""An intent nobody claimed for this long (wall seconds as business seconds): its writer died before dialling."""
_QUIET_S = 120
"""How long a call without a horizon of its own may be quiet."""
_STILL_ON_S = 60
"""How soon a call that still goes on past its horizon is asked about again."""


async def sweep_legs(house: House) -> None:
    """Settles every live leg that has been quiet for longer than a healthy call can be."""
    now = house.clock.now()
    for leg in await house.database.read(lambda work: work.legs.due(now=now)):
        with contextlib.suppress(StaleWrite, NotFound):  # one leg that cannot be settled now ends nothing else
            unclaimed = timedelta(seconds=_INTENT_S * house.clock.speed)
            if leg.state is LegState.INTENDED and now - leg.created_at > unclaimed:
                await _nobody_placed(house, leg)
            elif _due(leg, now):
                await _ask(house, leg)
    await _settle_quiet_attempts(house)


async def _settle_quiet_attempts(house: House) -> None:
    """Attempts that are open though none of their calls lives, and agents held by attempts that are over."""
    for attempt in await house.database.read(_without_live_legs):
        await keeping.quietly(house, partial(settling.settle, attempt_id=attempt))


def _without_live_legs(work: Work) -> list[AttemptId]:
    return work.attempts.quiet()


def _due(leg: Leg, now: datetime) -> bool:
    """Whether the call is past its horizon (or what would have been one)."""
    return now > (leg.horizon or leg.created_at + timedelta(seconds=_QUIET_S))


async def _nobody_placed(house: House, leg: Leg) -> None:
    """The process that intended this call stopped before claiming it: no phone rang, nobody is to blame. A customer
    is called only while it is still his turn; after a longer silence he goes back to the head of the line."""
    late = house.clock.now() - leg.created_at > timedelta(seconds=_QUIET_S)
    if leg.role is Role.AGENT or (leg.way is Way.POSTED and not late):
        await dialing.place(house, leg.token)
    else:
        await _settle(house, leg.token, News.ENDED, Cause.CANCELED)


async def _ask(house: House, leg: Leg) -> None:
    """Looks the call up at the provider. What it knows is news; what it does not know, past its horizon, never was."""
    try:
        record = await _look_up(house, leg)
    except Unavailable:
        return
    if record is None:
        rang = leg.rang_at is not None or leg.answered_at is not None
        await _settle(house, leg.token, News.GONE, Cause.LOST if rang or leg.way is not Way.DIALED else Cause.CANCELED)
    elif record.status in keeping.FINAL:
        await _settle(house, leg.token, News.ENDED, keeping.FINAL[record.status], call=record.call_sid)
    else:
        await house.act(lambda clerk: _wait_on(clerk, leg.token, record.call_sid))


async def _look_up(house: House, leg: Leg) -> CallRecord | None:
    if leg.call_sid is not None:
        return await house.telephony.look_up(leg.call_sid)
    if leg.way is Way.POSTED and leg.to is not None:
        return await _unbound(house, leg, house.vault.open_phone(leg.to).e164)
    if leg.way is not Way.DIALED:
        return None
    parent = await house.database.read(lambda work: _parent(work.legs.of_attempt(leg.attempt)))
    if parent is None or parent.call_sid is None:
        return None
    return await _nobodys(house, leg, await house.telephony.find(parent=parent.call_sid))


async def _unbound(house: House, leg: Leg, number: str) -> CallRecord | None:
    """The call to this number whose answer never came: listed by number and day, ours if no leg has it."""
    listed = await house.telephony.find(to=number, since=leg.created_at - timedelta(seconds=_EARLY_S))
    ours = [one for one in listed if one.parent is None and one.from_ == house.line.number]
    return await _nobodys(house, leg, ours)


async def _nobodys(house: House, leg: Leg, calls: Sequence[CallRecord]) -> CallRecord | None:
    """Of these, the newest since the intent that no leg knows as its own."""
    since = leg.created_at - timedelta(seconds=_EARLY_S)
    own = [one for one in calls if one.started_at is None or one.started_at >= since]
    known = await house.database.read(lambda work: {one.call_sid for one in own if work.legs.by_call(one.call_sid)})
    return next((one for one in own if one.call_sid not in known), None)


def _parent(legs: list[Leg]) -> Leg | None:
    return next((leg for leg in legs if leg.role is Role.AGENT), None)


async def _settle(house: House, token: Token, news: News, cause: Cause, *, call: CallSid | None = None) -> None:
    await house.act(lambda clerk: _settled(clerk, token, news, cause, call=call))


def _settled(clerk: Clerk, token: Token, news: News, cause: Cause, *, call: CallSid | None) -> None:
    leg = clerk.work.legs.by_token(token)
    if leg is None or not leg.live:
        return
    if news is News.ENDED:
        hearing.ended(clerk, replace(leg, call_sid=leg.call_sid or call), cause=cause)
    else:
        clerk.hear(leg, News.GONE if leg.state is not LegState.INTENDED else News.ENDED, cause=cause)
        settling.settle(clerk, leg.attempt)


def _wait_on(clerk: Clerk, token: Token, call: CallSid) -> None:
    """Still going on: asked again later."""
    leg = clerk.work.legs.by_token(token)
    if leg is not None and leg.live:
        pause = _STILL_ON_S if leg.joined_at is None else screening.TALK_CHECK_S
        clerk.work.legs.replace(replace(leg, call_sid=leg.call_sid or call, horizon=clerk.later(pause)))
