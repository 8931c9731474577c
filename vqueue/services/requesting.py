"""Asking for a place in line, by whatever channel: callback, hold, message, switching, cancelling, coming back."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from vqueue.domain.errors import AgentComing, AlreadyDialing, NotFound, SwitchedOff
from vqueue.domain.ids import CallSid, PromiseId, QueueId, RequestId, SessionId
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.promise import Window as PromisedWindow
from vqueue.domain.request import Channel, Mode, Move, Request, State
from vqueue.services import settling
from vqueue.services.clerk import Clerk
from vqueue.services.entering import entering


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What the customer was told before he chose, as it will be kept with his promise."""

    window: PromisedWindow
    coverage: float
    method: str
    quantiles_s: dict[str, float]
    inputs: dict[str, Any]
    rules_version: int
    model_version: str = ""
    """Of the learned model, where one spoke."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for. Ids are drawn before the transaction, secrets are sealed before it."""

    id: RequestId
    promise_id: PromiseId
    queue: QueueId
    mode: Mode
    channel: Channel
    language: str
    skills: tuple[str, ...]
    bucket: str
    credit_class: str
    virtual_start: datetime
    rules_version: int
    phone: Sealed | None = None
    zone: str = ""
    country: str = ""
    topic: str | None = None
    context: Sealed | None = None
    name: Sealed | None = None
    customer: str | None = None
    verified: bool = False
    call_sid: CallSid | None = None
    session: SessionId | None = None
    slot_start: datetime | None = None
    """The queue is closed: the opening at which the place becomes ready."""
    segment: str | None = None
    notify: tuple[str, ...] = ()


def place_of(wish: Wish, *, at: datetime, state: State) -> Request:
    """The place as it will stand in the line."""
    return Request(
        id=wish.id,
        queue=wish.queue,
        mode=wish.mode,
        channel=wish.channel,
        state=state,
        virtual_start=wish.virtual_start,
        created_at=at,
        language=wish.language,
        bucket=wish.bucket,
        credit_class=wish.credit_class,
        skills=wish.skills,
        phone=wish.phone,
        zone=wish.zone,
        country=wish.country,
        customer=wish.customer,
        verified=wish.verified,
        name=wish.name,
        topic=wish.topic,
        context=wish.context,
        call_sid=wish.call_sid,
        session=wish.session,
        rules_version=wish.rules_version,
        slot_start=wish.slot_start,
        segment=wish.segment,
        notify=wish.notify,
    )


def promise(clerk: Clerk, request: Request, quote: Quote, *, promise_id: PromiseId) -> Request:
    """The request with this promise bound to it, both stored."""
    clerk.work.promises.insert(
        Promise(
            id=promise_id,
            request=request.id,
            queue=request.queue,
            channel=request.channel,
            made_at=clerk.at,
            window=quote.window,
            coverage=quote.coverage,
            method=quote.method,
            quantiles_s=quote.quantiles_s,
            inputs=quote.inputs,
            rules_version=quote.rules_version,
            model_version=quote.model_version,
        )
    )
    clerk.note(
        Fact.PROMISE_MADE,
        request=request,
        promise=promise_id,
        start=quote.window.start.isoformat(),
        end=quote.window.end.isoformat(),
        coverage=quote.coverage,
        method=quote.method,
        quantiles_s=quote.quantiles_s,
        inputs=quote.inputs,
        rules_version=quote.rules_version,
        model=quote.model_version,
    )
    return clerk.store(replace(request, promise=promise_id, deadline=quote.window.end), reason="promised")


def request_callback(clerk: Clerk, wish: Wish, quote: Quote | None) -> Request:
    """A place in line without the line. Asking again from the same call gives the same request.

    Raises AlreadyOpen, SwitchedOff, QueueFull, RateLimited.
    """
    known = known_by(clerk, wish.id)
    if known is not None:
        return known
    place = place_of(wish, at=clerk.at, state=State.WAITING if wish.slot_start is None else State.BOOKED)
    if wish.slot_start is not None:
        place = replace(place, ready=False, not_before=wish.slot_start, parked="closed")
    request = clerk.join(place, ceiling=ceiling(clerk, wish.queue))
    return promise(clerk, request, quote, promise_id=wish.promise_id) if quote else request


def hold(clerk: Clerk, wish: Wish) -> Request:
    """Join the line on the line. Holders are never refused."""
    place = replace(place_of(wish, at=clerk.at, state=State.HOLDING), **entering(clerk))
    return known_by(clerk, wish.id) or clerk.join(place)


