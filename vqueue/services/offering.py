"""What an agent's desktop shows of the call he is offered or on: who, what about, how long, what was promised."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt, AttemptState, state_of
from vqueue.domain.ids import AgentId, AttemptId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, Role
from vqueue.domain.promise import Promise
from vqueue.domain.request import Channel, Request
from vqueue.ports.database import Work
from vqueue.services.clerk import Clerk
from vqueue.services.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What only those see who may read personal data. Details of an unverified request wait for the customer's key."""

    phone_number: str | None
    name: str | None
    context: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One call as a desktop shows it."""

    attempt: Attempt
    request: Request
    state: AttemptState
    promise: Promise | None
    personal: Personal | None = None

    @property
    def proven(self) -> bool:
        """Whether what the customer entered may be shown: the number is his, or he has pressed the key."""
        return self.request.verified or self.request.channel is Channel.IVR or self.attempt.joined_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtDesk:
    """The agent now, and the call he is offered or on."""

    agent: Agent
    call: Shown | None = None


async def at_desk(house: House, agent_id: AgentId) -> AtDesk:
    """Raises NotFound."""
    return await house.database.read(partial(_at_desk, agent_id=agent_id))


async def opened(house: House, call: Shown, *, by: str) -> Shown:
    """The call with what is personal, journalled as read by `by`."""
    await house.act(partial(_read, call=call, by=by))
    request = call.request
    named = house.vault.open(request.name) if request.name is not None else None
    context = json.loads(house.vault.open(request.context)) if request.context is not None and call.proven else None
    personal = Personal(
        phone_number=house.vault.open_phone(request.phone).e164 if request.phone is not None else None,
        name=named,
        context=context if isinstance(context, dict) else None,
    )
    return Shown(attempt=call.attempt, request=request, state=call.state, promise=call.promise, personal=personal)


def _read(clerk: Clerk, call: Shown, by: str) -> None:
    clerk.note(Fact.PERSONAL_DATA_READ, request=call.request, attempt=call.attempt.id, what="offer", by=by)


def _at_desk(work: Work, agent_id: AgentId) -> AtDesk:
    agent = work.agents.get(agent_id)
    return AtDesk(agent=agent, call=None if agent.attempt is None else call(work, agent.attempt))


def call(work: Work, attempt_id: AttemptId) -> Shown:
    """One call as it stands, without what is personal. Raises NotFound."""
    attempt = work.attempts.get(attempt_id)
    request = work.requests.get(attempt.request)
    legs: list[Leg] = work.legs.of_attempt(attempt_id)
    rung = any(leg.role is Role.AGENT for leg in legs)
    promise = work.promises.get(request.promise) if request.promise is not None else None
    # Where the customer is rung first his agent has no leg yet: he is being reserved, no call of his is over.
    state = state_of(legs) if rung else AttemptState.CALLING_CUSTOMER
    return Shown(attempt=attempt, request=request, state=state, promise=promise)


def waited_s(call: Shown, now: datetime) -> int:
    """Seconds since the place counts."""
    return max(0, int((now - call.request.virtual_start).total_seconds()))
