"""A house with the queue `cards`, its clock moved by hand, on each database."""

from collections.abc import AsyncIterator

import pytest

from tests.db.builders import a_queue, after
from tests.web.house import HandClock, open_house
from vqueue.services.house import House


@pytest.fixture
def clock() -> HandClock:
    return HandClock(after(3600))


@pytest.fixture
async def house(fresh_url: str, clock: HandClock) -> AsyncIterator[House]:
    async with open_house(fresh_url, clock) as one:
        await one.database.transact(lambda work: work.queues.insert(a_queue()))
        yield one
