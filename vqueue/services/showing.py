"""What a customer sees of his requests: place, window, promise, tries and the reasons, from the board and his rows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import RequestId
from vqueue.domain.promise import Promise, Window
from vqueue.domain.request import Request, State
from vqueue.domain.rules import Queue
from vqueue.ports.apps import Known, Told
from vqueue.ports.database import Work
from vqueue.ports.identity import Customer
from vqueue.services import quoting, steadying
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.steadying import Reading

_RUNG = frozenset(
    {
        Cause.BUSY,
        Cause.NO_ANSWER,
        Cause.MACHINE,
        Cause.NO_KEY,
        Cause.FAILED,
        Cause.REFUSED,
        Cause.LOST,
        Cause.HUNG_UP,
        Cause.SNOOZED,
        Cause.NOT_NEEDED,
        Cause.AGENT_DROPPED,
        Cause.TALKED,
    }
)
"""Outcomes of tries that a customer noticed, or that count as one of his."""
SOON, LATER, SELDOM = 5, 15, 60
"""Seconds until a reader who has no stream should ask again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One try to reach him."""

    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A request as its customer sees it."""

    request: Request
    position: int | None
    window: Window | None
    coverage: float
    promise: Promise | None
    attempts: tuple[Tried, ...]
    reasons: tuple[str, ...]
    next_poll_s: int

    @property
    def ahead(self) -> int | None:
        return None if self.position is None else self.position - 1


def known(work: Work, customer: Customer, request_id: RequestId) -> Known:
    """Raises NotFound for one that is not his, as for one that does not exist."""
    request = work.requests.get(request_id)
    if request.customer != customer.id:
        raise NotFound("There is no such request.")
    return known_of(work, request)


def known_of(work: Work, request: Request) -> Known:
    return work.looks.known([request.id])[request.id]


async def show(house: House, customer: Customer, request_id: RequestId) -> Shown:
    """One request of his. Raises NotFound."""
    found = await house.looks.ask(request_id, partial(_together, house))
    if found is None or found[0].request.customer != customer.id:
        raise NotFound("There is no such request.")
    return await _shown(house, found[0], await quoting.grounds_of(house, found[1]))


async def _together(house: House, requests: Collection[RequestId]) -> Mapping[RequestId, tuple[Known, Queue]]:
    return await house.database.read(partial(look, requests=requests))


def look(work: Work, requests: Collection[RequestId]) -> dict[RequestId, tuple[Known, Queue]]:
    """Each of these that is there, with its queue."""
    found = work.looks.known(requests)
    queues = {name: work.queues.get(name) for name in {one.request.queue for one in found.values()}}
    return {one.request.id: (one, queues[one.request.queue]) for one in found.values()}


async def shown(house: House, found: Known) -> Shown:
    """As it is told now. A reading that changes what was told is stored before it leaves."""
    return await _shown(house, found, await quoting.grounds(house, found.request.queue))


async def _shown(house: House, found: Known, seen: Grounds) -> Shown:
    last, shown = reckoned(found, seen)
    if not is_news(found, last):
        return shown
    return await house.database.transact(partial(tell, request_id=found.request.id, seen=seen))


def is_news(found: Known, last: Told) -> bool:
    """Whether this has to be stored before he is told."""
    return last is not found.told and not (found.told is None and last.position is None and last.until is None)


def tell(work: Work, request_id: RequestId, seen: Grounds) -> Shown:
    """What he is told, kept in the same transaction. Raises NotFound."""
    found = tell_all(work, {request_id: seen})
    if request_id not in found:
        raise NotFound("There is no such request.")
    return found[request_id][1]


def begin(work: Work, request: Request, seen: Grounds) -> Shown:
    """The same for one that was made in this transaction: nothing was told or tried yet."""
    promise = work.promises.get(request.promise) if request.promise is not None else None
    found = Known(request=request, promise=promise, attempts=(), told=None)
    last, shown = reckoned(found, seen)
    work.tellings.insert(last)
    return shown


