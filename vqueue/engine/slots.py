"""The grid of times that may be booked: by the queue's weekly table, its hours, and when the customer may be rung.

A slot is a stretch of real time. Where the clock changes, the slots of an interval go on one after the other from the
moment the interval begins: none is doubled, none is shorter.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vqueue.domain.attempt import Shape
from vqueue.domain.request import Mode
from vqueue.domain.rules import WEEK, Rules
from vqueue.engine.hours import Stretch, calling_stretches, day_stretches, open_stretches

MOST_DAYS = 28
"""Longest stretch of time that is laid out at once."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot of the grid; `planned` is how many calls it takes, by default the weekly table's number."""

    start: datetime
    end: datetime
    planned: int
    reserve: int = 0
    """Of these, what is kept for those who move a booking, and for what comes otherwise than expected."""
    load: float | None = None
    """Agents whom the callers of the moment are expected to need; None by the weekly table."""
    why: tuple[str, ...] = ("weekly",)
    """Stable words: `forecast`, or `weekly` with what is missing for a forecast."""


Capacity = Callable[[Cell], Cell]
"""How many calls may be booked into a slot. The weekly table is one answer, a forecast of free agents another."""


def offered(rules: Rules) -> bool:
    """Whether customers may book a time in this queue."""
    return rules.slots.enabled and Mode.SCHEDULED in rules.offer.modes


def grid(
    rules: Rules,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    zone: str,
    country: str | None,
    capacity: Capacity | None = None,
) -> list[Cell]:
    """Slots that begin in [start, end), ascending, each with the capacity that counts (by default the weekly table's).

    They begin no sooner than the rules' lead and no later than their horizon, and lie whole inside the opening hours
    and inside the times at which a customer in `zone` with a number of `country` may be rung. At most `MOST_DAYS`.
    """
    first = max(start, now + timedelta(seconds=rules.slots.lead_s))
    last = min(end, now + timedelta(days=rules.slots.horizon_days))
    if first >= last:
        return []
    cells = laid_out(rules, start=first, end=last)
    until = max((cell.end for cell in cells), default=first)
    ringable = calling_stretches(rules.calling_windows, zone=zone, country=country, start=first, end=until)
    counted = capacity or by_table(rules)
    return [counted(cell) for cell in cells if cell.planned > 0 and _inside(cell, ringable)]


def by_table(rules: Rules, *why: str) -> Capacity:
    """The capacity the rules name; `why` tells why it is not a forecast's."""

    def counted(cell: Cell) -> Cell:
        return replace(cell, reserve=min(cell.planned, rules.slots.reserve), why=("weekly", *why))

    return counted


def laid_out(rules: Rules, *, start: datetime, end: datetime) -> list[Cell]:
    """Slots of the weekly table that begin in [start, end) and lie whole inside the opening hours, ascending, whoever
    they suit; none where none can be booked. At most `MOST_DAYS`."""
    last = min(end, start + timedelta(days=MOST_DAYS))
    if start >= last or not rules.slots.enabled:
        return []
    opened = open_stretches(rules.hours, start, last + timedelta(seconds=rules.slots.length_s))
    return [cell for cell in _cells(rules, start, last) if start <= cell.start < last and _inside(cell, opened)]


def due_at(rules: Rules, start: datetime) -> datetime:
    """When a booking enters the line: early enough to ring an agent first, at the slot where the customer is first."""
    lead = rules.slots.agent_lead_s if rules.callback.shape is Shape.AGENT_FIRST else 0
    return start - timedelta(seconds=lead)


def shown(cell: Cell | Stretch, zone: str) -> str:
    """The slot by the clock of a zone, whatever becomes of the zone's rules: `2026-03-29 09:00-09:30`."""
    start, end = (cell.start, cell.end) if isinstance(cell, Cell) else cell
    local = ZoneInfo(zone)
    return f"{start.astimezone(local):%Y-%m-%d %H:%M}-{end.astimezone(local):%H:%M}"


def _inside(cell: Cell, stretches: Sequence[Stretch]) -> bool:
    return any(begin <= cell.start and cell.end <= end for begin, end in stretches)


def _cells(rules: Rules, first: datetime, last: datetime) -> Iterator[Cell]:
    """Every slot of the weekly table around these moments. Intervals that an hour which happens twice makes overlap
    begin where the one before them ends."""
    zone = ZoneInfo(rules.hours.zone)
    day, end = first.astimezone(zone).date() - timedelta(days=1), last.astimezone(zone).date()
    length, busy_until = timedelta(seconds=rules.slots.length_s), first - timedelta(days=3)
    while day <= end:
        for opening, closing, planned in sorted(rules.slots.week.get(WEEK[day.weekday()], ())):
            for start, stop in day_stretches({WEEK[day.weekday()]: ((opening, closing),)}, rules.hours.zone, (), day):
                start = max(start, busy_until)
                while start + length <= stop:
                    yield Cell(start, start + length, planned)
                    start += length
                busy_until = max(start, busy_until)
        day += timedelta(days=1)
