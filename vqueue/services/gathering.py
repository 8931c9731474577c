"""Questions of many that are asked at the same time go to the database as one."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
MOST = 500
"""Questions in one reading."""
Read = Callable[[Collection[K]], Awaitable[Mapping[K, V]]]
"""What is known of these; what is not there is left out."""


@dataclass(eq=False)
class _Batch(Generic[K, V]):
    over: asyncio.Future[None]
    """Not an Event: hundreds who wait for one would each search all the others when they wake."""
    keys: dict[K, None] = field(default_factory=dict)
    found: Mapping[K, V] | None = None
    error: Exception | None = None


class Gathering(Generic[K, V]):
    """While one reading is under way, those who ask meanwhile gather for the next. A reading begins after each of its
    questions was asked: whoever has just changed something finds it changed."""

    def __init__(self) -> None:
        self._next: _Batch[K, V] | None = None
        self._turn = asyncio.Lock()

    async def ask(self, key: K, read: Read[K, V]) -> V | None:
        """The answer; None where there is none. Raises what `read` raises."""
        while True:
            batch, leads = self._next, False
            if batch is None or len(batch.keys) >= MOST:
                batch, leads = _Batch[K, V](asyncio.get_running_loop().create_future()), True
                self._next = batch
            batch.keys[key] = None
            if leads:
                await self._lead(batch, read)
            else:
                await asyncio.shield(batch.over)
            if batch.error is not None:
                raise batch.error
            if batch.found is not None:
                return batch.found.get(key)
            # Whoever was to read for all of them has gone.

    async def _lead(self, batch: _Batch[K, V], read: Read[K, V]) -> None:
        try:
            async with self._turn:
                self._close(batch)
                batch.found = await read(batch.keys)
        except Exception as error:
            batch.error = error
        finally:
            self._close(batch)
            batch.over.set_result(None)

    def _close(self, batch: _Batch[K, V]) -> None:
        """Nobody joins it any more."""
        if self._next is batch:
            self._next = None
