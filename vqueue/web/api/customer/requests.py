"""A customer's support requests: made, listed, read, changed, cancelled, called now, spoken about afterwards."""

from datetime import datetime
from typing import Annotated

from aiohttp import web
from pydantic import Field

from vqueue.domain.errors import Invalid
from vqueue.domain.ids import RequestId
from vqueue.domain.request import Mode
from vqueue.services import asking, bank_code, changing, feeding_back, ringing_in, showing
from vqueue.services.changing import Change
from vqueue.services.following import Followers
from vqueue.services.house import House
from vqueue.services.showing import Shown
from vqueue.services.wishing import Asked
from vqueue.web.api import cursor
from vqueue.web.api.customer import watching
from vqueue.web.api.customer.shapes import (
    PATH,
    NewRequest,
    RequestChange,
    RequestList,
    RequestQuery,
    SupportRequest,
    document,
    headers,
    shown,
)
from vqueue.web.api.mounting import etag
from vqueue.web.api.operation import AppCustomer, Ask, Operation, Reply, Shape

TAG = "Support requests"
ONE = PATH + "/{id}"
_ASKING = ("already_open", "number_refused", "window_closed", "queue_full", "switched_off", "slot_taken")


class CallInCode(Shape):
    """Ring this number and key this code: the place is found, the menu left out. It works once."""

    phone_number: str
    code: str
    expires_at: datetime


class CodesShown(Shape):
    """Codes of one request. They appear nowhere else."""

    call_in: CallInCode | None
    """Customer to bank; null where ringing would change nothing."""
    bank_code: str | None
    """Bank to customer: said by the line after he has pressed 1, so that he can check who rings."""


class Feedback(Shape):
    """How it was. At least one of them."""

    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    nps: Annotated[int, Field(ge=0, le=10)] | None = None
    solved: bool | None = None
    comment: Annotated[str, Field(max_length=1000)] | None = None


