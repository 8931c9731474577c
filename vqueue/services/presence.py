"""What agents are asked to be: at once where they are free, afterwards where they are busy."""

from typing import Any

from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.errors import Invalid
from vqueue.domain.ids import AgentId
from vqueue.domain.journal import Fact
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

ASKS = {
    Presence.READY: AgentMove.ASK_READY,
    Presence.AWAY: AgentMove.ASK_AWAY,
    Presence.OFFLINE: AgentMove.ASK_OFFLINE,
}
"""What can be asked for; the rest comes about by calls."""


async def ask(house: House, agent_id: AgentId, presence: Presence, *, reason: str, by: str | None = None) -> Agent:
    """The agent after asking for ready, away or offline; a busy one keeps it as `next_presence`.

    `by` is the member of staff who asks for somebody else, journalled as an act. Raises NotFound, and Invalid for a
    presence nobody can ask for.
    """
    if presence not in ASKS:
        raise Invalid("Ready, away and offline can be asked for.", errors=(("/state", "not_possible"),))
    return await house.act(lambda clerk: asked(clerk, agent_id, presence, reason=reason, by=by))


async def end_wrap_up(house: House, agent_id: AgentId, *, reason: str = "wrap_up_ended") -> Agent:
    """Done with writing up before the time is over: ready, or what was asked for meanwhile. Raises NotFound."""
    return await house.act(lambda clerk: wrapped_up(clerk, agent_id, reason=reason))


def asked(clerk: Clerk, agent_id: AgentId, presence: Presence, *, reason: str, by: str | None = None) -> Agent:
    agent = clerk.work.agents.get(agent_id)
    if by is not None:
        clerk.note(Fact.STAFF_ACTED, act="asked_presence", agent=agent_id, by=by, presence=presence, reason=reason)
    return clerk.move_agent(agent, ASKS[presence], reason=reason, changes=_changes(agent, presence, reason))


def wrapped_up(clerk: Clerk, agent_id: AgentId, *, reason: str) -> Agent:
    agent = clerk.work.agents.get(agent_id)
    done: dict[str, Any] = {"next_presence": None, "wrap_until": None}
    return clerk.move_agent(agent, AgentMove.WRAP_UP_DONE, to=agent.after, reason=reason, changes=done)


def _changes(agent: Agent, presence: Presence, reason: str) -> dict[str, Any]:
    """Busy agents keep the wish; wrapping up ends at once for "ready" alone. A fresh start forgets missed calls."""
    busy = (Presence.RESERVED, Presence.TALKING)
    if agent.presence in busy or (agent.presence is Presence.WRAPPING and presence is not Presence.READY):
        stays = presence is Presence.READY
        return {"next_presence": None if stays else presence, "next_reason": None if stays else reason}
    fresh = {"misses": 0} if presence is Presence.READY else {}
    return {"next_presence": None, "next_reason": None, "wrap_until": None, **fresh}
