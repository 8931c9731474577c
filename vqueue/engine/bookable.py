"""How many calls a slot takes by the outlook of its half hours: what agents are free for, with a part kept back."""

from dataclasses import replace
from datetime import datetime, timedelta

from vqueue.domain.outlook import HALF_HOUR, HALF_HOUR_S, HalfHour, Measured, Outlook
from vqueue.domain.rules import Rules
from vqueue.domain.slots import Basis
from vqueue.engine.slots import Capacity, Cell, by_table
from vqueue.engine.staffing import Booked, Room, bookings

FRESH = timedelta(minutes=20)
"""An outlook older than this counts no more (business time)."""
KEPT = 0.15
"""Part of a slot that is kept back."""
RELEASED = timedelta(minutes=10)
"""So long before the slot, what was kept back and not used may be booked by anybody."""
FEWEST_CALLS = 30
"""With fewer finished talks the handling time is not known."""


def capacity(rules: Rules, outlook: Outlook | None, now: datetime) -> Capacity:
    """What the rules choose. Where a forecast is wanted and not to be had, the weekly table with the reason:
    `no_outlook`, `old_outlook`, `few_talks`, `little_history`, `staff_unknown`."""
    if rules.slots.capacity is Basis.WEEKLY:
        return by_table(rules)
    if outlook is None or outlook.measured is None:
        return by_table(rules, "no_outlook")
    if now - outlook.made_at > FRESH:
        return by_table(rules, "old_outlook")
    if outlook.measured.calls < FEWEST_CALLS:
        return by_table(rules, "few_talks")
    return _by_forecast(rules, outlook, outlook.measured, now)


def _by_forecast(rules: Rules, outlook: Outlook, measured: Measured, now: datetime) -> Capacity:
    halves = {half.start: half for half in outlook.half_hours}
    each = Booked(handling_s=measured.handling_s, answered=measured.answered, ring_out_s=float(rules.callback.ring_s))

    def counted(cell: Cell) -> Cell:
        found = [(halves.get(start), share) for start, share in _touched(cell)]
        parts = [(half, share) for half, share in found if half is not None]
        if len(parts) < len(found):
            return by_table(rules, "little_history")(cell)
        room = _room(parts, measured)
        if room is None:
            return by_table(rules, "staff_unknown")(cell)
        planned = bookings(room, each)
        kept = 0 if cell.start - now <= RELEASED else max(rules.slots.reserve, round(KEPT * planned))
        needed = max(half.needed for half, _ in parts)
        return replace(cell, planned=planned, reserve=min(planned, kept), load=float(needed), why=("forecast",))

    return counted


def _touched(cell: Cell) -> list[tuple[datetime, float]]:
    """Half hours that the slot reaches into, with the seconds of each that are its own."""
    first = datetime.fromtimestamp(cell.start.timestamp() // HALF_HOUR_S * HALF_HOUR_S, cell.start.tzinfo)
    found = []
    while first < cell.end:
        own = min(first + HALF_HOUR, cell.end) - max(first, cell.start)
        found.append((first, own.total_seconds()))
        first += HALF_HOUR
    return found


def _room(parts: list[tuple[HalfHour, float]], measured: Measured) -> Room | None:
    """What is free in these parts of half hours together; None where nobody knows who is there."""
    free_s, free, busy = 0.0, float("inf"), float("inf")
    for half, seconds in parts:
        if half.sure is None:
            return None
        beyond = max(0.0, half.sure - half.needed)
        talking = min(half.sure, half.p80 * measured.handling_s / HALF_HOUR_S)
        free_s, free, busy = free_s + beyond * seconds, min(free, beyond), min(busy, talking)
    return Room(free_s=free_s, free=free, busy=busy)
