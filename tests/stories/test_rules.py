"""A story of a supervisor who has nothing but HTTP: a rule is changed, the next caller hears it, and back again."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.stories.bank import OTHER, THIRD, Bank
from tests.stories.callers import IVR, holds, on_the_team, takes_a_callback
from tests.stories.network import PATIENCE_S
from vqueue.clock import SystemChance
from vqueue.services.keys import Scope, make_key

OFFER = "To keep your place and be called back, press 1"
RULES = "/admin/queues/cards/rules"


class Supervisor:
    """A system of the bank with its key."""

    def __init__(self, api: str, session: aiohttp.ClientSession) -> None:
        self.api, self.session = api, session

    async def asks(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[Any, str]:
        """The answer and its ETag."""
        async with self.session.request(method, f"{self.api}{path}", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json(), answer.headers.get("ETag", "")

    async def facts(self, fact: str) -> list[dict[str, Any]]:
        return list((await self.asks("GET", f"/admin/journal?fact={fact}&queue=cards"))[0]["items"])

    async def until_fact(self, fact: str, *, count: int = 1) -> list[dict[str, Any]]:
        limit = time.monotonic() + PATIENCE_S
        while len(found := await self.facts(fact)) < count:
            assert time.monotonic() < limit, f"{fact} is not in the journal: {found}"
            await asyncio.sleep(0.1)
        return found


@pytest.fixture
async def supervisor(bank: Bank) -> AsyncIterator[Supervisor]:
    made = await make_key(
        bank.house.database, SystemChance(), name="workforce", scopes=set(Scope), by="story", at=bank.house.clock.now()
    )
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {made.token}"}) as session:
        yield Supervisor(bank.api, session)


async def test_a_supervisor_changes_a_rule_the_next_caller_hears_it_and_back(
    bank: Bank, supervisor: Supervisor
) -> None:
    omer = await on_the_team(bank)
    first = await takes_a_callback(bank, answers="never")
    assert first.rules_version == 1

    rules = (await supervisor.asks("GET", RULES))[0]["rules"]
    rules["offer"]["threshold_s"] = 86_400
    told = "Cards are refused abroad today."
    rules["announcements"] = {"en": told, "ru": "Карты сегодня не работают за рубежом."}
    draft, version = await supervisor.asks("PUT", f"{RULES}/draft?based_on=1", rules)
    assert "Offered from a wait of: 0 → 24 h" in [change["text"] for change in draft["changes"]]
    why = {"reason": "everybody is at work"}
    published, _ = await supervisor.asks("POST", f"{RULES}/2/publish", why, **{"If-Match": version})
    assert published == {"queue": "cards", "state": "in_force", "version": 2}

    call, second = await holds(bank, OTHER, keys=IVR)
    await bank.network.until(
        lambda ledger: any(told in str(e["detail"]) for e in ledger if e["call_sid"] == call), what="he hears the news"
    )
    said = [e["detail"] for e in await bank.network.ledger() if e["event"] == "said" and e["call_sid"] == call]
    heard = " ".join(map(str, said))
    assert OFFER not in heard and "Карты" not in heard
    assert second.rules_version == 2

    await supervisor.asks("POST", f"{RULES}/1/rollback", {"reason": "two are ill"})
    third = await takes_a_callback(bank, THIRD)
    assert third.rules_version == 3

    await bank.ready(omer)
    retried = await supervisor.until_fact("retry.decided")
    assert (retried[0]["request"], retried[0]["rules_version"]) == (first.id, 3)
    assert {row["rules_version"] for row in await supervisor.facts("attempt.opened")} == {3}
    offers = [(row["data"]["offer"], row["rules_version"]) for row in await supervisor.facts("offer.made")]
    assert offers == [("offer", 1), ("short", 2), ("offer", 3)]
    promises = (await supervisor.asks("GET", "/admin/promises?queue=cards"))[0]["items"]
    assert [(one["request"], one["rules_version"]) for one in promises][-1] == (first.id, 1)
    assert (third.id, 3) in [(one["request"], one["rules_version"]) for one in promises]
