"""What an attempt's legs mean for its request and its agent, each time one of them changed."""

from dataclasses import dataclass, replace
from typing import Any

from vqueue.domain.agent import Agent, AgentMove
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import AttemptId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, LegState, News, Role, Way
from vqueue.domain.request import Mode, Move, Request, State
from vqueue.domain.rules import Rules
from vqueue.services import missing
from vqueue.services.clerk import Clerk
from vqueue.services.entering import entering
from vqueue.services.freeing import free_agent
from vqueue.services.leaving import back, cancel_mark, leave, may_wait, seen_again
from vqueue.services.rescuing import RESCUED

CANCEL_ASKED = missing.CANCEL_ASKED

# A number that cannot be rung counts too: its agent would be matched and dialled again at once, for ever.
_AGENT_FAULTS = {
    Cause.NO_ANSWER: Cause.AGENT_NO_ANSWER,
    Cause.BUSY: Cause.AGENT_NO_ANSWER,
    Cause.FAILED: Cause.AGENT_NO_ANSWER,
    Cause.REFUSED: Cause.AGENT_NO_ANSWER,
    Cause.AGENT_NO_ANSWER: Cause.AGENT_NO_ANSWER,
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
    agent_leg: Leg | None
    """None before the customer has answered, where he is rung first."""
    customer_leg: Leg | None
    rules: Rules

    @property
    def customer_first(self) -> bool:
        return self.attempt.shape is Shape.CUSTOMER_FIRST


def load(clerk: Clerk, attempt_id: AttemptId) -> Case:
    """Raises NotFound when the attempt does not exist."""
    attempt = clerk.work.attempts.get(attempt_id)
    legs = {leg.role: leg for leg in clerk.work.legs.of_attempt(attempt_id)}
    if not legs:
        raise NotFound("an attempt without legs")
    return Case(
        attempt=attempt,
        request=clerk.work.requests.get(attempt.request),
        agent=clerk.work.agents.get(attempt.agent),
        agent_leg=legs.get(Role.AGENT),
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
    free_agent(clerk, after.attempt, after.agent, after.agent_leg, after.rules.agents, outcome=_agents_outcome(after))


def _agents_outcome(case: Case) -> Cause | None:
    """What the attempt was to its agent: where the customer is rung first, an agent who failed before he missed the
    call failed all the same."""
    leg, closed_at = case.agent_leg, case.attempt.closed_at
    if case.customer_first and leg is not None and leg.ended_at is not None and closed_at is not None:
        fault = _fault(leg)
        if leg.ended_at < closed_at and fault in (*_AGENT_FAULTS.values(), Cause.AGENT_DOUBT):
            return fault
    return case.attempt.outcome


def _fault(agent_leg: Leg | None) -> Cause:
    """Why the agent's side came to nothing."""
    cause = (agent_leg.cause if agent_leg is not None else None) or Cause.ABORTED
    return _AGENT_FAULTS.get(cause, cause)


def _close(clerk: Clerk, case: Case) -> None:
    """Ends the attempt if its legs say that it is over.

    While the customer's phone may still be ringing nothing is decided: its own end says whether he missed the call
    or the agent dropped it, in whatever order the news come.
    """
    customer = case.customer_leg
    agent_is_there = case.agent_leg is not None and case.agent_leg.live
    if customer is not None and customer.joined_at is not None:
        if not (customer.live and agent_is_there):
            _talked(clerk, case)
    elif customer is not None and customer.way is Way.POSTED:
        _close_customer_first(clerk, case, customer, agent_is_there=agent_is_there)
    elif customer is None or (customer.way is Way.INBOUND and customer.live):
        if not agent_is_there:
            _agent_failed(clerk, case)
    elif not customer.live and customer.way is Way.INBOUND:
        _holder_gone(clerk, case)
    elif not customer.live and (cause := _why_missed(customer, agent_is_there=agent_is_there)) is not None:
        _customer_missed(clerk, case, cause)


def _close_customer_first(clerk: Clerk, case: Case, customer: Leg, *, agent_is_there: bool) -> None:
    """An agent who fails decides nothing until the customer has pressed the key: he is the one who was promised."""
    if not customer.live:
        _customer_missed(clerk, case, customer.cause or Cause.NO_ANSWER)
    elif customer.state is LegState.ACCEPTED and not agent_is_there:
        keep_on_the_line(clerk, case, customer)


def _why_missed(customer: Leg, *, agent_is_there: bool) -> Cause | None:
    """None: he answered and the call ended without a key. It is not known yet whether he hung up (then the agent's
    `<Dial>` says so) or the agent did, and took him along."""
    if customer.cause is not Cause.HUNG_UP:
        return customer.cause or Cause.NO_ANSWER
    return None if agent_is_there else Cause.CANCELED


def _talked(clerk: Clerk, case: Case) -> None:
    """A talk ended: served, or back to the head when the line dropped it."""
    customer = case.customer_leg
    assert customer is not None and customer.joined_at is not None and case.agent_leg is not None
    talk_s = (clerk.at - customer.joined_at).total_seconds()
    ended_badly = Cause.FAILED in (customer.cause, case.agent_leg.cause)
    dropped = ended_badly and talk_s < case.rules.deadlines.short_call_s
    _end(clerk, case, Cause.TALKED, talk_s=round(talk_s, 3), dropped=dropped)
    if dropped and case.request.parked != CANCEL_ASKED and may_wait(clerk, case.request):
        rescued = {**back(case.request), "credit_class": RESCUED, "mode": Mode.CALLBACK}
        with seen_again():
            clerk.move(case.request, Move.DROP, reason="line_dropped", changes=rescued)
    else:
        clerk.move(case.request, Move.HANG_UP, reason="talk_ended", changes={"attempt": None, "ready": False})


def _customer_missed(clerk: Clerk, case: Case, cause: Cause) -> None:
    """The customer was rung and no talk came of it: snooze, cancel, try again later, or give up."""
    request, rules = case.request, case.rules
    ours = cause is Cause.ABORTED or (cause is Cause.CANCELED and case.customer_first)
    dropped = cause is Cause.CANCELED and not ours
    _end(clerk, case, Cause.AGENT_DROPPED if dropped else cause)
    if cause is Cause.NOT_NEEDED:
        clerk.withdraw_promise(request, "not_needed")
        clerk.move(request, Move.CANCEL, reason="not_needed_at_answer", changes={"attempt": None, "ready": False})
    elif cause is Cause.SNOOZED and request.parked != CANCEL_ASKED:
        missing.snoozed(clerk, request, rules)
    elif request.parked == CANCEL_ASKED:
        clerk.withdraw_promise(request, "cancelled")
        clerk.move(request, Move.CANCEL, reason="cancelled_while_dialing", changes={"attempt": None, "ready": False})
    elif ours:
        clerk.move(request, Move.ABORT, to=request.came_from, reason=str(cause), changes=back(request))
    elif dropped:
        rescued = {**back(request), "credit_class": RESCUED}
        clerk.move(request, Move.AGENT_DROP, to=request.came_from, reason="agent_dropped", changes=rescued)
    else:
        missing.missed(clerk, request, rules, attempt=case.attempt.id, cause=cause)


def keep_on_the_line(clerk: Clerk, case: Case, customer: Leg) -> None:
    """He pressed the key and the agent is not to be had: he holds at the head, for the next one; never cut off."""
    fault = _fault(case.agent_leg)
    _end(clerk, case, fault)
    move = Move.AGENT_DROP if fault in _AGENT_FAULTS.values() else Move.ABORT
    held: dict[str, Any] = {
        **back(case.request), "mode": Mode.HOLD, "call_sid": customer.call_sid, "protected": True,
        "credit_class": RESCUED, "parked": cancel_mark(case.request),
    }  # fmt: skip
    if customer.held_at is None and held["parked"] is None:
        held |= entering(clerk)
    clerk.move(case.request, move, to=State.HOLDING, reason=str(fault), changes=held)


def _holder_gone(clerk: Clerk, case: Case) -> None:
    """The caller on hold left while an agent was being brought."""
    request = case.request
    _end(clerk, case, Cause.HUNG_UP)
    leave(clerk, request, reason="hung_up_while_connecting")


def _agent_failed(clerk: Clerk, case: Case) -> None:
    """The agent's side failed before a customer was rung: the request goes back, ready, its place untouched."""
    cause = _fault(case.agent_leg)
    _end(clerk, case, cause)
    move = Move.AGENT_MISS if cause in _AGENT_FAULTS.values() else Move.ABORT
    if case.request.state is State.CONNECTING:
        clerk.move(case.request, move, to=case.request.came_from, reason=str(cause), changes=back(case.request))


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
    leg = clerk.work.legs.by_token(case.agent_leg.token) if case.agent_leg is not None else None
    if leg is not None and leg.live and leg.way is Way.POSTED:
        if leg.state in (LegState.PLACED, LegState.RINGING) and leg.call_sid:
            clerk.hang_ups.append(leg.call_sid)
        if leg.state is not LegState.INTENDED:
            clerk.work.legs.replace(replace(leg, horizon=clerk.later(_LAST_WORDS_S)))


def end_leg(clerk: Clerk, leg: Leg, *, cause: Cause | None = None, **data: Any) -> None:
    """A call is over: the leg hears it, then the attempt is settled."""
    clerk.hear(leg, News.ENDED, cause=cause, **data)
    settle(clerk, leg.attempt)


def withdraw(clerk: Clerk, case: Case) -> None:
    """The request is no longer this attempt's: it ends without blame, and the agent's phone stops ringing."""
    if case.attempt.is_open:
        _end(clerk, case, Cause.ABORTED)


def give_back(clerk: Clerk, request: Request, *, reason: str) -> Request:
    """A withdrawn attempt's request stands where it stood, ready."""
    return clerk.move(request, Move.ABORT, to=request.came_from, reason=reason, changes=back(request))


def spare_agent(clerk: Clerk, attempt_id: AttemptId) -> None:
    """Nobody knows whether the customer is being rung: his agent is free meanwhile, without blame."""
    case = load(clerk, attempt_id)
    if case.agent.attempt == attempt_id and case.agent_leg is None:
        freed = {"attempt": None, "next_presence": None}
        clerk.move_agent(case.agent, AgentMove.RELEASE, to=case.agent.after, reason="customer_unsure", changes=freed)
