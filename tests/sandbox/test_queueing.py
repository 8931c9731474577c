"""Callers in line: how they wait, how they leave, and what the action hears of it."""

from typing import Any

import pytest
from aiohttp import web

from tests.sandbox.bank import ANNA, OMER, Bank, World, begin

LINE = '<Response><Enqueue action="/left" waitUrl="/wait">vq-1</Enqueue></Response>'
PAUSE = "<Response><Pause length='600'/></Response>"


async def waiting(world: World, wait: Any = PAUSE, **more: Any) -> str:
    world.bank.replies |= {"/voice": LINE, "/wait": wait, "/left": "<Response><Hangup/></Response>"}
    caller = await world.calls_in(**more)
    await world.until("enqueued", caller)
    return caller


async def result(world: World) -> str:
    return (await world.bank.request("/left")).fields["QueueResult"]


async def test_the_wait_document_is_played_over_and_over_and_knows_the_place(world: World) -> None:
    await waiting(world, wait="<Response><Say>Please hold</Say></Response>")
    second = await world.calls_in("+447700900102")
    await world.until("enqueued", second)
    asked = await world.bank.request("/wait", 6)
    assert {"QueuePosition", "QueueSid", "QueueTime", "AvgQueueTime", "CurrentQueueSize"} <= set(asked.fields)
    places = {asked.fields["CallSid"]: asked.fields["QueuePosition"] for asked in world.bank.to("/wait")}
    assert places[second] == "2"


async def test_leave(world: World) -> None:
    await waiting(world, wait="<Response><Leave/></Response>")
    assert await result(world) == "leave"


async def test_hanging_up_in_line_is_reported_though_nobody_hears_the_answer(world: World) -> None:
    await world.person(ANNA, patience_s=30)
    caller = await waiting(world)
    assert await result(world) == "hangup"
    left = world.bank.to("/left")[0].fields
    assert left["CallStatus"] == "completed" and int(left["QueueTime"]) >= 28
    assert world.network.calls[caller].ended_by == "person"


async def test_a_full_queue_turns_callers_away(world: World) -> None:
    await world.post(world.rest("Queues.json"), {"FriendlyName": "vq-1", "MaxSize": "1"})
    await waiting(world)
    await world.calls_in("+447700900102")
    assert await result(world) == "queue-full"


async def test_a_verb_that_may_not_stand_in_the_wait_document_is_an_error(world: World) -> None:
    await waiting(world, wait="<Response><Dial>+447700900101</Dial></Response>")
    assert await result(world) == "error"
    assert [entry.detail["code"] for entry in world.events("error")] == [12200]


async def test_a_wait_document_that_does_not_come_is_a_system_error(world: World) -> None:
    await waiting(world, wait=lambda asked: web.Response(status=500))
    assert await result(world) == "system-error"


async def test_a_key_in_the_wait_document_leads_on_inside_the_line(world: World) -> None:
    gather = "<Response><Gather numDigits='1' action='/switch'><Say>Press 1 to be called back</Say></Gather></Response>"
    world.bank.replies["/switch"] = "<Response><Say>Very well</Say><Leave/></Response>"
    await world.person(ANNA, keys=[{"heard": "press 1", "press": "1"}])
    caller = await waiting(world, wait=gather)
    assert await result(world) == "leave"
    assert world.said_to(caller)[-1] == "Very well"


@pytest.mark.parametrize(("winner", "heard"), [("url", "From the address"), ("action", "From the action")])
async def test_a_queued_call_sent_elsewhere_asks_the_action_and_runs_one_document(winner: str, heard: str) -> None:
    world, end = await begin(Bank(), redirect_winner=winner)
    try:
        caller = await waiting(world)
        world.bank.replies["/left"] = "<Response><Say>From the action</Say></Response>"
        world.bank.replies["/other"] = "<Response><Say>From the address</Say></Response>"
        await world.post(world.rest(f"Calls/{caller}.json"), {"Url": f"{world.bank.url}/other"})
        assert await result(world) == "redirected"
        await world.until("hangup", caller)
        assert world.said_to(caller) == [heard]
    finally:
        await end()


@pytest.mark.parametrize("member", ["Front", "sid"])
async def test_one_caller_can_be_taken_out_of_the_line_by_rest(world: World, member: str) -> None:
    caller = await waiting(world)
    world.bank.replies["/other"] = "<Response><Say>Your turn</Say></Response>"
    queue = next(iter(world.network.queues))
    url = world.rest(f"Queues/{queue}/Members/{caller if member == 'sid' else member}.json")
    status, body = await world.post(url, {"Url": f"{world.bank.url}/other"})
    assert status == 200 and body["call_sid"] == caller and body["position"] == 1
    await world.until("hangup", caller)
    assert world.said_to(caller) == ["Your turn"]
    assert await result(world) == "redirected"
    assert (await world.post(url, {"Url": f"{world.bank.url}/other"}))[0] == 404


