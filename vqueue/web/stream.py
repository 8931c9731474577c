"""Pages that move by themselves: a part of the page is rendered anew and sent as server-sent events."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import web

from vqueue.domain.errors import Refusal
from vqueue.ports.live import Broadcast, Listening
from vqueue.services.house import Spawn

LATEST_S = 1.5
"""Something is sent at least this often (wall), so that a page knows how old it is."""
SOONEST_S = 0.5
"""And no more often than this, whatever happens."""
BEAT = b"event: beat\ndata:\n\n"
OVER = b"event: over\ndata:\n\n"
_HEADERS = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
Render = Callable[[], Awaitable[str | None]]
"""The part as it is now; None ends the stream (the visitor may not look any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A part of a page that many see alike: drawn once for all of them. `key` is equal for those who see the same."""

    key: Hashable
    draw: Callable[[], Awaitable[str]]
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """One who looks at it. `own` are the words in it that stand for something of his, and what that is."""

    admitted: Callable[[], Awaitable[bool]]
    own: tuple[bytes, bytes] = (b"", b"")


@dataclass(eq=False)
class _Drawn:
    """A view as it was drawn last, and what wakes those who look at it."""

    wire: bytes = b""
    text: str = ""
    version: int = 0
    ended: bool = False
    viewers: set[asyncio.Event] = field(default_factory=set)

    def wake(self) -> None:
        for viewer in self.viewers:
            viewer.set()

    def put(self, text: str) -> None:
        if not self.version or text != self.text:
            self.text, self.wire, self.version = text, _event("part", text), self.version + 1
        self.wake()


@dataclass(kw_only=True)
class Streams:
    """All open streams of this process; they end before the server stops."""

    broadcast: Broadcast
    spawn: Spawn
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _drawn: dict[Hashable, _Drawn] = field(default_factory=dict)

    def add_to(self, app: web.Application) -> None:
        async def stop(_: web.Application) -> None:
            self.over.set()
            for drawn in self._drawn.values():
                drawn.wake()

        app.on_shutdown.append(stop)

    async def run(self, request: web.Request, render: Render, *topics: str) -> web.StreamResponse:
        """Sends `part` events with the rendered text when it changed, `beat` events when it did not."""
        response, news = web.StreamResponse(headers=_HEADERS), asyncio.Event()
        # The listener belongs to this one answer and ends with it.
        async with asyncio.TaskGroup() as own:
            listening = own.create_task(_listen(self.broadcast.listen(*topics), news))
            with suppress(ConnectionError):  # whoever asked may be gone by now
                await response.prepare(request)
                await self._send(response, render, news)
            listening.cancel()
        return response

    async def share(self, request: web.Request, view: View, viewer: Viewer) -> web.StreamResponse:
        """The same of a view that is drawn once for everybody who looks at it."""
        response, news = web.StreamResponse(headers=_HEADERS), asyncio.Event()
        drawn = self._drawn.get(view.key)
        if drawn is None:
            self._drawn[view.key] = drawn = _Drawn()
            self.spawn(self._draw(view, drawn))
        drawn.viewers.add(news)
        try:
            with suppress(ConnectionError):
                await response.prepare(request)
                await self._show(response, drawn, viewer, news)
        finally:
            drawn.viewers.discard(news)
        return response

    async def _show(self, response: web.StreamResponse, drawn: _Drawn, viewer: Viewer, news: asyncio.Event) -> None:
        seen = 0
        while not self.over.is_set() and not drawn.ended:
            if drawn.version:
                if not await viewer.admitted():
                    await response.write(OVER)
                    return
                known, seen = seen, drawn.version
                await response.write(BEAT if known == seen else drawn.wire.replace(*viewer.own))
            await news.wait()
            news.clear()

    async def _draw(self, view: View, drawn: _Drawn) -> None:
        """As long as somebody looks. A failure ends the streams: their pages ask again."""
        news = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as own:
                listening = own.create_task(_listen(self.broadcast.listen(*view.topics), news))
                with suppress(Refusal):
                    while drawn.viewers and not self.over.is_set():
                        drawn.put(await view.draw())
                        await _pause(news)
                listening.cancel()
        finally:
            del self._drawn[view.key]
            drawn.ended = True
            drawn.wake()

    async def _send(self, response: web.StreamResponse, render: Render, news: asyncio.Event) -> None:
        last = ""
        while not self.over.is_set():
            part = await render()
            if part is None:
                await response.write(OVER)
                return
            await response.write(BEAT if part == last else _event("part", part))
            last = part
            await _pause(news)


async def _pause(news: asyncio.Event) -> None:
    """Until something is heard, within the bounds."""
    await asyncio.sleep(SOONEST_S)
    with suppress(TimeoutError):
        async with asyncio.timeout(LATEST_S - SOONEST_S):
            await news.wait()
    news.clear()


async def _listen(heard: Listening, news: asyncio.Event) -> None:
    async for _ in heard:
        news.set()


def _event(name: str, text: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in text.splitlines())
    return f"event: {name}\n{lines}\n".encode()