def tell_all(work: Work, these: Mapping[RequestId, Grounds]) -> dict[RequestId, tuple[Known, Shown]]:
    """The same for many, each by its grounds: what is stored now, and what he is told."""
    told = {}
    for request_id, found in work.looks.known(these).items():
        seen = these[request_id]
        last, shown = reckoned(found, seen)
        if found.told is None:
            work.tellings.insert(last)
        elif last is not found.told:
            last = work.tellings.replace(last)
        told[request_id] = replace(found, told=last), shown
    return told


async def own(
    house: House, customer: Customer, *, open_only: bool | None, before: tuple[datetime, str] | None, limit: int
) -> list[Shown]:
    """His requests, newest first, those before the place named. `open_only` None means all, False the closed ones."""
    found = await house.database.read(
        lambda work: [
            known_of(work, each)
            for each in work.requests.of_customer(customer.id, open_only=open_only, before=before, limit=limit)
        ]
    )
    return [await shown(house, each) for each in found]


def reckoned(found: Known, seen: Grounds) -> tuple[Told, Shown]:
    """(what he is told by now, how that looks): nothing is kept yet."""
    now = steadying.fresh(found.request, seen)
    last = steadying.told(found.told, found.request, found.promise, seen, now=now)
    return last, _as_told(found, last, seen, now=now)


def _as_told(found: Known, last: Told, seen: Grounds, *, now: Reading) -> Shown:
    request = found.request
    position, window = steadying.said(last, now)
    if request.state is State.BOOKED and found.promise is not None:
        window = found.promise.window
    return Shown(
        request=request,
        position=position,
        window=window,
        coverage=seen.queue.rules.deadlines.coverage,
        promise=found.promise,
        attempts=_tries(found),
        reasons=_reasons(found, last, seen, window),
        next_poll_s=_next_poll(request, position, seen.now),
    )


def _tries(found: Known) -> tuple[Tried, ...]:
    over = [Tried(at=one.opened_at, outcome=one.outcome) for one in found.attempts if one.outcome in _RUNG]
    return tuple(over)


def _reasons(found: Known, last: Told, seen: Grounds, window: Window | None) -> tuple[str, ...]:
    """Why he stands as he does, and why anything became worse."""
    request, promise = found.request, found.promise
    waits = request.state is State.WAITING and request.ready
    untold = waits and seen.fresh and seen.open and window is None
    served = untold and quoting.waiting(seen, request)[1] is not None
    late = promise is not None and promise.settled_at is None and promise.window.end < seen.now
    said: Iterable[tuple[str | None, bool]] = (
        (request.parked, request.is_open and request.parked is not None),
        (request.reason, not request.is_open),
        ("stale", waits and not seen.fresh),
        ("no_agents", untold and not served),
        ("window_too_wide", served),
        ("paused", waits and not seen.queue.switches.dialing),
        ("late", request.is_open and late),
        ("unproven_number", request.is_open and not request.proven and request.phone is not None),
    )
    own_words = [reason for reason, applies in said if applies and reason]
    # Whoever came back after his misses starts anew: that he was told a later window because of them is over.
    worse = [each for each in last.why if each != "retry" or request.tries] if request.is_open else []
    return tuple(dict.fromkeys((*own_words, *worse)))


def _next_poll(request: Request, position: int | None, now: datetime) -> int:
    match request.state:
        case State.CONNECTING | State.TALKING:
            return SOON
        case State.HOLDING | State.WAITING:
            return SOON if position is not None and position <= 5 else LATER
        case State.BOOKED:
            near = request.slot_start is not None and request.slot_start - now < timedelta(minutes=10)
            return LATER if near else SELDOM
        case _:
            return SELDOM


def in_grace(request: Request, now: datetime) -> bool:
    """Ended without a talk, and he may still have his place back."""
    return request.grace_until is not None and request.grace_until > now and not request.is_open


def differs(before: Shown, after: Shown, now: datetime) -> bool:
    """Whether he has to be told. The start of a window that has opened goes with the clock, and says nothing new."""
    if before.window is not None and after.window is not None and before.window.start <= after.window.start <= now:
        after = replace(after, window=Window(before.window.start, after.window.end))
    return before != after


def may_go_on(request: Request, now: datetime) -> bool:
    """Whether anything can still happen to it."""
    return request.is_open or in_grace(request, now)
