"""Whatever the telephones say, in whatever order: requests, attempts, legs and agents stay in step."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from tests.domain.walk import begun, what_is_left, what_is_wrong
from vqueue.db.open import open_database
from vqueue.ports.database import Database

STEPS = 120


@pytest.fixture
async def database(sqlite_database: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_database)
    yield opened
    await opened.close()


@pytest.mark.parametrize("seed", range(10))
async def test_any_order_of_news_keeps_the_rows_in_step(database: Database, seed: int) -> None:
    walk = await begun(database, seed)
    for _ in range(STEPS):
        await walk.step()
        wrong = await database.read(partial(what_is_wrong, starts=walk.starts))
        assert not wrong, f"{wrong} after {walk.steps}"
    await walk.settle_down()
    assert await database.read(what_is_left) == []
    assert await database.read(partial(what_is_wrong, starts=walk.starts)) == []
