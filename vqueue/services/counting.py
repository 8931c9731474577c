"""The counters a request stands in: its queue's open callbacks, its number's, its slot's; right under any crowd.

Whatever moves a request passes here, so that nobody can forget to give back what it no longer takes.
"""

from dataclasses import dataclass
from datetime import datetime

from vqueue.domain.errors import QueueFull, RateLimited, SlotTaken
from vqueue.domain.request import Request
from vqueue.domain.slots import slot_key
from vqueue.ports.database import Work

_NO_CEILING = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """How full what a request enters may be; None: it is only counted."""

    open: int | None = None
    """Open callbacks in the queue. Where it is named, the number's own ceiling holds too."""
    slot: int | None = None
    """Calls booked into the slot."""


def count(work: Work, before: Request | None, after: Request, *, ceilings: Ceilings, at: datetime) -> None:
    """Takes what `after` stands in anew, gives back what it left.

    Always in the order of the keys, so that two who change places wait for each other and never in a circle.
    Raises QueueFull, RateLimited, SlotTaken.
    """
    was = stands_in(before) if before is not None else set()
    now = stands_in(after)
    for key in sorted(was ^ now):
        if key in was:
            work.counters.give(key)
        else:
            _take(work, key, after, ceilings=ceilings, at=at)


def open_key(queue: str) -> str:
    """The counter of a queue's open callbacks."""
    return f"open:{queue}"


def stands_in(request: Request) -> set[str]:
    """A callback stands in its queue and under its number; a booking in its slot instead of the queue's line."""
    keys = set()
    if request.dialable and not request.books:
        keys.add(open_key(request.queue))
    if request.dialable and request.phone is not None:
        keys.add(f"number:{request.phone.index}")
    if request.is_open and request.slot_zone is not None and request.slot_start is not None:
        keys.add(slot_key(request.queue, request.slot_start))
    return keys


def _take(work: Work, key: str, request: Request, *, ceilings: Ceilings, at: datetime) -> None:
    kind = key.partition(":")[0]
    match kind:
        case "open":
            limit = ceilings.open
        case "number":
            caps = work.queues.get(request.queue).rules.caps
            limit = caps.open_per_number if ceilings.open is not None else None
        case _:
            limit = ceilings.slot
    if work.counters.take(key, limit=_NO_CEILING if limit is None else limit, at=at):
        return
    if kind == "slot":
        raise SlotTaken
    raise QueueFull if kind == "open" else RateLimited("this number has as many open callbacks as one may have")
