"""Stories of holders who let go of the line and keep their place, or leave a message."""

from dataclasses import replace

from tests.stories.bank import AGENT, AGENT_PROGRAM, CUSTOMER, Bank
from tests.stories.callers import (
    ASK_TO_SWITCH,
    HOLD,
    MESSAGE,
    OWN_NUMBER,
    SCREEN,
    SWITCH,
    another_is_served,
    heard,
    holds,
    key,
    newest,
    on_the_team,
    over,
    rules,
    some,
)
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import AgentRules


async def test_a_holder_switches_in_the_middle_of_the_music_and_keeps_his_place(bank: Bank) -> None:
    omer = await on_the_team(bank)
    sid, place = await holds(bank, keys=[*SWITCH, SCREEN], answers={"after_s": 3})
    found = await bank.until(some(State.WAITING, mode=Mode.CALLBACK), what="switched")
    assert (found[0].id, found[0].virtual_start) == (place.id, place.virtual_start)
    words = await heard(bank, sid, "Your place in line is kept. We will call you between")
    assert "You are first in line" in words
    await over(bank, sid)
    await bank.ready(omer)
    found = await bank.until(newest(State.SERVED), what="called back")
    assert (len(found), found[0].id, found[0].rings) == (1, place.id, 1)


async def test_a_switch_is_lost_when_an_agent_was_reserved_meanwhile(bank: Bank) -> None:
    await rules(bank, lambda present: replace(present, agents=AgentRules(ring_s=90, wrap_up_s=2)))
    omer = await on_the_team(bank, **{**AGENT_PROGRAM, "answers": {"after_s": 60}})
    slowly = [*HOLD, ASK_TO_SWITCH, key("To be called back, press 1", "1"), {**OWN_NUMBER, "after_s": 12}]
    sid, place = await holds(bank, keys=slowly)
    await heard(bank, sid, "To be called back, press 1")
    await bank.ready(omer)
    await heard(bank, sid, "An agent is just coming. Stay on the line")
    found = await bank.until(newest(State.SERVED), what="connected on the line")
    assert (found[0].id, found[0].mode, found[0].rings) == (place.id, Mode.HOLD, 0)
    assert await bank.network.rings(CUSTOMER) == []


async def test_who_hangs_up_while_the_switch_is_confirmed_keeps_the_callback(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    omer = await on_the_team(bank)
    in_a_hurry = {"heard": "Your place in line is kept", "hang_up": True, "after_s": 0}
    _, place = await holds(bank, keys=[*SWITCH, in_a_hurry, SCREEN], answers={"after_s": 3})
    await bank.until(some(State.WAITING, mode=Mode.CALLBACK), what="switched")
    await bank.ready(omer)
    found = await bank.until(newest(State.SERVED), what="called back")
    assert (found[0].id, found[0].virtual_start) == (place.id, place.virtual_start)


async def test_a_message_left_at_once_waits_for_an_answer_and_nobody_is_rung(bank: Bank) -> None:
    omer = await on_the_team(bank)
    sid = await bank.customer(keys=MESSAGE, message_s=6)
    await heard(bank, sid, "We have your message and will answer it")
    await over(bank, sid)
    found = await bank.requests()
    assert (found[0].state, found[0].mode, found[0].parked) == (State.WAITING, Mode.MESSAGE, "message")
    assert found[0].recording
    await bank.ready(omer)
    await another_is_served(bank)
    assert await bank.network.rings(CUSTOMER) == []


async def test_a_holder_leaves_a_message_instead_and_no_agent_is_sent_to_the_recording(bank: Bank) -> None:
    omer = await on_the_team(bank)
    keys = [*HOLD, ASK_TO_SWITCH, key("To stay on the line, press 2. To leave a message, press 3", "3")]
    sid, place = await holds(bank, keys=keys, message_s=20)
    await heard(bank, sid, "After the tone")
    await bank.ready(omer)
    await heard(bank, sid, "We have your message and will answer it")
    found = await bank.requests()
    assert (found[0].id, found[0].mode, found[0].state) == (place.id, Mode.MESSAGE, State.WAITING)
    assert found[0].recording
    await another_is_served(bank)
    assert len(await bank.network.rings(AGENT)) == 1
