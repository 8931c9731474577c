"""Owns every asyncio task of the network, so that stopping ends them all."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
log = logging.getLogger("sandbox")


async def first_of(*awaited: "asyncio.Future[Any]") -> None:
    """Returns when one of them is done; cancels none."""
    await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)


class Tasks:
    """Starts tasks, notes their failures in the log, cancels what is left at the end."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, work: Coroutine[Any, Any, T], *, quiet: tuple[type[BaseException], ...] = ()) -> asyncio.Task[T]:
        """Failures of the types in `quiet` are the awaiting party's business and are not logged here."""
        task = asyncio.get_running_loop().create_task(work)
        if self._closed:
            task.cancel()
        self._running.add(task)
        task.add_done_callback(lambda done: self._finished(done, quiet))
        return task

    def _finished(self, task: asyncio.Task[Any], quiet: tuple[type[BaseException], ...]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, quiet):
            log.error("a task of the network failed", exc_info=error, extra={"event": "task_failed"})

    async def close(self) -> None:
        self._closed = True
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
