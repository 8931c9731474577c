"""What a customer may choose in a queue at this moment, with the wait as it may be said, and why not more."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vqueue.domain.board import Wait
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode
from vqueue.domain.slots import Slot
from vqueue.engine.numbers import Verdict
from vqueue.engine.offer import OfferState
from vqueue.ports.identity import Customer
from vqueue.services import booking, choosing, quoting, wishing
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.terms import Terms, terms

LOOK_AHEAD = timedelta(days=7)
"""How far the next free slot is looked for."""
NOBODY = Verdict(phone=None, reason="empty")
"""Stands for a number that is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing he may choose: a callback has its window, a booked time the next one free, a call its number.

    `opening` is when a place kept over the closing is called: a booked time of its own, taken without naming a slot.
    `bookable`: slots can be chosen; without it `next_slot` is the opening alone.
    """

    mode: Mode
    window: Window | None = None
    opening: Window | None = None
    next_slot: Slot | None = None
    bookable: bool = False
    phone_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """`state` is one of open, busy, closed, paused, full. `wait` is None where nothing may be said, with the reason."""

    queue: str
    state: str
    as_of: datetime
    wait: Wait | None
    coverage: float
    waiting: int
    options: tuple[Choice, ...]
    reasons: tuple[str, ...]
    opens_at: datetime | None
    closes_at: datetime | None


async def availability(house: House, customer: Customer, queue: str) -> Availability:
    """For this customer, whose own number decides when he may be rung. Raises NotFound."""
    seen = await quoting.grounds(house, queue)
    language = wishing.language_of(seen.queue, customer.locale)
    known = choosing.attributes(
        topic=None, language=language, channel=wishing.channel_of(customer), segment=customer.segment
    )
    route = await choosing.routed(house, seen.queue, known, language=language)
    number = quoting.verdict(seen, customer.phone.e164) if customer.phone else NOBODY
    ahead = seen.ahead(seen.now, route.bucket, route.credit)
    decided = seen.decide(number if customer.phone else None, ahead=ahead)
    found = terms(seen, ahead, number)
    wait = decided.wait if decided.wait is not None and seen.window(decided.wait) is not None else None
    return Availability(
        queue=queue,
        state=_state(seen, decided.state),
        as_of=decided.as_of or seen.now,
        wait=wait,
        coverage=seen.queue.rules.deadlines.coverage,
        waiting=seen.board.ready if seen.board is not None and seen.fresh else 0,
        options=await _options(house, seen, found, number),
        reasons=decided.reasons,
        opens_at=None if seen.open else seen.opens_at,
        closes_at=seen.closes_at if seen.open else None,
    )


def _state(seen: Grounds, state: OfferState) -> str:
    """A queue that is open and about which nothing is known says so in its reasons."""
    if state is not OfferState.STALE:
        return state.value
    switches = seen.queue.switches
    return (OfferState.OPEN if switches.registering and switches.dialing else OfferState.PAUSED).value


async def _options(house: House, seen: Grounds, found: Terms | None, number: Verdict) -> tuple[Choice, ...]:
    modes, registering = seen.queue.rules.offer.modes, seen.queue.switches.registering
    choices: list[Choice] = []
    callback = Mode.CALLBACK in modes and seen.queue.rules.offer.enabled and registering
    if callback and found is not None and found.opening is None:
        choices.append(Choice(mode=Mode.CALLBACK, window=found.quote.window if found.quote else None))
    slot = await _next_slot(house, seen, number) if registering else None
    later = found.quote.window if callback and found and found.opening and found.quote else None
    first = slot or (Slot(start=later.start, end=later.end, remaining=1) if later else None)
    if first is not None:
        booked = Choice(mode=Mode.SCHEDULED, opening=later, next_slot=first, bookable=slot is not None)
        choices.append(booked)
    if Mode.CALL_IN in modes and registering and seen.open:
        choices.append(Choice(mode=Mode.CALL_IN, phone_number=house.line.number))
    if Mode.MESSAGE in modes:
        choices.append(Choice(mode=Mode.MESSAGE))
    if seen.open:
        choices.append(Choice(mode=Mode.HOLD, phone_number=house.line.number))
    return tuple(choices)


async def _next_slot(house: House, seen: Grounds, number: Verdict) -> Slot | None:
    """The first slot that is not full."""
    end = seen.now + LOOK_AHEAD
    wanted = number if number.allowed else replace(NOBODY)
    slots = await booking.slots(house, seen.queue.id, start=seen.now, end=end, number=wanted)
    return next((slot for slot in slots if slot.remaining), None)
