"""A supervisor changes when a customer is called: another booked time, or the window that can be kept now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.errors import Invalid, NotPossible, Outdated
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.slots import Slot
from vqueue.engine import hours
from vqueue.ports.database import Work
from vqueue.services import booking, quoting, requesting, wishing
from vqueue.services.booking import Place
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.requesting import Quote
from vqueue.services.switching import given

AHEAD = timedelta(days=14)
"""Slots that are offered."""
ACT = "changed_window"
TOLD = "sms.window_changed"
SETTLES_S = 60.0
"""A new window is told after so long: of several changes that follow each other the last one alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """To what it may be changed. `anew`: what a callback that waits would be told now, None where nothing can be."""

    slots: tuple[Slot, ...] = ()
    promised: Window | None = None
    """What was promised until now."""
    anew: Window | None = None


async def times(house: House, request: Request) -> Times:
    """Free slots but the present one, and the window that can be kept now. Raises NotFound."""
    promised = await house.database.read(partial(_promised, promise=request.promise))
    if request.phone is None:
        return Times(promised=promised)
    now = house.clock.now()
    found = await booking.slots(house, request.queue, start=now, end=now + AHEAD, number=request)
    free = tuple(slot for slot in found if slot.remaining and slot.start != request.slot_start)
    quote = await _quote(house, request) if waits(request) else None
    anew = quote.window if quote is not None and quote.window != promised else None
    return Times(slots=free, promised=promised, anew=anew)


def _promised(work: Work, promise: PromiseId | None) -> Window | None:
    return work.promises.get(promise).window if promise is not None else None


def waits(request: Request) -> bool:
    """A callback in line, whose window can be told anew."""
    return request.state is State.WAITING and request.mode is Mode.CALLBACK and request.phone is not None


async def to_slot(
    house: House, request_id: RequestId, *, start: datetime, version: int, reason: str, by: str
) -> Request:
    """To this booked time; what was promised before is withdrawn, the former slot is free again, and the customer is
    told as if he had moved it himself.

    Raises NotFound, Outdated, Invalid, NotPossible, ClosedRequest, AlreadyDialing, SlotTaken, and QueueClosed when it
    is too late to move this booking.
    """
    why = given(reason)
    request = await _seen(house, request_id, version)
    if start == request.slot_start:
        raise Invalid("It is booked for this time already.", errors=(("/slot_start", "unchanged"),))
    slot = await booking.place(house, request.queue, start=start, zone=request.slot_zone or "", number=request)
    promise = PromiseId(house.chance.id("pr"))
    return await house.act(
        partial(_to_slot, request_id=request_id, slot=slot, promise=promise, version=version, reason=why, by=by)
    )


async def anew(house: House, request_id: RequestId, *, version: int, reason: str, by: str) -> Request:
    """A callback that waits is promised the window that can be kept now; its place is untouched. What was promised
    before counts as not kept: nobody but us wanted it changed. The customer is told in a minute.

    Raises NotFound, Outdated, Invalid, NotPossible where it does not wait, nothing honest can be said now or the same
    window is promised already, QueueClosed, QueueFull, SwitchedOff.
    """
    why = given(reason)
    request = await _seen(house, request_id, version)
    if not waits(request):
        raise NotPossible("Only a callback that waits is told a new window.")
    quote = await _quote(house, request)
    if quote is None:
        raise NotPossible("Nothing can be promised now.")
    promise = PromiseId(house.chance.id("pr"))
    return await house.act(
        partial(_anew, request_id=request_id, quote=quote, promise=promise, version=version, reason=why, by=by)
    )


async def _seen(house: House, request_id: RequestId, version: int) -> Request:
    return _at(await house.database.read(lambda work: work.requests.get(request_id)), version)


def _at(request: Request, version: int) -> Request:
    if request.version != version:
        raise Outdated
    return request


async def _quote(house: House, request: Request) -> Quote | None:
    assert request.phone is not None
    seen = await quoting.grounds(house, request.queue)
    number = quoting.verdict(seen, house.vault.open_phone(request.phone).e164)
    ahead = seen.ahead(request.virtual_start, request.bucket, request.credit_class)
    return wishing.callback_terms(seen, ahead, wishing.callable_number(number)).quote


def _to_slot(
    clerk: Clerk, request_id: RequestId, slot: Place, promise: PromiseId, version: int, reason: str, by: str
) -> Request:
    request = _at(clerk.work.requests.get(request_id), version)
    moved = booking.reschedule(clerk, request_id, slot=slot, promise_id=promise)
    clerk.note(Fact.STAFF_ACTED, request=moved, act=ACT, reason=reason, by=by, former=_iso(request.slot_start))
    return moved


def _anew(
    clerk: Clerk, request_id: RequestId, quote: Quote, promise: PromiseId, version: int, reason: str, by: str
) -> Request:
    request = _at(clerk.work.requests.get(request_id), version)
    if not waits(request):
        raise NotPossible("Only a callback that waits is told a new window.")
    if _promised(clerk.work, request.promise) == quote.window:
        raise NotPossible("This window is promised already.")
    clerk.break_promise(request, "changed_by_bank")
    bare = replace(request, promise=None, deadline=None)
    promised = requesting.promise(clerk, bare, quote, promise_id=promise)
    clerk.note(Fact.STAFF_ACTED, request=promised, act=ACT, reason=reason, by=by, former=_iso(request.deadline))
    tell(clerk, promised)
    return promised


def tell(clerk: Clerk, request: Request) -> None:
    """The customer is told his new window as he wishes: once it has settled, at an hour at which he may be rung. What
    is promised anew before then has a notice of its own, and this one is not sent."""
    windows = clerk.work.queues.get(request.queue).rules.calling_windows
    settled, country = clerk.later(SETTLES_S), request.country or None
    at = hours.next_allowed(windows, request.zone, country, settled) if request.zone else settled
    clerk.notify(request, TOLD, at=at or settled, about=request.promise)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
