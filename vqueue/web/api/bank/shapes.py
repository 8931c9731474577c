"""Requests as the bank's systems see them, and what may be asked of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from vqueue.domain.promise import Promise
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.services.looking_up import Whole
from vqueue.web.api.customer.shapes import Promised, promised
from vqueue.web.api.operation import Id, Moment, Page, Shape

Reason = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""In one line, without personal data: it is journalled."""
Number = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class BankRequestQuery(Page):
    """Which requests; what is left out means any."""

    phone_number: Number | None = None
    """Exactly this number, E.164."""
    queue: Id | None = None
    state: tuple[State, ...] = ()
    """`open` ones are holding, waiting, booked, connecting, talking. May stand several times."""
    mode: Mode | None = None
    channel: Channel | None = None
    customer: Annotated[str, StringConstraints(max_length=320)] | None = None
    agent: Annotated[str, StringConstraints(max_length=64)] | None = None
    """Who was asked to serve it at least once."""
    since: Moment | None = None
    until: Moment | None = None
    """Made in [since, until)."""


class BankPromise(Promised):
    """What was promised, and what became of it."""

    first_ring_at: datetime | None
    outcome: str | None


class BankAttempt(Shape):
    """One try to connect."""

    id: str
    agent: str
    shape: str
    opened_at: datetime
    accepted_at: datetime | None
    joined_at: datetime | None
    closed_at: datetime | None
    outcome: str | None


class BankRequest(Shape):
    """One request. Number, name and context are in the clear only where `reveal` asked for them."""

    id: str
    queue: str
    mode: Mode
    channel: Channel
    state: State
    topic: str | None
    language: str
    bucket: str
    credit_class: str
    virtual_start_at: datetime
    created_at: datetime
    closed_at: datetime | None
    ready: bool
    parked: str | None
    not_before: datetime | None
    slot_start: datetime | None
    promised: BankPromise | None
    phone_number: str | None
    customer: str | None
    verified: bool
    name: str | None = None
    context: Mapping[str, Any] | None = None
    rings: int
    reason: str | None
    grace_until: datetime | None
    follows: str | None
    wanted_agent: str | None
    rules_version: int
    attempts: tuple[BankAttempt, ...] | None = None
    """Only where one request is read."""
    dispositions: tuple[str, ...] | None = None
    """Codes, oldest first; only where one request is read."""
    version: int


class BankRequestList(Shape):
    """Newest first."""

    items: tuple[BankRequest, ...]
    next_cursor: str | None = None


class BankRequestMove(Shape):
    """Where it goes: another queue, another class of the rules, or both."""

    queue: Id | None = None
    credit_class: Annotated[Id | None, Field(alias="class")] = None
    reason: Reason


class WithReason(Shape):
    """Why."""

    reason: Reason


class BankNewRequest(Shape):
    """A request made for a customer, whose number the bank vouches for."""

    queue: Id | None = None
    topic: Id | None = None
    """A queue or a topic."""
    mode: Literal["callback", "scheduled", "call_in", "message"]
    phone_number: Number | None = None
    slot_start: Moment | None = None
    customer: Annotated[str, StringConstraints(min_length=1, max_length=320)] | None = None
    """His id in the bank's app, where it should show the request."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    context: dict[str, Any] = Field(default_factory=dict)
    locale: Annotated[str, StringConstraints(max_length=35)] | None = None


class JournalFact(Shape):
    """One fact. It holds no number and nothing the customer said."""

    at: datetime
    fact: str
    attempt: str | None
    agent: str | None
    rules_version: int | None
    data: Mapping[str, Any]


class RequestJournal(Shape):
    """What happened, in the order of time."""

    items: tuple[JournalFact, ...]
    next_cursor: str | None = None


def listed(request: Request, promise: Promise | None) -> BankRequest:
    """Masked."""
    return BankRequest(
        id=request.id,
        queue=request.queue,
        mode=request.mode,
        channel=request.channel,
        state=request.state,
        topic=request.topic,
        language=request.language,
        bucket=request.bucket,
        credit_class=request.credit_class,
        virtual_start_at=request.virtual_start,
        created_at=request.created_at,
        closed_at=request.closed_at,
        ready=request.ready,
        parked=request.parked,
        not_before=request.not_before,
        slot_start=request.slot_start,
        promised=_promise(promise) if promise is not None else None,
        phone_number=request.phone.hint if request.phone is not None else None,
        customer=request.customer,
        verified=request.verified,
        rings=request.rings,
        reason=request.reason,
        grace_until=request.grace_until,
        follows=request.follows,
        wanted_agent=request.wanted_agent,
        rules_version=request.rules_version,
        version=request.version,
    )


def shown(found: Whole) -> BankRequest:
    """With its attempts and dispositions; in the clear where it was opened."""
    more: dict[str, Any] = {
        "attempts": tuple(
            BankAttempt(
                id=one.id,
                agent=one.agent,
                shape=one.shape,
                opened_at=one.opened_at,
                accepted_at=one.accepted_at,
                joined_at=one.joined_at,
                closed_at=one.closed_at,
                outcome=one.outcome,
            )
            for one in found.attempts
        ),
        "dispositions": tuple(one.code for one in found.dispositions),
    }
    if found.opened is not None:
        clear = found.opened
        more |= {"phone_number": clear.phone_number, "name": clear.name, "context": clear.context}
    return listed(found.request, found.promise).model_copy(update=more)


def _promise(promise: Promise) -> BankPromise:
    first = promised(promise)
    return BankPromise(
        window=first.window,
        at=first.at,
        kept=first.kept,
        first_ring_at=promise.first_ring_at,
        outcome=promise.outcome,
    )