async def agent_takes(world: World, queue: str = '<Queue url="/joined">vq-1</Queue>', **dial: str) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in dial.items())
    world.bank.replies["/agent"] = f'<Response><Dial action="/done"{attributes}>{queue}</Dial></Response>'
    await world.person(OMER, answers={"after_s": 1})
    return str((await world.create(To=OMER, Url=f"{world.bank.url}/agent"))["sid"])


async def test_a_caller_who_goes_while_being_connected_was_never_bridged(world: World) -> None:
    world.bank.replies["/joined"] = "<Response><Say>Connecting you</Say><Pause length='100'/></Response>"
    caller = await waiting(world)
    await agent_takes(world, timeout="5")
    await world.until("said", caller, said="Connecting you")
    await world.post(world.rest(f"Calls/{caller}.json"), {"Status": "completed"})
    assert await result(world) == "bridging-in-process"
    done = (await world.bank.request("/done")).fields
    assert done["DialBridged"] == "false" and done["DialCallStatus"] == "no-answer"
    assert world.events("bridged") == []


async def test_an_agent_who_goes_while_connecting_gives_the_caller_back(world: World) -> None:
    world.bank.replies["/joined"] = "<Response><Say>Connecting you</Say><Pause length='100'/></Response>"
    caller = await waiting(world)
    agent = await agent_takes(world)
    await world.until("said", caller, said="Connecting you")
    await world.post(world.rest(f"Calls/{agent}.json"), {"Status": "completed"})
    assert await result(world) == "bridging-in-process"


async def test_a_bridged_caller_sent_elsewhere_says_so_and_the_agent_goes_on(world: World) -> None:
    world.bank.replies["/other"] = "<Response><Say>In the conference</Say></Response>"
    caller = await waiting(world)
    await agent_takes(world)
    await world.until("bridged", caller)
    await world.post(world.rest(f"Calls/{caller}.json"), {"Url": f"{world.bank.url}/other"})
    assert await result(world) == "redirected-from-bridged"
    assert (await world.bank.request("/done")).fields["DialCallStatus"] == "completed"
    await world.until("said", caller, said="In the conference")


async def test_the_agent_hanging_up_ends_the_bridge_and_the_caller_goes_on(world: World) -> None:
    caller = await waiting(world)
    world.bank.replies["/left"] = "<Response><Say>Thank you</Say></Response>"
    await world.person(ANNA)
    agent = await agent_takes(world)
    await world.until("bridged", caller)
    world.network.hang_up(world.network.calls[agent], by="person")
    assert await result(world) == "bridged"
    await world.until("hangup", caller)
    assert world.said_to(caller)[-1] == "Thank you"


async def test_dialling_an_empty_queue_waits_out_the_time_out(world: World) -> None:
    await world.post(world.rest("Queues.json"), {"FriendlyName": "vq-1"})
    agent = await agent_takes(world, timeout="5")
    done = await world.bank.request("/done")
    answered = await world.until("answered", agent)
    asked = await world.until("fetch", agent, url=f"{world.bank.url}/done")
    assert done.fields["DialCallStatus"] == "no-answer"
    assert (asked.at - answered.at).total_seconds() >= 5


async def test_dialling_a_queue_that_does_not_exist_is_an_error_at_once(world: World) -> None:
    await agent_takes(world, timeout="300")
    assert (await world.bank.request("/done")).fields["DialCallStatus"] == "failed"
    assert [entry.detail["code"] for entry in world.events("error")] == [13247]


async def test_two_agents_take_two_callers_never_one(world: World) -> None:
    first = await waiting(world)
    second = await world.calls_in("+447700900102")
    await world.until("enqueued", second)
    await agent_takes(world)
    await world.person("+447700900202", answers={"after_s": 1})
    await world.create(To="+447700900202", Url=f"{world.bank.url}/agent")
    for caller in (first, second):
        await world.until("bridged", caller)
    assert len(world.events("bridged")) == 4
    assert [asked.fields["CallSid"] for asked in world.bank.to("/joined")] == [first, second]


async def test_queues_persist_when_empty(world: World) -> None:
    await waiting(world, wait="<Response><Leave/></Response>")
    await result(world)
    _, listed = await world.get(world.rest("Queues.json"))
    assert [(queue["friendly_name"], queue["current_size"]) for queue in listed["queues"]] == [("vq-1", 0)]
