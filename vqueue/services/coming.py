"""The coming hours of a queue, half hour by half hour: what is expected, who will be there, what is booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.agent import Agent
from vqueue.domain.outlook import HALF_HOUR, HALF_HOUR_S, Outlook
from vqueue.domain.request import Request, State
from vqueue.domain.rules import Queue
from vqueue.domain.slots import slot_key
from vqueue.engine import bookable
from vqueue.engine import slots as grids
from vqueue.engine.hours import open_stretches
from vqueue.engine.outlook import half_hour_of
from vqueue.engine.slots import Cell
from vqueue.ports.database import Work
from vqueue.services.house import House

MOST_HOURS = 72
SOON = timedelta(hours=1)
BOOKED_MOST = 500
"""Calls of one queue that are listed."""


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
    booked_load: float | None = None
    """Agents whom those calls keep busy."""
    capacity: int = 0
    """Calls those slots take, the reserve included."""
    reserve: int = 0
    """Of the capacity, what is kept back."""
    why: tuple[str, ...] = ()
    """Stable words: what the capacity rests on (see `vqueue.engine.bookable`), then what the outlook lacks."""

    @property
    def load(self) -> float | None:
        """Agents that the callers and the booked calls need together."""
        return self.needed + self.booked_load if self.needed is not None and self.booked_load is not None else None

    @property
    def short(self) -> float:
        """How many agents are missing."""
        return max(0.0, self.load - self.staffed) if self.load is not None and self.staffed is not None else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The coming hours of one queue. `booked_soon`: calls booked into slots that begin within the hour."""

    queue: str
    intervals: tuple[Interval, ...]
    booked_soon: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    queue: Queue
    outlook: Outlook | None
    cells: list[Cell]
    booked: dict[str, int]


async def coming(house: House, queue: str, hours: int) -> tuple[Interval, ...]:
    """The half hours from the present one on, ascending; at most `MOST_HOURS`. Raises NotFound."""
    now, hours = house.clock.now(), min(hours, MOST_HOURS)
    seen = await house.database.read(lambda work: _look(work, queue, now, hours))
    first = half_hour_of(now)
    return tuple(_interval(first + HALF_HOUR * n, seen) for n in range(2 * hours))


async def everywhere(house: House, hours: int) -> tuple[Ahead, ...]:
    """The same of every queue, by id."""
    now, hours = house.clock.now(), min(hours, MOST_HOURS)
    found = await house.database.read(lambda work: [_look(work, queue.id, now, hours) for queue in work.queues.all()])
    return tuple(sorted((_ahead(seen, now, hours) for seen in found), key=lambda one: one.queue))


async def bookings(
    house: House, queue: str, *, at: datetime | None = None
) -> tuple[Sequence[Request], Sequence[Agent]]:
    """Who is booked in a queue, in the order of the times, at most `BOOKED_MOST`, and everybody's agents; with `at`
    only those whose time begins in the half hour from then on."""

    def read(work: Work) -> tuple[Sequence[Request], Sequence[Agent]]:
        found = work.requests.search(queue=queue, states=(State.BOOKED,), limit=BOOKED_MOST)
        return found, work.agents.all()

    found, agents = await house.database.read(read)
    timed = [(one.slot_start, one) for one in found if one.slot_start is not None]
    within = [(start, one) for start, one in timed if at is None or at <= start < at + HALF_HOUR]
    return [one for _, one in sorted(within, key=lambda item: (item[0], item[1].id))], agents


def _ahead(seen: _Seen, now: datetime, hours: int) -> Ahead:
    first, name = half_hour_of(now), seen.queue.id
    soon = (cell.start for cell in seen.cells if now <= cell.start < now + SOON)
    return Ahead(
        queue=name,
        intervals=tuple(_interval(first + HALF_HOUR * n, seen) for n in range(2 * hours)),
        booked_soon=sum(seen.booked[slot_key(name, start)] for start in soon),
    )


def _look(work: Work, queue: str, now: datetime, hours: int) -> _Seen:
    found, outlook = work.queues.get(queue), work.outlooks.find(queue)
    first, capacity = half_hour_of(now), bookable.capacity(found.rules, outlook, now)
    laid_out = grids.laid_out(found.rules, start=first, end=first + timedelta(hours=hours))
    cells = [capacity(cell) for cell in laid_out if cell.planned > 0]
    return _Seen(found, outlook, cells, work.counters.values([slot_key(queue, cell.start) for cell in cells]))


def _interval(start: datetime, seen: _Seen) -> Interval:
    end, outlook = start + HALF_HOUR, seen.outlook
    within = [cell for cell in seen.cells if start <= cell.start < end]
    half = next((each for each in outlook.half_hours if each.start == start), None) if outlook else None
    measured = outlook.measured if outlook else None
    booked = sum(seen.booked[slot_key(seen.queue.id, cell.start)] for cell in within)
    lacks = outlook.reasons if outlook else ("no_outlook",)
    return Interval(
        start=start,
        end=end,
        open=bool(open_stretches(seen.queue.rules.hours, start, end)),
        p50=half.p50 if half else None,
        p80=half.p80 if half else None,
        needed=half.needed if half else None,
        staffed=half.staffed if half else None,
        booked=booked,
        booked_load=booked * measured.answered * measured.handling_s / HALF_HOUR_S if measured else None,
        capacity=sum(cell.planned for cell in within),
        reserve=sum(cell.reserve for cell in within),
        why=tuple(dict.fromkeys((*(word for cell in within for word in cell.why), *lacks))),
    )
