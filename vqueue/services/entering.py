"""The moment between taking a place on the line and being in the hold, where an agent can find the caller."""

from dataclasses import replace
from typing import Any

from vqueue.domain.ids import RequestId
from vqueue.domain.request import Request, State
from vqueue.services.clerk import Clerk

ENTERING = "entering"
"""Mark of a holder on his way into the hold."""
ENTER_S = 20


def entering(clerk: Clerk) -> dict[str, Any]:
    """Not ready yet: the caller still hears that he has a place, and an agent would find the hold empty.

    The hold's first question makes him ready; should it never be heard, a few seconds do.
    """
    return {"ready": False, "parked": ENTERING, "not_before": clerk.later(ENTER_S)}


def in_hold(clerk: Clerk, request_id: RequestId) -> Request:
    """The caller is in the hold: he may be connected from now on."""
    request = clerk.work.requests.get(request_id)
    if request.state is not State.HOLDING or request.parked != ENTERING:
        return request
    return clerk.store(replace(request, ready=True, parked=None, not_before=None), reason="in_hold")
