"""The sandbox's own API: telephones by hand, the ledger, incoming calls, and the door that guards them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.sandbox.bank import ANNA, BANK, OMER, Bank, World, begin


async def put_phone(world: World, number: str = ANNA, **told: Any) -> None:
    async with world.http.put(f"{world.url}/sandbox/phones/{number}", json=told) as response:
        assert response.status == 201


async def act(world: World, verb: str, number: str = ANNA, **told: Any) -> tuple[int, Any]:
    async with world.http.post(f"{world.url}/sandbox/phones/{number}/{verb}", json=told) as response:
        return response.status, await response.json()


async def heard(world: World, path: str, **headers: str) -> AsyncIterator[dict[str, Any]]:
    """Events of a stream, as they come."""
    async with world.http.get(f"{world.url}{path}", headers=headers) as response:
        assert response.content_type == "text/event-stream"
        async for line in response.content:
            if line.startswith(b"data: "):
                yield json.loads(line[6:])


async def until(events: AsyncIterator[dict[str, Any]], event: str) -> dict[str, Any]:
    async for one in events:
        if one["event"] == event:
            return one
    raise AssertionError(f"no {event}")


async def test_a_visitor_dials_hears_presses_and_hangs_up(world: World) -> None:
    world.bank.replies["/voice"] = (
        "<Response><Gather numDigits='1' timeout='500' action='/keyed'><Say>Press a key</Say></Gather></Response>"
    )
    world.bank.replies["/keyed"] = "<Response><Say language='ru-RU'>Спасибо</Say><Pause length='500'/></Response>"
    await put_phone(world, name="Miriam")
    events = heard(world, f"/sandbox/phones/{ANNA}/events")
    status, dialled = await act(world, "dial", to=BANK)
    assert status == 201
    assert (await until(events, "calling"))["call_sid"] == dialled["call_sid"]
    assert (await until(events, "said"))["text"] == "Press a key"
    assert (await act(world, "press", digits="5"))[0] == 200
    assert (await until(events, "pressed"))["digits"] == "5"
    said = await until(events, "said")
    assert (said["text"], said["language"], said["by"]) == ("Спасибо", "ru-RU", "bank")
    assert (await world.bank.request("/keyed")).fields["Digits"] == "5"
    assert (await act(world, "hangup"))[0] == 200
    assert (await until(events, "hangup"))["by"] == "self"
    assert (await act(world, "hangup"))[0] == 409


async def test_a_text_message_is_read_on_the_telephone_it_was_sent_to(world: World) -> None:
    await put_phone(world, name="Miriam")
    events = heard(world, f"/sandbox/phones/{ANNA}/events")
    status, _ = await world.post(world.rest("Messages.json"), {"To": ANNA, "From": BANK, "Body": "131779 is your code"})
    assert status == 201
    assert (await until(events, "message"))["text"] == "131779 is your code"


async def test_a_telephone_rings_until_it_is_answered_and_both_sides_read_what_is_said(world: World) -> None:
    world.bank.replies["/made"] = f'<Response><Dial callerId="{BANK}" timeout="600">{ANNA}</Dial></Response>'
    await put_phone(world, name="Miriam")
    await put_phone(world, OMER, name="Omer", role="agent")
    agent, customer = (heard(world, f"/sandbox/phones/{number}/events") for number in (OMER, ANNA))
    await world.create(To=OMER, Timeout="600")
    ring = await until(agent, "ring")
    assert (await act(world, "answer", OMER, call_sid=ring["call_sid"]))[0] == 200
    await until(customer, "ring")
    assert (await act(world, "answer"))[0] == 200
    await until(customer, "bridged")
    await act(world, "say", OMER, text="Hello, how can I help?")
    assert (await until(agent, "said"))["by"] == "self"
    said = await until(customer, "said")
    assert (said["text"], said["by"]) == ("Hello, how can I help?", "peer")
    await act(world, "press", digits="7")
    assert (await until(agent, "tone"))["text"] == "7"
    await act(world, "hangup")
    assert (await until(agent, "hangup"))["by"] == "other"


async def test_a_declined_call_is_busy(world: World) -> None:
    await put_phone(world)
    events = heard(world, f"/sandbox/phones/{ANNA}/events")
    sid = (await world.create(Timeout="600"))["sid"]
    await until(events, "ring")
    assert (await act(world, "decline", call_sid=sid))[0] == 200
    assert (await world.until("hangup", sid)).detail["status"] == "busy"
    assert (await act(world, "answer", call_sid=sid))[0] == 409


async def test_a_stream_goes_on_after_the_last_event_seen(world: World) -> None:
    await put_phone(world)
    await act(world, "dial", to=BANK)
    await world.until("hangup")
    first = await anext(heard(world, f"/sandbox/phones/{ANNA}/events"))
    again = await anext(heard(world, f"/sandbox/phones/{ANNA}/events", **{"Last-Event-ID": str(first["seq"])}))
    assert again["seq"] == first["seq"] + 1


async def test_telephones_are_listed_and_taken_away(world: World) -> None:
    await put_phone(world, name="Miriam")
    async with world.http.get(f"{world.url}/sandbox/phones") as response:
        phones = (await response.json())["phones"]
    assert [(one["number"], one["name"], one["role"], one["state"]) for one in phones] == [
        (ANNA, "Miriam", "customer", "idle")
    ]
    async with world.http.delete(f"{world.url}/sandbox/phones/{ANNA}") as response:
        assert response.status == 204
    assert (await act(world, "dial", to=BANK))[0] == 404


async def test_a_telephone_records_a_message(world: World) -> None:
    world.bank.replies["/voice"] = "<Response><Record action='/message'/></Response>"
    await put_phone(world)
    events = heard(world, f"/sandbox/phones/{ANNA}/events")
    await act(world, "dial", to=BANK)
    await until(events, "record")
    await act(world, "press", digits="#")
    assert (await world.bank.request("/message")).fields["Digits"] == "#"


async def ledger(world: World, query: str) -> list[dict[str, Any]]:
    async with world.http.get(f"{world.url}/sandbox/ledger?{query}") as response:
        return list((await response.json())["entries"])


async def test_the_ledger_is_read_by_number_and_onwards(world: World) -> None:
    await world.person(ANNA, answers="busy")
    call = await world.create()
    await world.create(To=OMER)
    await world.until("status", call["sid"], status="busy")
    mine = await ledger(world, f"number={ANNA}")
    assert {entry["to"] for entry in mine} == {ANNA} and [e["event"] for e in mine if e["event"] == "ring"] == ["ring"]
    assert await ledger(world, f"number={ANNA}&limit=2") == mine[:2]
    assert await ledger(world, f"number=%2B{ANNA[1:]}&after={mine[0]['seq']}") == mine[1:]
    assert set(mine[0]) == {"seq", "at", "event", "call_sid", "parent_call_sid", "from", "to", "detail"}
    stream = heard(world, "/sandbox/events")
    assert (await anext(stream))["seq"] == 1


async def test_a_withheld_caller_is_found_by_the_true_number(world: World) -> None:
    sid = await world.calls_in(withheld=True)
    await world.until("hangup", sid)
    mine = await ledger(world, f"number={ANNA}")
    assert {entry["from"] for entry in mine} == {"+266696687"}


async def test_the_state_of_a_call_has_its_transcript(world: World) -> None:
    say = "<Say language='he-IL'>שלום</Say>"
    world.bank.replies["/voice"] = f"<Response><Gather numDigits='1'>{say}</Gather></Response>"
    sid = await world.calls_in(keys=[{"heard": "שלום", "press": "1"}])
    await world.until("pressed", sid)
    async with world.http.get(f"{world.url}/sandbox/calls/{sid}") as response:
        told = await response.json()
    said, pressed = told["transcript"][:2]
    assert (said["said"], said["language"], pressed["pressed"]) == ("שלום", "he-IL", "1")
    assert told["state"] == "in-progress" and told["from"] == ANNA


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"from": ANNA, "to": "+442079460999"}, 422),
        ({"from": "me", "to": BANK}, 422),
        ({"to": BANK}, 422),
        ({"from": ANNA, "to": BANK, "colour": 1}, 422),
        ([], 422),
    ],
)
async def test_a_call_that_makes_no_sense_is_refused(world: World, told: Any, status: int) -> None:
    async with world.http.post(f"{world.url}/sandbox/calls", json=told) as response:
        assert response.status == status


async def test_the_door_wants_its_own_name_its_own_pages_and_json(world: World) -> None:
    people = f"{world.url}/sandbox/people"
    async with world.http.get(people, headers={"Host": "evil.test"}) as response:
        assert response.status == 421
    async with world.http.put(people, json={}, headers={"Origin": "https://evil.test"}) as response:
        assert response.status == 403
    async with world.http.put(people, json={}, headers={"Origin": world.url}) as response:
        assert response.status == 200
    async with world.http.put(people, data="{}", headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415
    async with world.http.post(world.calls, headers={"Host": "evil.test", **world.signed_in}) as response:
        assert response.status == 421


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"a": NaN}', '{"+447700900101": {"talk_s": 1e400}}', "\udcff"])
async def test_a_body_that_is_no_json_is_refused(world: World, body: str) -> None:
    data = body.encode(errors="surrogateescape")
    headers = {"Content-Type": "application/json"}
    async with world.http.put(f"{world.url}/sandbox/people", data=data, headers=headers) as response:
        assert response.status == 422


async def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    data = b'{"a": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    headers = {"Content-Type": "application/json"}
    async with world.http.put(f"{world.url}/sandbox/people", data=data, headers=headers) as response:
        assert response.status == 413


async def test_an_open_network_asks_for_its_token() -> None:
    world, end = await begin(Bank(), host="0.0.0.0", token="secret")
    try:
        clock = f"{world.url}/sandbox/clock"
        async with world.http.get(clock) as response:
            assert response.status == 401 and response.headers["WWW-Authenticate"].startswith("Basic")
        for header in ("Bearer secret", aiohttp.encode_basic_auth("me", "secret")):
            async with world.http.get(clock, headers={"Authorization": header}) as response:
                assert response.status == 200
        async with world.http.get(clock, headers={"Authorization": "Bearer wrong"}) as response:
            assert response.status == 401
    finally:
        await end()


async def test_people_come_in_bulk_and_go_one_by_one(world: World) -> None:
    people = f"{world.url}/sandbox/people"
    async with world.http.put(people, json={ANNA: {"answers": "busy"}, "client:omer": {"talk_s": 5}}) as response:
        assert (await response.json()) == {"people": 2}
    async with world.http.put(people, json={OMER: {}, "bad": {}}) as response:
        assert response.status == 422
    async with world.http.get(people) as response:
        assert set((await response.json())["people"]) == {ANNA, "client:omer"}
    async with world.http.delete(f"{people}/{ANNA}") as response:
        assert response.status == 204
    async with world.http.get(f"{people}/{ANNA}") as response:
        assert response.status == 404


async def test_routing_and_the_clock_can_be_asked_and_set(world: World) -> None:
    numbers = f"{world.url}/sandbox/numbers"
    async with world.http.put(f"{numbers}/+442079460101", json={"voice_url": f"{world.bank.url}/other"}) as response:
        assert response.status == 200
    async with world.http.get(numbers) as response:
        assert set((await response.json())["numbers"]) == {BANK, "+442079460101"}
    await world.calls_in(to="+442079460101")
    await world.bank.request("/other")
    async with world.http.get(f"{world.url}/sandbox/clock") as response:
        clock = await response.json()
    assert clock["speed"] == 100.0 and clock["started"] < clock["now"]


async def test_pages_come_with_a_policy_and_nothing_outside_their_folder(world: World) -> None:
    async with world.http.get(f"{world.url}/sandbox/clock") as response:
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    async with world.http.get(f"{world.url}/sandbox/static/..%2F__main__.py") as response:
        assert response.status == 404
