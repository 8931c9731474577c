"""What an agent says became of a talk."""

from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import StringConstraints

from vqueue.domain.ids import AttemptId, QueueId
from vqueue.domain.request import State
from vqueue.services import disposing
from vqueue.services.disposing import Disposed, FollowUp, Said
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.web.api.bank.revealing import by
from vqueue.web.api.operation import Ask, Bank, Id, Moment, Operation, Reply, Shape

TAG = "Agents"


class FollowUpAsked(Shape):
    """A new request linked to this one: at a booked time, or as soon as it is its turn."""

    queue: Id | None = None
    """Another line of business; his own where it is left out."""
    at: Moment | None = None
    """The start of a free slot."""
    same_agent: bool = False
    """He would rather have this agent again."""


class DispositionMade(Shape):
    """What became of the talk."""

    code: Id
    """One of the bank's own."""
    note: Annotated[str, StringConstraints(max_length=2000)] | None = None
    line_dropped: bool = False
    """He is called again at once, before others."""
    follow_up: FollowUpAsked | None = None


class DispositionShown(Shape):
    """What was stored, and what came of it."""

    attempt: str
    request: str
    code: str
    at: datetime
    line_dropped: bool
    state: State
    """Of the request."""
    followed_by: str | None
    """The request that follows."""


def operations(house: House) -> tuple[Operation, ...]:
    return (
        Operation(
            method="POST", path="/v1/attempts/{id}/disposition", name="dispose_attempt",
            summary="What became of a talk: code, note, dropped line, follow-up",
            description="Once a talk; sent again, the last one counts and no second follow-up is made.",
            tag=TAG, who=Bank(Scope.CALLS_REPORT), handler=partial(_dispose, house), body=DispositionMade,
            answer=DispositionShown,
            problems=(
                "not_possible", "already_open", "number_refused", "window_closed", "queue_full", "switched_off",
                "slot_taken",
            ),
        ),
    )  # fmt: skip


async def _dispose(house: House, ask: Ask) -> Reply:
    body: DispositionMade = ask.body
    wish = body.follow_up
    follow_up = None
    if wish is not None:
        follow_up = FollowUp(queue=QueueId(wish.queue) if wish.queue else None, at=wish.at, same_agent=wish.same_agent)
    said = Said(code=body.code, note=body.note, line_dropped=body.line_dropped, follow_up=follow_up)
    done: Disposed = await disposing.dispose(house, AttemptId(ask.path["id"]), said, by=by(ask))
    return Reply(
        body=DispositionShown(
            attempt=done.disposition.attempt,
            request=done.request.id,
            code=done.disposition.code,
            at=done.disposition.at,
            line_dropped=done.disposition.line_dropped,
            state=done.request.state,
            followed_by=done.followed_by,
        )
    )
