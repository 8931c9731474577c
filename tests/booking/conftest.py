"""A house with one queue that takes bookings, on each database, its clock moved by hand."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.booking.scenes import CARDS
from tests.web.house import HandClock, open_house
from vqueue.services.house import House


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def house(fresh_url: str, clock: HandClock) -> AsyncIterator[House]:
    async with open_house(fresh_url, clock) as one:
        await one.act(lambda clerk: clerk.work.queues.insert(replace(CARDS)))
        yield one
