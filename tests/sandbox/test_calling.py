"""What a person who calls the bank lives through."""

from tests.sandbox.bank import ANNA, OMER, World


async def test_a_caller_hears_the_menu_presses_a_key_and_hears_the_answer(world: World) -> None:
    world.bank.replies["/voice"] = (
        '<Response><Gather numDigits="1" action="/menu"><Say>For cards press 2</Say></Gather></Response>'
    )
    world.bank.replies["/menu"] = "<Response><Say>You chose cards</Say></Response>"
    await world.person(ANNA, keys=[{"heard": "cards press", "press": "2"}])
    sid = await world.calls_in()
    menu = await world.bank.request("/menu")
    await world.until("hangup", sid)
    assert menu.fields["Digits"] == "2"
    assert world.said_to(sid) == ["For cards press 2", "You chose cards"]
    assert world.network.calls[sid].status == "completed"


async def test_a_holder_is_connected_with_the_agent_who_dials_the_queue(world: World) -> None:
    world.bank.replies["/voice"] = '<Response><Enqueue action="/left" waitUrl="/wait">vq-1</Enqueue></Response>'
    world.bank.replies["/wait"] = "<Response><Say>Please hold</Say><Pause length='20'/></Response>"
    world.bank.replies["/left"] = "<Response><Hangup/></Response>"
    world.bank.replies["/agent"] = (
        '<Response><Say>A customer waits</Say><Dial timeout="5" action="/done"><Queue url="/joined">vq-1</Queue></Dial>'
        "</Response>"
    )
    world.bank.replies["/joined"] = "<Response><Say>Connecting you</Say></Response>"
    await world.person(ANNA, talk_s=60)
    await world.person(OMER, answers={"after_s": 2})
    caller = await world.calls_in()
    await world.until("said", caller, said="Please hold")
    agent = await world.create(To=OMER, Url=f"{world.bank.url}/agent")
    joined = await world.bank.request("/joined")
    left = await world.bank.request("/left")
    done = await world.bank.request("/done")
    assert joined.fields["CallSid"] == caller and joined.fields["DequeingCallSid"] == agent["sid"]
    assert left.fields["QueueResult"] == "bridged"
    assert done.fields["DialBridged"] == "true" and done.fields["DialCallSid"] == caller
    assert [entry.call_sid for entry in world.events("bridged")] == [agent["sid"], caller]


async def test_a_dialled_customer_who_accepts_is_joined_and_talks(world: World) -> None:
    world.bank.replies["/made"] = (
        '<Response><Dial answerOnBridge="true" timeout="25" callerId="+442079460100" action="/done">'
        '<Number url="/screen" statusCallback="/child" statusCallbackEvent="initiated ringing answered completed">'
        f"{ANNA}</Number></Dial></Response>"
    )
    world.bank.replies["/screen"] = (
        '<Response><Gather numDigits="1" action="/accept"><Say>Press 1 to be connected</Say></Gather>'
        "<Hangup/></Response>"
    )
    await world.person(OMER, answers={"after_s": 1})
    await world.person(ANNA, answers={"after_s": 4}, keys=[{"heard": "press 1", "press": "1"}], talk_s=[20, 30])
    agent = await world.create(To=OMER)
    done = await world.bank.request("/done")
    assert (await world.bank.request("/accept")).fields["Digits"] == "1"
    assert done.fields["DialCallStatus"] == "completed" and done.fields["DialBridged"] == "true"
    assert int(done.fields["DialCallDuration"]) >= 18
    await world.bank.request("/child", 4)
    told = [asked.fields for asked in world.bank.to("/child")]
    assert [fields["CallStatus"] for fields in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [fields["SequenceNumber"] for fields in told] == ["0", "1", "2", "3"]
    assert {fields["ParentCallSid"] for fields in told} == {agent["sid"]}
