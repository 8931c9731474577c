"""Virtual people: how they answer, listen, press, wait, talk, and what machines make of machine detection."""

import random
from typing import Any

import pytest

from tests.sandbox.bank import ANNA, BANK, OMER, World
from vqueue.sandbox.people import Program, Span
from vqueue.sandbox.reading import Malformed

GATHER = "<Response><Gather numDigits='{most}' action='/keyed' {more}><Say>Enter your number</Say></Gather></Response>"


async def keyed(world: World, most: int, more: str, press: str) -> dict[str, str]:
    world.bank.replies["/voice"] = GATHER.format(most=most, more=more)
    await world.person(ANNA, keys=[{"heard": "enter", "press": press}])
    await world.calls_in()
    return (await world.bank.request("/keyed")).fields


async def test_num_digits_ends_the_entry(world: World) -> None:
    assert (await keyed(world, 3, "", "123456"))["Digits"] == "123"


async def test_the_finish_key_ends_the_entry_and_is_not_part_of_it(world: World) -> None:
    fields = await keyed(world, 9, "", "12#")
    assert (fields["Digits"], fields["FinishedOnKey"]) == ("12", "#")


async def test_another_finish_key_may_be_chosen(world: World) -> None:
    assert (await keyed(world, 9, "finishOnKey='*'", "1#2*"))["Digits"] == "1#2"


async def test_silence_after_some_keys_ends_the_entry(world: World) -> None:
    assert (await keyed(world, 9, "timeout='2'", "12"))["Digits"] == "12"


async def test_no_key_falls_through_unless_the_empty_result_is_wanted(world: World) -> None:
    world.bank.replies["/voice"] = (
        "<Response><Gather action='/keyed' timeout='2'><Say>Enter</Say></Gather>"
        "<Gather action='/empty' timeout='2' actionOnEmptyResult='true'><Say>Again</Say></Gather></Response>"
    )
    await world.calls_in()
    assert (await world.bank.request("/empty")).fields["Digits"] == ""
    assert world.bank.to("/keyed") == []


async def test_a_key_cuts_the_prompt_short(world: World) -> None:
    world.bank.replies["/voice"] = (
        "<Response><Gather numDigits='1' action='/keyed'><Say>Menu</Say><Pause length='3000'/></Gather></Response>"
    )
    await world.person(ANNA, keys=[{"heard": "menu", "press": "4", "after_s": 2}])
    await world.calls_in()
    assert (await world.bank.request("/keyed")).fields["Digits"] == "4"


async def test_keys_nobody_listens_for_are_lost(world: World) -> None:
    world.bank.replies["/voice"] = (
        "<Response><Say>Welcome</Say><Pause length='5'/><Gather action='/keyed' timeout='1'/><Say>Nothing</Say>"
        "</Response>"
    )
    await world.person(ANNA, keys=[{"heard": "welcome", "press": "1"}])
    sid = await world.calls_in()
    await world.until("said", sid, said="Nothing")
    assert [entry.detail["listened"] for entry in world.events("pressed")] == [False]


async def test_speech_and_rings_take_their_time(world: World) -> None:
    words = " ".join(["word"] * 26)
    world.bank.replies["/made"] = f"<Response><Say>{words}</Say></Response>"
    await world.person(ANNA, answers={"after_s": 12})
    sid = (await world.create())["sid"]
    end = await world.until("hangup", sid)
    ring, answered = await world.until("ring", sid), await world.until("answered", sid)
    assert (answered.at - ring.at).total_seconds() >= 12
    assert (end.at - answered.at).total_seconds() >= 10


async def test_patience_ends_when_nobody_comes(world: World) -> None:
    world.bank.replies["/voice"] = "<Response><Say>Please hold</Say><Pause length='3600'/></Response>"
    await world.person(ANNA, patience_s=45)
    sid = await world.calls_in()
    end = await world.until("hangup", sid)
    assert end.detail == {"by": "person", "cause": "patience", "status": "completed"}


async def test_people_who_talk_do_not_lose_patience_and_the_shorter_talk_ends_the_call(world: World) -> None:
    world.bank.replies["/made"] = f'<Response><Dial callerId="{BANK}" action="/done">{ANNA}</Dial></Response>'
    await world.person(OMER, answers={"after_s": 1}, talk_s=300, patience_s=40)
    await world.person(ANNA, answers={"after_s": 1}, talk_s=100, patience_s=40)
    await world.create(To=OMER)
    done = (await world.bank.request("/done")).fields
    assert 95 <= int(done["DialCallDuration"]) < 290


