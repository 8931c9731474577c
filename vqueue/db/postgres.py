"""The truth on PostgreSQL: each op in a transaction of its own, side by side with the others."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from vqueue.db.failures import RERUNS, Meaning, meaning
from vqueue.db.types import to_json
from vqueue.db.work import StoredWork
from vqueue.domain.errors import Unavailable
from vqueue.ports.database import Work

T = TypeVar("T")
CONNECTIONS = 20
WAIT_FOR_CONNECTION_S = 10


class PostgresDatabase:
    """`ports.database.Database`."""

    def __init__(self, url: URL) -> None:
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=WAIT_FOR_CONNECTION_S,
            pool_use_lifo=True,
            json_serializer=to_json,
            hide_parameters=True,
        )
        self._readers = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def transact(self, op: Callable[[Work], T]) -> T:
        if self._closed:
            raise Unavailable
        return await asyncio.shield(self._counted(self._transact(op)))

    async def _counted(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Held until it ends, even when its caller has gone."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            return await transaction
        finally:
            self._running.discard(task)

    async def _transact(self, op: Callable[[Work], T]) -> T:
        """Re-runs hold the rows they read: they cannot lose the same race again."""
        reruns = 0
        while True:
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(_finished, op, reruns > 0)
            except Exception as error:
                what, told = meaning(error)
                if what is not Meaning.AGAIN or reruns == RERUNS:
                    raise told from (None if told is error else error)
                reruns += 1

    async def read(self, op: Callable[[Work], T]) -> T:
        try:
            async with self._readers.connect() as connection:
                return await connection.run_sync(lambda sync: op(StoredWork(sync)))
        except Exception as error:
            told = meaning(error)[1]
            raise told from (None if told is error else error)

    async def close(self) -> None:
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        await self._engine.dispose()


def _finished(connection: Connection, op: Callable[[Work], T], lock: bool) -> T:
    work = StoredWork(connection, lock=lock)
    result = op(work)
    work.finish()
    return result
