"""Whether this process is alive, and whether it should be sent anything."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from vqueue.domain.errors import Unavailable
from vqueue.services.house import House

READY_WITHIN_S = 2.0


async def _nothing_shared() -> None:
    return None


@dataclass(kw_only=True)
class Health:
    """`redis` asks whether Redis answers: None where there is none. Its loss makes nothing unready."""

    redis: Callable[[], Awaitable[bool | None]] = _nothing_shared
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the process is asked to stop: it still answers, and nothing new should be sent to it."""

    def add_to(self, app: web.Application, house: House) -> None:
        async def ready(_: web.Request) -> web.Response:
            return await self._ready(house)

        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", ready)

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, house: House) -> web.Response:
        """Ready when the database answers in time and nobody asked us to stop."""
        if self.leaving.is_set():
            return web.Response(text="stopping\n", status=503)
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await house.database.read(lambda work: work.counters.value("ready"))
        except (TimeoutError, Unavailable):
            return web.Response(text="the database does not answer\n", status=503)
        # Its loss and return are told in the log by whoever asks it; pages and calls go on without it.
        await self.shared()
        return web.Response(text="ok\n")

    async def shared(self) -> bool | None:
        """Whether Redis answers in time; None where this process shares nothing."""
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                return await self.redis()
        except TimeoutError:
            return False