async def test_a_rule_for_one_use_is_used_once(world: World) -> None:
    world.bank.replies["/voice"] = (
        "<Response><Gather numDigits='1' timeout='3' action='/voice'><Say>Press</Say></Gather></Response>"
    )
    await world.person(ANNA, keys=[{"heard": "press", "press": "1", "once": True}])
    sid = await world.calls_in()
    await world.until("hangup", sid)
    assert len(world.events("pressed")) == 1


async def test_a_person_on_the_telephone_is_busy_for_others(world: World) -> None:
    await world.person(ANNA, answers={"after_s": 1})
    world.bank.replies["/voice"] = "<Response><Say>Hello</Say><Pause length='3600'/></Response>"
    caller = await world.calls_in()
    await world.until("said", caller)
    made = (await world.create())["sid"]
    assert (await world.until("hangup", made)).detail["status"] == "busy"


async def test_answers_may_differ_from_call_to_call(world: World) -> None:
    await world.person(ANNA, answers=["busy", {"after_s": 1}])
    first = (await world.create())["sid"]
    assert (await world.until("hangup", first)).detail["status"] == "busy"
    second = (await world.create())["sid"]
    await world.until("answered", second)


async def test_a_number_without_a_program_never_answers(world: World) -> None:
    sid = (await world.create(Timeout="20"))["sid"]
    assert (await world.until("hangup", sid)).detail["status"] == "no-answer"


async def test_some_numbers_cannot_be_called_at_all(world: World) -> None:
    await world.person(ANNA, answers={"error": 21215})
    status, body = await world.post(world.calls, {"To": ANNA, "From": BANK, "Url": "http://127.0.0.1:1/"})
    assert (status, body["code"]) == (400, 21215)


@pytest.mark.parametrize(
    ("answers", "kind", "verdict"),
    [
        ({"after_s": 1}, "Enable", "human"),
        ("machine", "Enable", "machine_start"),
        ("machine", "DetectMessageEnd", "machine_end_beep"),
        ({"as": "fax", "after_s": 1}, "Enable", "fax"),
        ({"after_s": 1, "verdict": "unknown"}, "Enable", "unknown"),
    ],
)
async def test_the_verdict_comes_with_the_first_document(world: World, answers: Any, kind: str, verdict: str) -> None:
    await world.person(ANNA, answers=answers)
    sid = (await world.create(MachineDetection=kind))["sid"]
    assert (await world.bank.request("/made")).fields["AnsweredBy"] == verdict
    assert (await world.get(world.rest(f"Calls/{sid}.json")))[1]["answered_by"] == verdict


async def test_an_asynchronous_verdict_does_not_hold_up_the_document(world: World) -> None:
    world.bank.replies["/made"] = "<Response><Pause length='60'/></Response>"
    await world.person(ANNA, answers="machine")
    amd = {"MachineDetection": "Enable", "AsyncAmd": "true", "AsyncAmdStatusCallback": f"{world.bank.url}/amd"}
    await world.create(**amd)
    assert "AnsweredBy" not in (await world.bank.request("/made")).fields
    told = (await world.bank.request("/amd")).fields
    assert told["AnsweredBy"] == "machine_start" and int(told["MachineDetectionDuration"]) > 0


async def test_a_dialled_machine_is_reported_and_talks_to_whoever_is_joined(world: World) -> None:
    world.bank.replies["/made"] = (
        f'<Response><Dial callerId="{BANK}" action="/done"><Number machineDetection="Enable" amdStatusCallback="/amd">'
        f"{ANNA}</Number></Dial></Response>"
    )
    await world.person(OMER, answers={"after_s": 1})
    await world.person(ANNA, answers={"machine": True, "after_s": 2, "greeting": "Not at home", "records_s": 5})
    agent = (await world.create(To=OMER))["sid"]
    assert (await world.bank.request("/amd")).fields["AnsweredBy"] == "machine_start"
    await world.bank.request("/done")
    assert [entry.detail["cause"] for entry in world.events("hangup") if entry.to == ANNA] == ["machine"]
    assert agent in {entry.call_sid for entry in world.events("bridged")}


