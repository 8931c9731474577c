"""Rooms: who is heard, who waits, who ends it, and what the callbacks say."""

from typing import Any
from urllib.parse import urlsplit

from tests.contract.twilio import check_response
from tests.sandbox.bank import ANNA, BANK, OMER, World

EVENTS = "start end join leave mute hold"


def document(**attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<Response><Dial action="/done"><Conference{more}>room</Conference></Dial></Response>'


async def enters(world: World, number: str = ANNA, **attributes: str) -> str:
    world.bank.replies["/voice"] = document(**attributes)
    return await world.calls_in(number)


def room(world: World) -> str:
    return next(iter(world.network.conferences))


async def asked(world: World, path: str, form: dict[str, Any] | None = None) -> dict[str, Any]:
    url = world.rest(path)
    status, body = await (world.get(url) if form is None else world.post(url, form))
    assert check_response("GET" if form is None else "POST", urlsplit(url).path, status, body) == []
    return dict(body)


async def test_two_in_a_room_hear_each_other_and_the_callbacks_tell(world: World) -> None:
    callback = {"statusCallback": "/room", "statusCallbackEvent": EVENTS}
    await world.person(ANNA, talk_s=30)
    first = await enters(world, **callback)
    await world.bank.request("/room", 2)
    second = await enters(world, OMER, **callback)
    await world.until("bridged", second)
    assert {entry.call_sid for entry in world.events("bridged")} == {first, second}
    assert (await world.bank.request("/done")).fields["DialCallStatus"] == "answered"
    told = [one.fields["StatusCallbackEvent"] for one in world.bank.to("/room")]
    assert told[:3] == ["conference-start", "participant-join", "participant-join"]


async def test_a_room_waits_for_whoever_may_start_it(world: World) -> None:
    world.bank.replies["/wait"] = "<Response><Say>Please wait</Say></Response>"
    first = await enters(world, startConferenceOnEnter="false", waitUrl="/wait")
    await world.until("said", first, said="Please wait")
    assert (await asked(world, "Conferences.json"))["conferences"][0]["status"] == "init"
    second = await enters(world, OMER)
    await world.until("bridged", second)
    assert (await asked(world, f"Conferences/{room(world)}.json"))["status"] == "in-progress"


async def test_one_who_ends_the_room_lets_all_go(world: World) -> None:
    await enters(world)
    second = await enters(world, OMER, endConferenceOnExit="true")
    await world.until("bridged", second)
    world.network.hang_up(world.network.calls[second], by="person")
    await world.bank.request("/done", 2)
    told = await asked(world, f"Conferences/{room(world)}.json")
    assert told["reason_conference_ended"] == "participant-with-end-conference-on-exit-left"
    assert told["call_sid_ending_conference"] == second


async def test_a_room_is_ended_by_rest(world: World) -> None:
    caller = await enters(world)
    await world.until("conference", caller)
    told = await asked(world, f"Conferences/{room(world)}.json", {"Status": "completed"})
    assert (told["status"], told["reason_conference_ended"]) == ("completed", "conference-ended-via-api")
    await world.bank.request("/done")


async def test_participants_are_muted_put_on_hold_and_removed(world: World) -> None:
    world.bank.replies["/hold"] = "<Response><Say>You are on hold</Say><Pause length='500'/></Response>"
    first = await enters(world)
    second = await enters(world, OMER)
    await world.until("bridged", second)
    one = f"Conferences/{room(world)}/Participants/{first}.json"
    assert (await asked(world, one, {"Muted": "true"}))["muted"] is True
    held = await asked(world, one, {"Hold": "true", "HoldUrl": f"{world.bank.url}/hold"})
    assert held["hold"] is True
    await world.until("said", first, said="You are on hold")
    listed = await asked(world, f"Conferences/{room(world)}/Participants.json?Hold=true")
    assert [participant["call_sid"] for participant in listed["participants"]] == [first]
    assert (await asked(world, one, {"Hold": "false"}))["hold"] is False
    async with world.http.delete(world.rest(one), headers=world.signed_in) as response:
        assert response.status == 204
    await world.bank.request("/done")
    assert (await world.get(world.rest(one)))[0] == 404


async def test_somebody_is_called_into_the_room(world: World) -> None:
    caller = await enters(world)
    await world.until("conference", caller)
    await world.person(OMER, answers={"after_s": 2})
    form = {"From": BANK, "To": OMER, "Label": "expert", "EndConferenceOnExit": "true"}
    made = await asked(world, f"Conferences/{room(world)}/Participants.json", form)
    await world.until("bridged", made["call_sid"])
    found = await asked(world, f"Conferences/{room(world)}/Participants/expert.json")
    assert found["call_sid"] == made["call_sid"] and found["end_conference_on_exit"] is True
    world.network.hang_up(world.network.calls[made["call_sid"]], by="person")
    await world.bank.request("/done")


async def test_a_coach_is_heard_by_the_one_he_coaches_alone(world: World) -> None:
    caller = await enters(world)
    agent = await enters(world, OMER)
    await world.until("bridged", agent)
    coach = await enters(world, "+447700900301", coach=agent)
    await world.until("bridged", coach)
    await world.network.talk(world.network.calls[coach], "Offer a refund", "en")
    await world.network.talk(world.network.calls[agent], "May I offer a refund", "en")
    assert world.said_to(agent) == ["Offer a refund"]
    assert world.said_to(caller) == ["May I offer a refund"]
