"""What goes over the wire in the customer's app: requests as they are asked for, changed and shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from vqueue.domain.promise import Promise
from vqueue.domain.promise import Window as Span
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.services.showing import Shown
from vqueue.web.api.mounting import etag
from vqueue.web.api.operation import Id, Moment, Page, Shape

PATH = "/v1/support-requests"
PhoneNumber = Annotated[str, StringConstraints(min_length=1, max_length=40)]
"""E.164, or as it is dialled in the queue's home country."""
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)]
AskedMode = Literal["callback", "scheduled", "call_in", "message"]
Context = Annotated[Mapping[str, Any], Field(max_length=64)]


class Notify(Shape):
    """What the customer wants to be told by. Left out: an SMS where it matters."""

    push: bool = False
    sms: bool = True
    webhook: bool = False


class NewRequest(Shape):
    """A wish for support. It names a queue or a topic."""

    queue: Id | None = None
    topic: Id | None = None
    mode: AskedMode
    phone_number: PhoneNumber | None = None
    """By default the number the token vouches for. Another one is rung once at the most."""
    slot_start: Moment | None = None
    """With `scheduled`: the start of a free slot. Without it the first moment at which a call is possible, where none
    is possible now."""
    context: Context = Field(default_factory=dict)
    """What the queue's schema asks for, at most 4 kB."""
    locale: Locale | None = None
    notify: Notify = Field(default_factory=Notify)


class RequestChange(Shape):
    """A merge-patch. `slot_start: null` turns a booking into a callback; `context: null` forgets it."""

    slot_start: Moment | None = None
    mode: Literal["callback", "scheduled", "call_in"] | None = None
    phone_number: PhoneNumber | None = None
    context: Context | None = None


class RequestQuery(Page):
    """Which of one's own requests."""

    state: Literal["open", "closed"] | None = None


class Window(Shape):
    """When the telephone rings, or the turn comes."""

    from_: datetime = Field(serialization_alias="from", validation_alias="from")
    to: datetime
    coverage: float | None = None
    """How often such windows are kept."""


class Promised(Shape):
    """What was quoted when the place was made, and whether it was kept (null: not known yet, or given up)."""

    window: Window
    at: datetime
    kept: bool | None


class BookedSlot(Shape):
    """A booked time; `text` is how it was shown."""

    start: datetime
    time_zone: str | None
    text: str | None


class Attempt(Shape):
    """One try to reach the customer."""

    at: datetime
    outcome: str


class SupportRequest(Shape):
    """A request as its customer sees it."""

    id: str
    queue: str
    topic: str | None
    mode: Mode
    channel: Channel
    state: State
    position: int | None
    """1 is next. It never grows without a reason."""
    ahead: int | None
    virtual_start_at: datetime
    window: Window | None
    """Its `to` never moves later without a reason."""
    promised: Promised | None
    slot: BookedSlot | None
    phone_number: str | None
    """Masked."""
    not_before: datetime | None
    """While it waits for a time (a retry, an opening, a slot)."""
    grace_until: datetime | None
    """After a missed call: until when `call-now` gives the place back."""
    attempts: tuple[Attempt, ...]
    reasons: tuple[str, ...]
    version: int
    next_poll_s: int


class RequestList(Shape):
    """One's own requests, newest first."""

    items: tuple[SupportRequest, ...]
    next_cursor: str | None = None


def shown(seen: Shown) -> SupportRequest:
    """The request on the wire."""
    request = seen.request
    return SupportRequest(
        id=request.id,
        queue=request.queue,
        topic=request.topic,
        mode=request.mode,
        channel=request.channel,
        state=request.state,
        position=seen.position,
        ahead=seen.ahead,
        virtual_start_at=request.virtual_start,
        window=_window(seen.window, seen.coverage),
        promised=promised(seen.promise) if seen.promise is not None else None,
        slot=_slot(request),
        phone_number=request.phone.hint if request.phone is not None else None,
        not_before=request.not_before if request.is_open else None,
        grace_until=None if request.is_open else request.grace_until,
        attempts=tuple(Attempt(at=one.at, outcome=one.outcome) for one in seen.attempts),
        reasons=seen.reasons,
        version=request.version,
        next_poll_s=seen.next_poll_s,
    )


def _window(span: Span | None, coverage: float | None) -> Window | None:
    return Window(**{"from": span.start}, to=span.end, coverage=coverage) if span is not None else None


def promised(promise: Promise) -> Promised:
    """On the wire."""
    span = promise.window
    window = Window(**{"from": span.start}, to=span.end, coverage=promise.coverage)
    return Promised(window=window, at=promise.made_at, kept=promise.kept)


def _slot(request: Request) -> BookedSlot | None:
    if request.slot_start is None:
        return None
    return BookedSlot(start=request.slot_start, time_zone=request.slot_zone, text=request.slot_text)


def document(seen: Shown) -> dict[str, Any]:
    """The request as JSON's types."""
    return shown(seen).model_dump(mode="json", by_alias=True)


def headers(seen: Shown) -> dict[str, str]:
    return {"Location": f"{PATH}/{seen.request.id}", **etag(seen.request.version)}
