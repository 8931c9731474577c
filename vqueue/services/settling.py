"""What an attempt's legs mean for its request and its agent, each time one of them changed."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt
from vqueue.domain.causes import CUSTOMER_MISSES, Cause
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import AttemptId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, LegState, News, Role, Way
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.domain.rules import Rules
from vqueue.engine import retry
from vqueue.services.clerk import Clerk
from vqueue.services.freeing import free_agent

CANCEL_ASKED = "cancel_asked"
"""Mark of a request whose cancelling came while the customer's phone was ringing: no retry follows."""

# A number that cannot be rung counts too: its agent would be matched and dialled again at once, for ever.
_AGENT_FAULTS = {
    Cause.NO_ANSWER: Cause.AGENT_NO_ANSWER,
    Cause.BUSY: Cause.AGENT_NO_ANSWER,
    Cause.FAILED: Cause.AGENT_NO_ANSWER,
    Cause.REFUSED: Cause.AGENT_NO_ANSWER,
    Cause.AGENT_DECLINED: Cause.AGENT_DECLINED,
    Cause.HUNG_UP: Cause.AGENT_DECLINED,
}


_LAST_WORDS_S = 40
"""How long an agent's call may go on after its attempt; then the provider is asked whether it has ended."""


@dataclass(frozen=True, slots=True)
class Case:
    """One attempt with all that belongs to it, as the transaction sees it now."""

    attempt: Attempt
    request: Request
    agent: Agent
    agent_leg: Leg
    customer_leg: Leg | None
    rules: Rules


def load(clerk: Clerk, attempt_id: AttemptId) -> Case:
    """Raises NotFound when the attempt does not exist."""
    attempt = clerk.work.attempts.get(attempt_id)
    legs = {leg.role: leg for leg in clerk.work.legs.of_attempt(attempt_id)}
    if Role.AGENT not in legs:
        raise NotFound("an attempt without an agent's leg")
    return Case(
        attempt=attempt,
        request=clerk.work.requests.get(attempt.request),
        agent=clerk.work.agents.get(attempt.agent),
        agent_leg=legs[Role.AGENT],
        customer_leg=legs.get(Role.CUSTOMER),
        rules=clerk.work.queues.get(attempt.queue).rules,
    )


def settle(clerk: Clerk, attempt_id: AttemptId) -> None:
    """Brings request, attempt and agent in line with the legs. Running it again changes nothing.

    The attempt's row is written first: of two legs that end at once, the later one sees the other's end.
    """
    clerk.work.attempts.replace(clerk.work.attempts.get(attempt_id))
    case = load(clerk, attempt_id)
    if case.attempt.is_open:
        _close(clerk, case)
    after = load(clerk, attempt_id)
    free_agent(clerk, after.attempt, after.agent, after.agent_leg, after.rules.agents)


def _close(clerk: Clerk, case: Case) -> None:
    """Ends the attempt if its legs say that it is over.

    While the customer's phone may still be ringing nothing is decided: its own end says whether he missed the call
    or the agent dropped it, in whatever order the news come.
    """
    customer, agent = case.customer_leg, case.agent_leg
    if customer is None or (customer.way is Way.INBOUND and customer.live and customer.joined_at is None):
        if not agent.live:
            _agent_failed(clerk, case)
    elif customer.joined_at is not None:
        if not (customer.live and agent.live):
            _talked(clerk, case)
    elif not customer.live and customer.way is Way.INBOUND:
        _holder_gone(clerk, case)
    elif not customer.live and (cause := _why_missed(customer, agent)) is not None:
        _customer_missed(clerk, case, cause)


def _why_missed(customer: Leg, agent: Leg) -> Cause | None:
    """None: he answered and the call ended without a key. It is not known yet whether he hung up (then the agent's
    `<Dial>` says so) or the agent did, and took him along."""
    if customer.cause is not Cause.HUNG_UP:
        return customer.cause or Cause.NO_ANSWER
    return None if agent.live else Cause.CANCELED


