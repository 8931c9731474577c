"""Ceilings: taken up to the limit, given back, begun anew when their time is over."""

from datetime import datetime

from tests.db.builders import NOON, after
from vqueue.ports.database import Database


async def takes(database: Database, *, limit: int, at: datetime = NOON, expires_at: datetime | None = None) -> bool:
    return await database.transact(lambda work: work.counters.take("k", limit=limit, at=at, expires_at=expires_at))


async def value(database: Database) -> int:
    return await database.read(lambda work: work.counters.value("k"))


async def test_a_counter_is_taken_up_to_its_limit(database: Database) -> None:
    assert [await takes(database, limit=2) for _ in range(3)] == [True, True, False]
    assert await value(database) == 2


async def test_a_limit_of_nothing_lets_nobody_in(database: Database) -> None:
    assert not await takes(database, limit=0)
    assert await value(database) == 0


async def test_what_is_given_back_may_be_taken_again_and_never_falls_below_nothing(database: Database) -> None:
    await takes(database, limit=1)
    for _ in range(3):
        await database.transact(lambda work: work.counters.give("k"))
    assert await value(database) == 0
    assert [await takes(database, limit=1) for _ in range(2)] == [True, False]


async def test_a_counter_begins_anew_when_its_time_is_over(database: Database) -> None:
    assert await takes(database, limit=1, expires_at=after(10))
    assert not await takes(database, limit=1, at=after(9), expires_at=after(19))
    assert await takes(database, limit=1, at=after(10), expires_at=after(20))
    assert not await takes(database, limit=1, at=after(19), expires_at=after(29))


async def test_a_counter_that_is_full_keeps_its_own_end(database: Database) -> None:
    await takes(database, limit=5, expires_at=after(10))
    await takes(database, limit=5, at=after(5), expires_at=after(99))
    await takes(database, limit=5, at=after(11), expires_at=after(99))
    assert await value(database) == 1
