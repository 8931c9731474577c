"""The REST face: every answer has Twilio's shape, every refusal Twilio's code."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import encode_basic_auth

from tests.contract.twilio import check_response
from tests.sandbox.bank import ANNA, BANK, OMER, Bank, World, begin

FORM = {"To": ANNA, "From": BANK, "Url": "http://127.0.0.1:1/x"}


def wrong(method: str, url: str, status: int, body: Any) -> list[str]:
    return check_response(method, urlsplit(url).path, status, body)


async def test_a_created_call_is_answered_fetched_listed_and_deleted_in_twilios_shape(world: World) -> None:
    status, call = await world.post(world.calls, FORM)
    assert status == 201 and call["status"] == "queued"
    assert wrong("POST", world.calls, status, call) == []
    await world.person(ANNA, answers="busy")
    await world.until("hangup", call["sid"])
    one = world.rest(f"Calls/{call['sid']}.json")
    status, fetched = await world.get(one)
    assert wrong("GET", one, status, fetched) == [] and fetched["sid"] == call["sid"]
    status, listed = await world.get(world.calls)
    assert wrong("GET", world.calls, status, listed) == [] and len(listed["calls"]) == 1
    async with world.http.delete(one, headers=world.signed_in) as response:
        assert response.status == 204
    assert (await world.get(one))[0] == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21201),
        ({"From": ""}, 21213),
        ({"Url": ""}, 21205),
        ({"Url": "ftp://x/y"}, 21205),
        ({"To": "12"}, 21211),
        ({"From": "bank"}, 21212),
        ({"Timeout": "soon"}, 21208),
        ({"Method": "PUT"}, 21209),
        ({"SendDigits": "hello"}, 21206),
        ({"StatusCallback": "nowhere"}, 21205),
        ({"MachineDetection": "Maybe"}, 20001),
    ],
)
async def test_a_wrong_call_is_refused_with_its_code(world: World, changes: dict[str, str], code: int) -> None:
    status, body = await world.post(world.calls, FORM | changes)
    assert (status, body["code"]) == (400, code)
    assert wrong("POST", world.calls, status, body) == []
    assert world.events("ring") == []


async def test_unknown_fields_are_ignored(world: World) -> None:
    assert (await world.post(world.calls, FORM | {"Colour": "blue"}))[0] == 201


@pytest.mark.parametrize("header", ["", "Basic nonsense", encode_basic_auth("AC1", "x"), "Bearer abc"])
async def test_only_the_account_with_its_token_may_ask(world: World, header: str) -> None:
    async with world.http.post(world.calls, data=FORM, headers={"Authorization": header}) as response:
        body = await response.json()
        assert (response.status, body["code"]) == (401, 20003)
    assert not world.network.calls


async def test_another_accounts_path_is_not_found(world: World) -> None:
    status, body = await world.get(world.calls.replace(world.config.account_sid, "AC" + "9" * 32))
    assert (status, body["code"]) == (404, 20404)


@pytest.mark.parametrize("path", ["Calls/CA" + "0" * 32 + ".json", "Queues/QU0.json", "Nothing.json"])
async def test_what_does_not_exist_is_20404(world: World, path: str) -> None:
    status, body = await world.get(world.rest(path))
    assert (status, body["code"]) == (404, 20404)
    assert wrong("GET", world.rest(path), status, body) == []


async def test_calls_are_found_by_number_state_parent_and_day(world: World) -> None:
    await world.person(ANNA, answers="busy")
    first = await world.create(To=ANNA)
    second = await world.create(To=OMER)
    await world.until("status", first["sid"], status="busy")
    day = world.network.clock.now().strftime("%Y-%m-%d")

    async def found(**query: str) -> list[str]:
        async with world.http.get(world.calls, params=query, headers=world.signed_in) as response:
            return [call["sid"] for call in (await response.json())["calls"]]

    await world.until("ring", second["sid"])
    assert await found() == [second["sid"], first["sid"]]
    assert await found(To=ANNA) == [first["sid"]]
    assert await found(Status="busy") == [first["sid"]]
    assert await found(From=BANK, Status="ringing") == [second["sid"]]
    assert await found(ParentCallSid=first["sid"]) == []
    assert await found(**{"StartTime>": day}) == [second["sid"], first["sid"]]
    assert await found(**{"StartTime<": "2000-01-01"}) == []
    assert await found(StartTime=day, To=OMER) == [second["sid"]]


async def test_lists_come_in_pages_that_name_their_neighbours(world: World) -> None:
    made = [(await world.create())["sid"] for _ in range(5)]
    status, page = await world.get(f"{world.calls}?PageSize=2")
    assert wrong("GET", world.calls, status, page) == []
    seen = [call["sid"] for call in page["calls"]]
    while page["next_page_uri"]:
        _, page = await world.get(world.url + page["next_page_uri"])
        seen += [call["sid"] for call in page["calls"]]
    assert seen == made[::-1]


async def test_a_call_not_answered_can_be_cancelled_and_rings_no_more(world: World) -> None:
    call = await world.create()
    await world.until("ring", call["sid"])
    one = world.rest(f"Calls/{call['sid']}.json")
    status, body = await world.post(one, {"Status": "canceled"})
    assert status == 200 and body["status"] == "canceled" and wrong("POST", one, status, body) == []
    status, body = await world.post(one, {"Status": "completed"})
    assert (status, body["code"]) == (400, 21220)


async def test_cancelling_an_answered_call_changes_nothing_and_completing_ends_it(world: World) -> None:
    world.bank.replies["/made"] = "<Response><Pause length='3000'/></Response>"
    await world.person(ANNA, answers={"after_s": 1})
    call = await world.create()
    await world.until("answered", call["sid"])
    one = world.rest(f"Calls/{call['sid']}.json")
    assert (await world.post(one, {"Status": "canceled"}))[1]["status"] == "in-progress"
    assert (await world.post(one, {"Status": "completed"}))[1]["status"] == "completed"


async def test_a_call_in_progress_can_be_sent_to_another_document(world: World) -> None:
    world.bank.replies["/made"] = "<Response><Pause length='3000'/></Response>"
    world.bank.replies["/other"] = "<Response><Say>Something else</Say></Response>"
    await world.person(ANNA, answers={"after_s": 1})
    call = await world.create()
    one = world.rest(f"Calls/{call['sid']}.json")
    assert (await world.post(one, {"Url": f"{world.bank.url}/other"}))[1]["code"] == 21220
    await world.until("answered", call["sid"])
    status, body = await world.post(one, {"Url": f"{world.bank.url}/other"})
    assert status == 200 and wrong("POST", one, status, body) == []
    await world.until("hangup", call["sid"])
    assert world.said_to(call["sid"]) == ["Something else"]


async def test_twiml_can_come_with_the_request(world: World) -> None:
    await world.person(ANNA, answers={"after_s": 1})
    form = {"To": ANNA, "From": BANK, "Twiml": "<Response><Say>Hi</Say></Response>"}
    status, call = await world.post(world.calls, form)
    assert status == 201
    await world.until("hangup", call["sid"])
    assert world.said_to(call["sid"]) == ["Hi"]
    assert world.bank.asked == []


async def test_queues_are_made_found_changed_and_deleted_only_when_empty(world: World) -> None:
    queues = world.rest("Queues.json")
    status, queue = await world.post(queues, {"FriendlyName": "vq-1", "MaxSize": "5"})
    assert status == 201 and wrong("POST", queues, status, queue) == []
    assert (await world.post(queues, {"FriendlyName": "vq-1"}))[0] == 400
    assert (await world.post(queues, {}))[1]["code"] == 20001
    one = world.rest(f"Queues/{queue['sid']}.json")
    status, changed = await world.post(one, {"MaxSize": "7"})
    assert changed["max_size"] == 7 and wrong("POST", one, status, changed) == []
    world.bank.replies["/voice"] = "<Response><Enqueue>vq-1</Enqueue></Response>"
    caller = await world.calls_in()
    await world.until("enqueued", caller)
    status, body = await world.get(queues)
    assert body["queues"][0]["current_size"] == 1 and wrong("GET", queues, status, body) == []
    async with world.http.delete(one, headers=world.signed_in) as response:
        assert response.status == 400
        assert wrong("DELETE", one, 400, await response.json()) == []
    members = world.rest(f"Queues/{queue['sid']}/Members.json")
    status, listed = await world.get(members)
    assert wrong("GET", members, status, listed) == []
    assert [(one["call_sid"], one["position"]) for one in listed["queue_members"]] == [(caller, 1)]
    await world.post(world.rest(f"Calls/{caller}.json"), {"Status": "completed"})
    await world.until("dequeued", caller)
    async with world.http.delete(one, headers=world.signed_in) as response:
        assert response.status == 204


async def test_a_message_is_taken_and_stands_in_the_ledger(world: World) -> None:
    messages = world.rest("Messages.json")
    form = {"To": ANNA, "From": BANK, "Body": "We call you soon", "StatusCallback": f"{world.bank.url}/sms"}
    status, message = await world.post(messages, form)
    assert status == 201 and wrong("POST", messages, status, message) == []
    assert (await world.bank.request("/sms", 2)).fields["MessageStatus"] == "delivered"
    assert [entry.detail["body"] for entry in world.events("message")] == ["We call you soon"]
    status, listed = await world.get(messages)
    assert wrong("GET", messages, status, listed) == []
    assert (await world.post(messages, {"To": ANNA, "From": BANK}))[1]["code"] == 21602
    assert (await world.post(messages, {"From": BANK, "Body": "x"}))[1]["code"] == 21604
    assert (await world.post(messages, {"To": "nobody", "From": BANK, "Body": "x"}))[1]["code"] == 21211


async def test_the_network_starts_so_many_calls_a_second_and_queues_the_rest() -> None:
    world, end = await begin(Bank(), calls_per_second=20.0, speed=200.0)
    try:
        made = [await world.create(To=f"+4477009001{number:02}") for number in range(6)]
        await world.until("ring", made[-1]["sid"])
        rings = [entry.at.timestamp() for entry in world.events("ring")]
        assert len(rings) == 6
        assert (rings[-1] - rings[0]) / 200.0 >= 0.15
    finally:
        await end()
