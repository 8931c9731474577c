"""Stories of callers who ring the bank while a place of theirs is open, or soon after they missed our call."""

from dataclasses import replace
from typing import Any

from tests.stories.bank import CUSTOMER, Bank
from tests.stories.callers import (
    CALLBACK,
    ENGLISH,
    SCREEN,
    another_is_served,
    heard,
    key,
    newest,
    on_the_team,
    over,
    rings_in,
    rules,
    some,
    takes_a_callback,
)
from vqueue.domain.agent import Presence
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import AgentRules

KEEP = [ENGLISH, key("To keep your place, press 1", "1")]
CANCEL = [ENGLISH, key("To cancel it, press 2", "2")]
HOLD_ON = [ENGLISH, key("To stay on the line with this place, press 3", "3")]


async def test_who_rings_in_hears_his_place_and_keeps_it(bank: Bank) -> None:
    omer = await on_the_team(bank)
    place = await takes_a_callback(bank)
    sid = await rings_in(bank, keys=KEEP)
    words = await heard(bank, sid, "Your place is kept")
    assert "You already have a place in line. You are first in line. We will call you" in words
    await over(bank, sid)
    kept = (await bank.requests())[0]
    assert (kept.id, kept.state, kept.virtual_start) == (place.id, State.WAITING, place.virtual_start)
    await bank.ready(omer)
    found = await bank.until(newest(State.SERVED), what="called back")
    assert (len(found), found[0].rings) == (1, 1)


async def test_who_cancels_is_never_rung_afterwards(bank: Bank) -> None:
    omer = await on_the_team(bank)
    await takes_a_callback(bank)
    sid = await rings_in(bank, keys=CANCEL)
    await heard(bank, sid, "Your place is cancelled. We will not call you")
    found = await bank.requests()
    assert (found[0].state, found[0].reason) == (State.CANCELLED, "cancelled_by_phone")
    await bank.ready(omer)
    await another_is_served(bank)
    assert await bank.network.rings(CUSTOMER) == []


async def test_who_rings_in_while_an_agent_is_already_being_called_for_him_is_served_from_the_hold(bank: Bank) -> None:
    await rules(bank, lambda present: replace(present, agents=AgentRules(ring_s=90, wrap_up_s=2)))
    program: dict[str, Any] = {
        "answers": [{"after_s": 85}, {"after_s": 2}],
        "keys": [key("Press 1 to accept", "1")],
        "talk_s": 10,
    }
    omer = await on_the_team(bank, **program)
    place = await takes_a_callback(bank)
    await bank.ready(omer)
    await bank.until(some(State.CONNECTING), what="an agent's phone rings for him")
    sid = await rings_in(bank, program={"keys": HOLD_ON, "patience_s": 3000, "talk_s": 10})
    await heard(bank, sid, "Connecting you now")
    found = await bank.until(newest(State.SERVED), what="served on the line he rang")
    assert (len(found), found[0].id, found[0].mode, found[0].rings) == (1, place.id, Mode.HOLD, 0)
    assert found[0].virtual_start == place.virtual_start
    assert await bank.network.rings(CUSTOMER) == []
    agent = await bank.read(lambda work: work.agents.get(omer))
    assert (agent.misses, agent.presence is Presence.AWAY) == (0, False)


async def missed(bank: Bank) -> None:
    """The callback rang until there was nothing left to try."""
    omer = await on_the_team(bank)
    await takes_a_callback(bank, answers="never")
    await bank.ready(omer)
    await bank.until(newest(State.UNREACHED), what="unreached")


async def test_who_missed_us_returns_within_the_grace_with_his_place(bank: Bank) -> None:
    await missed(bank)
    place = (await bank.requests())[0]
    sid = await rings_in(bank, program={"keys": HOLD_ON, "patience_s": 3000, "talk_s": 10})
    await heard(bank, sid, "Connecting you now")
    found = await bank.until(newest(State.SERVED), what="served")
    assert (len(found), found[0].id, found[0].virtual_start) == (1, place.id, place.virtual_start)


async def test_who_missed_us_and_keeps_his_place_is_called_again(bank: Bank) -> None:
    await missed(bank)
    place = (await bank.requests())[0]
    await bank.network.person(CUSTOMER, answers={"after_s": 3}, keys=[SCREEN], talk_s=10)
    sid = await rings_in(bank, keys=KEEP)
    await heard(bank, sid, "Your place is kept")
    await over(bank, sid)
    found = await bank.until(newest(State.SERVED), what="called again")
    assert (len(found), found[0].id, found[0].virtual_start) == (1, place.id, place.virtual_start)


async def test_who_hangs_up_right_after_the_promise_keeps_it(bank: Bank) -> None:
    omer = await on_the_team(bank)
    in_a_hurry = {"heard": "Thank you. Your place in line is kept", "hang_up": True, "after_s": 0}
    await takes_a_callback(bank, keys=[*CALLBACK, in_a_hurry, SCREEN])
    await bank.ready(omer)
    found = await bank.until(newest(State.SERVED), what="called back")
    assert found[0].rings == 1
