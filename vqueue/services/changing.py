"""A customer changes what he asked for, cancels it, or takes his place back after a missed call."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.context import checked
from vqueue.domain.errors import (
    AlreadyDialing,
    ClosedRequest,
    GraceOver,
    Invalid,
    NotPossible,
    Outdated,
    QueueClosed,
    Refusal,
)
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.phone import Sealed
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.engine.numbers import Verdict
from vqueue.ports.identity import Customer
from vqueue.services import admitting, asking, booking, quoting, requesting, ringing_in, showing, wishing
from vqueue.services.admitting import Admission
from vqueue.services.booking import Place
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Quote
from vqueue.services.rescuing import RESCUED
from vqueue.services.showing import Shown
from vqueue.services.terms import terms

BY = "changed_by_customer"
_PARKED_BY_A_MISS = frozenset({"retry", "snooze"})
Deed = Callable[[Clerk, Request], Request]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A merge-patch, read: `named` are the fields that were sent, null ones too."""

    named: frozenset[str]
    slot_start: datetime | None = None
    mode: Mode | None = None
    phone_number: str | None = None
    context: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A change with all it rests on, read and sealed before the transaction."""

    changes: Mapping[str, Any]
    admission: Admission
    then: Deed | None


async def change(
    house: House, customer: Customer, request_id: RequestId, change: Change, *, version: int | None
) -> Shown:
    """The request as it is afterwards. Raises NotFound, Outdated, ClosedRequest, AlreadyDialing, NotPossible, Invalid,
    NumberRefused, SlotTaken, AlreadyOpen, QueueClosed, QueueFull, SwitchedOff, RateLimited."""
    request = await _own(house, customer, request_id)
    _at(request, version)
    if not request.is_open:
        raise ClosedRequest
    ready = await _ready(house, customer, request, change)
    try:
        await house.act(partial(_changed, request_id=request_id, ready=ready, version=version))
    except Refusal as refusal:
        raise await asking.told(house, customer, refusal, ready.admission) from None
    return await showing.show(house, customer, request_id)


def _changed(clerk: Clerk, request_id: RequestId, ready: _Ready, version: int | None) -> None:
    request = clerk.work.requests.get(request_id)
    _at(request, version)
    ready.admission.take(clerk.work, clerk.at)
    if ready.changes:
        request = clerk.move(request, Move.MOVE, reason=BY, changes=dict(ready.changes))
    if ready.then is not None:
        ready.then(clerk, request)


def _at(request: Request, version: int | None) -> None:
    if version is not None and request.version != version:
        raise Outdated


async def _own(house: House, customer: Customer, request_id: RequestId) -> Request:
    found = await house.database.read(partial(showing.known, customer=customer, request_id=request_id))
    return found.request


async def _ready(house: House, customer: Customer, request: Request, change: Change) -> _Ready:
    seen = await quoting.grounds(house, request.queue)
    changes: dict[str, Any] = {}
    admission = Admission(())
    if "context" in change.named:
        changes["context"] = _context(house, seen, change.context)
    number = _number(house, seen, request, change)
    if "phone_number" in change.named and number is not None and number.phone is not None:
        zone, country = quoting.reach(number.phone, seen.zone)
        proven = wishing.is_proven(customer, number)
        changes |= {
            "phone": house.vault.seal_phone(number.phone),
            "zone": zone,
            "country": country,
            "verified": proven,
        }
        admission = admitting.admission(house, customer, seen.queue.rules.caps, number.phone)
    after = replace(request, **changes)
    then = await _then(house, seen, after, number, change)
    if change.slot_start is not None:
        told = admitting.moving(house, after, seen.queue.rules.caps)
        admission = Admission((*admission.ceilings, *told.ceilings))
    return _Ready(changes=changes, admission=admission, then=then)


def _context(house: House, seen: Grounds, given: Mapping[str, Any] | None) -> Sealed | None:
    kept = checked(seen.queue.rules.context, given or {})
    return house.vault.seal(json.dumps(kept, ensure_ascii=False)) if kept else None


def _number(house: House, seen: Grounds, request: Request, change: Change) -> Verdict | None:
    """The number he will be called on. Raises Invalid, NumberRefused."""
    if "phone_number" in change.named:
        return wishing.callable_number(quoting.verdict(seen, change.phone_number) if change.phone_number else None)
    return quoting.verdict(seen, house.vault.open_phone(request.phone).e164) if request.phone else None


async def _then(house: House, seen: Grounds, request: Request, number: Verdict | None, change: Change) -> Deed | None:
    """The change of mode or slot, if one is asked for."""
    wanted = change.mode
    if "slot_start" in change.named and wanted is None:
        wanted = Mode.SCHEDULED if change.slot_start is not None else Mode.CALLBACK
    if wanted is None or (wanted is request.mode and "slot_start" not in change.named):
        return None
    match wanted:
        case Mode.SCHEDULED:
            return await _to_slot(house, request, number, change)
        case Mode.CALLBACK:
            return await _to_callback(house, seen, request, number)
        case Mode.CALL_IN:
            wishing.offered(seen.queue, Mode.CALL_IN)
            ahead, _ = quoting.standing(seen, request)
            return partial(_to_call_in, until=ringing_in.kept_until(seen, ahead))
        case Mode.HOLD | Mode.MESSAGE:
            raise Invalid("A request cannot become this.", errors=(("/mode", "not_offered"),))


async def _to_slot(house: House, request: Request, number: Verdict | None, change: Change) -> Deed:
    if change.slot_start is None:
        raise Invalid("Name the slot to be booked.", errors=(("/slot_start", "missing"),))
    wishing.callable_number(number)
    slot = await booking.place(house, request.queue, start=change.slot_start, number=request)
    promise = PromiseId(house.chance.id("pr"))
    return partial(_booked, slot=slot, promise=promise)


def _booked(clerk: Clerk, request: Request, slot: Place, promise: PromiseId) -> Request:
    return booking.reschedule(clerk, request.id, slot=slot, promise_id=promise)


async def _to_callback(house: House, seen: Grounds, request: Request, number: Verdict | None) -> Deed:
    wishing.offered(seen.queue, Mode.CALLBACK)
    known = wishing.callable_number(number)
    promise = PromiseId(house.chance.id("pr"))
    if request.state is State.BOOKED:
        quote = await booking.earlier(house, request, known)
        return partial(_advanced, quote=quote, promise=promise)
    ahead, _ = quoting.standing(seen, request)
    quote = wishing.callback_terms(seen, ahead, known).quote
    return partial(_to_call, quote=quote, promise=promise, reason=BY)


def _advanced(clerk: Clerk, request: Request, quote: Quote | None, promise: PromiseId) -> Request:
    return booking.advance(clerk, request.id, quote=quote, promise_id=promise)


def _to_call(
    clerk: Clerk, request: Request, quote: Quote | None, promise: PromiseId, reason: str, credit: str | None = None
) -> Request:
    """A place that waits for something else becomes a callback that is ready, its place untouched."""
    changes: dict[str, Any] = {
        "mode": Mode.CALLBACK, "ready": True, "not_before": None, "parked": None, "promise": None, "deadline": None,
        "slot_start": None, "slot_zone": None, "slot_text": None,
    }  # fmt: skip
    if credit is not None:
        changes["credit_class"] = credit
    most = requesting.ceiling(clerk, request.queue)
    clerk.withdraw_promise(request, BY)
    moved = clerk.move(request, Move.MOVE, reason=reason, changes=changes, ceiling=most)
    return requesting.promise(clerk, moved, quote, promise_id=promise) if quote else moved


def _to_call_in(clerk: Clerk, request: Request, until: datetime | None) -> Request:
    """He will ring himself: the place stays, nobody dials it."""
    changes: dict[str, Any] = {
        "mode": Mode.CALL_IN, "ready": False, "parked": ringing_in.EXPECTED, "not_before": until,
        "promise": None, "deadline": None, "slot_start": None, "slot_zone": None, "slot_text": None,
    }  # fmt: skip
    move = Move.MOVE
    if request.state is State.BOOKED:
        move, changes["virtual_start"] = Move.ADVANCE, clerk.at
    clerk.withdraw_promise(request, BY)
    return clerk.move(request, move, reason=BY, changes=changes)


async def cancel(house: House, customer: Customer, request_id: RequestId) -> Shown:
    """His telephone does not ring afterwards. Raises NotFound, ClosedRequest, NotPossible, and AlreadyDialing while it
    rings at this moment: then no retry follows."""
    await _own(house, customer, request_id)
    try:
        await house.act(partial(requesting.cancel, request_id=request_id, reason="cancelled_by_customer"))
    except AlreadyDialing:
        after = await house.act(partial(requesting.no_retry, request_id=request_id))
        if after.state is not State.CANCELLED:
            raise
    return await showing.show(house, customer, request_id)


async def call_now(house: House, customer: Customer, request_id: RequestId) -> Shown:
    """The place back after a missed call, before others. Raises NotFound, GraceOver, ClosedRequest, NotPossible,
    AlreadyDialing, QueueClosed, SwitchedOff, QueueFull, AlreadyOpen."""
    request = await _own(house, customer, request_id)
    try:
        await take_back(house, request)
    except Refusal as refusal:
        raise await asking.own_only(house, customer, refusal) from None
    return await showing.show(house, customer, request_id)


async def take_back(house: House, request: Request) -> None:
    """Whoever asks for it has shown that it is his. Raises like `call_now`."""
    if not request.proven:
        raise GraceOver("A number that is not proven to be yours is rung once.")
    seen = await quoting.grounds(house, request.queue)
    number = _number(house, seen, request, Change(named=frozenset()))
    found = terms(seen, seen.ahead(request.virtual_start, request.bucket, RESCUED), wishing.callable_number(number))
    if found is None or found.opening is not None:
        raise QueueClosed("No call is possible now.")
    promise = PromiseId(house.chance.id("pr"))
    await house.act(partial(_called_now, request_id=request.id, quote=found.quote, promise=promise))


def _called_now(clerk: Clerk, request_id: RequestId, quote: Quote | None, promise: PromiseId) -> Request:
    request = clerk.work.requests.get(request_id)
    if request.state is State.WAITING and request.parked in _PARKED_BY_A_MISS:
        return _to_call(clerk, request, quote, promise, reason="called_now", credit=RESCUED)
    if request.state is State.WAITING and request.ready:
        return request
    if request.is_open:
        raise AlreadyDialing if request.state is State.CONNECTING else NotPossible
    if request.state not in (State.UNREACHED, State.ABANDONED) or request.phone is None:
        raise ClosedRequest
    if request.grace_until is None or request.grace_until <= clerk.at:
        raise GraceOver
    changes: dict[str, Any] = {
        "mode": Mode.CALLBACK, "ready": True, "not_before": None, "parked": None, "grace_until": None, "tries": {},
        "credit_class": RESCUED, "promise": None, "deadline": None,
    }  # fmt: skip
    most = requesting.ceiling(clerk, request.queue)
    moved = clerk.move(request, Move.RETURN, to=State.WAITING, reason="returned_by_app", changes=changes, ceiling=most)
    return requesting.promise(clerk, moved, quote, promise_id=promise) if quote else moved
