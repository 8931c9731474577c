"""What an agent says became of a talk: a code, a note, that the line dropped, that it is to be followed up."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from vqueue.domain.attempt import Attempt
from vqueue.domain.causes import Cause
from vqueue.domain.errors import AlreadyOpen, Invalid, NotPossible
from vqueue.domain.ids import AttemptId, QueueId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import News
from vqueue.domain.phone import Sealed
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.ports.bank import Disposition
from vqueue.ports.database import Work
from vqueue.services import bespeaking, leaving, settling
from vqueue.services.admitting import Admission
from vqueue.services.bespeaking import Bespoken
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.rescuing import RESCUED
from vqueue.services.wishing import Asked

AGAIN_S = 10
"""How soon a customer whose line dropped is rung again: his telephone has to notice it first."""
DRAFT = ""
"""The code of a note that is still being typed: the talk has no outcome yet."""
AGENT_FOR = timedelta(hours=24)
"""How long a follow-up waits for the same agent alone, …"""
AGENT_AT_SLOT = timedelta(minutes=15)
"""… and how long after the beginning of its booked time, whenever that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A new request linked to this one: at a booked time, or as soon as it is its turn. What he said goes along; in
    another queue, so does his place in line: he has waited once already."""

    queue: QueueId | None = None
    at: datetime | None = None
    same_agent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the agent says. `code` is one of the bank's own."""

    code: str
    note: str | None = field(default=None, repr=False)
    line_dropped: bool = False
    follow_up: FollowUp | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposed:
    """What came of it: the request as it is now, and the one that follows it."""

    disposition: Disposition
    request: Request
    followed_by: RequestId | None = None


Deed = tuple[Callable[[Clerk], Request], Admission]


async def dispose(house: House, attempt_id: AttemptId, said: Said, *, by: str) -> Disposed:
    """Stored once an attempt; the last one counts, and a second one opens no second follow-up.

    Raises NotFound; NotPossible where there was no talk; for a follow-up Invalid, NumberRefused, AlreadyOpen,
    QueueClosed, QueueFull, SwitchedOff, SlotTaken, RateLimited.
    """
    if said.line_dropped and said.follow_up is not None:
        raise Invalid("A dropped line is called again; it needs no follow-up.", errors=(("/follow_up", "dropped"),))
    attempt, request = await house.database.read(partial(_of, attempt_id=attempt_id))
    note = house.vault.seal(said.note) if said.note else None
    wish = said.follow_up or (FollowUp() if said.line_dropped and request.state is State.SERVED else None)
    deed = await _follow_up(house, attempt, request, wish, by) if wish is not None else None
    return await house.act(partial(_disposed, attempt_id=attempt_id, said=said, note=note, deed=deed, by=by))


def _of(work: Work, attempt_id: AttemptId) -> tuple[Attempt, Request]:
    attempt = work.attempts.get(attempt_id)
    return attempt, work.requests.get(attempt.request)


async def _follow_up(house: House, attempt: Attempt, request: Request, wish: FollowUp, by: str) -> Deed:
    """All that a linked request rests on, read and sealed before the transaction."""
    if request.phone is None:
        raise NotPossible("Nobody knows a number to call back.")
    asked = Asked(
        key="",
        body_hash="",
        mode=Mode.SCHEDULED if wish.at is not None else Mode.CALLBACK,
        queue=wish.queue or request.queue,
        phone_number=house.vault.open_phone(request.phone).e164,
        slot_start=wish.at,
        locale=request.language,
    )
    passed = wish.at is None and asked.queue != request.queue
    made = Bespoken(
        asked=asked,
        by=by,
        customer=request.customer,
        name=house.vault.open(request.name) if request.name is not None else None,
        follows=request.id,
        since=request.virtual_start if passed else None,
        agent=attempt.agent if wish.same_agent else None,
        agent_for=AGENT_FOR if wish.at is None else wish.at - house.clock.now() + AGENT_AT_SLOT,
    )
    return await bespeaking.prepared(house, made)


def _disposed(
    clerk: Clerk, attempt_id: AttemptId, said: Said, note: Sealed | None, deed: Deed | None, by: str
) -> Disposed:
    attempt, request = _of(clerk.work, attempt_id)
    if attempt.joined_at is None:
        raise NotPossible("This attempt came to no talk.")
    first = all(
        one.attempt != attempt_id or one.code == DRAFT for one in clerk.work.dispositions.of_request(request.id)
    )
    disposition = Disposition(
        attempt=attempt_id, request=request.id, code=said.code, at=clerk.at, by=by, note=note,
        line_dropped=said.line_dropped,
    )  # fmt: skip
    clerk.work.dispositions.put(disposition)
    clerk.note(Fact.STAFF_ACTED, request=request, attempt=attempt_id, agent=attempt.agent, act="disposition",
               code=said.code, line_dropped=said.line_dropped, by=by)  # fmt: skip
    if said.line_dropped and request.state is State.TALKING:
        return Disposed(disposition=disposition, request=_dropped(clerk, attempt, request))
    followed = _linked(clerk, request, deed, rescued=said.line_dropped) if first and deed is not None else None
    if followed is not None:
        clerk.move(clerk.work.requests.get(request.id), Move.FOLLOW_UP, reason="followed_up")
    after = clerk.work.requests.get(request.id)
    return Disposed(disposition=disposition, request=after, followed_by=followed)


def _linked(clerk: Clerk, request: Request, deed: Deed, *, rescued: bool) -> RequestId | None:
    """The request that follows; one whose line dropped goes first, at the place he had."""
    make, admission = deed
    if not rescued:
        admission.take(clerk.work, clerk.at)
    try:
        made = make(clerk)
    except AlreadyOpen:
        if rescued:
            return None  # he waits for a call already
        raise
    made = clerk.store(replace(made, **_known(request)), reason="told_before")
    if rescued:
        head: dict[str, Any] = {"credit_class": RESCUED, "virtual_start": request.virtual_start}
        made = clerk.move(made, Move.MOVE, reason="line_dropped", changes=head)
    return made.id


def _known(request: Request) -> dict[str, Any]:
    """What need not be asked again."""
    return {"topic": request.topic, "context": request.context, "segment": request.segment}


def _dropped(clerk: Clerk, attempt: Attempt, request: Request) -> Request:
    """While the provider still believes in the talk: back to the head of the line, and the dead call ended."""
    if not leaving.may_wait(clerk, request):
        raise NotPossible("He waits for another call already, or nobody knows a number to call back.")
    back: dict[str, Any] = {
        "attempt": None, "ready": False, "not_before": clerk.later(AGAIN_S), "parked": "retry",
        "credit_class": RESCUED, "mode": Mode.CALLBACK, "call_sid": None,
    }  # fmt: skip
    with leaving.seen_again():
        clerk.move(request, Move.DROP, reason="agent_says_dropped", changes=back)
    customer = settling.load(clerk, attempt.id).customer_leg
    if customer is not None and customer.live:
        if customer.call_sid is not None:
            clerk.hang_ups.append(customer.call_sid)
        clerk.hear(customer, News.ENDED, cause=Cause.FAILED, by="agent")
        settling.settle(clerk, attempt.id)
    return clerk.work.requests.get(request.id)
