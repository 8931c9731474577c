"""Lets invented people ring the bank and its agents work, through the telephone network's own interface alone."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import structlog
from numpy.random import Generator

from vqueue.demo import habits
from vqueue.demo.cast import CREW, TEN, TRAINEES, TRAINING, Customer, customer
from vqueue.demo.demand import LANGUAGES, Demand
from vqueue.demo.habits import Call
from vqueue.demo.lately import OnTheLine
from vqueue.demo.network import Network, NetworkFailed
from vqueue.demo.phrases import Phrases
from vqueue.domain.agent import Agent, Presence
from vqueue.services import presence
from vqueue.services.house import House
from vqueue.services.setting_up import NewAgent

log = structlog.get_logger(__name__)

CAME_WITHIN_S = 20.0
"""Those who hold when the demo begins ring within so many seconds."""
DISTRACTED_EVERY_S = 300.0
LOOK_S = 10.0
BACK_AFTER_S = (60.0, 120.0)
FROM_TEN = timedelta(hours=TRAINING[1].hour - TEN.hour, minutes=TRAINING[1].minute - TEN.minute)
"""When the training is over."""


@dataclass(frozen=True, slots=True)
class Past:
    """What this morning left: who waits to be called back, who holds, and how many of each language have called."""

    waiting: Sequence[Customer] = ()
    holding: Sequence[OnTheLine] = ()
    turns: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Crowd:
    """Everybody invented. `chance` makes one run like another under a seed, as far as calls do not race."""

    house: House
    network: Network
    phrases: Phrases
    chance: Generator
    demand: Demand
    past: Past = field(default_factory=Past)
    _back_at: dict[str, datetime] = field(default_factory=dict)

    async def sign_on(self) -> None:
        """Every agent of the crew is at the telephone and ready."""
        await self.network.put_people({agent.address: habits.agent(agent.name, self.phrases) for agent in CREW})
        for agent in await self._crew():
            if agent.id in TRAINEES:
                await presence.ask(self.house, agent.id, Presence.AWAY, reason="training")
            else:
                await presence.ask(self.house, agent.id, Presence.READY, reason="start_of_shift")

    async def answer_telephones(self) -> None:
        """Those who asked this morning to be called back have a telephone too."""
        about = {who.number: habits.customer(who, self.chance, self.phrases).program for who in self.past.waiting}
        await self.network.put_people(about)

    async def live(self) -> None:
        """For ever: people ring, agents are distracted now and then and come back."""
        async with asyncio.TaskGroup() as tasks:
            for one in self.past.holding:
                who, after_s = self._next(one.language), float(self.chance.uniform(0, CAME_WITHIN_S))
                tasks.create_task(self._ring(who, Call(one.queue, holds=True), after_s=after_s))
            tasks.create_task(self._distract())
            tasks.create_task(self._bring_back())
            while True:
                rates = self.demand.rates(self.house.clock.now())
                await self.house.clock.sleep(float(self.chance.exponential(3600 / sum(rates.values()))))
                tasks.create_task(self._ring(self._next(self._drawn(LANGUAGES)), Call(self._drawn(rates))))

    async def _ring(self, who: Customer, call: Call, after_s: float = 0.0) -> None:
        """One person's day: rings, and seldom rings again to hear, cancel or hold the place."""
        plan = habits.customer(who, self.chance, self.phrases, call)
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

    def _drawn(self, weights: Mapping[str, float]) -> str:
        names, shares = list(weights), list(weights.values())
        return str(self.chance.choice(names, p=[share / sum(shares) for share in shares]))

    def customers(self, language: str) -> Iterator[Customer]:
        """Whoever comes next, one after the other."""
        while True:
            yield self._next(language)

    def _next(self, language: str) -> Customer:
        turn = self.past.turns.get(language, 0)
        self.past.turns[language] = turn + 1
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
        """Between one and two minutes, the same for the same absence; after the training as it ends."""
        if agent.reason == "training":
            return (self.demand.ten + FROM_TEN - agent.since).total_seconds()
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