class Requests:
    """The handlers on one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.followers = Followers(house)

    async def create(self, ask: Ask) -> Reply:
        body: NewRequest = ask.body
        assert ask.idempotency is not None
        asked = Asked(
            key=ask.idempotency,
            body_hash=ask.body_hash,
            mode=Mode(body.mode),
            queue=body.queue,
            topic=body.topic,
            phone_number=body.phone_number,
            slot_start=body.slot_start,
            context=body.context,
            locale=body.locale,
            notify=body.notify.model_dump(),
        )
        answered = await asking.ask(self.house, ask.customer, asked, _answer)
        return Reply(status=answered.status, body=answered.answer, headers=answered.headers)

    async def own(self, ask: Ask) -> Reply:
        query: RequestQuery = ask.query
        open_only = None if query.state is None else query.state == "open"
        before = _place(query.cursor)
        found = await showing.own(self.house, ask.customer, open_only=open_only, before=before, limit=query.limit + 1)
        page, more = found[: query.limit], len(found) > query.limit
        goes_on = _cursor(page[-1]) if more else None
        return Reply(body=RequestList(items=tuple(map(shown, page)), next_cursor=goes_on))

    async def read(self, ask: Ask) -> Reply:
        return _one(await showing.show(self.house, ask.customer, _id(ask)))

    async def change(self, ask: Ask) -> Reply:
        body: RequestChange = ask.body
        change = Change(
            named=frozenset(body.model_fields_set),
            slot_start=body.slot_start,
            mode=Mode(body.mode) if body.mode else None,
            phone_number=body.phone_number,
            context=body.context,
        )
        if "mode" in change.named and change.mode is None:
            raise Invalid("A request has a mode.", errors=(("/mode", "missing"),))
        return _one(await changing.change(self.house, ask.customer, _id(ask), change, version=ask.version))

    async def cancel(self, ask: Ask) -> Reply:
        return _one(await changing.cancel(self.house, ask.customer, _id(ask)))

    async def call_now(self, ask: Ask) -> Reply:
        return _one(await changing.call_now(self.house, ask.customer, _id(ask)))

    async def feedback(self, ask: Ask) -> Reply:
        body: Feedback = ask.body
        await feeding_back.give(
            self.house,
            ask.customer,
            _id(ask),
            rating=body.rating,
            nps=body.nps,
            solved=body.solved,
            comment=body.comment,
        )
        return Reply(status=204)

    async def codes(self, ask: Ask) -> Reply:
        seen = await showing.show(self.house, ask.customer, _id(ask))
        code = await ringing_in.code(self.house, seen.request)
        call_in = None
        if code is not None:
            call_in = CallInCode(phone_number=code.phone_number, code=code.code, expires_at=code.expires_at)
        ours = await bank_code.bank_code(self.house, seen.request.id)
        return Reply(body=CodesShown(call_in=call_in, bank_code=ours))

    async def events(self, ask: Ask) -> web.StreamResponse:
        return await watching.stream(self.followers, ask, _id(ask))


def _answer(seen: Shown) -> tuple[dict[str, object], dict[str, str]]:
    return document(seen), headers(seen)


def _one(seen: Shown) -> Reply:
    return Reply(body=document(seen), headers=etag(seen.request.version))


def _id(ask: Ask) -> RequestId:
    return RequestId(ask.path["id"])


def _cursor(last: Shown) -> str:
    return cursor.written(last.request.created_at.isoformat(), last.request.id)


def _place(text: str | None) -> tuple[datetime, str] | None:
    place = cursor.read(text, parts=2)
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("A cursor is the next_cursor of the page before.", errors=(("/cursor", "cursor"),))
    return at, place[1]


def operations(house: House) -> tuple[Operation, ...]:
    does = Requests(house)
    return (*_a_place(does), *_beside_it(does))


def _a_place(does: Requests) -> tuple[Operation, ...]:
    """Making, reading and changing one."""
    return (
        Operation(
            method="POST", path=PATH, name="create_support_request", summary="Ask for support", status=201,
            tag=TAG, who=AppCustomer(), handler=does.create, body=NewRequest, answer=SupportRequest, idempotent=True,
            problems=_ASKING, headers=("Location", "ETag"),
            description="A place in line. The same Idempotency-Key again gives the same answer, byte for byte.",
        ),
        Operation(
            method="GET", path=PATH, name="list_support_requests", summary="One's own requests, newest first",
            tag=TAG, who=AppCustomer(), handler=does.own, query=RequestQuery, answer=RequestList,
        ),
        Operation(
            method="GET", path=ONE, name="read_support_request", summary="One request: place, window, tries, reasons",
            tag=TAG, who=AppCustomer(), handler=does.read, answer=SupportRequest, headers=("ETag",),
        ),
        Operation(
            method="PATCH", path=ONE, name="change_support_request", summary="Another time, mode, number or context",
            tag=TAG, who=AppCustomer(), handler=does.change, body=RequestChange, answer=SupportRequest,
            body_type="application/merge-patch+json", conditional=True, headers=("ETag",),
            problems=(*_ASKING, "already_dialing", "closed_request", "not_possible"),
        ),
        Operation(
            method="DELETE", path=ONE, name="cancel_support_request", summary="Cancel",
            tag=TAG, who=AppCustomer(), handler=does.cancel, answer=SupportRequest, headers=("ETag",),
            problems=("already_dialing", "closed_request", "not_possible"),
            description="After 200 the customer's telephone does not ring. `already_dialing`: it rings at this moment, "
            "and no retry follows.",
        ),
    )  # fmt: skip


def _beside_it(does: Requests) -> tuple[Operation, ...]:
    """What else may be done about one."""
    return (
        Operation(
            method="POST", path=ONE + "/call-now", name="call_now", summary="The place back after a missed call",
            tag=TAG, who=AppCustomer(), handler=does.call_now, answer=SupportRequest, headers=("ETag",),
            problems=("grace_over", "closed_request", "already_dialing", "not_possible", *_ASKING),
        ),
        Operation(
            method="POST", path=ONE + "/feedback", name="give_feedback", summary="How it was", status=204,
            tag=TAG, who=AppCustomer(), handler=does.feedback, body=Feedback, problems=("not_possible",),
        ),
        Operation(
            method="GET", path=ONE + "/codes", name="read_codes", summary="Codes by which both sides know each other",
            tag=TAG, who=AppCustomer(), handler=does.codes, answer=CodesShown,
        ),
        Operation(
            method="GET", path=ONE + "/events", name="watch_support_request", summary="The request as it changes",
            tag=TAG, who=AppCustomer(), handler=does.events, answer_type="text/event-stream",
            description=watching.DESCRIPTION,
        ),
    )  # fmt: skip
