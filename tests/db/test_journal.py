"""The journal: written without an order, sealed into one, and whole when it is checked."""

import asyncio

import pytest

from tests.db.builders import NOON, a_row, after
from tests.db.past_the_stores import sql, told
from vqueue.db.journal_check import verify
from vqueue.domain.errors import StaleWrite
from vqueue.domain.journal import chained
from vqueue.ports.database import Database


async def sealed(database: Database, rows: int) -> None:
    written = [a_row(f"j{n:02}", at=after(n % 3), data={"n": n, "x": 1.0, "ü": [True, None]}) for n in range(rows)]
    await database.transact(lambda work: work.journal.write(*written))
    await database.transact(lambda work: work.journal.seal())


async def test_sealing_gives_positions_in_the_order_of_time_and_links_each_to_the_last(database: Database) -> None:
    await database.transact(lambda work: work.journal.write(a_row("j3", at=after(3)), a_row("j1", at=after(1))))
    assert await database.transact(lambda work: work.journal.seal()) == 2
    # A row whose transaction ended late: its time is before, its position after.
    await database.transact(lambda work: work.journal.write(a_row("j2", at=after(2))))
    assert await database.transact(lambda work: work.journal.seal()) == 1
    assert await database.transact(lambda work: work.journal.seal()) == 0
    rows = await database.read(lambda work: work.journal.sealed())
    assert [(row.id, row.position) for row in rows] == [("j1", 1), ("j3", 2), ("j2", 3)]
    assert rows[0].hash == chained("", rows[0])
    assert rows[2].hash == chained(str(rows[1].hash), rows[2])


async def test_sealing_takes_a_bounded_number_and_reading_goes_on_from_a_position(database: Database) -> None:
    await database.transact(lambda work: work.journal.write(*(a_row(f"j{n}") for n in range(5))))
    assert await database.transact(lambda work: work.journal.seal(limit=3)) == 3
    assert await database.transact(lambda work: work.journal.seal(limit=3)) == 2
    assert [row.id for row in await database.read(lambda work: work.journal.sealed(after=1, limit=2))] == ["j1", "j2"]


async def test_an_unsealed_row_has_no_position(database: Database) -> None:
    await database.transact(lambda work: work.journal.write(a_row()))
    row = (await database.read(lambda work: work.journal.recent()))[0]
    assert (row.position, row.hash) == (None, None)
    assert await database.read(lambda work: work.journal.sealed()) == []


async def test_nobody_seals_one_row_twice(database: Database) -> None:
    await database.transact(lambda work: work.journal.write(*(a_row(f"j{n:02}") for n in range(30))))
    await asyncio.gather(*(database.transact(lambda work: work.journal.seal(limit=10)) for _ in range(6)))
    while await database.transact(lambda work: work.journal.seal()):
        pass
    assert [row.position for row in await database.read(lambda work: work.journal.sealed())] == list(range(1, 31))
    assert await database.read(verify) is None


async def test_a_whole_journal_is_whole(database: Database) -> None:
    assert await database.read(verify) is None
    await sealed(database, 20)
    assert await database.read(verify) is None


@pytest.mark.parametrize(
    ("tampering", "first_bad"),
    [
        ("UPDATE journal SET data = '{\"n\": 99}' WHERE position = 7", 7),
        ("UPDATE journal SET agent = 'a9' WHERE position = 7", 7),
        ("UPDATE journal SET at = (SELECT at FROM journal WHERE position = 20) WHERE position = 7", 7),
        ("DELETE FROM journal WHERE position = 7", 7),
        ("DELETE FROM journal WHERE position = 1", 1),
        (f"UPDATE journal SET hash = '{'0' * 64}' WHERE position = 20", 20),
        ("UPDATE journal SET position = 99 WHERE position = 20", 20),
    ],
)
async def test_tampering_is_found(fresh_url: str, database: Database, tampering: str, first_bad: int) -> None:
    await sealed(database, 20)
    await told(fresh_url, tampering)
    assert await database.read(verify) == first_bad


async def test_what_was_sealed_when_is_no_matter_of_the_clock(database: Database) -> None:
    """Rows of one moment are ordered by id."""
    await database.transact(lambda work: work.journal.write(a_row("jb", at=NOON), a_row("ja", at=NOON)))
    await database.transact(lambda work: work.journal.seal())
    assert [row.id for row in await database.read(lambda work: work.journal.sealed())] == ["ja", "jb"]


async def test_a_position_is_given_once(database: Database) -> None:
    await sealed(database, 2)
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: sql(work, "UPDATE journal SET position = 1 WHERE position = 2"))