async def test_a_message_is_recorded_until_silence(world: World) -> None:
    world.bank.replies["/voice"] = (
        '<Response><Record action="/message" timeout="3" maxLength="60" recordingStatusCallback="/recorded"/>'
        "</Response>"
    )
    await world.person(ANNA, message_s=20)
    await world.calls_in()
    message = (await world.bank.request("/message")).fields
    recorded = (await world.bank.request("/recorded")).fields
    assert int(message["RecordingDuration"]) >= 22
    assert recorded["RecordingStatus"] == "completed" and recorded["RecordingSid"] == message["RecordingSid"]


async def test_who_hangs_up_while_recording_has_left_a_message(world: World) -> None:
    world.bank.replies["/voice"] = '<Response><Record action="/message"/></Response>'
    await world.person(ANNA, message_s=600, hangs_up_after_s=60)
    await world.calls_in()
    message = (await world.bank.request("/message")).fields
    assert (message["Digits"], message["CallStatus"]) == ("hangup", "completed")


async def test_an_incoming_call_can_be_rejected(world: World) -> None:
    world.bank.replies["/voice"] = '<Response><Reject reason="busy"/></Response>'
    sid = await world.calls_in()
    assert (await world.until("hangup", sid)).detail["status"] == "busy"
    assert world.events("answered") == []


async def test_the_caller_hanging_up_before_an_answer_is_reported_to_the_number(world: World) -> None:
    world.bank.replies["/voice"] = f'<Response><Dial answerOnBridge="true">{OMER}</Dial></Response>'
    sid = await world.calls_in()
    await world.until("ring")
    world.network.hang_up(world.network.calls[sid], by="person")
    assert (await world.bank.request("/status")).fields["CallStatus"] == "canceled"


@pytest.mark.parametrize(
    "program",
    [
        {"answers": "perhaps"},
        {"answers": []},
        {"answers": {"after_s": -1}},
        {"answers": {"after_s": [5, 1]}},
        {"keys": [{"heard": "(", "press": "1"}]},
        {"keys": [{"heard": "x", "press": "hello"}]},
        {"keys": [{"heard": "x"}]},
        {"keys": "1"},
        {"patience_s": "long"},
        {"patience_s": True},
        {"colour": "blue"},
        [],
    ],
)
def test_a_program_that_makes_no_sense_is_refused(program: Any) -> None:
    with pytest.raises(Malformed):
        Program.read(program)


def test_a_program_reads_what_it_tells() -> None:
    told = {
        "answers": [{"after_s": [2, 5]}, "busy", {"machine": True, "after_s": 1}],
        "keys": [{"heard": "press 1", "press": "1w2", "after_s": [1, 2], "once": True}],
        "patience_s": [10, 300],
        "talk_s": 60,
        "hangs_up_after_s": 500,
        "name": "Anna",
        "language": "he-IL",
    }
    program = Program.read(told)
    assert Program.read(program.as_json()).as_json() == program.as_json()
    assert program.as_json()["patience_s"] == [10, 300] and program.as_json()["talk_s"] == 60


def test_a_span_draws_within_its_bounds() -> None:
    chance = random.Random(7)
    drawn = [Span(2.0, 5.0).draw(chance) for _ in range(100)]
    assert min(drawn) >= 2 and max(drawn) <= 5 and len(set(drawn)) > 50


async def test_a_caller_does_not_use_up_a_way_of_answering(world: World) -> None:
    await world.person(ANNA, answers=["busy", {"after_s": 1}])
    caller = await world.calls_in()
    await world.until("hangup", caller)
    made = (await world.create())["sid"]
    assert (await world.until("hangup", made)).detail["status"] == "busy"


async def test_a_person_who_is_thinking_does_not_start_over_at_the_next_sentence(world: World) -> None:
    world.bank.replies["/voice"] = (
        "<Response><Gather numDigits='1' timeout='60' action='/keyed'><Say>One press 1</Say><Say>Two press 2</Say>"
        "</Gather></Response>"
    )
    await world.person(ANNA, keys=[{"heard": "one", "press": "1", "after_s": 4}, {"heard": "two", "press": "2"}])
    await world.calls_in()
    assert (await world.bank.request("/keyed")).fields["Digits"] == "1"


async def test_a_call_can_be_recorded_from_its_creation(world: World) -> None:
    world.bank.replies["/made"] = "<Response><Pause length='20'/></Response>"
    await world.person(ANNA, answers={"after_s": 1})
    sid = (await world.create(Record="true", RecordingStatusCallback=f"{world.bank.url}/recorded"))["sid"]
    told = (await world.bank.request("/recorded")).fields
    assert (told["CallSid"], told["RecordingSource"]) == (sid, "OutboundAPI")
    assert int(told["RecordingDuration"]) >= 19
