"""<Dial> to telephones: who rings, who is joined, and what the action hears."""

import pytest

from tests.sandbox.bank import ANNA, BANK, OMER, World

SECOND = "+447700900102"


async def agent_dials(world: World, nouns: str = ANNA, **dial: str) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in {"callerId": BANK, **dial}.items())
    world.bank.replies["/made"] = f'<Response><Dial action="/done"{attributes}>{nouns}</Dial></Response>'
    if OMER not in world.network.people:
        await world.person(OMER, answers={"after_s": 1})
    return str((await world.create(To=OMER))["sid"])


def child_of(world: World, number: str) -> str:
    return next(call.sid for call in world.network.calls.values() if call.to == number)


@pytest.mark.parametrize(
    ("answers", "status"),
    [("busy", "busy"), ("never", "no-answer"), ("failed", "failed"), ("declines", "busy")],
)
async def test_each_cause_of_a_miss_has_its_status(world: World, answers: str, status: str) -> None:
    await world.person(ANNA, answers=answers)
    await agent_dials(world, timeout="10")
    done = (await world.bank.request("/done")).fields
    assert (done["DialCallStatus"], done["DialBridged"]) == (status, "false")
    assert done["DialCallSid"] == child_of(world, ANNA)
    assert world.network.calls[done["DialCallSid"]].status == status


async def test_the_caller_hanging_up_while_it_rings_ends_the_child(world: World) -> None:
    await world.person(OMER, answers={"after_s": 1}, hangs_up_after_s=60)
    agent = await agent_dials(world, timeout="600")
    child = await world.until("status", None, status="canceled")
    done = (await world.bank.request("/done")).fields
    assert child.call_sid == child_of(world, ANNA) and child.parent_call_sid == agent
    assert (done["CallStatus"], done["DialCallStatus"]) == ("completed", "canceled")


async def test_the_first_of_several_to_answer_is_joined_and_the_others_stop_ringing(world: World) -> None:
    await world.person(ANNA, answers={"after_s": 60})
    await world.person(SECOND, answers={"after_s": 3}, talk_s=10)
    await agent_dials(world, nouns=f"<Number>{ANNA}</Number><Number>{SECOND}</Number>")
    done = (await world.bank.request("/done")).fields
    assert done["DialCallSid"] == child_of(world, SECOND) and done["DialBridged"] == "true"
    assert world.network.calls[child_of(world, ANNA)].status == "canceled"


async def test_sequential_dialling_rings_one_after_the_other(world: World) -> None:
    await world.person(ANNA, answers="busy")
    await world.person(SECOND, answers={"after_s": 3}, talk_s=10)
    await agent_dials(world, nouns=f"<Number>{ANNA}</Number><Number>{SECOND}</Number>", sequential="true")
    assert (await world.bank.request("/done")).fields["DialBridged"] == "true"
    assert [entry.to for entry in world.events("ring")] == [OMER, ANNA, SECOND]


async def test_a_screen_that_hangs_up_joins_nobody(world: World) -> None:
    world.bank.replies["/screen"] = "<Response><Say>Press 1</Say><Hangup/></Response>"
    await world.person(ANNA, answers={"after_s": 1})
    await agent_dials(world, nouns=f'<Number url="/screen">{ANNA}</Number>')
    done = (await world.bank.request("/done")).fields
    assert done["DialBridged"] == "false" and world.events("bridged") == []


async def test_a_screen_that_merely_ends_connects(world: World) -> None:
    world.bank.replies["/screen"] = "<Response><Say>A call from your bank</Say></Response>"
    await world.person(ANNA, answers={"after_s": 1}, talk_s=5)
    await agent_dials(world, nouns=f'<Number url="/screen">{ANNA}</Number>')
    assert (await world.bank.request("/done")).fields["DialBridged"] == "true"


async def test_a_screen_may_not_dial(world: World) -> None:
    world.bank.replies["/screen"] = "<Response><Dial>+447700900105</Dial></Response>"
    await world.person(ANNA, answers={"after_s": 1})
    await agent_dials(world, nouns=f'<Number url="/screen">{ANNA}</Number>')
    assert (await world.bank.request("/done")).fields["DialBridged"] == "false"
    assert world.events("error")[0].detail["code"] == 12200


async def test_the_agent_hanging_up_during_the_screen_ends_the_customers_leg(world: World) -> None:
    world.bank.replies["/screen"] = "<Response><Pause length='500'/></Response>"
    await world.person(ANNA, answers={"after_s": 1})
    agent = await agent_dials(world, nouns=f'<Number url="/screen">{ANNA}</Number>')
    await world.bank.request("/screen")
    await world.post(world.rest(f"Calls/{agent}.json"), {"Status": "completed"})
    ended = await world.until("hangup", child_of(world, ANNA))
    assert ended.detail["status"] == "completed" and world.events("bridged") == []


