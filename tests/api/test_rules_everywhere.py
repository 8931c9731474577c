"""Two replicas on one PostgreSQL and one Redis: rules put in force at one are what the other decides by, at once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.api.conftest import Face, KnownTokens
from tests.api.lines import a_line, asked, kept
from tests.db.builders import a_queue
from tests.web.house import HandClock, open_house
from vqueue.domain.journal import Fact
from vqueue.identity.passwords import Argon2Passwords
from vqueue.live.redis import RedisBoard
from vqueue.web.site import make_web

RULES = "/v1/admin/queues/cards/rules"


@dataclass(frozen=True)
class Replicas:
    """The one at which the bank's systems ask, and the one at which its customers do."""

    one: Face
    other: Face


@pytest.fixture
async def replicas(postgres_database: str, redis_url: str) -> AsyncIterator[Replicas]:
    clock, tokens = HandClock(), KnownTokens()
    async with AsyncExitStack() as stack:
        faces = []
        for _ in range(2):
            board = await stack.enter_async_context(aclosing(RedisBoard(redis_url)))
            house = await stack.enter_async_context(open_house(postgres_database, clock))
            house = replace(house, tokens=tokens, board=board)
            site = make_web(house, passwords=Argon2Passwords(), secure=False)
            client = await stack.enter_async_context(TestClient(TestServer(site)))
            faces.append(Face(house, client, clock, tokens))
        await faces[0].house.database.transact(lambda work: work.queues.insert(a_queue()))
        yield Replicas(*faces)


async def offered(face: Face) -> bool:
    """Whether the app is offered a callback now."""
    answer = await face.http.get("/v1/queues/cards/availability", headers=face.customer())
    told = await answer.json()
    assert answer.status == 200, told
    return "callback" in {option["mode"] for option in told["options"]}


async def test_what_one_publishes_the_other_decides_by(replicas: Replicas) -> None:
    one, other = replicas.one, replicas.other
    await a_line(one)
    assert await offered(other)

    key = await one.key()
    rules = (await (await one.http.get(RULES, headers=key)).json())["rules"]
    draft = await one.http.put(f"{RULES}/draft", headers=key, json=rules | {"offer": {"max_open": 0}})
    named = {**key, "If-Match": draft.headers["ETag"]}
    assert (await one.http.post(f"{RULES}/2/publish", headers=named, json={"reason": "storm"})).status == 200
    assert not await offered(other)
    full = await asked(other, other.customer(), "k1")
    assert (full.status, (await full.json())["code"]) == (409, "queue_full")

    assert (await one.http.post(f"{RULES}/1/rollback", headers=key, json={"reason": "over"})).status == 200
    request = await kept(other, other.customer(), "k2")
    rows = await other.house.database.read(lambda work: work.journal.of_request(request["id"]))
    told = {row.fact: row.rules_version for row in rows}
    assert (told[Fact.QUEUE_ENTERED], told[Fact.PROMISE_MADE]) == (3, 3)
    ledger = await (await one.http.get("/v1/admin/promises", headers=key)).json()
    assert [(each["rules_version"], each["replay"]["verdict"]) for each in ledger["items"]] == [(3, "identical")]
