"""A system of the bank that listens to webhooks over real HTTP, and answers as a test tells it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

PATIENCE_S = 60


@dataclass(frozen=True)
class Heard:
    """One POST as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def type(self) -> str:
        return str(self.event["type"])

    @property
    def request(self) -> str:
        return str(self.event["data"]["request"])


@dataclass
class Listener:
    """Keeps what it heard; the next answers are taken from `answers`, then it is 200."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    """While cleared by a test, nothing is answered."""
    sleepy: int = 0
    """So many POSTs are read and never answered."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    taken: list[Heard] = field(default_factory=list)
    """Those that were answered with success."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def hears(self, count: int) -> None:
        """Returns once so many POSTs were answered."""
        async with asyncio.timeout(PATIENCE_S), self.news:
            await self.news.wait_for(lambda: len(self.heard) >= count)

    async def is_asked(self) -> None:
        """Returns once a POST waits for its answer."""
        async with asyncio.timeout(PATIENCE_S):
            await self.asked.wait()

    async def post(self, request: web.Request) -> web.Response:
        told = Heard({name.lower(): value for name, value in request.headers.items()}, await request.read())
        self.asked.set()
        await self.silent.wait()
        if self.sleepy:
            self.sleepy -= 1
            await self.over.wait()
        status = self.answers.pop(0) if self.answers else 200
        async with self.news:
            self.heard.append(told)
            self.taken += [told] if status < 300 else []
            self.news.notify_all()
        return web.Response(status=status, text="x" * 10_000, headers=self.headers)


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    listener = Listener()
    listener.silent.set()
    app = web.Application()
    app.router.add_post("/hooks", listener.post)
    async with TestServer(app) as server:
        listener.url = str(server.make_url("/hooks"))
        yield listener
        listener.over.set()
