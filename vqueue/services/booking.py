"""Booked times: what is free, booking one, moving it, taking the place earlier. A slot is full by its counter alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from vqueue.domain.errors import Invalid, QueueClosed, SlotTaken
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.domain.rules import Queue
from vqueue.domain.slots import Basis, Slot, slot_key
from vqueue.engine import bookable
from vqueue.engine import slots as grids
from vqueue.engine.numbers import Verdict
from vqueue.engine.slots import Capacity, Cell
from vqueue.services import quoting, requesting
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Quote, Reach, Wish
from vqueue.services.terms import terms

BOOKED = "booked"
"""Mark of a place that waits for its slot, and the class it enters when that comes."""
CONFIRMED, MOVED, ROLLED, REMINDER = "sms.booked_call", "sms.moved_call", "sms.rolled_to_slot", "sms.reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One slot on the terms on which it can be booked now: found before the transaction, used in it."""

    start: datetime
    end: datetime
    limit: int
    """Bookings it may hold, those reserved for moving included where this is a move."""
    zone: str
    text: str
    """The words by which the customer was shown it."""
    due: datetime
    reminders: tuple[datetime, ...]
    quote: Quote


async def slots(
    house: House,
    queue_id: str,
    *,
    start: datetime,
    end: datetime,
    zone: str = "",
    number: Verdict | Request | None = None,
) -> list[Slot]:
    """Slots that begin in [start, end), ascending; full ones with `remaining` 0. Empty where none may be booked.

    They suit the number to be rung: a verdict, or the request that is to be moved (which may use what is reserved for
    moving). While neither is known, `zone` is where the customer is. At most 28 days at once. Raises NotFound.
    """
    seen = await quoting.grounds(house, queue_id)
    if not grids.offered(seen.queue.rules):
        return []
    capacity = await capacity_of(house, seen.queue)
    cells = _cells(seen, start, end, zone=zone, number=number, capacity=capacity)
    return await _counted(house, seen.queue, cells, moving=isinstance(number, Request))


async def capacity_of(house: House, queue: Queue) -> Capacity:
    """How many calls its slots take at this moment, by what its rules choose."""
    wanted = queue.rules.slots.capacity is Basis.FORECAST
    outlook = await house.database.read(lambda work: work.outlooks.find(queue.id)) if wanted else None
    return bookable.capacity(queue.rules, outlook, house.clock.now())


async def place(
    house: House,
    queue_id: str,
    *,
    start: datetime,
    zone: str = "",
    number: Verdict | Request | None = None,
    text: str | None = None,
) -> Place:
    """The slot that begins then, as `slots` shows it, for `book`, `reschedule` or a roll-over.

    `zone` and `text` are how the customer was shown it (by default the queue's zone, and local date and time).
    Raises NotFound, Invalid (`not_offered`, `not_a_slot`), SlotTaken when it is full already.
    """
    seen = await quoting.grounds(house, queue_id)
    if not grids.offered(seen.queue.rules):
        raise Invalid("No times can be booked in this queue.", errors=(("/mode", "not_offered"),))
    ahead = start <= seen.now + timedelta(days=seen.queue.rules.slots.horizon_days)
    capacity = await capacity_of(house, seen.queue)
    until = start + timedelta(seconds=1)
    cells = _cells(seen, start, until, zone=zone, number=number, capacity=capacity) if ahead else []
    if not cells or cells[0].start != start:
        raise Invalid("No slot begins at this time that can be booked now.", errors=(("/slot_start", "not_a_slot"),))
    moving = isinstance(number, Request)
    (slot,) = await _counted(house, seen.queue, cells, moving=moving)
    same = isinstance(number, Request) and number.books and number.slot_start == start
    if not slot.remaining and not same:
        raise SlotTaken
    return _place(seen, cells[0], zone=zone or seen.zone, text=text, moving=moving)


def _place(seen: Grounds, cell: Cell, *, zone: str, text: str | None, moving: bool) -> Place:
    rules = seen.queue.rules
    return Place(
        start=cell.start,
        end=cell.end,
        limit=_limit(cell, moving=moving),
        zone=zone,
        text=text or grids.shown(cell, zone),
        due=grids.due_at(rules, cell.start),
        reminders=tuple(cell.start - timedelta(seconds=lead) for lead in rules.slots.reminders_s),
        quote=Quote(
            window=Window(cell.start, cell.end),
            coverage=rules.deadlines.coverage,
            method="slot",
            quantiles_s={},
            inputs={
                "slot_start": cell.start.isoformat(), "slot_s": (cell.end - cell.start).total_seconds(),
                "capacity": cell.planned, "reserve": cell.reserve, "load": cell.load, "why": list(cell.why),
            },
            rules_version=seen.queue.rules_version,
        ),
    )  # fmt: skip


def _cells(
    seen: Grounds,
    start: datetime,
    end: datetime,
    *,
    zone: str,
    number: Verdict | Request | None,
    capacity: Capacity,
) -> list[Cell]:
    where, country = _rung_in(seen, zone or seen.zone, number)
    return grids.grid(
        seen.queue.rules, start=start, end=end, now=seen.now, zone=where, country=country or None, capacity=capacity
    )


def _rung_in(seen: Grounds, zone: str, number: Verdict | Request | None) -> tuple[str, str]:
    """(zone, country) in which the telephone will ring."""
    match number:
        case Request():
            return number.zone or zone, number.country
        case Verdict():
            return (seen.zone_of(number) if number.phone else zone), number.country
        case None:
            return zone, ""


