"""A database with one queue, on each of both."""

from collections.abc import AsyncIterator

import pytest

from tests.db.builders import a_queue
from vqueue.db.open import open_database
from vqueue.ports.database import Database


@pytest.fixture
async def database(fresh_url: str) -> AsyncIterator[Database]:
    """Holds one queue, `cards`."""
    opened = open_database(fresh_url)
    await opened.transact(lambda work: work.queues.insert(a_queue()))
    yield opened
    await opened.close()
