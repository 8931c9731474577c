"""Coming back to a place: by ringing while it is open, or within the grace after a missed call."""

from dataclasses import replace
from typing import Any

from vqueue.domain.errors import AgentComing, ClosedRequest
from vqueue.domain.ids import CallSid, RequestId, SessionId
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.services import settling
from vqueue.services.clerk import Clerk
from vqueue.services.entering import entering
from vqueue.services.requesting import ceiling


def take_hold(clerk: Clerk, request_id: RequestId, *, call_sid: CallSid, session: SessionId) -> Request:
    """The customer rings while his request is open: his place goes into the hold.

    While an agent's phone rings for him the attempt is withdrawn (nobody's fault) and he is served from the hold.
    Raises AgentComing when his own phone is being rung already.
    """
    request = clerk.work.requests.get(request_id)
    changes: dict[str, Any] = {
        "call_sid": call_sid, "session": session, **entering(clerk),
        "attempt": None, "grace_until": None, "mode": Mode.HOLD, "protected": True,
    }  # fmt: skip
    if request.state is State.HOLDING:
        return clerk.store(replace(request, call_sid=call_sid, session=session), reason="rang_again")
    if request.state in (State.UNREACHED, State.ABANDONED):
        return clerk.move(request, Move.RETURN, to=State.HOLDING, reason="returned_by_phone", changes=changes)
    if request.state is State.CONNECTING and request.attempt is not None:
        case = settling.load(clerk, request.attempt)
        if case.customer_leg is not None:
            raise AgentComing
        clerk.withdraw_promise(request, "rang_in")
        moved = clerk.move(request, Move.CALL_IN, to=State.HOLDING, reason="rang_in", changes=changes)
        settling.withdraw(clerk, case)
        return moved
    clerk.withdraw_promise(request, "rang_in")
    return clerk.move(request, Move.CALL_IN, to=State.HOLDING, reason="rang_in", changes=changes)


def come_back(clerk: Clerk, request_id: RequestId) -> Request:
    """The customer missed our call, or left the line, and rings within the grace: a callback again, same place.

    Raises ClosedRequest when there is nothing to come back to, AlreadyOpen, SwitchedOff, QueueFull.
    """
    request = clerk.work.requests.get(request_id)
    if request.is_open:
        return request
    if request.phone is None or request.grace_until is None or request.grace_until <= clerk.at:
        raise ClosedRequest
    changes: dict[str, Any] = {
        "mode": Mode.CALLBACK, "ready": True, "not_before": None, "parked": None, "grace_until": None, "tries": {},
    }  # fmt: skip
    most = ceiling(clerk, request.queue)
    return clerk.move(request, Move.RETURN, to=State.WAITING, reason="returned_by_phone", changes=changes, ceiling=most)
