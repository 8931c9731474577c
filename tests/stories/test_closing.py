"""Stories of closing time: nobody is cut off, and every place outlives the night."""

from tests.stories.bank import AGENT, CUSTOMER, OTHER, Bank
from tests.stories.callers import (
    IVR,
    OWN_NUMBER,
    SCREEN,
    Keys,
    closes,
    heard,
    holds,
    key,
    newest,
    on_the_team,
    over,
    rings_in,
    some,
    takes_a_callback,
)
from tests.stories.network import said
from vqueue.domain.request import Mode, State

AT_THE_OPENING: Keys = [*IVR, key("To be called back after we open, press 1", "1"), OWN_NUMBER]


async def test_a_message_after_hours(sqlite_bank: Bank) -> None:
    await closes(sqlite_bank, in_minutes=0, for_minutes=60)
    sid = await sqlite_bank.customer(keys=[*IVR, key("To leave a message, press 3", "3")])
    words = await heard(sqlite_bank, sid, "We have your message and will answer it")
    assert "We are closed now. We open today at" in words
    await over(sqlite_bank, sid)
    found = await sqlite_bank.requests()
    assert (found[0].state, found[0].mode) == (State.WAITING, Mode.MESSAGE)


async def test_nothing_pressed_after_hours_is_noted_all_the_same(sqlite_bank: Bank) -> None:
    await closes(sqlite_bank, in_minutes=0, for_minutes=60)
    sid = await sqlite_bank.customer(keys=IVR, message_s=0)
    await over(sqlite_bank, sid)
    found = await sqlite_bank.requests()
    assert (found[0].state, found[0].mode) == (State.WAITING, Mode.MESSAGE)


async def test_a_callback_asked_for_after_hours_rings_at_the_opening_and_not_before(bank: Bank) -> None:
    opening = await closes(bank, in_minutes=0, for_minutes=5)
    booked = await takes_a_callback(bank, keys=[*AT_THE_OPENING, SCREEN])
    assert (booked.state, booked.mode, booked.slot_start) == (State.BOOKED, Mode.SCHEDULED, opening)
    assert said(await bank.network.ledger(), "We will call you between")
    await bank.agent("omer", AGENT)
    found = await bank.until(newest(State.SERVED), what="called at the opening")
    assert found[0].virtual_start == booked.virtual_start
    promise = await bank.read(lambda work: work.promises.of_request(booked.id))
    assert promise[0].first_ring_at is not None and promise[0].first_ring_at >= opening
    assert len(await bank.network.rings(CUSTOMER)) == 1


async def test_at_closing_time_a_holder_who_presses_nothing_keeps_his_place(bank: Bank) -> None:
    omer = await on_the_team(bank)
    sid, place = await holds(bank, answers={"after_s": 3})
    await bank.network.person(CUSTOMER, answers={"after_s": 3}, keys=[SCREEN], talk_s=10)
    opening = await closes(bank, in_minutes=2, for_minutes=3)
    words = await heard(bank, sid, "Your place in line is kept")
    assert "If you press nothing, we will call the number you are calling from" in words
    found = await bank.until(some(State.BOOKED), what="kept for the opening")
    assert (found[0].id, found[0].virtual_start, found[0].slot_start) == (place.id, place.virtual_start, opening)
    await over(bank, sid)
    await bank.ready(omer)
    found = await bank.until(newest(State.SERVED), what="called at the opening")
    assert (len(found), found[0].rings) == (1, 1)


async def test_at_closing_time_a_holder_without_a_number_is_asked_for_a_message(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    await on_the_team(bank)
    keys = [*IVR, key("To stay on the line, press 2", "2")]
    sid = await rings_in(bank, withheld=True, program={"keys": keys, "patience_s": 3000, "message_s": 6})
    found = await bank.until(some(State.HOLDING), what="holds")
    await closes(bank, in_minutes=-1, for_minutes=50)
    words = await heard(bank, sid, "We have your message and will answer it")
    assert "To give us your number, press 1" in words
    after = await bank.requests()
    assert (after[0].id, after[0].mode, after[0].state) == (found[0].id, Mode.MESSAGE, State.WAITING)


async def test_a_holder_who_insists_is_served_after_closing(sqlite_bank: Bank) -> None:
    """Closing asks; whoever is being connected when it asks is not cut off."""
    bank = sqlite_bank
    omer = await on_the_team(bank)
    _, place = await holds(bank)
    await closes(bank, in_minutes=-1, for_minutes=50)
    await bank.ready(omer)
    found = await bank.until(newest(State.SERVED), what="served although the queue is closed")
    assert found[0].id == place.id


async def test_callbacks_that_were_not_reached_roll_to_the_opening_and_their_promise_is_broken(bank: Bank) -> None:
    omer = await on_the_team(bank)
    waiting = await takes_a_callback(bank)
    opening = await closes(bank, in_minutes=-1, for_minutes=5)
    await bank.ready(omer)
    found = await bank.until(some(State.BOOKED), what="rolled")
    assert (found[0].id, found[0].virtual_start, found[0].slot_start) == (waiting.id, waiting.virtual_start, opening)
    promises = await bank.read(lambda work: work.promises.of_request(waiting.id))
    assert [(promise.kept, promise.outcome) for promise in promises] == [(False, "rolled")]
    assert await bank.network.rings(CUSTOMER) == []
    found = await bank.until(newest(State.SERVED), what="called after the opening")
    rang = next(entry for entry in await bank.network.rings(CUSTOMER))
    assert rang["at"] >= opening.isoformat(timespec="milliseconds")


async def test_after_the_night_the_line_is_as_it_was(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    await closes(bank, in_minutes=0, for_minutes=5)
    first = await takes_a_callback(bank, keys=[*AT_THE_OPENING, SCREEN])
    second = await takes_a_callback(bank, OTHER, keys=[*AT_THE_OPENING, SCREEN])
    await bank.agent("omer", AGENT)
    await bank.until(lambda found: all(one.state is State.SERVED for one in found), what="both are called")
    rings = [entry["to"] for entry in await bank.network.ledger() if entry["event"] == "ring"]
    assert [number for number in rings if number != AGENT] == [CUSTOMER, OTHER]
    assert first.virtual_start < second.virtual_start
