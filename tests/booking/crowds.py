"""Crowds that book at once, some of whom move or cancel: what came of each, and whether a slot holds too many."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from random import Random

from tests.booking.scenes import moved, offered, taken, wish
from vqueue.domain.errors import Refusal, SlotTaken
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import WEEK, Rules
from vqueue.ports.database import Work
from vqueue.services import booking, requesting
from vqueue.services.booking import Place
from vqueue.services.house import House

IN_THE_HOUSE = 200
"""So many ask at the same moment; the others at the next. A server that is asked by more answers "unavailable"."""


def of_capacity(rules: Rules, capacity: int) -> Rules:
    """The same queue, so many calls in each slot."""
    return replace(rules, slots=replace(rules.slots, week=dict.fromkeys(WEEK, (("09:00", "20:00", capacity),))))


async def book_all(
    house: House, *, count: int, starts: Sequence[datetime], restless: Random | None = None
) -> Counter[str]:
    """So many customers at once, each at one of the slots, all of which looked free; with `restless`, half of them move
    or cancel as soon as they are booked. What came of them, by word."""
    shown = [await offered(house, start) for start in starts]
    door = asyncio.Semaphore(IN_THE_HOUSE)

    async def customer(number: int) -> str:
        async with door:
            return await _customer(house, shown[number % len(shown)], number, shown, restless)

    return Counter(await asyncio.gather(*map(customer, range(count))))


async def _customer(house: House, slot: Place, number: int, shown: Sequence[Place], restless: Random | None) -> str:
    try:
        request = await house.act(partial(booking.book, wish=wish(house, number), slot=slot))
    except Refusal as refusal:
        return refusal.code
    draw = restless.random() if restless is not None else 1.0
    if draw < 0.25:
        await house.act(partial(requesting.cancel, request_id=request.id, reason="asked"))
        return "cancelled"
    if draw < 0.5 and restless is not None:
        with contextlib.suppress(SlotTaken):
            await moved(house, request, restless.choice(shown).start)
            return "moved"
    return "booked"


async def overbooked(house: House, starts: Sequence[datetime], *, capacity: int) -> int:
    """Bookings beyond what slots take, and counters that do not say how many there are."""
    everyone = await house.database.read(_booked)
    held = Counter(request.slot_start for request in everyone)
    wrong = 0
    for start in starts:
        wrong += max(0, held[start] - capacity) + abs(held[start] - await taken(house, start))
    return wrong


def _booked(work: Work) -> list[Request]:
    return work.requests.search(queue="cards", states=(State.BOOKED,), mode=Mode.SCHEDULED, limit=100_000)
