"""A customer who was rung and not reached: he is rung again later, or not any more, and his place is kept so long."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vqueue.domain.causes import Cause
from vqueue.domain.ids import AttemptId
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.domain.rules import Rules
from vqueue.engine import retry
from vqueue.services.clerk import Clerk

CANCEL_ASKED = "cancel_asked"
"""Mark of a request whose cancelling came while the customer's phone was ringing: no retry follows."""

RINGS_KEPT_S = 172_800
"""How long a day's count of rings is kept."""


def missed(clerk: Clerk, request: Request, rules: Rules, *, attempt: AttemptId, cause: Cause) -> None:
    """One of his tries is spent: the next one by the rules' pauses, or none."""
    counted = cause if cause in retry.MISSES else Cause.NO_ANSWER
    decision, tries = _decided(clerk, request, rules, cause=counted, attempt=attempt)
    if isinstance(decision, retry.Retry):
        later = _parked(decision.not_before, "retry")
        if cause is Cause.BUSY:
            later["deadline"] = request.deadline  # nothing rang: what was promised still binds
        clerk.move(request, Move.MISS, reason=f"missed_{counted}", changes={**later, "tries": tries})
        clerk.notify(request, "sms.missed_will_retry")
    else:
        _give_up(clerk, request, rules, reason=decision.reason, tries=tries)


def left_the_line(clerk: Clerk, request: Request, rules: Rules, *, reason: str, move: Move) -> Request:
    """He was rung, pressed the key, and hung up before an agent came: as good as a miss, so he is not rung at once."""
    if request.parked == CANCEL_ASKED:
        clerk.withdraw_promise(request, "cancelled")
        return clerk.move(request, Move.CANCEL, reason="cancelled_while_dialing", changes=_off_the_line())
    decision, tries = _decided(clerk, request, rules, cause=Cause.HUNG_UP, attempt=request.attempt)
    changes = {**_off_the_line(), "tries": tries}
    if isinstance(decision, retry.Retry):
        later = _parked(decision.not_before, "retry")
        moved = clerk.move(
            request, move, to=State.WAITING, reason=reason, changes={**changes, **later, "mode": Mode.CALLBACK}
        )
        clerk.notify(moved, "sms.missed_will_retry")
        return moved
    grace = {"grace_until": clerk.later(rules.callback.grace_s)}
    moved = clerk.move(request, move, to=State.ABANDONED, reason=decision.reason, changes={**changes, **grace})
    clerk.notify(moved, "sms.missed_in_grace")
    return moved


def _off_the_line() -> dict[str, Any]:
    return {"attempt": None, "ready": False, "call_sid": None}


def _decided(
    clerk: Clerk, request: Request, rules: Rules, *, cause: Cause, attempt: AttemptId | None
) -> tuple[retry.Retry | retry.GiveUp, dict[Cause, int]]:
    tries = retry.counted(request.tries, cause)
    decision = retry.after_miss(
        request=request,
        cause=cause,
        rules=rules,
        now=clerk.at,
        zone=request.zone or rules.hours.zone,
        country=request.country or None,
        rings_today=clerk.work.counters.value(ring_counter(request, clerk.at)),
    )
    clerk.note(
        Fact.RETRY_DECIDED,
        request=request,
        attempt=attempt,
        cause=cause,
        decision=type(decision).__name__,
        reason="" if isinstance(decision, retry.Retry) else decision.reason,
        tries=sum(tries.values()),
        rules_version=clerk.work.queues.get(request.queue).rules_version,
    )
    return decision, tries


def snoozed(clerk: Clerk, request: Request, rules: Rules) -> None:
    """He answered and asked to be called later."""
    zone, country = request.zone or rules.hours.zone, request.country or None
    decision = retry.snooze(request=request, rules=rules, now=clerk.at, zone=zone, country=country)
    tries = retry.counted(request.tries, Cause.SNOOZED)
    if isinstance(decision, retry.Retry):
        parked = {**_parked(decision.not_before, "snooze"), "tries": tries}
        clerk.move(request, Move.SNOOZE, to=State.WAITING, reason="snoozed_at_answer", changes=parked)
    else:
        _give_up(clerk, request, rules, reason=decision.reason, tries=tries)


def _give_up(clerk: Clerk, request: Request, rules: Rules, *, reason: str, tries: dict[Cause, int]) -> None:
    """No further ring; the place is kept a while for a return."""
    grace = clerk.later(rules.callback.grace_s)
    changes = {"attempt": None, "ready": False, "tries": tries, "grace_until": grace}
    clerk.move(request, Move.GIVE_UP, reason=reason, changes=changes)
    clerk.notify(request, "sms.missed_in_grace")


def _parked(until: datetime, why: str) -> dict[str, Any]:
    """Later. His promise was settled by the first ring and lifts nobody any more."""
    return {"attempt": None, "ready": False, "not_before": until, "parked": why, "deadline": None}


def ring_counter(request: Request, at: datetime) -> str:
    """The counter of how often this number was rung today, by the calendar of its own zone."""
    today = at.astimezone(ZoneInfo(request.zone or "UTC")).date()
    return f"rings:{request.phone.index if request.phone else ''}:{today.isoformat()}"


def fallback(request: Request, at: datetime) -> dict[str, Any]:
    """A callback now; whoever had booked a time that is still to come, and rang in before it, has that time again."""
    if request.slot_zone is not None and request.slot_start is not None and request.slot_start > at:
        return {"mode": Mode.SCHEDULED, "ready": False, "not_before": request.slot_start, "parked": "booked"}
    return {"mode": Mode.CALLBACK, "slot_start": None, "slot_zone": None, "slot_text": None}
