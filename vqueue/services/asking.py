"""A customer of the app asks for support: read once what it rests on, keep place and answer in one transaction.

The answer is stored with the place, under the idempotency key. Whoever asks again with that key, at once or an hour
later, gets it byte for byte; of a thousand at once one makes the place and the others find its answer.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.errors import (
    AlreadyOpen,
    NumberRefused,
    QueueClosed,
    QueueFull,
    Refusal,
    SlotTaken,
    SwitchedOff,
)
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode
from vqueue.domain.rules import Queue
from vqueue.ports.apps import Answered
from vqueue.ports.database import Work
from vqueue.ports.identity import Customer
from vqueue.services import admitting, choosing, once, showing, wishing
from vqueue.services.admitting import Admission
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.showing import Shown
from vqueue.services.wishing import Asked, Case, Deed

Tell = Callable[[Shown], tuple[Mapping[str, Any], Mapping[str, str]]]
"""What is shown as (document, headers): the same for the same thing, without any effect."""
_NOTED = (NumberRefused, QueueClosed, QueueFull, SwitchedOff, SlotTaken)


async def ask(house: House, customer: Customer, asked: Asked, tell: Tell) -> Answered:
    """The answer, made now or found. Raises IdempotencyKeyReused, Invalid, NumberRefused, AlreadyOpen, QueueClosed,
    QueueFull, SwitchedOff, SlotTaken, RateLimited; a refusal is not stored."""
    first = await house.database.read(partial(_first, asked=asked))
    if isinstance(first, Answered):
        return first
    admission = Admission(())
    try:
        case = await wishing.read(house, customer, asked, first)
        admission = _admission(case)
        deed = await wishing.DEEDS[asked.mode](case)
        answered = await house.act(partial(_kept, case=case, deed=deed, admission=admission, tell=tell))
    except Refusal as refusal:
        # A twin with this key may have been quicker, and what it made stands in our way.
        stored = await _stored(house, asked)
        if stored is not None:
            return stored
        if isinstance(refusal, _NOTED):
            await house.act(partial(_noted, queue=asked.queue, mode=asked.mode, refusal=refusal))
        raise await told(house, customer, refusal, admission) from None
    return answered


async def told(house: House, customer: Customer, refusal: Refusal, admission: Admission) -> Refusal:
    """The refusal as this customer may see it. Raises RateLimited where he has tried too many numbers."""
    shown = await own_only(house, customer, refusal)
    if isinstance(shown, AlreadyOpen) and shown.request is None:
        # It says that somebody else asked for this number: whoever tries numbers may do so as seldom as he may ask.
        await house.database.transact(partial(_tried, admission=admission, at=house.clock.now()))
    return shown


async def own_only(house: House, customer: Customer, refusal: Refusal) -> Refusal:
    """The refusal as this customer may see it: the request that stands in his way only where it is his."""
    if not isinstance(refusal, AlreadyOpen) or refusal.request is None:
        return refusal
    other = RequestId(refusal.request)
    whose = await house.database.read(lambda work: work.requests.get(other).customer)
    return refusal if whose == customer.id else AlreadyOpen()


def _first(work: Work, asked: Asked) -> Answered | Queue:
    """The answer given before, else the queue that is asked for. Raises IdempotencyKeyReused, Invalid."""
    return once.found(work, asked) or choosing.choose(work, queue=asked.queue, topic=asked.topic)


async def _stored(house: House, asked: Asked) -> Answered | None:
    return await house.database.read(partial(once.found, asked=asked))


def _admission(case: Case) -> Admission:
    return admitting.admission(
        case.house, case.customer, case.seen.queue.rules.caps, case.number.phone if case.number else None
    )


def _kept(clerk: Clerk, case: Case, deed: Deed, admission: Admission, tell: Tell) -> Answered:
    """Place and answer together. Raises StaleWrite when a twin kept one meanwhile: the op runs again and finds it."""
    found = once.found(clerk.work, case.asked)
    if found is not None:
        return found
    admission.take(clerk.work, clerk.at)
    told = tell(showing.begin(clerk.work, deed(clerk), case.seen))
    return once.keep(clerk, case.asked, told, kept=once.kept_for(case.house))


def _tried(work: Work, admission: Admission, at: datetime) -> None:
    """Raises RateLimited."""
    admission.take(work, at)


def _noted(clerk: Clerk, queue: str | None, mode: Mode, refusal: Refusal) -> None:
    clerk.note(Fact.REQUEST_REFUSED, mode=mode, code=refusal.code, asked_queue=queue)
