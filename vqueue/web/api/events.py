"""Server-sent events of the API: what somebody watches is read again whenever it may have changed, and sent if so."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from vqueue.domain.errors import Invalid, Refusal
from vqueue.ports.live import Broadcast

HEARTBEAT_S = 10.0
"""A comment is sent at least this often (wall), so that everybody between knows the stream lives."""
POLL_S = 4.0
"""A change nobody was told of is found this soon (wall)."""
LAST_EVENT_ID = "Last-Event-ID"
RETRY_MS = 2000
"""How soon a client asks again after the stream broke."""


@dataclass
class Open:
    """The open streams of an application, each by what wakes it."""

    news: set[asyncio.Event] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self) -> None:
        self.over.set()
        for each in self.news:
            each.set()


OPEN: web.AppKey[Open] = web.AppKey("events_open", Open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. `id` is what a client sends back as Last-Event-ID; None leaves the last one standing."""

    name: str
    data: Mapping[str, Any]
    id: str | None = None

    def wire(self) -> bytes:
        head = f"id: {self.id}\n" if self.id is not None else ""
        text = json.dumps(self.data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return f"{head}event: {self.name}\ndata: {text}\n\n".encode()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found. `over`: nothing will follow, the stream ends after these events."""

    events: tuple[Event, ...] = ()
    over: bool = False
    again_s: float = POLL_S
    """How soon to look again where nothing is heard (wall)."""


Look = Callable[[str | None], Awaitable[Seen]]
"""(the id the client has, None at the start) → what it does not have yet. Raises a Refusal: the stream ends."""


def add_to(app: web.Application) -> None:
    """Streams of this application end when it shuts down, so that a stop need not wait for them."""
    app[OPEN] = Open()

    async def stop(stopping: web.Application) -> None:
        stopping[OPEN].end()

    app.on_shutdown.append(stop)


def last_id(request: web.Request) -> str | None:
    """The id a client resumes after: a version. Raises Invalid for another form."""
    sent = request.headers.get(LAST_EVENT_ID, "").strip()
    if sent and not (sent.isascii() and sent.isdigit() and len(sent) <= 12):
        raise Invalid("Last-Event-ID is an id this stream sent.", errors=((LAST_EVENT_ID, "version"),))
    return sent or None


async def stream(request: web.Request, look: Look, *topics: str, broadcast: Broadcast) -> web.StreamResponse:
    """Sends what `look` finds, first at once, then at each nudge on `topics` and every few seconds; heartbeats between.

    Refusals of the first look are answered as problems; later ones end the stream.
    """
    seen, news = await look(last_id(request)), asyncio.Event()
    # The listener belongs to this one answer and ends with it.
    async with asyncio.TaskGroup() as own:
        listening = own.create_task(_listen(broadcast, topics, news))
        news.set()  # once more as soon as somebody listens: nothing falls between the first look and this
        response = await send(request, look, seen, news)
        listening.cancel()
    return response


async def send(request: web.Request, look: Look, seen: Seen, news: asyncio.Event) -> web.StreamResponse:
    """Sends what was seen, and looks again whenever `news` is set, until it is over."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    streams = request.app[OPEN]
    streams.news.add(news)
    try:
        with suppress(ConnectionError, Refusal):
            await response.prepare(request)  # whoever asked may be gone by now
            await response.write(f"retry: {RETRY_MS}\n\n".encode())
            await _send(response, look, seen, last_id(request), news=news, streams=streams)
    finally:
        streams.news.discard(news)
    return response


async def _send(
    response: web.StreamResponse,
    look: Look,
    seen: Seen,
    last: str | None,
    *,
    news: asyncio.Event,
    streams: Open,
) -> None:
    loop = asyncio.get_running_loop()
    spoken = loop.time()
    while True:
        for event in seen.events:
            await response.write(event.wire())
            last, spoken = event.id or last, loop.time()
        if seen.over or streams.over.is_set():
            return
        if loop.time() - spoken >= HEARTBEAT_S - POLL_S:
            await response.write(b": still here\n\n")
            spoken = loop.time()
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seen.again_s, HEARTBEAT_S - (loop.time() - spoken))):
                await news.wait()
        news.clear()
        if streams.over.is_set():
            return
        seen = await look(last)


async def _listen(broadcast: Broadcast, topics: tuple[str, ...], news: asyncio.Event) -> None:
    async for _ in broadcast.listen(*topics):
        news.set()
