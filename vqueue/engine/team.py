"""Who serves a queue, and with which part of their time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.rules import Queue

SERVING = (Presence.READY, Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)
_LEAVING = (Presence.AWAY, Presence.OFFLINE)


@dataclass(frozen=True, slots=True)
class Staff:
    """The agents of a queue, counted. One who is shared with other queues counts as a part."""

    serving: float
    """Who takes the next call when he is free: not who leaves after his call."""
    free: float
    """Of these, who is ready."""
    presences: Mapping[str, int]


def team_of(agents: Iterable[Agent], queue: Queue) -> list[Agent]:
    """Those who serve the queue: its skills, and one of its languages."""
    spoken, needed = frozenset(queue.rules.languages), queue.rules.skills
    team = [agent for agent in agents if not spoken or not spoken.isdisjoint(agent.languages)]
    return [agent for agent in team if all(agent.skills.get(skill, 0) >= 1 for skill in needed)] if needed else team


def staff_of(team: Sequence[Agent], ready: int, elsewhere: Mapping[str, int]) -> Staff:
    """`ready` places wait here; `elsewhere` says, by agent id, how many of other queues he may take too."""
    serving = [agent for agent in team if agent.presence in SERVING and not _leaves(agent)]
    share = {agent.id: (ready + 1) / (ready + 1 + elsewhere.get(agent.id, 0)) for agent in serving}
    free = sum(share[agent.id] for agent in serving if agent.presence is Presence.READY)
    return Staff(sum(share.values()), free, presences([agent.presence for agent in team]))


def presences(found: Sequence[Presence]) -> dict[str, int]:
    """How many do what."""
    return {str(presence): found.count(presence) for presence in Presence}


def _leaves(agent: Agent) -> bool:
    """Busy, but going away afterwards: finishes no call for this queue any more."""
    return agent.presence is not Presence.READY and agent.next_presence in _LEAVING
