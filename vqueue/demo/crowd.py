"""Lets invented people ring the bank and its agents work, through the telephone network's own interface alone."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import aiohttp
import structlog
from numpy.random import Generator

from vqueue.demo import habits
from vqueue.demo.cast import CREW, ZONE, Customer, customer
from vqueue.demo.network import Network, NetworkFailed
from vqueue.demo.phrases import Phrases
from vqueue.domain.agent import Agent, Presence
from vqueue.services import presence
from vqueue.services.house import House
from vqueue.services.setting_up import NewAgent

log = structlog.get_logger(__name__)

ARRIVALS_PER_HOUR = 185.0
"""A little more than ten agents can answer, so that waits of several minutes build up and stay."""
NIGHT_SHARE = 0.05
FIRST_RUSH, RUSH_S = 34, 110.0
"""The bank has just sent a letter to many: so many call within the first seconds."""
LANGUAGES, SHARES = ("en", "ru", "he"), (0.76, 0.14, 0.10)
DISTRACTED_EVERY_S = 200.0
LOOK_S = 10.0
BACK_AFTER_S = (60.0, 120.0)


@dataclass(slots=True)
class Crowd:
    """Everybody invented. `chance` makes one run like another under a seed, as far as calls do not race."""

    house: House
    network: Network
    phrases: Phrases
    chance: Generator
    _turns: dict[str, int] = field(default_factory=dict)
    _back_at: dict[str, datetime] = field(default_factory=dict)

    async def sign_on(self) -> None:
        """Every agent of the crew is at the telephone and ready."""
        await self.network.put_people({agent.address: habits.agent(agent.name, self.phrases) for agent in CREW})
        for agent in await self._crew():
            await presence.ask(self.house, agent.id, Presence.READY, reason="start_of_shift")

    async def live(self) -> None:
        """For ever: people ring, agents are distracted now and then and come back."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(FIRST_RUSH):
                tasks.create_task(self._ring(after_s=float(self.chance.uniform(0, RUSH_S))))
            tasks.create_task(self._distract())
            tasks.create_task(self._bring_back())
            while True:
                await self.house.clock.sleep(float(self.chance.exponential(3600 / self._rate())))
                tasks.create_task(self._ring())

    def _rate(self) -> float:
        """Arrivals an hour now: few people ring while the bank is closed."""
        hour = self.house.clock.now().astimezone(ZoneInfo(ZONE)).hour
        return ARRIVALS_PER_HOUR * (1.0 if 8 <= hour < 20 else NIGHT_SHARE)

    async def _ring(self, after_s: float = 0.0) -> None:
        """One person's day: rings, and seldom rings again to hear, cancel or hold the place."""
        who = self._next_customer()
        plan = habits.customer(who, self.chance, self.phrases)
        again_s = float(self.chance.uniform(60, 400)) if plan.rings_again else None
        await self.house.clock.sleep(after_s)
        try:
            await self.network.put_person(who.number, plan.program)
            await self.network.dial_in(who.number, self.house.line.number)
            if again_s is not None:
                await self.house.clock.sleep(again_s)
                await self.network.dial_in(who.number, self.house.line.number)
        except (NetworkFailed, aiohttp.ClientError) as failure:
            log.error("somebody could not ring the bank", reason=type(failure).__name__)

    def _next_customer(self) -> Customer:
        language = str(self.chance.choice(LANGUAGES, p=SHARES))
        turn = self._turns.get(language, 0)
        self._turns[language] = turn + 1
        return customer(language, turn)

    async def _distract(self) -> None:
        """Now and then an agent misses calls for a minute, or passes them on."""
        while True:
            await self.house.clock.sleep(float(self.chance.exponential(DISTRACTED_EVERY_S)))
            agent = CREW[int(self.chance.integers(len(CREW)))]
            try:
                await self.network.put_person(agent.address, habits.distracted(agent.name, self.chance, self.phrases))
                await self.house.clock.sleep(float(self.chance.uniform(30, 90)))
                await self.network.put_person(agent.address, habits.agent(agent.name, self.phrases))
            except (NetworkFailed, aiohttp.ClientError) as failure:
                log.error("an agent could not be distracted", reason=type(failure).__name__)

    async def _bring_back(self) -> None:
        """An agent who was put away by a missed call comes back after a minute or two."""
        while True:
            await self.house.clock.sleep(LOOK_S)
            now = self.house.clock.now()
            for agent in await self._crew():
                if agent.presence is not Presence.AWAY:
                    self._back_at.pop(agent.id, None)
                elif (now - agent.since).total_seconds() >= self._pause_s(agent):
                    await self._back(agent)

    def _pause_s(self, agent: Agent) -> float:
        """Between one and two minutes, the same for the same absence."""
        low, high = BACK_AFTER_S
        return low + (high - low) * (agent.since.microsecond / 1_000_000)

    async def _back(self, agent: Agent) -> None:
        """Agents with a telephone ring the bank and press 1; the others use their desk."""
        known = _of_crew(agent)
        if known.address.startswith("client:"):
            await presence.ask(self.house, agent.id, Presence.READY, reason="back")
            return
        now = self.house.clock.now()
        if agent.id in self._back_at and (now - self._back_at[agent.id]).total_seconds() < LOOK_S * 4:
            return
        self._back_at[agent.id] = now
        try:
            await self.network.dial_in(known.address, self.house.line.number)
        except (NetworkFailed, aiohttp.ClientError) as failure:
            log.error("an agent could not ring in", reason=type(failure).__name__)

    async def _crew(self) -> list[Agent]:
        ids = {agent.id for agent in CREW}
        agents = await self.house.database.read(lambda work: work.agents.all())
        return [agent for agent in agents if agent.id in ids]


def _of_crew(agent: Agent) -> NewAgent:
    return next(one for one in CREW if one.id == agent.id)
