"""What becomes of an agent when an attempt and his own call are over."""

from typing import Any

from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.attempt import Attempt
from vqueue.domain.causes import Cause
from vqueue.domain.leg import Leg
from vqueue.domain.rules import AgentRules
from vqueue.services.clerk import Clerk

_MISSED = (Cause.AGENT_NO_ANSWER, Cause.AGENT_DECLINED, Cause.AGENT_DROPPED)
_UNSURE_S = 80
"""How long a telephone that may still ring is left alone where its horizon is not known."""


def free_agent(
    clerk: Clerk, attempt: Attempt, agent: Agent, leg: Leg | None, rules: AgentRules, *, outcome: Cause | None
) -> None:
    """The agent is free once his own call is over, in the way `outcome` deserves. Repeating it changes nothing."""
    if attempt.is_open or (leg is not None and leg.live) or agent.attempt != attempt.id:
        return
    freed: dict[str, Any] = {"attempt": None}
    if outcome is Cause.TALKED:
        wrap = {**freed, "wrap_until": clerk.later(rules.wrap_up_s), "misses": 0}
        clerk.move_agent(agent, AgentMove.END, to=Presence.WRAPPING, reason="wrap_up", changes=wrap)
    elif outcome in _MISSED and agent.misses + 1 < rules.away_after_misses:
        again = {**freed, "misses": agent.misses + 1, "next_presence": None}
        clerk.move_agent(agent, AgentMove.END, to=agent.after, reason=str(outcome), changes=again)
    elif outcome in _MISSED:
        away = Presence.OFFLINE if agent.next_presence is Presence.OFFLINE else Presence.AWAY
        missed = {**freed, "misses": agent.misses + 1, "next_presence": None}
        clerk.move_agent(agent, AgentMove.MISS, to=away, reason=str(outcome), changes=missed)
    elif outcome is Cause.AGENT_DOUBT:
        wait = {**freed, "wrap_until": (leg.horizon if leg else None) or clerk.later(_UNSURE_S)}
        clerk.move_agent(agent, AgentMove.END, to=Presence.WRAPPING, reason="phone_unsure", changes=wait)
    else:
        done = {**freed, "next_presence": None}
        clerk.move_agent(agent, AgentMove.END, to=agent.after, reason=str(outcome), changes=done)
