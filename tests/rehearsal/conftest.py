"""A site on both databases whose house rehearses in a thread of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.api.conftest import Face, KnownTokens
from tests.db.builders import a_queue
from tests.web.house import HandClock, open_house
from vqueue.identity.passwords import Argon2Passwords
from vqueue.rehearser import PoolRehearser
from vqueue.web.site import make_web


@pytest.fixture
async def face(fresh_url: str) -> AsyncIterator[Face]:
    """With the queue `cards`, which is open from eight to eight."""
    clock, tokens = HandClock(), KnownTokens()
    async with AsyncExitStack() as stack:
        rehearser = PoolRehearser(processes=0)
        stack.callback(rehearser.close)
        house = replace(
            await stack.enter_async_context(open_house(fresh_url, clock)), tokens=tokens, rehearser=rehearser
        )
        await house.database.transact(lambda work: work.queues.insert(a_queue()))
        site = make_web(house, passwords=Argon2Passwords(), secure=False)
        client = await stack.enter_async_context(TestClient(TestServer(site)))
        yield Face(house, client, clock, tokens)
