"""What the bank itself does with a request: moves it, puts it before others, cancels it, resolves it without a call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from vqueue.domain.errors import AlreadyDialing, Invalid, NotFound, NotPossible, Outdated
from vqueue.domain.ids import PromiseId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.request import TABLE, Mode, Move, Request, State
from vqueue.domain.table import Go
from vqueue.engine import routing
from vqueue.services import booking, choosing, quoting, requesting, rewindowing
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Quote
from vqueue.services.rescuing import RESCUED
from vqueue.services.switching import given
from vqueue.services.terms import terms

_TURNS = 3
"""How often a place that moved by itself meanwhile is looked at again."""
_PAUSED = (None, "retry", "snooze")
"""Why a place that waits may be called before its time: nothing else than our own telephone is waited for."""


class Act(StrEnum):
    """What a supervisor may do with a request."""

    MOVE = "move"
    WINDOW = "window"
    NEXT = "next"
    RESOLVE = "resolve"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class _There:
    """The place as it will stand, and what may be promised there."""

    changes: Mapping[str, Any]
    quote: Quote | None
    seen_version: int


def possible(request: Request) -> tuple[Act, ...]:
    """What may be tried with the request as it stands; each act looks once more."""
    moves = {Act.MOVE: Move.MOVE, Act.RESOLVE: Move.RESOLVE, Act.CANCEL: Move.CANCEL}
    found = {act for act, move_ in moves.items() if isinstance(TABLE.cell(request.state, move_), Go)}
    if rewindowing.waits(request) or (request.phone and isinstance(TABLE.cell(request.state, Move.RESCHEDULE), Go)):
        found.add(Act.WINDOW)
    if request.credit_class != RESCUED and (request.books or _waits(request)):
        found.add(Act.NEXT)
    return tuple(act for act in Act if act in found)


async def move(
    house: House, request_id: RequestId, *, queue: str | None, credit_class: str | None, reason: str, by: str
) -> Request:
    """Into another queue or class: virtual start kept, class and skills by the rules there, a promise of its own.

    Raises NotFound, Invalid, NotPossible, AlreadyDialing, ClosedRequest, AlreadyOpen, QueueFull, SwitchedOff.
    """
    why = given(reason)
    if queue is None and credit_class is None:
        raise Invalid("Name a queue or a class.", errors=(("/queue", "missing"),))
    for _ in range(_TURNS):
        request = await house.database.read(lambda work: work.requests.get(request_id))
        there = await _there(house, request, queue or request.queue, credit_class)
        promise = PromiseId(house.chance.id("pr"))
        deed = partial(_moved, request_id=request_id, there=there, promise=promise, reason=why, by=by)
        moved = await house.act(deed)
        if moved is not None:
            return moved
    raise Outdated("The request changed meanwhile; read it again.")


async def call_next(house: House, request_id: RequestId, *, reason: str, by: str) -> Request:
    """Before others, in the class kept for that; a booking becomes a callback, a pause between tries is over.

    Raises NotFound, NotPossible (also where that class is full), AlreadyDialing, ClosedRequest, QueueClosed,
    SwitchedOff, QueueFull, AlreadyOpen.
    """
    why = given(reason)
    request = await house.database.read(lambda work: work.requests.get(request_id))
    quote = await _earlier(house, request) if request.books else None
    promise = PromiseId(house.chance.id("pr"))
    deed = partial(_put_next, request_id=request_id, quote=quote, promise=promise, reason=why, by=by)
    return await house.act(deed)


async def cancel(house: House, request_id: RequestId, *, reason: str, by: str) -> Request:
    """His telephone does not ring afterwards. Raises NotFound, ClosedRequest, NotPossible, and AlreadyDialing while it
    rings at this moment: then no retry follows."""
    why = given(reason)
    try:
        return await house.act(partial(_cancelled, request_id=request_id, reason=why, by=by))
    except AlreadyDialing:
        after = await house.act(partial(requesting.no_retry, request_id=request_id))
        if after.state is not State.CANCELLED:
            raise
        return after


async def resolve(house: House, request_id: RequestId, *, reason: str, by: str) -> Request:
    """Done without a call. Raises NotFound, NotPossible on the line, AlreadyDialing, ClosedRequest."""
    why = given(reason)
    return await house.act(partial(_resolved, request_id=request_id, reason=why, by=by))


async def _earlier(house: House, request: Request) -> Quote | None:
    if request.phone is None:
        return None
    seen = await quoting.grounds(house, request.queue)
    return await booking.earlier(house, request, quoting.verdict(seen, house.vault.open_phone(request.phone).e164))


async def _there(house: House, request: Request, queue: str, credit_class: str | None) -> _There:
    try:
        seen = await quoting.grounds(house, queue)
    except NotFound:
        raise Invalid("There is no such queue.", errors=(("/queue", "unknown"),)) from None
    if credit_class is not None and credit_class not in seen.queue.rules.credits:
        raise Invalid("The rules of this queue have no such class.", errors=(("/class", "unknown"),))
    if request.slot_start is not None and request.books and queue != request.queue:
        raise NotPossible("A booked time belongs to its queue: move the booking there instead.")
    changes = _place(house, seen, request, queue, credit_class)
    return _There(changes, _quote(house, seen, request, changes), request.version)


def _place(house: House, seen: Grounds, request: Request, queue: str, credit_class: str | None) -> dict[str, Any]:
    """Skills and bucket change with the queue alone; a class that has no credit there is the standard one."""
    rules = seen.queue.rules
    credit = credit_class or (request.credit_class if request.credit_class in rules.credits else "standard")
    if queue == request.queue:
        return {"credit_class": credit, "bucket": request.bucket}
    context = json.loads(house.vault.open(request.context)) if request.context is not None else {}
    known = choosing.attributes(
        topic=request.topic,
        language=request.language,
        channel=request.channel,
        segment=request.segment,
        context=context if isinstance(context, dict) else {},
    )
    skills = routing.route(rules, known).skills
    return {
        "queue": seen.queue.id,
        "skills": skills,
        "bucket": routing.bucket(skills, request.language),
        "credit_class": credit,
        "rules_version": seen.queue.rules_version,
    }


def _quote(house: House, seen: Grounds, request: Request, changes: Mapping[str, Any]) -> Quote | None:
    """A callback that waits is promised anew; who holds hears his place."""
    if request.phone is None or request.mode is not Mode.CALLBACK or request.state is not State.WAITING:
        return None
    number = quoting.verdict(seen, house.vault.open_phone(request.phone).e164)
    ahead = seen.ahead(request.virtual_start, changes["bucket"], changes["credit_class"])
    found = terms(seen, ahead, number)
    return found.quote if found is not None and found.opening is None else None


def _moved(
    clerk: Clerk, request_id: RequestId, there: _There, promise: PromiseId, reason: str, by: str
) -> Request | None:
    """None when the request is no longer the one that was looked at."""
    request = clerk.work.requests.get(request_id)
    if request.version != there.seen_version:
        return None
    changes = dict(there.changes)
    other = changes.get("queue", request.queue) != request.queue
    if other:
        clerk.withdraw_promise(request, "moved")
        changes |= {"promise": None, "deadline": None}
    ceiling = requesting.ceiling(clerk, changes["queue"]) if other and request.dialable else None
    moved = clerk.move(request, Move.MOVE, reason="moved_by_bank", changes=changes, ceiling=ceiling)
    _acted(clerk, moved, "moved_request", reason, by)
    if other and there.quote is not None:
        moved = requesting.promise(clerk, moved, there.quote, promise_id=promise)
        rewindowing.tell(clerk, moved)
    return moved


def _waits(request: Request) -> bool:
    """In line, and held back by nothing but a pause between tries."""
    return request.state is State.HOLDING or (request.state is State.WAITING and request.parked in _PAUSED)


def _put_next(
    clerk: Clerk, request_id: RequestId, quote: Quote | None, promise: PromiseId, reason: str, by: str
) -> Request:
    request = clerk.work.requests.get(request_id)
    if request.books:
        request = booking.advance(clerk, request_id, quote=quote, promise_id=promise)
    if request.state in (State.WAITING, State.BOOKED) and not _waits(request):
        raise NotPossible("The request waits for something else than our call.")
    changes = {"credit_class": RESCUED, "ready": True, "not_before": None, "parked": None}
    moved = clerk.move(request, Move.MOVE, reason="called_next_by_bank", changes=changes)
    if moved.credit_class != RESCUED:
        raise NotPossible("As many as may go before others do so already.")
    _acted(clerk, moved, "called_next", reason, by)
    return moved


def _cancelled(clerk: Clerk, request_id: RequestId, reason: str, by: str) -> Request:
    cancelled = requesting.cancel(clerk, request_id, reason="cancelled_by_bank")
    _acted(clerk, cancelled, "cancelled_request", reason, by)
    return cancelled


def _resolved(clerk: Clerk, request_id: RequestId, reason: str, by: str) -> Request:
    request = clerk.work.requests.get(request_id)
    resolved = clerk.move(request, Move.RESOLVE, reason="resolved_by_bank", changes={"ready": False})
    clerk.withdraw_promise(request, "resolved")
    _acted(clerk, resolved, "resolved_request", reason, by)
    return resolved


def _acted(clerk: Clerk, request: Request, act: str, reason: str, by: str) -> None:
    clerk.note(Fact.STAFF_ACTED, request=request, act=act, reason=reason, by=by)
