"""What goes wrong on purpose, and that the ledger tells the truth about it."""

import shlex
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest

from tests.sandbox.bank import ANNA, BANK, World

EVERY = ["initiated", "ringing", "answered", "completed"]


async def place(world: World) -> tuple[int, dict[str, Any], str | None]:
    form = {"To": ANNA, "From": BANK, "Url": f"{world.bank.url}/made"}
    async with world.http.post(world.calls, data=form, headers=world.signed_in) as response:
        return response.status, await response.json(), response.headers.get("Retry-After")


async def test_a_429_was_not_processed_and_says_when_to_come_again(world: World) -> None:
    await world.faults({"on": "create_call", "do": "429", "retry_after": 3})
    status, body, retry_after = await place(world)
    assert (status, body["code"], retry_after) == (429, 20429, "3")
    assert world.network.calls == {}


async def test_a_500_before_made_no_call_and_a_500_after_made_one(world: World) -> None:
    await world.faults({"on": "create_call", "do": "error_500_before", "count": 1})
    assert (await place(world))[0] == 500
    assert world.network.calls == {}
    await world.faults({"on": "create_call", "do": "error_500_after", "count": 1})
    assert (await place(world))[0] == 500
    await world.until("ring")
    assert len(world.network.calls) == 1


async def test_a_reset_before_made_no_call_and_a_reset_after_made_one(world: World) -> None:
    for deed, made in (("reset_before", 0), ("reset_after", 1)):
        await world.faults({"on": "create_call", "do": deed, "count": 1})
        with pytest.raises(aiohttp.ClientError):
            await place(world)
        assert len(world.network.calls) == made


async def test_one_request_can_ring_twice(world: World) -> None:
    await world.faults({"on": "create_call", "do": "double", "count": 1})
    await place(world)
    await world.until("hangup", None, status="busy")
    assert [entry.to for entry in world.events("ring")] == [ANNA, ANNA]


async def test_a_call_can_be_lost_after_it_was_taken_on(world: World) -> None:
    await world.faults({"on": "create_call", "do": "lose", "count": 1})
    _, lost, _ = await place(world)
    _, other, _ = await place(world)
    await world.until("ring", other["sid"])
    assert world.network.calls[lost["sid"]].status == "queued"


async def test_a_ring_can_come_late(world: World) -> None:
    await world.faults({"on": "create_call", "do": "delay_ring", "seconds": 100})
    _, call, _ = await place(world)
    ring = await world.until("ring", call["sid"])
    created = await world.until("created", call["sid"])
    assert (ring.at - created.at).total_seconds() >= 100


async def status_news(world: World, fault: dict[str, Any], count: int) -> list[str]:
    await world.person(ANNA, answers={"after_s": 10})
    await world.faults({"on": "status", **fault})
    await world.create(StatusCallback=f"{world.bank.url}/news", StatusCallbackEvent=EVERY)
    await world.bank.request("/news", count)
    return [asked.fields["SequenceNumber"] for asked in world.bank.to("/news")]


async def test_news_can_be_lost(world: World) -> None:
    assert await status_news(world, {"do": "lose", "count": 1}, 3) == ["1", "2", "3"]
    assert [entry.detail["call_status"] for entry in world.events("callback", lost=True)] == ["initiated"]


async def test_news_can_come_twice(world: World) -> None:
    assert await status_news(world, {"do": "double", "count": 1}, 5) == ["0", "0", "1", "2", "3"]


async def test_news_can_come_out_of_order(world: World) -> None:
    assert await status_news(world, {"do": "reorder", "count": 1, "seconds": 200}, 4) == ["1", "2", "3", "0"]


async def test_a_document_that_was_fetched_may_count_as_failed(world: World) -> None:
    await world.faults({"on": "fetch", "do": "error_500_after", "count": 1})
    await world.calls_in()
    await world.bank.request("/fallback")
    assert len(world.bank.to("/voice")) == 1


async def test_the_ledger_says_which_call_a_fault_struck(world: World) -> None:
    await world.faults({"on": "fetch", "do": "double", "count": 1})
    sid = await world.calls_in()
    struck = await world.until("fault", sid)
    assert struck.detail == {"on": "fetch", "do": "double"}
    assert (await status_news(world, {"do": "lose", "count": 1}, 3)) == ["1", "2", "3"]
    assert [entry.detail["call_status"] for entry in world.events("fault", on="status")] == ["initiated"]


async def test_a_request_is_kept_whole_with_every_try(world: World) -> None:
    world.bank.replies["/voice"] = "<Response><Say>Good morning</Say></Response>"
    await world.faults({"on": "fetch", "do": "double", "count": 1})
    fetched = await world.until("fetch", await world.calls_in())
    status, told = await world.get(f"{world.url}/sandbox/exchanges/{fetched.detail['exchange']}")
    assert (status, len(told["tries"])) == (200, 2)
    first, asked = told["tries"][0], world.bank.to("/voice")[0]
    assert first["headers"]["X-Twilio-Signature"] == asked.headers["X-Twilio-Signature"]
    assert dict(parse_qsl(first["body"])) == asked.fields
    assert (first["status"], "Good morning" in first["answer"]) == (200, True)
    assert shlex.split(first["curl"])[-3:] == ["--data", first["body"], first["url"]]
    assert (await world.get(f"{world.url}/sandbox/exchanges/unknown"))[0] == 404


async def test_faults_hit_their_share(world: World) -> None:
    await world.faults({"on": "create_call", "do": "429", "share": 0.5})
    statuses = [(await place(world))[0] for _ in range(40)]
    assert 8 <= statuses.count(429) <= 32


async def test_an_empty_list_ends_all_faults(world: World) -> None:
    await world.faults({"on": "create_call", "do": "429"})
    await world.faults()
    assert (await place(world))[0] == 201


@pytest.mark.parametrize(
    "fault",
    [
        {"on": "ring", "do": "lose"},
        {"on": "fetch", "do": "explode"},
        {"on": "fetch", "do": "lose", "share": 2},
        {"on": "fetch", "do": "lose", "seconds": "5"},
        {"on": "fetch", "do": "lose", "colour": "blue"},
        "lose",
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(world: World, fault: Any) -> None:
    async with world.http.put(f"{world.url}/sandbox/faults", json={"faults": [fault]}) as response:
        assert response.status == 422
