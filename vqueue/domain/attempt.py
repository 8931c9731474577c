"""One try to connect a request; its state is a pure function of its legs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, AttemptId, QueueId, RequestId
from vqueue.domain.leg import Leg, LegState, Role


class Shape(StrEnum):
    """How the two people are brought together (the call shapes of the telephony design)."""

    HOLDER = "holder"
    AGENT_FIRST = "agent_first"
    CUSTOMER_FIRST = "customer_first"


class AttemptState(StrEnum):
    """What the legs together say."""

    CALLING_AGENT = "calling_agent"
    CALLING_CUSTOMER = "calling_customer"
    TALKING = "talking"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `outcome` is None while it is open."""

    id: AttemptId
    request: RequestId
    queue: QueueId
    agent: AgentId
    shape: Shape
    opened_at: datetime
    rules_version: int = 1
    joined_at: datetime | None = None
    accepted_at: datetime | None = None
    """When the customer pressed the key (or, for a holder, when the agent accepted)."""
    closed_at: datetime | None = None
    outcome: Cause | None = None
    code: str = ""
    """What the bank says after key 1, so that the customer can check who calls."""
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def state_of(legs: Iterable[Leg]) -> AttemptState:
    """The attempt's state from its legs."""
    agent, customer = LegState.ENDED, None
    for leg in legs:
        if leg.role is Role.AGENT:
            agent = leg.state
        else:
            customer = leg.state
    if customer is LegState.JOINED and agent not in (LegState.ENDED, LegState.FAILED):
        return AttemptState.TALKING
    if agent in (LegState.ENDED, LegState.FAILED):
        return AttemptState.OVER
    if agent in (LegState.ACCEPTED, LegState.JOINED):
        return AttemptState.CALLING_CUSTOMER
    return AttemptState.CALLING_AGENT
