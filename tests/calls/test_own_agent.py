"""A follow-up that was promised with the same agent waits for him while he is busy, for a bounded time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from tests.db.builders import a_queue, a_request, an_agent
from tests.web.house import NOON, DeadLine, HandClock, open_house
from vqueue.domain.agent import AgentMove, Presence
from vqueue.domain.ids import AgentId, CallSid, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone
from vqueue.domain.request import Request, State
from vqueue.domain.rules import WEEK, AgentRules, Hours, Rules
from vqueue.ports.database import Work
from vqueue.ports.telephony import Order, Placed, Placing
from vqueue.services import awaiting, dialing, dispatching, keeping
from vqueue.services.clerk import Clerk
from vqueue.services.dispatching import Lease
from vqueue.services.house import House

OMER, DANA = AgentId("omer"), AgentId("dana")
FOLLOW = RequestId("r1")
HOURS = Hours(week=dict.fromkeys(WEEK, (("08:00", "20:00"),)))
WAIT_S = 600


class Ringing(DeadLine):
    async def place(self, order: Order) -> Placing:
        return Placed(CallSid("CA1"))


@dataclass
class Team:
    """Omer, whom the customer was promised, and Dana, who is free."""

    house: House
    lease: Lease

    async def tick(self) -> None:
        await dispatching.tick(self.house, self.lease)

    async def later(self, seconds: float) -> None:
        clock = self.house.clock
        assert isinstance(clock, HandClock)
        clock.move(seconds)
        await keeping.wake_due(self.house)
        await self.tick()

    async def follow_up(self) -> Request:
        return await self.house.database.read(lambda work: work.requests.get(FOLLOW))

    async def served_by(self) -> str | None:
        attempts = await self.house.database.read(lambda work: work.attempts.of_request(FOLLOW))
        return attempts[-1].agent if attempts else None

    async def reasons(self) -> list[str]:
        rows = await self.house.database.read(lambda work: work.journal.recent(facts=(Fact.REQUEST_MOVED,), limit=20))
        return [row.data["reason"] for row in rows][::-1]


def founded(clerk: Clerk, house: House, *, omer: Presence, rules: Rules, told: dict[str, Any]) -> None:
    work = clerk.work
    work.queues.insert(replace(a_queue(), rules=rules))
    for agent, presence in ((OMER, omer), (DANA, Presence.READY)):
        work.agents.insert(an_agent(agent, presence=presence, address=house.vault.seal(f"+4420794602{len(agent)}1")))
    phone = house.vault.seal_phone(Phone("+447700900101"))
    work.requests.insert(
        replace(
            a_request(FOLLOW, bucket="/en", language="en", phone=phone, verified=True, zone="Europe/London"),
            wanted_agent=OMER,
            wanted_until=NOON + timedelta(hours=24),
            virtual_start=NOON - timedelta(seconds=60),
            **told,
        )
    )


async def team_of(house: House, *, omer: Presence = Presence.TALKING, own_wait_s: int = WAIT_S, **told: Any) -> Team:
    rules = Rules(hours=HOURS, agents=AgentRules(own_wait_s=own_wait_s))
    await house.act(partial(founded, house=house, omer=omer, rules=rules, told=told))
    epoch = await house.database.transact(_acquire)
    while not await dialing.may_call(house):
        await house.clock.sleep(0)
    return Team(house, Lease("bank", epoch))


def _acquire(work: Work) -> int:
    return work.leases.acquire(shard="bank", holder="test", ttl_s=600.0) or 0


@pytest.fixture
async def house(sqlite_database: str) -> AsyncIterator[House]:
    async with open_house(sqlite_database, HandClock()) as one:
        yield replace(one, telephony=Ringing(), line=replace(one.line, calls_per_second=1_000_000))


async def test_nobody_else_takes_it_while_its_agent_is_busy_and_he_takes_it_when_he_is_free(house: House) -> None:
    team = await team_of(house)
    await team.tick()
    waits = await team.follow_up()
    assert (waits.ready, waits.parked) == (False, awaiting.OWN)
    assert waits.wanted_until == NOON + timedelta(seconds=WAIT_S)
    await team.later(70)
    assert await team.served_by() is None

    def free(clerk: Clerk) -> None:
        talked = clerk.work.agents.get(OMER)
        clerk.move_agent(talked, AgentMove.END, to=Presence.WRAPPING, reason="talk_ended")
        wraps = clerk.work.agents.get(OMER)
        clerk.move_agent(wraps, AgentMove.WRAP_UP_DONE, to=Presence.READY, reason="wrap_up_ended")

    await house.act(free)
    assert (await team.follow_up()).ready
    await team.tick()
    assert await team.served_by() == OMER
    assert (await team.reasons())[-2] == awaiting.FREE and awaiting.OWN in await team.reasons()


async def test_after_its_time_anybody_takes_it(house: House) -> None:
    team = await team_of(house)
    await team.tick()
    for _ in range(9):
        await team.later(60)
    assert await team.served_by() is None
    await team.later(61)
    assert await team.served_by() == DANA


@pytest.mark.parametrize("omer", [Presence.OFFLINE, Presence.AWAY])
async def test_an_agent_who_is_not_there_is_not_waited_for(house: House, omer: Presence) -> None:
    team = await team_of(house, omer=omer)
    await team.tick()
    assert await team.served_by() == DANA


async def test_where_the_rules_say_so_it_is_a_wish_only(house: House) -> None:
    team = await team_of(house, own_wait_s=0)
    await team.tick()
    assert await team.served_by() == DANA


async def test_a_promise_is_not_broken_for_it(house: House) -> None:
    team = await team_of(house, deadline=NOON + timedelta(seconds=180))
    await team.tick()
    assert (await team.follow_up()).wanted_until == NOON + timedelta(seconds=60)
    await team.later(61)
    assert await team.served_by() == DANA


async def test_who_lost_his_agent_to_another_in_the_same_moment_waits_for_him_too(house: House) -> None:
    """Omer is free, and somebody who came before is given to him: the follow-up is not Dana's for that."""
    team = await team_of(house, omer=Presence.READY)
    phone = house.vault.seal_phone(Phone("+447700900102"))
    first = replace(a_request("r0", bucket="/en", language="en", phone=phone, verified=True, zone="Europe/London"),
                    virtual_start=NOON - timedelta(seconds=600), wanted_agent=OMER)  # fmt: skip
    await house.database.transact(lambda work: work.requests.insert(first))
    await team.tick()
    assert await team.served_by() is None
    assert (await team.follow_up()).parked == awaiting.OWN
    other = await house.database.read(lambda work: work.requests.get(RequestId("r0")))
    assert other.state is State.CONNECTING