async def test_answer_on_bridge_leaves_the_caller_ringing_until_somebody_answers(world: World) -> None:
    world.bank.replies["/voice"] = f'<Response><Dial answerOnBridge="true">{OMER}</Dial></Response>'
    await world.person(OMER, answers={"after_s": 20}, talk_s=5)
    caller = await world.calls_in()
    await world.until("ring")
    assert world.network.calls[caller].status == "ringing"
    await world.until("bridged", caller)
    order = [entry.call_sid for entry in world.events("answered")]
    assert order == [child_of(world, OMER), caller]


async def test_a_star_hangs_up_where_that_is_set(world: World) -> None:
    await world.person(ANNA, answers={"after_s": 1})
    agent = await agent_dials(world, hangupOnStar="true")
    await world.until("bridged", agent)
    world.network.press(world.network.calls[agent], "5*")
    assert (await world.bank.request("/done")).fields["DialBridged"] == "true"


async def test_the_time_limit_ends_a_conversation(world: World) -> None:
    await world.person(ANNA, answers={"after_s": 1})
    await agent_dials(world, timeLimit="20")
    assert int((await world.bank.request("/done")).fields["DialCallDuration"]) >= 19


async def test_a_withheld_number_cannot_be_shown_to_another(world: World) -> None:
    world.bank.replies["/voice"] = f"<Response><Dial>{OMER}</Dial></Response>"
    await world.calls_in(withheld=True)
    assert (await world.bank.request("/voice")).fields["From"] == "+266696687"
    assert (await world.bank.request("/fallback")).fields["ErrorCode"] == "13214"


async def test_clients_and_sip_addresses_can_be_dialled(world: World) -> None:
    await world.person("client:omer", answers="busy")
    await world.person("sip:agent@bank.test", answers={"after_s": 1}, talk_s=5)
    nouns = "<Client><Identity>omer</Identity></Client><Sip>sip:agent@bank.test</Sip>"
    await agent_dials(world, nouns=nouns)
    assert (await world.bank.request("/done")).fields["DialBridged"] == "true"
    assert {entry.to for entry in world.events("ring")} == {OMER, "client:omer", "sip:agent@bank.test"}


async def test_what_is_no_number_goes_to_the_fallback(world: World) -> None:
    world.bank.replies["/made"] = f'<Response><Dial callerId="{BANK}">nobody</Dial></Response>'
    await world.person(OMER, answers={"after_s": 1})
    await world.create(To=OMER, FallbackUrl=f"{world.bank.url}/fallback")
    assert (await world.bank.request("/fallback")).fields["ErrorCode"] == "13223"


async def test_keys_can_be_sent_to_the_dialled_party(world: World) -> None:
    await world.person(ANNA, answers={"after_s": 1}, talk_s=5)
    await agent_dials(world, nouns=f'<Number sendDigits="12w3">{ANNA}</Number>')
    await world.bank.request("/done")
    assert [entry.detail["text"] for entry in world.events("tone") if entry.to == ANNA] == ["1", "2", "3"]


async def test_a_bridged_customer_and_agent_can_both_be_moved_into_a_conference(world: World) -> None:
    """Customer by REST, agent by the action's answer."""
    room = "<Response><Dial><Conference>vq-7</Conference></Dial></Response>"
    world.bank.replies["/room"] = room
    await world.person(ANNA, answers={"after_s": 1})
    agent = await agent_dials(world)
    world.bank.replies["/done"] = room
    await world.until("bridged", agent)
    customer = child_of(world, ANNA)
    await world.post(world.rest(f"Calls/{customer}.json"), {"Url": f"{world.bank.url}/room"})
    for call in (customer, agent):
        await world.until("bridged", call, conference="vq-7")
    assert world.network.calls[agent].status == world.network.calls[customer].status == "in-progress"


async def test_moving_the_agent_first_ends_the_customers_leg(world: World) -> None:
    world.bank.replies["/room"] = "<Response><Dial><Conference>vq-7</Conference></Dial></Response>"
    await world.person(ANNA, answers={"after_s": 1})
    agent = await agent_dials(world)
    await world.until("bridged", agent)
    await world.post(world.rest(f"Calls/{agent}.json"), {"Url": f"{world.bank.url}/room"})
    await world.until("hangup", child_of(world, ANNA))
    assert world.bank.to("/done") == []


async def test_a_recorded_conversation_leaves_a_recording_to_download(world: World) -> None:
    await world.person(ANNA, answers={"after_s": 1}, talk_s=10)
    await agent_dials(world, record="record-from-answer")
    done = (await world.bank.request("/done")).fields
    assert int(done["RecordingDuration"]) >= 9
    async with world.http.get(done["RecordingUrl"], headers=world.signed_in) as response:
        assert response.status == 200 and (await response.read())[:4] == b"RIFF"
