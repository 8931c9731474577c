"""A caller on hold who is gone: whether his place goes on as a callback, and what becomes of it otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vqueue.domain.errors import AlreadyOpen, StaleWrite
from vqueue.domain.leg import Role, Way
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.services import missing
from vqueue.services.clerk import Clerk


def leave(clerk: Clerk, request: Request, *, reason: str, move: Move = Move.HANG_UP) -> Request:
    """A confirmed number keeps the place as a callback, else he has abandoned."""
    if _rung_first(clerk, request) and may_wait(clerk, request):
        rules = clerk.work.queues.get(request.queue).rules
        with seen_again():
            return missing.left_the_line(clerk, request, rules, reason=reason, move=move)
    later = missing.fallback(request, clerk.at)
    if request.protected and may_wait(clerk, request, mode=later["mode"]):
        changes: dict[str, Any] = {**back(request), **later, "call_sid": None}
        with seen_again():
            return clerk.move(request, move, to=State.WAITING, reason=reason, changes=changes)
    clerk.withdraw_promise(request, "abandoned")
    return clerk.move(
        request,
        move,
        to=State.ABANDONED,
        reason=reason,
        changes={"attempt": None, "ready": False, "call_sid": None, "grace_until": clerk.later(1800)},
    )


def _rung_first(clerk: Clerk, request: Request) -> bool:
    """Whether the line he holds on is a call of ours to him."""
    calls = clerk.work.legs.by_call(request.call_sid) if request.call_sid else []
    return any(leg.role is Role.CUSTOMER and leg.way is Way.POSTED for leg in calls)


def may_wait(clerk: Clerk, request: Request, *, mode: Mode = Mode.CALLBACK) -> bool:
    """Whether this place can go on without the line: it has a number, and no other place of its number or its
    customer is to be rung in this queue."""
    if request.phone is None:
        return False
    requests = clerk.work.requests
    by_number = requests.open_of(now=clerk.at, phone_index=request.phone.index)
    others = [other for other in by_number if other.mode is mode]
    if request.customer is not None:
        others += requests.open_of(now=clerk.at, customer=request.customer)
    return not any(other.id != request.id and other.queue == request.queue and other.dialable for other in others)


@contextmanager
def seen_again() -> Iterator[None]:
    """Another place of the same customer came to be since `may_wait` looked: the transaction looks once more."""
    try:
        yield
    except AlreadyOpen as other:
        raise StaleWrite from other


def back(request: Request) -> dict[str, Any]:
    """Ready at once where it stood. On the line, a cancelling that came too late is remembered."""
    mark = cancel_mark(request) if request.came_from is State.HOLDING else None
    return {"attempt": None, "ready": True, "not_before": None, "parked": mark}


def cancel_mark(request: Request) -> str | None:
    return missing.CANCEL_ASKED if request.parked == missing.CANCEL_ASKED else None
