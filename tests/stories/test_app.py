"""Stories of somebody with the bank's app, who uses nothing but its API and his telephone."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.stories.bank import AGENT, CUSTOMER, NUMBER, OTHER, Bank
from tests.stories.callers import ENGLISH, SCREEN, key
from tests.stories.network import PATIENCE_S, bridged, said

FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class App:
    """The app on somebody's telephone."""

    def __init__(self, bank: Bank, session: aiohttp.ClientSession, number: str = CUSTOMER) -> None:
        self.bank, self.session, self.who = bank, session, bank.app_user(number)
        self.heard: list[dict[str, Any]] = []

    async def ask(self, method: str, path: str, *, status: int = 200, key: str = "", **body: Any) -> Any:
        headers = {**self.who, **({"Idempotency-Key": key} if key else {})}
        async with self.session.request(method, f"{self.bank.api}{path}", json=body or None, headers=headers) as answer:
            assert answer.status == status, (answer.status, await answer.text())
            return await answer.json() if answer.status != 204 else None

    async def wants(self, **wish: Any) -> dict[str, Any]:
        body = {"queue": "cards", "mode": "callback", **wish}
        return dict(await self.ask("POST", "/support-requests", status=201, key=str(wish), **body))

    async def knows_the_wait(self, queue: str) -> dict[str, Any]:
        """The queue's availability once a wait can be said: boards grow old while the machine is busy."""
        limit = time.monotonic() + PATIENCE_S
        while (now := dict(await self.ask("GET", f"/queues/{queue}/availability")))["wait"] is None:
            assert time.monotonic() < limit, now
            await asyncio.sleep(0.05)
        return now

    async def watch(self, request: str) -> None:
        """Listens until the stream ends by itself."""
        path = f"{self.bank.api}/support-requests/{request}/events"
        async with self.session.get(
            path, headers=self.who, timeout=aiohttp.ClientTimeout(sock_read=PATIENCE_S)
        ) as answer:
            assert answer.content_type == "text/event-stream"
            async for raw in answer.content:
                if raw.startswith(b"data: {") and b'"version"' in raw:
                    self.heard.append(json.loads(raw[6:]))

    @property
    def states(self) -> list[str]:
        """What the stream told, each state once."""
        told = [str(one["state"]) for one in self.heard]
        return [state for place, state in enumerate(told) if place == 0 or told[place - 1] != state]


@asynccontextmanager
async def an_app(bank: Bank, number: str = CUSTOMER) -> AsyncIterator[App]:
    async with aiohttp.ClientSession() as session:
        yield App(bank, session, number)


async def test_a_user_sees_the_wait_asks_is_called_and_says_how_it_was(bank: Bank) -> None:
    omer = await bank.agent("omer", AGENT, ready=False)
    await bank.busy(omer)
    await bank.network.person(CUSTOMER, answers={"after_s": 3}, keys=[SCREEN], talk_s=60)
    async with an_app(bank) as app:
        now = await app.knows_the_wait("cards")
        assert "callback" in [option["mode"] for option in now["options"]]
        made = await app.wants(context={"text": "declined twice at the hotel"})
        assert made["position"] == 1 or "stale" in made["reasons"]
        watching = asyncio.create_task(app.watch(made["id"]))
        code = (await app.ask("GET", f"/support-requests/{made['id']}/codes"))["bank_code"]
        await bank.ready(omer)
        ledger = await bank.network.until(lambda entries: bridged(entries, CUSTOMER), what="they talk")
        assert said(ledger, "In the customer's words: declined twice at the hotel")
        async with asyncio.timeout(PATIENCE_S):
            await watching
        assert app.states == ["waiting", "connecting", "talking", "served"]
        assert [one["outcome"] for one in app.heard[-1]["attempts"]] == ["talked"]
        assert made["promised"] is None or app.heard[-1]["promised"]["kept"] is not None
        feedback = {"rating": 5, "solved": True}
        await app.ask("POST", f"/support-requests/{made['id']}/feedback", status=204, **feedback)
    heard = "".join(str(entry["detail"]) for entry in ledger if entry["event"] == "said")
    spoken = heard.partition("compare this code with the one in the app:")[2]
    assert [spoken.find(FIGURES[int(digit)]) >= 0 for digit in code] == [True] * 4, "the code that the app shows"
    assert len(await bank.network.rings(CUSTOMER)) == 1


async def test_who_cancels_is_never_rung_and_who_rings_with_his_code_is_known(bank: Bank) -> None:
    omer = await bank.agent("omer", AGENT, ready=False)
    await bank.busy(omer)
    async with an_app(bank) as app, an_app(bank, OTHER) as other:
        gone = await app.wants()
        assert (await app.ask("DELETE", f"/support-requests/{gone['id']}"))["state"] == "cancelled"
        made = await other.wants(mode="call_in", context={"text": "the card is lost"})
        shown = (await other.ask("GET", f"/support-requests/{made['id']}/codes"))["call_in"]
        assert shown["phone_number"] == NUMBER
        keys = [ENGLISH, key("code from our app, press 9", "9"), key("eight digits", shown["code"])]
        stranger = "+447700900177"
        await bank.customer(stranger, keys=keys, talk_s=15, patience_s=3000)
        await bank.until(lambda found: found[0].state == "holding" and found[0].verified, what="he holds his place")
        await bank.ready(omer)
        ledger = await bank.network.until(lambda entries: bridged(entries, stranger), what="they talk")
        assert said(ledger, "the card is lost") and not said(ledger, "To keep your place and be called back")
        after = await other.ask("GET", f"/support-requests/{made['id']}")
        assert after["virtual_start_at"] == made["virtual_start_at"]
    for number in (CUSTOMER, OTHER):
        assert await bank.network.rings(number) == []
