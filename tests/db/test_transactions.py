"""Results and refusals leave only after COMMIT; what is refused leaves nothing; nobody's going tears an effect."""

import asyncio
from collections.abc import Callable

import pytest

from tests.db.builders import NOON, a_request, a_row
from vqueue.db.open import open_database
from vqueue.domain.errors import NotPossible, StaleWrite, Unavailable
from vqueue.ports.database import Database, Work


async def stored(database: Database) -> list[str]:
    return sorted(request.id for request in await database.read(lambda work: work.requests.search(limit=1000)))


async def test_a_refused_op_leaves_nothing(database: Database) -> None:
    def half(work: Work) -> None:
        work.requests.insert(a_request())
        work.journal.write(a_row())
        work.counters.take("open", limit=5, at=NOON)
        raise NotPossible

    with pytest.raises(NotPossible):
        await database.transact(half)
    assert await stored(database) == []
    assert await database.read(lambda work: work.journal.recent()) == []
    assert await database.read(lambda work: work.counters.value("open")) == 0


async def test_a_mistake_in_an_op_leaves_nothing_and_reaches_its_caller_alone(database: Database) -> None:
    def mistaken(work: Work) -> None:
        work.requests.insert(a_request("r1"))
        raise ZeroDivisionError

    answers = await asyncio.gather(
        database.transact(mistaken),
        database.transact(lambda work: work.requests.insert(a_request("r2"))),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers] == [ZeroDivisionError, type(None)]
    assert await stored(database) == ["r2"]


async def test_an_op_runs_again_and_re_reads_after_a_stale_write(database: Database) -> None:
    runs: list[int] = []

    def late(work: Work) -> int:
        runs.append(1)
        if len(runs) <= 3:
            raise StaleWrite
        return len(runs)

    assert await database.transact(late) == 4


async def test_what_stays_stale_is_said_after_three_re_runs(database: Database) -> None:
    runs: list[int] = []

    def stale(work: Work) -> None:
        runs.append(1)
        work.requests.insert(a_request(f"r{len(runs)}"))
        raise StaleWrite

    with pytest.raises(StaleWrite):
        await database.transact(stale)
    assert len(runs) == 4
    assert await stored(database) == []


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await database.read(lambda work: work.requests.insert(a_request()))
    assert await stored(database) == []


async def test_a_caller_who_goes_does_not_tear_the_effect(fresh_url: str, database: Database) -> None:
    loop, begun = asyncio.get_running_loop(), asyncio.Event()

    def op(work: Work) -> None:
        loop.call_soon_threadsafe(begun.set)
        work.requests.insert(a_request())

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(_transact(database, op))
        await begun.wait()
        task.cancel()
    await database.close()
    again = open_database(fresh_url)
    assert await stored(again) == ["r1"]
    await again.close()


async def _transact(database: Database, op: Callable[[Work], None]) -> None:
    await database.transact(op)


async def test_a_closed_database_is_unavailable(database: Database) -> None:
    await database.close()
    with pytest.raises(Unavailable):
        await database.transact(lambda work: work.requests.insert(a_request()))


async def test_many_readers_and_writers_share_the_house(database: Database) -> None:
    writes = [database.transact(lambda work, n=n: work.requests.insert(a_request(f"r{n:03}"))) for n in range(150)]
    reads = [database.read(lambda work: work.requests.search(limit=1)) for _ in range(60)]
    await asyncio.gather(*writes, *reads)
    assert len(await stored(database)) == 150
