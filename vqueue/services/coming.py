"""The coming hours of a queue, half hour by half hour: what is expected, who will be there, what is booked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vqueue.domain.rules import Queue
from vqueue.domain.slots import slot_key
from vqueue.engine import slots as grids
from vqueue.engine.hours import open_stretches
from vqueue.engine.slots import Cell
from vqueue.ports.database import Work
from vqueue.services.house import House

HALF_HOUR = timedelta(minutes=30)
MOST_HOURS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Half an hour as it is expected, aware UTC. What nothing is known about is None."""

    start: datetime
    end: datetime
    open: bool
    """The queue is open in a part of it."""
    p50: float | None = None
    p80: float | None = None
    """Calls expected to come: as likely as not fewer than `p50`; in four of five cases not more than `p80`."""
    needed: int | None = None
    """Agents who keep the service level at `p80`."""
    staffed: float | None = None
    """Agents expected to be at work."""
    booked: int = 0
    """Calls booked into slots that begin in it."""
    capacity: int = 0
    """Calls those slots take, the reserve included."""
    reserve: int = 0
    """Of the capacity, what is kept back."""
    why: tuple[str, ...] = ()
    """Stable words: what the capacity rests on."""


async def coming(house: House, queue: str, hours: int) -> tuple[Interval, ...]:
    """The half hours from the present one on, ascending; at most `MOST_HOURS`. Raises NotFound."""
    now = house.clock.now()
    found, cells, booked = await house.database.read(lambda work: _look(work, queue, now, min(hours, MOST_HOURS)))
    starts = [_first(now) + HALF_HOUR * n for n in range(2 * min(hours, MOST_HOURS))]
    return tuple(_interval(start, found, cells, booked) for start in starts)


def _first(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // 1800 * 1800, UTC)


def _look(work: Work, queue: str, now: datetime, hours: int) -> tuple[Queue, list[Cell], dict[str, int]]:
    found = work.queues.get(queue)
    first = _first(now)
    cells = grids.laid_out(found.rules, start=first, end=first + timedelta(hours=hours))
    return found, cells, work.counters.values([slot_key(queue, cell.start) for cell in cells])


def _interval(start: datetime, queue: Queue, cells: list[Cell], booked: dict[str, int]) -> Interval:
    end = start + HALF_HOUR
    within = [cell for cell in cells if start <= cell.start < end]
    return Interval(
        start=start,
        end=end,
        open=bool(open_stretches(queue.rules.hours, start, end)),
        booked=sum(booked[slot_key(queue.id, cell.start)] for cell in within),
        capacity=sum(cell.planned for cell in within),
        reserve=sum(min(cell.planned, queue.rules.slots.reserve) for cell in within),
        why=("weekly",) if within else (),
    )