def _talked(clerk: Clerk, case: Case) -> None:
    """A talk ended: served, or back to the head when the line dropped it."""
    customer = case.customer_leg
    assert customer is not None and customer.joined_at is not None
    talk_s = (clerk.at - customer.joined_at).total_seconds()
    ended_badly = Cause.FAILED in (customer.cause, case.agent_leg.cause)
    dropped = ended_badly and talk_s < case.rules.deadlines.short_call_s
    _end(clerk, case, Cause.TALKED, talk_s=round(talk_s, 3), dropped=dropped)
    if dropped and may_wait(clerk, case.request):
        clerk.move(
            case.request,
            Move.DROP,
            reason="line_dropped",
            changes={**_back(case.request), "credit_class": "rescued", "mode": Mode.CALLBACK},
        )
    else:
        clerk.move(case.request, Move.HANG_UP, reason="talk_ended", changes={"attempt": None, "ready": False})


def _customer_missed(clerk: Clerk, case: Case, cause: Cause) -> None:
    """The customer was rung and no talk came of it: snooze, cancel, try again later, or give up."""
    request, rules = case.request, case.rules
    _end(clerk, case, Cause.AGENT_DROPPED if cause is Cause.CANCELED else cause)
    if cause is Cause.NOT_NEEDED:
        clerk.withdraw_promise(request, "not_needed")
        clerk.move(request, Move.CANCEL, reason="not_needed_at_answer", changes={"attempt": None, "ready": False})
    elif cause is Cause.SNOOZED:
        _snooze(clerk, request, rules)
    elif request.parked == CANCEL_ASKED:
        clerk.withdraw_promise(request, "cancelled")
        clerk.move(request, Move.CANCEL, reason="cancelled_while_dialing", changes={"attempt": None, "ready": False})
    elif cause is Cause.CANCELED:
        clerk.move(request, Move.AGENT_DROP, to=request.came_from, reason="agent_dropped", changes=_back(request))
    else:
        _miss(clerk, case, cause)


def _miss(clerk: Clerk, case: Case, cause: Cause) -> None:
    request, rules = case.request, case.rules
    counted = cause if cause in CUSTOMER_MISSES else Cause.NO_ANSWER
    tries = retry.counted(request.tries, counted)
    decision = retry.after_miss(
        request=request,
        cause=counted,
        rules=rules,
        now=clerk.at,
        zone=request.zone or rules.hours.zone,
        country=request.country or None,
        rings_today=clerk.work.counters.value(ring_counter(request, clerk.at)),
    )
    clerk.note(
        Fact.RETRY_DECIDED,
        request=request,
        attempt=case.attempt.id,
        cause=counted,
        decision=type(decision).__name__,
        reason="" if isinstance(decision, retry.Retry) else decision.reason,
        tries=sum(tries.values()),
    )
    if isinstance(decision, retry.Retry):
        clerk.move(
            request,
            Move.MISS,
            reason=f"missed_{counted}",
            changes={**_parked(decision.not_before, "retry"), "tries": tries},
        )
        clerk.notify(request, "sms.missed_will_retry")
    else:
        _give_up(clerk, request, rules, reason=decision.reason, tries=tries)


def _snooze(clerk: Clerk, request: Request, rules: Rules) -> None:
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


def ring_counter(request: Request, at: datetime) -> str:
    """The counter of how often this number was rung today, by the calendar of its own zone."""
    today = at.astimezone(ZoneInfo(request.zone or "UTC")).date()
    return f"rings:{request.phone.index if request.phone else ''}:{today.isoformat()}"


def _holder_gone(clerk: Clerk, case: Case) -> None:
    """The caller on hold left while an agent was being brought."""
    request = case.request
    _end(clerk, case, Cause.HUNG_UP)
    leave(clerk, request, reason="hung_up_while_connecting")


