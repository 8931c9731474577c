"""The agents as a supervisor sees them: what each does now, and what today came to."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from vqueue.domain.agent import Agent
from vqueue.domain.ids import AgentId
from vqueue.domain.report import Cell, Question, ReportName
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.ports.database import Work
from vqueue.services import reading, reporting
from vqueue.services.house import House

FRESH_S = 10.0
"""What today came to is counted for everybody at most so often (wall)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One agent. `serves` is whom he is busy with; `handled` and `aht_s` are of today."""

    agent: Agent
    serves: Request | None = None
    handled: int = 0
    aht_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Everybody at one moment, by name."""

    at: datetime
    members: tuple[Member, ...]
    queues: tuple[Queue, ...]
    pins: Mapping[AgentId, bool] = field(default_factory=dict)
    """Of the agents who have one: whether it is locked."""


@dataclass(kw_only=True)
class Teams:
    """Reads the team; the counts of today are shared."""

    house: House
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _today: tuple[float, Mapping[str, Mapping[str, Cell]]] | None = None

    async def now(self) -> Team:
        """Raises Unavailable."""
        today = await self._counted()
        return await self.house.database.read(partial(_team, at=self.house.clock.now(), today=today))

    async def _counted(self) -> Mapping[str, Mapping[str, Cell]]:
        async with self._lock:
            wall = self.house.clock.wall()
            if self._today is None or wall - self._today[0] >= FRESH_S:
                self._today = (wall, await _figures(self.house))
            return self._today[1]


async def _figures(house: House) -> Mapping[str, Mapping[str, Cell]]:
    now = house.clock.now()
    start = reading.midnight(now, house.line.zone)
    if start >= now:
        return {}
    question = Question(name=ReportName.AGENTS, start=start, end=now)
    report = await reporting.report(house.database, question, now=now)
    return {str(row["agent"]): row for row in report.rows}


def _team(work: Work, *, at: datetime, today: Mapping[str, Mapping[str, Cell]]) -> Team:
    agents = sorted(work.agents.all(), key=lambda agent: (agent.name, agent.id))
    return Team(
        at=at,
        members=tuple(_member(work, agent, today.get(agent.id, {})) for agent in agents),
        queues=tuple(work.queues.all()),
        pins=dict.fromkeys(work.pins.having(), False) | {pin.id: True for pin in work.pins.locked(at)},
    )


def _member(work: Work, agent: Agent, row: Mapping[str, Cell]) -> Member:
    serves = work.requests.get(work.attempts.get(agent.attempt).request) if agent.attempt is not None else None
    handled, aht = row.get("handled"), row.get("aht_s")
    return Member(
        agent=agent,
        serves=serves,
        handled=handled if isinstance(handled, int) else 0,
        aht_s=float(aht) if isinstance(aht, int | float) else None,
    )
