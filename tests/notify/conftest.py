"""A house whose webhooks reach listeners on this machine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.api.conftest import Face, KnownTokens
from tests.db.builders import a_queue
from tests.notify.listener import Listener, listening
from tests.web.afternoon import QUICK
from tests.web.house import HandClock, open_house
from vqueue.notify.webhooks import WebhookPoster, outward
from vqueue.rehearser import PoolRehearser
from vqueue.services import delivering
from vqueue.services.house import House
from vqueue.web.site import make_web


@dataclass
class Aside:
    """Work beside the caller, which a test can wait for."""

    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.get_running_loop().create_task(work))

    async def done(self) -> None:
        while self.tasks:
            await self.tasks.pop()


@dataclass
class Outside(Face):
    """The API, and the house's way to the outside."""

    aside: Aside = field(default_factory=Aside)

    async def round(self, *, after_s: float = 0) -> None:
        """One round of delivering, to its end."""
        self.clock.move(after_s)
        await delivering.deliver(self.house)
        await self.aside.done()


@pytest.fixture
async def outside(sqlite_database: str) -> AsyncIterator[Outside]:
    """With the queue `cards`; webhooks may go to this machine, and time out after a second."""
    clock, tokens, aside = HandClock(), KnownTokens(), Aside()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(outward(private=True))
        poster = WebhookPoster(session, clock, private=True, timeout_s=1)
        known = await stack.enter_async_context(open_house(sqlite_database, clock))
        rehearser = PoolRehearser(processes=0)
        stack.callback(rehearser.close)
        house: House = replace(
            known,
            tokens=tokens,
            poster=poster,
            spawn=aside.spawn,
            public_url="https://bank.example",
            rehearser=rehearser,
        )
        await house.database.transact(lambda work: work.queues.insert(a_queue()))
        site = make_web(house, passwords=QUICK, secure=False)
        client = await stack.enter_async_context(TestClient(TestServer(site)))
        yield Outside(house, client, clock, tokens, aside=aside)
        await aside.done()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    async with listening() as one:
        yield one


Subscribe = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def subscribe(outside: Outside, listener: Listener) -> Subscribe:
    """Makes a subscription by the API; the answer, with its secret."""

    async def made(**fields: Any) -> dict[str, Any]:
        headers = await outside.key()
        answer = await outside.http.post("/v1/admin/webhooks", json={"url": listener.url, **fields}, headers=headers)
        assert answer.status == 201, await answer.text()
        return dict(await answer.json()) | {"headers": headers}

    return made
