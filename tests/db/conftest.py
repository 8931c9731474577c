"""Both databases, at the newest schema and empty, and the same values for every test."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.db.builders import a_queue
from vqueue.db.open import migrate, open_database
from vqueue.db.schema import metadata
from vqueue.ports.database import Database


async def emptied(url: str) -> str:
    """The same address, its database at the newest schema and without rows."""
    await migrate(url)
    if url.startswith("postgresql"):
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))
        await engine.dispose()
    return url


@pytest.fixture
async def fresh_url(database_url: str) -> str:
    return await emptied(database_url)


@pytest.fixture
async def database(fresh_url: str) -> AsyncIterator[Database]:
    """Holds one queue, `cards`."""
    opened = open_database(fresh_url)
    await opened.transact(lambda work: work.queues.insert(a_queue()))
    yield opened
    await opened.close()