def message(clerk: Clerk, wish: Wish, recording: str) -> Request:
    """A recorded message: waits, parked, until somebody answers it."""
    known = known_by(clerk, wish.id)
    if known is not None:
        return known
    place = place_of(wish, at=clerk.at, state=State.WAITING)
    return clerk.join(replace(place, ready=False, parked="message", recording=recording or None))


@dataclass(frozen=True, slots=True)
class Reach:
    """A number that may be called, sealed, with its zone and country."""

    phone: Sealed
    zone: str
    country: str


def switch(
    clerk: Clerk,
    request_id: RequestId,
    *,
    reach: Reach,
    quote: Quote | None,
    promise_id: PromiseId,
    opening: datetime | None = None,
) -> Request:
    """From hold to callback, keeping the place; to a booked one when the queue closes before the turn comes.

    Raises AgentComing when an agent was reserved meanwhile, AlreadyOpen, SwitchedOff, QueueFull.
    """
    request = clerk.work.requests.get(request_id)
    if request.state in (State.WAITING, State.BOOKED) and request.mode in (Mode.CALLBACK, Mode.SCHEDULED):
        return request
    if request.state is not State.HOLDING:
        raise AgentComing
    changes: dict[str, Any] = {
        "mode": Mode.CALLBACK, "phone": reach.phone, "zone": reach.zone, "country": reach.country,
        "protected": True, "call_sid": None, "slot_start": None, "slot_zone": None, "slot_text": None,
    }  # fmt: skip
    move, to = Move.SWITCH, State.WAITING
    if opening is not None:
        move, to = Move.CLOSE, State.BOOKED
        changes |= {
            "mode": Mode.SCHEDULED,
            "ready": False,
            "not_before": opening,
            "parked": "closed",
            "slot_start": opening,
        }
    most = ceiling(clerk, request.queue)
    moved = clerk.move(request, move, to=to, reason="switched_while_holding", changes=changes, ceiling=most)
    if quote is None:
        return clerk.store(replace(moved, promise=None, deadline=None), reason="nothing_promised")
    return promise(clerk, moved, quote, promise_id=promise_id)


def to_message(clerk: Clerk, request_id: RequestId, recording: str) -> Request:
    """From hold to a message: parked, so that no agent is sent to a line that records; later the recording is kept."""
    request = clerk.work.requests.get(request_id)
    if request.mode is Mode.MESSAGE:
        return clerk.store(replace(request, recording=recording or request.recording), reason="message_recorded")
    if request.state is not State.HOLDING:
        raise AgentComing
    changes: dict[str, Any] = {
        "mode": Mode.MESSAGE, "ready": False, "parked": "message", "call_sid": None, "recording": recording or None,
        "slot_start": None, "slot_zone": None, "slot_text": None,
    }  # fmt: skip
    return clerk.move(request, Move.SWITCH, to=State.WAITING, reason="message_while_holding", changes=changes)


def cancel(clerk: Clerk, request_id: RequestId, *, reason: str) -> Request:
    """The customer's phone does not ring afterwards. Raises AlreadyDialing (then no retry follows), ClosedRequest."""
    request = clerk.work.requests.get(request_id)
    if request.state is State.CONNECTING and request.attempt is not None:
        case = settling.load(clerk, request.attempt)
        if case.customer_leg is not None and request.came_from is not State.HOLDING:
            raise AlreadyDialing
        clerk.withdraw_promise(request, "cancelled")
        cancelled = clerk.move(request, Move.CANCEL, reason=reason, changes={"attempt": None, "ready": False})
        settling.withdraw(clerk, case)
        return cancelled
    clerk.withdraw_promise(request, "cancelled")
    return clerk.move(request, Move.CANCEL, reason=reason, changes={"ready": False})


def no_retry(clerk: Clerk, request_id: RequestId) -> Request:
    """Marks a request whose cancelling came too late for this ring: whatever this ring brings, no other follows."""
    request = clerk.work.requests.get(request_id)
    if request.state in (State.WAITING, State.BOOKED):
        # The ring ended meanwhile.
        return cancel(clerk, request_id, reason=settling.CANCEL_ASKED)
    if request.state is not State.CONNECTING:
        return request
    return clerk.store(replace(request, parked=settling.CANCEL_ASKED), reason=settling.CANCEL_ASKED)


def known_by(clerk: Clerk, request_id: RequestId) -> Request | None:
    """The request of this id, where this is a repetition."""
    try:
        return clerk.work.requests.get(request_id)
    except NotFound:
        return None


def ceiling(clerk: Clerk, queue_id: str) -> int:
    """How many callbacks the queue may hold. Raises SwitchedOff when a supervisor stopped registering."""
    queue = clerk.work.queues.get(queue_id)
    if not queue.switches.registering:
        raise SwitchedOff
    return queue.rules.offer.max_open
