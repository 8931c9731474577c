"""Pages that move by themselves: a part of the page is rendered anew and sent as server-sent events."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from vqueue.ports.live import Broadcast

LATEST_S = 1.5
"""Something is sent at least this often (wall), so that a page knows how old it is."""
SOONEST_S = 0.5
"""And no more often than this, whatever happens."""
Render = Callable[[], Awaitable[str | None]]
"""The part as it is now; None ends the stream (the visitor may not look any more)."""


@dataclass(kw_only=True)
class Streams:
    """All open streams of this process; they end before the server stops."""

    broadcast: Broadcast
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def add_to(self, app: web.Application) -> None:
        async def stop(_: web.Application) -> None:
            self.over.set()

        app.on_shutdown.append(stop)

    async def run(self, request: web.Request, render: Render, *topics: str) -> web.StreamResponse:
        """Sends `part` events with the rendered text when it changed, `beat` events when it did not."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        news = asyncio.Event()
        # The listener belongs to this one answer and ends with it.
        async with asyncio.TaskGroup() as own:
            listening = own.create_task(self._listen(news, topics))
            with suppress(ConnectionError):
                await self._send(response, render, news)
            listening.cancel()
        return response

    async def _send(self, response: web.StreamResponse, render: Render, news: asyncio.Event) -> None:
        last = ""
        while not self.over.is_set():
            part = await render()
            if part is None:
                await response.write(b"event: over\ndata:\n\n")
                return
            await response.write(b"event: beat\ndata:\n\n" if part == last else _event("part", part))
            last = part
            await asyncio.sleep(SOONEST_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), LATEST_S - SOONEST_S)
            news.clear()

    async def _listen(self, news: asyncio.Event, topics: tuple[str, ...]) -> None:
        async for _ in self.broadcast.listen(*topics):
            news.set()


def _event(name: str, text: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"event: {name}\n{lines}\n".encode()