async def _counted(house: House, queue: Queue, cells: Sequence[Cell], *, moving: bool) -> list[Slot]:
    keys = [slot_key(queue.id, cell.start) for cell in cells]
    taken = await house.database.read(lambda work: work.counters.values(keys))
    return [
        Slot(
            start=cell.start,
            end=cell.end,
            remaining=max(0, _limit(cell, moving=moving) - taken[key]),
            reserve=cell.reserve,
            load=cell.load,
            why=cell.why,
        )
        for cell, key in zip(cells, keys, strict=True)
    ]


def _limit(cell: Cell, *, moving: bool) -> int:
    return cell.planned if moving else max(0, cell.planned - cell.reserve)


def book(clerk: Clerk, wish: Wish, *, slot: Place) -> Request:
    """A new booking, its promise the slot itself. A repetition of the same wish gives the same request.

    Raises SlotTaken, AlreadyOpen, SwitchedOff, RateLimited.
    """
    known = requesting.known_by(clerk, wish.id)
    if known is not None:
        return known
    ceiling = requesting.ceiling(clerk, wish.queue)
    place_ = requesting.place_of(replace(wish, mode=Mode.SCHEDULED), at=clerk.at, state=State.BOOKED)
    request = clerk.join(replace(place_, **fields(slot)), ceiling=ceiling, slot_limit=slot.limit)
    return bind(clerk, request, slot, promise_id=wish.promise_id, notice=CONFIRMED)


def reschedule(clerk: Clerk, request_id: RequestId, *, slot: Place, promise_id: PromiseId) -> Request:
    """A booking, or a callback that waits, moved to this slot; its former slot is free again.

    Raises SlotTaken, AlreadyDialing, NotPossible (on the line), ClosedRequest, AlreadyOpen, and QueueClosed when it
    is too late for this.
    """
    request = clerk.work.requests.get(request_id)
    rules = clerk.work.queues.get(request.queue).rules.slots
    if request.books and request.early_s(clerk.at) < rules.change_lead_s:
        raise QueueClosed("This booking begins too soon to be moved.")
    changes = {**fields(slot), "mode": Mode.SCHEDULED, "tries": {}, "promise": None, "deadline": None}
    moved = clerk.move(request, Move.RESCHEDULE, reason="rescheduled", changes=changes, slot_limit=slot.limit)
    clerk.withdraw_promise(request, "rescheduled")
    return bind(clerk, moved, slot, promise_id=promise_id, notice=MOVED)


def switch(clerk: Clerk, request_id: RequestId, *, reach: Reach, slot: Place, promise_id: PromiseId) -> Request:
    """From the hold to a booked time. A repetition gives the same request.

    Raises AgentComing when an agent was reserved meanwhile, SlotTaken, AlreadyOpen, SwitchedOff, RateLimited.
    """
    request = clerk.work.requests.get(request_id)
    if request.books and request.slot_start == slot.start:
        return request
    changes = {
        **fields(slot), "mode": Mode.SCHEDULED, "protected": True, "call_sid": None,
        "phone": reach.phone, "zone": reach.zone, "country": reach.country,
    }  # fmt: skip
    most = requesting.ceiling(clerk, request.queue)
    moved = clerk.move(
        request,
        Move.SWITCH,
        to=State.BOOKED,
        reason="booked_while_holding",
        changes=changes,
        ceiling=most,
        slot_limit=slot.limit,
    )
    return bind(clerk, moved, slot, promise_id=promise_id, notice=CONFIRMED)


def advance(clerk: Clerk, request_id: RequestId, *, quote: Quote | None, promise_id: PromiseId) -> Request:
    """ "Earlier, please": a booking becomes a callback whose place counts from now; its slot is free again.

    Raises NotPossible, AlreadyDialing, ClosedRequest, AlreadyOpen, SwitchedOff, QueueFull, RateLimited.
    """
    request = clerk.work.requests.get(request_id)
    changes: dict[str, Any] = {
        "mode": Mode.CALLBACK, "ready": True, "not_before": None, "parked": None, "virtual_start": clerk.at,
        "slot_start": None, "slot_zone": None, "slot_text": None, "promise": None, "deadline": None,
    }  # fmt: skip
    if request.credit_class == BOOKED:
        changes["credit_class"] = "standard"
    most = requesting.ceiling(clerk, request.queue)
    moved = clerk.move(request, Move.ADVANCE, reason="earlier_please", changes=changes, ceiling=most)
    clerk.withdraw_promise(request, "advanced")
    return requesting.promise(clerk, moved, quote, promise_id=promise_id) if quote else moved


async def earlier(house: House, request: Request, number: Verdict) -> Quote | None:
    """What may be promised to a booking that wants to be rung now; None: a place without a promise.

    Raises QueueClosed when no callback is possible now.
    """
    seen = await quoting.grounds(house, request.queue)
    found = terms(seen, seen.ahead(seen.now, request.bucket, "standard"), number)
    if found is None or found.opening is not None:
        raise QueueClosed("No earlier call is possible now.")
    return found.quote


def fields(slot: Place) -> dict[str, Any]:
    """What a request that waits for this slot has."""
    return {
        "ready": False,
        "not_before": slot.due,
        "parked": BOOKED,
        "slot_start": slot.start,
        "slot_zone": slot.zone,
        "slot_text": slot.text,
    }


def bind(clerk: Clerk, request: Request, slot: Place, *, promise_id: PromiseId, notice: str) -> Request:
    """The slot itself is the promise. It is confirmed by SMS, and recalled before it begins."""
    promised = requesting.promise(clerk, request, slot.quote, promise_id=promise_id)
    about = slot.start.isoformat()
    clerk.notify(promised, notice, about=about)
    for at in slot.reminders:
        if at > clerk.at:
            clerk.notify(promised, REMINDER, at=at, about=about)
    return promised