def leave(clerk: Clerk, request: Request, *, reason: str, move: Move = Move.HANG_UP) -> Request:
    """A caller on hold is gone: a confirmed number keeps the place as a callback, else he has abandoned."""
    if request.protected and may_wait(clerk, request):
        changes: dict[str, Any] = {**_back(request), "mode": Mode.CALLBACK, "call_sid": None}
        return clerk.move(request, move, to=State.WAITING, reason=reason, changes=changes)
    clerk.withdraw_promise(request, "abandoned")
    return clerk.move(
        request,
        move,
        to=State.ABANDONED,
        reason=reason,
        changes={"attempt": None, "ready": False, "call_sid": None, "grace_until": clerk.later(1800)},
    )


def may_wait(clerk: Clerk, request: Request) -> bool:
    """Whether this place can go on as a callback: it has a number, and nobody else waits in the queue under it."""
    if request.phone is None:
        return False
    others = clerk.work.requests.open_of(now=clerk.at, phone_index=request.phone.index)
    return not any(
        other.id != request.id and other.queue == request.queue and other.mode is Mode.CALLBACK and other.dialable
        for other in others
    )


def _agent_failed(clerk: Clerk, case: Case) -> None:
    """The agent's side failed before a customer was rung: the request goes back, ready, its place untouched."""
    cause = case.agent_leg.cause or Cause.ABORTED
    cause = _AGENT_FAULTS.get(cause, cause)
    _end(clerk, case, cause)
    move = Move.AGENT_MISS if cause in _AGENT_FAULTS.values() else Move.ABORT
    if case.request.state is State.CONNECTING:
        clerk.move(case.request, move, to=case.request.came_from, reason=str(cause), changes=_back(case.request))


def _end(clerk: Clerk, case: Case, outcome: Cause, **data: Any) -> None:
    clerk.work.attempts.replace(replace(case.attempt, closed_at=clerk.at, outcome=outcome))
    clerk.note(
        Fact.ATTEMPT_CLOSED,
        request=case.request,
        attempt=case.attempt.id,
        agent=case.attempt.agent,
        outcome=outcome,
        lasted_s=round((clerk.at - case.attempt.opened_at).total_seconds(), 3),
        **data,
    )
    leg = clerk.work.legs.by_token(case.agent_leg.token) or case.agent_leg
    if leg.live and leg.way is Way.POSTED:
        if leg.state in (LegState.PLACED, LegState.RINGING) and leg.call_sid:
            clerk.hang_ups.append(leg.call_sid)
        if leg.state is not LegState.INTENDED:
            clerk.work.legs.replace(replace(leg, horizon=clerk.later(_LAST_WORDS_S)))


def end_leg(clerk: Clerk, leg: Leg, *, cause: Cause | None = None, **data: Any) -> None:
    """A call is over: the leg hears it, then the attempt is settled."""
    clerk.hear(leg, News.ENDED, cause=cause, **data)
    settle(clerk, leg.attempt)


def _back(request: Request) -> dict[str, Any]:
    """Ready at once where it stood."""
    return {"attempt": None, "ready": True, "not_before": None, "parked": None}


def _parked(until: Any, why: str) -> dict[str, Any]:
    """Later. His promise was settled by the first ring and lifts nobody any more."""
    return {"attempt": None, "ready": False, "not_before": until, "parked": why, "deadline": None}


def withdraw(clerk: Clerk, case: Case) -> None:
    """The request is no longer this attempt's: it ends without blame, and the agent's phone stops ringing."""
    if case.attempt.is_open:
        _end(clerk, case, Cause.ABORTED)


def give_back(clerk: Clerk, request: Request, *, reason: str) -> Request:
    """A withdrawn attempt's request stands where it stood, ready."""
    return clerk.move(request, Move.ABORT, to=request.came_from, reason=reason, changes=_back(request))
