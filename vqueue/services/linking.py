"""The page an SMS links to: one purpose, a day, no number shown; what may be done there and the doing of it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import groupby, islice
from typing import assert_never
from zoneinfo import ZoneInfo

from vqueue.domain.errors import AlreadyDialing, NotFound, NotPossible
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.slots import Slot
from vqueue.ports.apps import Known, PageLink
from vqueue.ports.database import Work
from vqueue.services import admitting, booking, changing, requesting, showing
from vqueue.services.admitting import Admission
from vqueue.services.booking import Place
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.showing import Shown

LIFE = timedelta(hours=24)
"""Business time."""
AHEAD = timedelta(days=7)
MOST_SLOTS, MOST_A_DAY = 12, 4


class Purpose(StrEnum):
    """What a link is for."""

    MISSED = "missed"
    """We rang and did not reach him."""
    PLACE = "place"
    """He has a place, or a booked time, that he may keep, move or give up."""


class Act(StrEnum):
    """What may be done on the page."""

    CALL_NOW = "call_now"
    KEEP = "keep"
    MOVE = "move"
    CANCEL = "cancel"


PURPOSES = {
    "sms.missed_will_retry": Purpose.MISSED,
    "sms.missed_in_grace": Purpose.MISSED,
    "sms.rolled_over": Purpose.PLACE,
    "sms.rolled_to_slot": Purpose.PLACE,
    "sms.booked_call": Purpose.PLACE,
    "sms.moved_call": Purpose.PLACE,
    "sms.window_changed": Purpose.PLACE,
    "sms.reminder": Purpose.PLACE,
}
_ALLOWED = {
    Purpose.MISSED: (Act.CALL_NOW, Act.MOVE, Act.CANCEL),
    Purpose.PLACE: (Act.KEEP, Act.MOVE, Act.CANCEL),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The page as it is now."""

    purpose: Purpose
    shown: Shown
    at: datetime
    acts: tuple[Act, ...]
    slots: tuple[Slot, ...]
    zone: str


async def made(house: House, request_id: RequestId, prompt: str) -> str | None:
    """The address of a new page for this notice; None where the notice has none. Its token is stored nowhere."""
    purpose = PURPOSES.get(prompt)
    if purpose is None or not house.public_url:
        return None
    token = house.chance.token()
    expires_at = house.clock.now() + LIFE
    link = PageLink(id=_hashed(token), request=request_id, purpose=purpose, expires_at=expires_at)
    await house.database.transact(lambda work: work.links.insert(link))
    return f"{house.public_url}/r/{token}"


async def opened(house: House, token: str) -> Opened:
    """Reading changes nothing: programs that look at links do no harm. Raises NotFound for a link that is over."""
    link, known = await house.database.read(partial(_known, token=token, now=house.clock.now()))
    purpose, request = Purpose(link.purpose), known.request
    shown = await showing.shown(house, known)
    slots: tuple[Slot, ...] = ()
    if _movable(request):
        slots = await _free(house, request)
    acts = tuple(act for act in _ALLOWED[purpose] if possible(act, request, house.clock.now(), slots=bool(slots)))
    zone = request.slot_zone or request.zone or house.line.zone
    return Opened(purpose=purpose, shown=shown, at=house.clock.now(), acts=acts, slots=slots, zone=zone)


def possible(act: Act, request: Request, now: datetime, *, slots: bool) -> bool:
    """Whether the request stands so that this can be done."""
    match act:
        case Act.CALL_NOW:
            waits = request.state is State.WAITING and request.parked in ("retry", "snooze")
            return request.phone is not None and request.proven and (waits or showing.in_grace(request, now))
        case Act.KEEP:
            return request.state in (State.WAITING, State.BOOKED)
        case Act.MOVE:
            return slots and _movable(request)
        case Act.CANCEL:
            return request.state in (State.WAITING, State.BOOKED, State.CONNECTING)
        case _:
            assert_never(act)


async def act(house: House, token: str, wanted: Act, *, slot: datetime | None = None) -> None:
    """Does it and journals it. Raises NotFound for a link that is over, and what the act itself is refused with."""
    link, known = await house.database.read(partial(_known, token=token, now=house.clock.now()))
    request = known.request
    if wanted not in _ALLOWED[Purpose(link.purpose)]:
        raise NotPossible
    match wanted:
        case Act.CALL_NOW:
            await changing.take_back(house, request)
        case Act.KEEP:
            pass
        case Act.MOVE:
            await _move(house, request, slot)
        case Act.CANCEL:
            await _cancel(house, request.id)
        case _:
            assert_never(wanted)
    await house.act(_noted(request.id, wanted, link.purpose))


def _noted(request_id: RequestId, wanted: Act, purpose: str) -> Callable[[Clerk], None]:
    def deed(clerk: Clerk) -> None:
        request = clerk.work.requests.get(request_id)
        clerk.note(Fact.PAGE_ACTED, request=request, act=wanted, purpose=purpose)

    return deed


async def _move(house: House, request: Request, slot: datetime | None) -> None:
    if slot is None or not _movable(request):
        raise NotPossible
    place = await booking.place(house, request.queue, start=slot, number=request)
    promise = PromiseId(house.chance.id("pr"))
    queue = await house.database.read(lambda work: work.queues.get(request.queue))
    told = admitting.moving(house, request, queue.rules.caps)
    await house.act(partial(_moved, request_id=request.id, slot=place, promise_id=promise, told=told))


def _moved(clerk: Clerk, request_id: RequestId, slot: Place, promise_id: PromiseId, told: Admission) -> None:
    told.take(clerk.work, clerk.at)
    booking.reschedule(clerk, request_id, slot=slot, promise_id=promise_id)


async def _cancel(house: House, request_id: RequestId) -> None:
    try:
        await house.act(partial(requesting.cancel, request_id=request_id, reason="cancelled_by_customer"))
    except AlreadyDialing:
        after = await house.act(partial(requesting.no_retry, request_id=request_id))
        if after.state is not State.CANCELLED:
            raise


async def _free(house: House, request: Request) -> tuple[Slot, ...]:
    now = house.clock.now()
    found = await booking.slots(house, request.queue, start=now, end=now + AHEAD, number=request)
    free = (slot for slot in found if slot.remaining and slot.start != request.slot_start)
    zone = ZoneInfo(request.slot_zone or request.zone or house.line.zone)
    days = groupby(free, key=lambda slot: slot.start.astimezone(zone).date())
    return tuple(slot for _, day in days for slot in islice(day, MOST_A_DAY))[:MOST_SLOTS]


def _movable(request: Request) -> bool:
    return request.state in (State.WAITING, State.BOOKED) and request.mode in (Mode.CALLBACK, Mode.SCHEDULED)


def _known(work: Work, *, token: str, now: datetime) -> tuple[PageLink, Known]:
    link = work.links.find(_hashed(token))
    if link is None or link.expires_at <= now:
        raise NotFound("This link is not valid any more.")
    return link, showing.known_of(work, work.requests.get(link.request))


def _hashed(token: str) -> str:
    """256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
