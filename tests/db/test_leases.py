"""One dispatcher at a time: leases on the database's clock, and a former holder that can write nothing."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.util import await_only

from tests.db.builders import with_request
from tests.db.past_the_stores import connected, told
from vqueue.domain.errors import NotLeader
from vqueue.domain.ids import RequestId
from vqueue.ports.database import Database, Work

EXPIRED = {
    "sqlite": "UPDATE leases SET expires_at = 0",
    "postgresql": "UPDATE leases SET expires_at = clock_timestamp() - interval '1 s'",
}


async def expire(url: str) -> None:
    """As if the holder had not renewed in time."""
    await told(url, EXPIRED[url.partition(":")[0].partition("+")[0]])


async def acquired(database: Database, holder: str, ttl_s: float = 60.0) -> int | None:
    return await database.transact(lambda work: work.leases.acquire(shard="bank", holder=holder, ttl_s=ttl_s))


async def test_a_lease_is_held_by_one_and_renewed_under_the_same_epoch(database: Database) -> None:
    assert await acquired(database, "first") == 1
    assert await acquired(database, "second") is None
    assert await acquired(database, "first") == 1


async def test_a_lease_that_ran_out_is_taken_over_under_a_new_epoch(fresh_url: str, database: Database) -> None:
    await acquired(database, "first")
    await expire(fresh_url)
    assert await acquired(database, "second") == 2
    assert await acquired(database, "first") is None


async def test_a_lease_without_time_is_over_at_once(database: Database) -> None:
    await acquired(database, "first", ttl_s=0.0)
    assert await acquired(database, "second") == 2


async def test_a_released_lease_is_free_and_its_epoch_over(database: Database) -> None:
    await acquired(database, "first")
    await database.transact(lambda work: work.leases.release(shard="bank", holder="second"))
    assert await acquired(database, "second") is None
    await database.transact(lambda work: work.leases.release(shard="bank", holder="first"))
    with pytest.raises(NotLeader):
        await database.transact(lambda work: work.leases.fence(shard="bank", epoch=1))
    assert await acquired(database, "second") == 2


async def test_one_of_many_takes_a_free_lease(database: Database) -> None:
    answers = await asyncio.gather(*(acquired(database, f"replica-{n}") for n in range(30)))
    assert sorted(answer for answer in answers if answer) == [1]


def fenced(work: Work, epoch: int) -> None:
    work.leases.fence(shard="bank", epoch=epoch)
    request = work.requests.get(RequestId("r1"))
    work.requests.replace(replace(request, rings=request.rings + 1))


async def test_a_former_leader_writes_nothing(fresh_url: str, database: Database) -> None:
    await with_request(database)
    await acquired(database, "first")
    await database.transact(lambda work: fenced(work, 1))
    await expire(fresh_url)
    with pytest.raises(NotLeader):
        await database.transact(lambda work: fenced(work, 1))
    await acquired(database, "second")
    with pytest.raises(NotLeader):
        await database.transact(lambda work: fenced(work, 1))
    await database.transact(lambda work: fenced(work, 2))
    assert (await database.read(lambda work: work.requests.get(RequestId("r1")))).rings == 2


async def test_a_shard_nobody_holds_is_nobodys_to_write(database: Database) -> None:
    with pytest.raises(NotLeader):
        await database.transact(lambda work: work.leases.fence(shard="bank", epoch=1))


@pytest.mark.parametrize("fresh_url", ["postgresql"], indirect=True)
async def test_a_leader_stopped_inside_its_op_is_waited_for(fresh_url: str, database: Database) -> None:
    """The old leader has passed its fence and stands still before it writes; its lease runs out meanwhile. Whoever
    takes over waits until it has ended: nothing of epoch 1 is written after epoch 2 began."""
    await with_request(database)
    await acquired(database, "first", ttl_s=1.0)
    order: list[str] = []
    passed, go_on = asyncio.Event(), asyncio.Event()

    def op(work: Work) -> None:
        work.leases.fence(shard="bank", epoch=1)
        passed.set()
        await_only(go_on.wait())
        request = work.requests.get(RequestId("r1"))
        work.requests.replace(replace(request, topic="by epoch 1"))

    async def old_leader() -> None:
        await database.transact(op)
        order.append("epoch 1 ended")

    async def successor() -> None:
        await passed.wait()
        while await acquired(database, "second") is None:
            pass
        order.append("epoch 2 began")

    async def onlooker() -> None:
        await passed.wait()
        while not order and not await connected(fresh_url, somebody_waits):
            pass
        go_on.set()

    await asyncio.gather(old_leader(), successor(), onlooker())
    assert order == ["epoch 1 ended", "epoch 2 began"]


def somebody_waits(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar())


@pytest.mark.parametrize("fresh_url", ["postgresql"], indirect=True)
async def test_a_lease_that_runs_out_inside_a_long_op_is_over_for_it(fresh_url: str, database: Database) -> None:
    """PostgreSQL's now() stands still in a transaction; the fence looks at the clock that moves."""
    await acquired(database, "first")
    begun, ran_out = asyncio.Event(), asyncio.Event()

    def op(work: Work) -> None:
        work.counters.value("any")
        begun.set()
        await_only(ran_out.wait())
        work.leases.fence(shard="bank", epoch=1)

    async def time_passes() -> None:
        await begun.wait()
        await told(fresh_url, "UPDATE leases SET expires_at = clock_timestamp()")
        ran_out.set()

    answers = await asyncio.gather(database.transact(op), time_passes(), return_exceptions=True)
    assert isinstance(answers[0], NotLeader)
