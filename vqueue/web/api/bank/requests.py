"""Support requests as the bank's systems find, read, make, move, cancel and resolve them."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.errors import Invalid
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import JournalRow
from vqueue.domain.promise import Promise
from vqueue.domain.request import Mode, Request
from vqueue.ports.subjects import Wanted
from vqueue.services import bespeaking, looking_up, ordering
from vqueue.services.bespeaking import Bespoken
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.services.wishing import Asked
from vqueue.web.api import cursor
from vqueue.web.api.bank.revealing import Reveal, by, wanted
from vqueue.web.api.bank.shapes import (
    BankNewRequest,
    BankRequest,
    BankRequestList,
    BankRequestMove,
    BankRequestQuery,
    JournalFact,
    RequestJournal,
    WithReason,
    listed,
    shown,
)
from vqueue.web.api.mounting import etag
from vqueue.web.api.operation import Ask, Bank, Operation, Page, Reply

TAG = "Requests of the bank"
ALL = "/v1/admin/support-requests"
ONE = ALL + "/{id}"
_MAKING = ("already_open", "number_refused", "window_closed", "queue_full", "switched_off", "slot_taken")
_ENDING = ("closed_request", "not_possible", "already_dialing")


def operations(house: House) -> tuple[Operation, ...]:
    return (*_reading(house), *_writing(house))


def _reading(house: House) -> tuple[Operation, ...]:
    reads = Bank(Scope.REQUESTS_READ)
    return (
        Operation(
            method="GET", path=ALL, name="find_requests", summary="Find requests, newest first",
            tag=TAG, who=reads, handler=partial(_find, house), query=BankRequestQuery, answer=BankRequestList,
        ),
        Operation(
            method="GET", path=ONE, name="read_any_request", summary="One request with its attempts",
            tag=TAG, who=reads, handler=partial(_read, house), query=Reveal, answer=BankRequest, headers=("ETag",),
        ),
        Operation(
            method="GET", path=ONE + "/journal", name="read_request_journal", summary="What happened to a request",
            tag=TAG, who=Bank(Scope.JOURNAL_READ), handler=partial(_journal, house), query=Page,
            answer=RequestJournal,
        ),
    )  # fmt: skip


def _writing(house: House) -> tuple[Operation, ...]:
    writes = Bank(Scope.REQUESTS_WRITE)
    return (
        Operation(
            method="POST", path=ALL, name="make_request", summary="Make a request for a customer",
            tag=TAG, who=writes, handler=partial(_make, house), status=201, body=BankNewRequest, answer=BankRequest,
            idempotent=True, headers=("ETag", "Location"), problems=_MAKING,
        ),
        Operation(
            method="POST", path=ONE + "/move", name="move_request", summary="Move a request to another queue or class",
            description="The place keeps its virtual start; in another queue a new promise is made.",
            tag=TAG, who=writes, handler=partial(_move, house), body=BankRequestMove, answer=BankRequest,
            headers=("ETag",), problems=(*_ENDING, "already_open", "queue_full", "switched_off", "stale_version"),
        ),
        Operation(
            method="POST", path=ONE + "/cancel", name="cancel_any_request",
            summary="Cancel a request: the customer's telephone does not ring afterwards",
            tag=TAG, who=writes, handler=partial(_cancel, house), body=WithReason, answer=BankRequest,
            headers=("ETag",), problems=_ENDING,
        ),
        Operation(
            method="POST", path=ONE + "/resolve", name="resolve_request",
            summary="Resolve a request without a call",
            tag=TAG, who=writes, handler=partial(_resolve, house), body=WithReason, answer=BankRequest,
            headers=("ETag",), problems=_ENDING,
        ),
    )  # fmt: skip


async def _find(house: House, ask: Ask) -> Reply:
    query: BankRequestQuery = ask.query
    found = await looking_up.find(
        house,
        Wanted(
            queue=query.queue,
            states=query.state,
            mode=query.mode,
            channel=query.channel,
            customer=query.customer,
            agent=query.agent,
            phone_index=looking_up.index_of(house, query.phone_number) if query.phone_number else None,
            since=query.since,
            until=query.until,
        ),
        before=_place(query.cursor),
        limit=query.limit + 1,
    )
    page = found[: query.limit]
    last = page[-1][0] if len(found) > query.limit else None
    goes_on = cursor.written(last.created_at.isoformat(), last.id) if last is not None else None
    return Reply(body=BankRequestList(items=tuple(listed(*one) for one in page), next_cursor=goes_on))


def _place(text: str | None) -> looking_up.Place | None:
    place = cursor.read(text, parts=2)
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
        if at.tzinfo is None:
            raise ValueError("times are aware")
    except ValueError:
        raise Invalid("A cursor is the next_cursor of the page before.", errors=(("/cursor", "cursor"),)) from None
    return at, place[1]


async def _read(house: House, ask: Ask) -> Reply:
    reveal = wanted(ask)
    found = await looking_up.whole(house, _id(ask))
    return _told(await looking_up.revealed(house, found, by=by(ask)) if reveal else found)


async def _journal(house: House, ask: Ask) -> Reply:
    query: Page = ask.query
    after = cursor.read(query.cursor, parts=1)
    start = int(after[0]) if after is not None and after[0].isdecimal() else 0
    rows = await looking_up.journal(house, _id(ask))
    page = rows[start : start + query.limit]
    goes_on = cursor.written(str(start + query.limit)) if len(rows) > start + query.limit else None
    return Reply(body=RequestJournal(items=tuple(map(_fact, page)), next_cursor=goes_on))


def _fact(row: JournalRow) -> JournalFact:
    return JournalFact(
        at=row.at,
        fact=row.fact,
        attempt=row.attempt,
        agent=row.agent,
        rules_version=row.rules_version,
        data=row.data,
    )


async def _make(house: House, ask: Ask) -> Reply:
    body: BankNewRequest = ask.body
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
    )
    made = Bespoken(asked=asked, by=by(ask), customer=body.customer, name=body.name)
    answered = await bespeaking.make(house, made, _answer)
    return Reply(status=answered.status, body=answered.answer, headers=answered.headers)


def _answer(request: Request, promise: Promise | None) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    document = listed(request, promise).model_dump(mode="json", by_alias=True)
    return document, {"Location": f"{ALL}/{request.id}", **etag(request.version)}


async def _move(house: House, ask: Ask) -> Reply:
    body: BankRequestMove = ask.body
    await ordering.move(
        house, _id(ask), queue=body.queue, credit_class=body.credit_class, reason=body.reason, by=by(ask)
    )
    return _told(await looking_up.whole(house, _id(ask)))


async def _cancel(house: House, ask: Ask) -> Reply:
    body: WithReason = ask.body
    await ordering.cancel(house, _id(ask), reason=body.reason, by=by(ask))
    return _told(await looking_up.whole(house, _id(ask)))


async def _resolve(house: House, ask: Ask) -> Reply:
    body: WithReason = ask.body
    await ordering.resolve(house, _id(ask), reason=body.reason, by=by(ask))
    return _told(await looking_up.whole(house, _id(ask)))


def _id(ask: Ask) -> RequestId:
    return RequestId(ask.path["id"])


def _told(found: looking_up.Whole) -> Reply:
    return Reply(body=shown(found), headers=etag(found.request.version))
