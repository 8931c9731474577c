"""A whole site on real SQLite, seen through HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tests.web.afternoon import DANA, PASSWORD, QUICK, settle_staff
from tests.web.house import HandClock, open_house
from vqueue.services.house import House
from vqueue.web.site import make_web

Site = TestClient[web.Request, web.Application]
SignIn = Callable[..., Awaitable[str]]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def house(sqlite_database: str, clock: HandClock) -> AsyncIterator[House]:
    """With one supervisor, Dana, and nothing else."""
    async with open_house(sqlite_database, clock) as house:
        await settle_staff(house)
        yield house


@pytest.fixture
async def site(house: House) -> AsyncIterator[Site]:
    app = make_web(house, passwords=QUICK, secure=False)
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def sign_in(site: Site, house: House) -> SignIn:
    """Signs in and returns the word that forms must carry."""

    async def signed_in(login: str = DANA) -> str:
        answer = await site.post("/sign-in", data={"login": login, "password": PASSWORD}, allow_redirects=False)
        assert answer.status == 303, await answer.text()
        page = await (await site.get("/console", headers={"Accept": "text/html"})).text()
        return page.partition('data-csrf="')[2].partition('"')[0]

    return signed_in
