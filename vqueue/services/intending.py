"""Legs as they are intended: stored before anything rings, in the transaction that decides on them."""

from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt
from vqueue.domain.ids import LegId, Token
from vqueue.domain.leg import Leg, LegState, Role, Way
from vqueue.domain.request import Request
from vqueue.services.clerk import Clerk

DOUBT_S = 60
"""Longer than any ring goes on after its time-out: when a call in doubt can no longer ring."""


def agents_leg(clerk: Clerk, attempt: Attempt, agent: Agent, token: Token) -> Leg:
    """His telephone, or his standing call taken up. Raises StaleWrite while he has a live leg."""
    leg = Leg(
        id=LegId(f"{attempt.id}.a"),
        attempt=attempt.id,
        role=Role.AGENT,
        way=Way.STANDING if agent.standing_call else Way.POSTED,
        token=token,
        state=LegState.INTENDED,
        created_at=clerk.at,
        agent=agent.id,
        call_sid=agent.standing_call,
    )
    clerk.work.legs.insert(leg)
    return leg


def holders_leg(clerk: Clerk, attempt: Attempt, request: Request, token: Token) -> Leg:
    """The call he is on already. It carries no phone index: uniqueness protects dialling, not waiting."""
    leg = Leg(
        id=LegId(f"{attempt.id}.c"),
        attempt=attempt.id,
        role=Role.CUSTOMER,
        way=Way.INBOUND,
        token=token,
        state=LegState.ANSWERED,
        created_at=clerk.at,
        answered_at=clerk.at,
        call_sid=request.call_sid,
    )
    clerk.work.legs.insert(leg)
    return leg


def customers_leg(clerk: Clerk, attempt: Attempt, request: Request, *, way: Way, leg_id: LegId, token: Token) -> Leg:
    """The customer's telephone, rung from the agent's call or by a call of our own.

    Raises StaleWrite while his number has a live leg.
    """
    phone = request.phone
    assert phone is not None
    leg = Leg(
        id=leg_id,
        attempt=attempt.id,
        role=Role.CUSTOMER,
        way=way,
        token=token,
        state=LegState.INTENDED,
        created_at=clerk.at,
        to=phone,
        phone_index=phone.index,
    )
    clerk.work.legs.insert(leg)
    return leg
