"""The story of a bank's own desktop, by HTTP alone: ready, offered, accepted, talked, disposed of, written up."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp

from tests.stories.bank import AGENT, CUSTOMER, RULES, Bank
from tests.stories.network import PATIENCE_S, said
from tests.stories.scenes import SCREEN, keeps_a_place, new_rules, rung
from vqueue.domain.request import State
from vqueue.domain.rules import AgentRules
from vqueue.services.keys import Scope, make_key

DANA = {
    "name": "Dana Levi", "address": {"kind": "phone", "value": AGENT}, "skills": {"cards": 5}, "languages": ["en"],
}  # fmt: skip


@asynccontextmanager
async def desktop(bank: Bank) -> AsyncIterator[aiohttp.ClientSession]:
    """A system of the bank with one key."""
    house = bank.house
    scopes = (
        Scope.AGENTS_WRITE,
        Scope.CALLS_REPORT,
        Scope.REQUESTS_WRITE,
        Scope.REQUESTS_READ,
        Scope.REQUESTS_READ_PII,
    )
    made = await make_key(house.database, house.chance, name="desktop", scopes=scopes, by="story", at=house.clock.now())
    headers = {"Authorization": f"Bearer {made.token}"}
    async with aiohttp.ClientSession(bank.settings.public_url, headers=headers) as session:
        yield session


async def call(http: aiohttp.ClientSession, method: str, path: str, body: Any = None, **headers: str) -> Any:
    async with http.request(method, path, json=body, headers=headers) as answer:
        assert answer.status in (200, 201), await answer.text()
        return await answer.json()


async def until(watched: aiohttp.ClientResponse, so: Any) -> Mapping[str, Any]:
    """The first event that is so."""
    async with asyncio.timeout(PATIENCE_S):
        async for line in watched.content:
            if line.startswith(b"data: "):
                told: Mapping[str, Any] = json.loads(line[6:])
                if so(told):
                    return told
    raise AssertionError("the stream ended")


def stands(presence: str) -> Any:
    return lambda told: told["agent"]["presence"] == presence


async def test_a_banks_own_desktop_works_a_callback_from_offer_to_wrap_up(bank: Bank) -> None:
    # Whatever the desktop is asked to do has its time: a system answers people, it does not race them.
    await new_rules(bank, replace(RULES, agents=AgentRules(ring_s=90, accept_s=60, wrap_up_s=3600)))
    await bank.network.person(AGENT, answers={"after_s": 2}, talk_s=900)  # picks up; the desktop does the rest
    await bank.network.person(CUSTOMER, answers={"after_s": 2}, keys=[SCREEN], talk_s=120)
    async with desktop(bank) as http:
        await call(http, "PUT", "/v1/agents/dana", DANA)
        async with http.get("/v1/agents/dana/events") as watched:
            await until(watched, stands("offline"))
            wish = {"queue": "cards", "mode": "callback", "phone_number": CUSTOMER, "name": "Anna"}
            made = await call(http, "POST", "/v1/admin/support-requests", wish, **{"Idempotency-Key": "one"})
            await call(http, "PUT", "/v1/agents/dana/presence", {"state": "ready"})
            offer = (await until(watched, stands("reserved")))["call"]
            assert (offer["request"], offer["name"], offer["phone_number"]) == (made["id"], "Anna", CUSTOMER)
            accepted = await call(http, "POST", "/v1/agents/dana/accept")
            assert accepted["attempt"] == offer["attempt"]
            await call(http, "POST", "/v1/agents/dana/accept")  # a nervous hand changes nothing
            await until(watched, stands("talking"))
            await until(watched, stands("wrapping"))
        body = {"code": "done", "note": "card blocked", "follow_up": {"queue": "payments", "same_agent": True}}
        disposed = await call(http, "POST", f"/v1/attempts/{offer['attempt']}/disposition", body)
        assert disposed["state"] == "served"
        linked = await call(http, "GET", f"/v1/admin/support-requests/{disposed['followed_by']}")
        assert (linked["follows"], linked["queue"], linked["wanted_agent"]) == (made["id"], "payments", "dana")
        await call(http, "POST", f"/v1/admin/support-requests/{linked['id']}/cancel", {"reason": "the story ends"})
        await call(http, "POST", "/v1/agents/dana/wrap-up")
        assert (await call(http, "GET", "/v1/agents/dana"))["presence"] == "ready"
    assert (await rung(bank, AGENT), await rung(bank, CUSTOMER)) == (1, 1)
    assert said(await bank.network.ledger(CUSTOMER), "To be connected to an agent")


async def test_a_telephone_that_asks_already_is_steered_to_the_customer(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    await bank.network.person(AGENT, answers={"after_s": 1}, talk_s=600)
    await keeps_a_place(bank)
    async with desktop(bank) as http:
        await call(http, "PUT", "/v1/agents/dana", DANA)
        await call(http, "PUT", "/v1/agents/dana/presence", {"state": "ready"})
        await bank.network.until(lambda entries: said(entries, "Press 1 to accept"), what="he is asked")
        await call(http, "POST", "/v1/agents/dana/accept")
        await bank.until(lambda found: found[0].state is State.SERVED, what="they talk")
    assert (await rung(bank, AGENT), await rung(bank, CUSTOMER)) == (1, 1)
