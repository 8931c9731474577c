"""The moment a booked slot comes, and the slot that a place gets which did not have its turn before closing."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.errors import Invalid, Refusal, SlotTaken, Unavailable
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.domain.rules import Rules
from vqueue.engine import hours
from vqueue.engine.slots import due_at
from vqueue.services import booking
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

_LOOK_AHEAD = timedelta(days=1)
"""How far after the opening a place that rolls over is given a slot."""
_TRIES = 3
"""Slots that are tried for it, where others take them at the same moment."""


def due(clerk: Clerk, request: Request) -> None:
    """A booked place enters the line: its slot's start is its virtual start, in the class of bookings.

    Not while a call to this number may still be ringing, nor before its queue is at work: it is looked at again each
    round. A place that was kept for the opening keeps its first arrival and its class.
    """
    ready = {"ready": True, "not_before": None, "parked": None}
    if not request.books or request.slot_start is None:
        clerk.move(request, Move.DUE, reason="slot_due", changes=ready)
        return
    rules = clerk.work.queues.get(request.queue).rules
    begins = _begins(rules, request, request.slot_start, clerk.at)
    if begins > clerk.at:
        clerk.store(replace(request, not_before=begins), reason="slot_not_begun")
    elif request.phone is None or not clerk.work.legs.live_numbers({request.phone.index}):
        place = {"credit_class": booking.BOOKED, "virtual_start": request.slot_start}
        clerk.move(request, Move.DUE, reason="slot_due", changes={**ready, **place})


def _begins(rules: Rules, request: Request, start: datetime, now: datetime) -> datetime:
    """When the place is ready: with the lead for the agent only where somebody may be rung already."""
    zone = request.zone or rules.hours.zone
    early = now < start
    if early and not (
        hours.is_open(rules.hours, now)
        and hours.calling_allowed(rules.calling_windows, zone, request.country or None, now)
    ):
        return start
    return due_at(rules, start)


async def roll(house: House, request: Request, *, opening: datetime) -> bool:
    """A place whose queue closed before its turn takes the first free slot after the opening, and is told so.

    False where there is none: it takes the opening itself.
    """
    free = await booking.slots(
        house, request.queue, start=opening, end=opening + _LOOK_AHEAD, zone=request.zone, number=request
    )
    for slot in [each for each in free if each.remaining][:_TRIES]:
        try:
            taken = await booking.place(house, request.queue, start=slot.start, number=request)
            promise = PromiseId(house.chance.id("pr"))
            await house.act(partial(_rolled, known=request.id, slot=taken, promise_id=promise))
        except (SlotTaken, Invalid):
            continue
        except Unavailable:
            raise
        except Refusal:
            return True  # somebody else moved it meanwhile: the next round looks again
        return True
    return False


def _rolled(clerk: Clerk, known: RequestId, slot: booking.Place, promise_id: PromiseId) -> None:
    request = clerk.work.requests.get(known)
    if request.state is not State.WAITING or not request.dialable:
        return
    clerk.break_promise(request, "rolled")
    changes = {**booking.fields(slot), "mode": Mode.SCHEDULED, "promise": None, "deadline": None}
    moved = clerk.move(request, Move.ROLL, reason="closed_before_turn", changes=changes, slot_limit=slot.limit)
    booking.bind(clerk, moved, slot, promise_id=promise_id, notice=booking.ROLLED)
