"""A busy hour on two replicas in which one of everything dies: nobody is rung twice, nobody promised is lost."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.replicas.twins import Twins, opened, until
from tests.stories.bank import NUMBER
from tests.stories.callers import CALLBACK, HOLD, SCREEN
from tests.stories.network import NetworkProcess
from vqueue.db.journal_check import verify
from vqueue.domain.request import OPEN, Request, State
from vqueue.services.leading import SHARD, TTL_S

AGENTS = tuple(f"+4420794602{n:02d}" for n in range(4))
CALLED_BACK = tuple(f"+4477009001{n:02d}" for n in range(10))
HOLDING = tuple(f"+4477009003{n:02d}" for n in range(5))
KEPT = "We will call you"
EVERY_S = 0.6
"""Wall seconds between two callers."""


@pytest.fixture
async def twins(network_process: NetworkProcess, postgres_database: str) -> AsyncIterator[Twins]:
    async with opened(network_process, postgres_database) as both:
        yield both


async def test_a_leader_that_dies_and_a_leader_that_froze_do_no_harm(twins: Twins) -> None:
    async def dies() -> None:
        leader = await twins.leader()
        leader.kill()
        await leader.start()

    async def freezes() -> None:
        leader = await twins.leader()
        leader.send(signal.SIGSTOP)
        await until(lambda: _another_leads(twins, leader.pid), what="the other takes the lease")
        await asyncio.sleep(TTL_S)
        leader.send(signal.SIGCONT)

    await _busy_hour(twins, dies, freezes)


async def test_a_redis_that_is_emptied_or_dies_and_a_follower_that_dies_do_no_harm(twins: Twins) -> None:
    async def empties() -> None:
        async with Redis.from_url(twins.redis.url) as client:
            await client.flushall()

    async def loses_redis() -> None:
        twins.redis.kill()
        await asyncio.sleep(2.0)
        await twins.redis.start()

    async def follower_dies() -> None:
        follower = await twins.follower()
        follower.kill()
        await follower.start()

    await _busy_hour(twins, empties, loses_redis, follower_dies)


async def _another_leads(twins: Twins, than: int) -> bool:
    holder = await twins.database.read(lambda work: work.leases.holder(SHARD))
    return holder is not None and f":{than}:" not in holder


async def _busy_hour(twins: Twins, *troubles: Callable[[], Awaitable[None]]) -> None:
    """Callers come, callbacks are promised and made, while each trouble happens in its turn; then everything is
    counted by the network's ledger."""
    for place, number in enumerate(AGENTS):
        await twins.hire(f"agent{place}", number)
    await _people(twins)
    coming = asyncio.ensure_future(_come(twins))
    for trouble in troubles:
        await asyncio.sleep(3.0)
        await trouble()
    await coming
    await until(lambda: _all_closed(twins), what="every request is closed")
    _judge(await twins.network.ledger(), await _requests(twins))
    assert await twins.database.read(verify) is None


async def _people(twins: Twins) -> None:
    answers: dict[str, Any] = {"answers": {"after_s": 3}, "talk_s": 15, "patience_s": 6000}
    for number in CALLED_BACK:
        await twins.network.person(number, keys=[*CALLBACK, SCREEN], **answers)
    for number in HOLDING:
        await twins.network.person(number, keys=HOLD, **answers)


async def _come(twins: Twins) -> None:
    everybody = [*CALLED_BACK, *HOLDING]
    for place in range(len(everybody)):
        await twins.network.call(everybody[(place * 7) % len(everybody)], NUMBER)
        await asyncio.sleep(EVERY_S)


async def _requests(twins: Twins) -> list[Request]:
    return await twins.database.read(lambda work: work.requests.search(limit=500))


async def _all_closed(twins: Twins) -> bool:
    found = await _requests(twins)
    return bool(found) and not any(one.state in OPEN for one in found)


def _judge(ledger: list[dict[str, Any]], requests: list[Request]) -> None:
    promised = {entry["from"] for entry in ledger if entry["event"] == "said" and KEPT in str(entry["detail"])}
    assert len(promised) >= len(CALLED_BACK) // 2, "the troubles left enough people with a promise to say anything"
    rings = Counter(entry["to"] for entry in ledger if entry["event"] == "ring" and entry["to"] in CALLED_BACK)
    joined = {str(entry["to"]) for entry in ledger if entry["event"] == "bridged"}
    assert promised <= joined, "everybody who was promised a call talked to an agent"
    assert {number: count for number, count in rings.items() if count > 1} == {}, "nobody was rung twice"
    states = Counter(one.state for one in requests)
    assert states[State.SERVED] >= len(promised)
    assert states[State.UNREACHED] == 0
