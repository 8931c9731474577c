"""Booking a time, moving it, giving it back, asking for an earlier call: a slot never holds more than it takes."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.booking.scenes import HALF, RULES, THREE, booked, moved, offered, published, stored, taken, wish
from tests.web.house import NOON, HandClock
from vqueue.domain.errors import AlreadyOpen, ClosedRequest, Invalid, QueueClosed, RateLimited, SlotTaken, SwitchedOff
from vqueue.domain.ids import PromiseId
from vqueue.domain.request import Channel, Mode, State
from vqueue.domain.rules import Caps, Offer, Switches
from vqueue.services import booking, keeping, requesting
from vqueue.services.booking import CONFIRMED, MOVED, REMINDER
from vqueue.services.house import House


async def test_free_slots_are_shown_with_what_is_left_of_them(house: House) -> None:
    await booked(house)
    await booked(house, number=2)
    await booked(house, THREE + HALF, number=3)
    seen = await booking.slots(house, "cards", start=NOON, end=THREE + 3 * HALF)
    assert [(slot.start, slot.end, slot.remaining) for slot in seen] == [
        (THREE - HALF, THREE, 2),
        (THREE, THREE + HALF, 0),
        (THREE + HALF, THREE + 2 * HALF, 1),
        (THREE + 2 * HALF, THREE + 3 * HALF, 2),
    ]


async def test_a_booking_promises_its_slot_and_keeps_the_words_it_was_shown_by(house: House) -> None:
    slot = await booking.place(house, "cards", start=THREE, zone="Asia/Jerusalem", text="today, 17:00 to 17:30")
    request = await house.act(partial(booking.book, wish=wish(house), slot=slot))
    assert (request.state, request.mode, request.ready) == (State.BOOKED, Mode.SCHEDULED, False)
    assert (request.slot_start, request.slot_zone, request.slot_text) == (
        THREE,
        "Asia/Jerusalem",
        "today, 17:00 to 17:30",
    )
    assert request.not_before == THREE - timedelta(seconds=20)
    promise = await house.database.read(lambda work: work.promises.of_request(request.id)[0])
    assert (promise.window.start, promise.window.end, promise.method) == (THREE, THREE + HALF, "slot")


async def test_the_same_wish_twice_is_one_booking(house: House) -> None:
    slot, asked = await offered(house), wish(house)
    first = await house.act(partial(booking.book, wish=asked, slot=slot))
    again = await house.act(partial(booking.book, wish=asked, slot=slot))
    assert (first.id, await taken(house)) == (again.id, 1)


async def test_a_full_slot_takes_nobody_whatever_was_shown_before(house: House) -> None:
    shown = await offered(house)
    await booked(house)
    await booked(house, number=2)
    with pytest.raises(SlotTaken):
        await house.act(partial(booking.book, wish=wish(house, 3), slot=shown))
    with pytest.raises(SlotTaken):
        await offered(house)
    assert await taken(house) == 2


async def test_what_is_reserved_for_moving_is_not_booked_anew(house: House) -> None:
    await published(house, replace(RULES, slots=replace(RULES.slots, reserve=1)))
    later = await booked(house, THREE + HALF, number=2)
    await booked(house)
    with pytest.raises(SlotTaken):
        await offered(house)
    assert (await moved(house, later, THREE)).slot_start == THREE
    assert (await taken(house), await taken(house, THREE + HALF)) == (2, 0)


async def test_a_moved_booking_has_a_new_promise_and_its_former_place_is_free(house: House) -> None:
    first = await booked(house)
    request = await moved(house, first, THREE + HALF)
    promises = await house.database.read(lambda work: work.promises.of_request(request.id))
    assert {promise.outcome for promise in promises} == {"rescheduled", None}
    assert (request.deadline, request.state) == (THREE + 2 * HALF, State.BOOKED)
    assert (await taken(house), await taken(house, THREE + HALF)) == (0, 1)
    assert (await moved(house, request, THREE + HALF)).slot_start == THREE + HALF
    assert await taken(house, THREE + HALF) == 1


async def test_a_callback_that_waits_can_take_a_time_instead(house: House) -> None:
    asked = wish(house, mode=Mode.CALLBACK)
    waiting = await house.act(partial(requesting.request_callback, wish=asked, quote=None))
    request = await moved(house, waiting, THREE)
    assert (request.state, request.mode, await taken(house)) == (State.BOOKED, Mode.SCHEDULED, 1)
    assert await house.database.read(lambda work: work.counters.value("open:cards")) == 0


async def test_a_booking_is_moved_no_later_than_the_rules_say(house: House, clock: HandClock) -> None:
    await published(house, replace(RULES, slots=replace(RULES.slots, change_lead_s=1800)))
    request = await booked(house)
    clock.move(24 * 60)
    with pytest.raises(QueueClosed):
        await moved(house, request, THREE + 2 * HALF)
    assert (await stored(house, request)).slot_start == THREE


async def test_whatever_closes_a_booking_gives_its_place_back(house: House) -> None:
    cancelled = await booked(house)
    await house.act(partial(requesting.cancel, request_id=cancelled.id, reason="asked"))
    assert await taken(house) == 0
    advanced = await booked(house)
    promise = PromiseId(house.chance.id("pr"))
    sooner = await house.act(partial(booking.advance, request_id=advanced.id, quote=None, promise_id=promise))
    assert (sooner.state, sooner.mode, sooner.virtual_start) == (State.WAITING, Mode.CALLBACK, NOON)
    assert (sooner.ready, sooner.slot_start, sooner.promise) == (True, None, None)
    assert await taken(house) == 0
    with pytest.raises(ClosedRequest):
        await moved(house, await stored(house, cancelled), THREE)


async def test_bookings_are_no_open_callbacks_but_count_for_their_number(house: House) -> None:
    await published(
        house, replace(RULES, offer=Offer(modes=RULES.offer.modes, max_open=1), caps=Caps(open_per_number=1))
    )
    await booked(house)
    await booked(house, THREE + HALF, number=2)
    waiting = wish(house, 3, mode=Mode.CALLBACK)
    await house.act(partial(requesting.request_callback, wish=waiting, quote=None))
    slot = await offered(house, THREE + 2 * HALF)
    with pytest.raises(RateLimited):
        await house.act(partial(booking.book, wish=wish(house, 3), slot=slot))
    assert await taken(house, THREE + 2 * HALF) == 0


async def test_a_number_books_one_time_in_a_queue(house: House) -> None:
    await booked(house)
    slot = await offered(house, THREE + HALF)
    with pytest.raises(AlreadyOpen):
        await house.act(partial(booking.book, wish=wish(house), slot=slot))
    assert await taken(house, THREE + HALF) == 0


async def test_times_that_are_no_slots_are_refused_by_name(house: House) -> None:
    for start in (THREE + timedelta(minutes=1), NOON + timedelta(seconds=599), THREE + timedelta(days=15)):
        with pytest.raises(Invalid) as refused:
            await offered(house, start)
        assert refused.value.errors == (("/slot_start", "not_a_slot"),)
    await published(house, replace(RULES, offer=Offer()))
    with pytest.raises(Invalid) as closed:
        await offered(house)
    assert closed.value.errors == (("/mode", "not_offered"),)
    assert await booking.slots(house, "cards", start=NOON, end=THREE + HALF) == []


async def test_nothing_is_booked_while_registering_is_off(house: House) -> None:
    slot = await offered(house)
    await house.act(lambda clerk: clerk.work.queues.switch("cards", Switches(registering=False, reason="storm")))
    with pytest.raises(SwitchedOff):
        await house.act(partial(booking.book, wish=wish(house), slot=slot))
    assert await taken(house) == 0


async def test_a_booking_is_confirmed_reminded_of_and_told_when_it_moves(house: House, clock: HandClock) -> None:
    tomorrow = THREE + timedelta(days=1)
    request = await booked(house, tomorrow)
    await moved(house, request, tomorrow + HALF)
    clock.move(86_400 * 2)
    due = await house.database.transact(lambda work: work.outbox.claim(now=clock.now(), until=clock.now()))
    told = sorted((notice.prompt, notice.target) for notice in due)
    first, second = tomorrow.isoformat(), (tomorrow + HALF).isoformat()
    # A day ahead of tomorrow at three has still to come; both slots are recalled a day and an hour before.
    assert told == sorted(
        [(CONFIRMED, first), (MOVED, second), *[(REMINDER, slot) for slot in (first, second) for _ in range(2)]]
    )


async def test_a_place_that_did_not_have_its_turn_takes_the_first_slot_after_the_opening(
    house: House, clock: HandClock
) -> None:
    waiting = await house.act(partial(requesting.request_callback, wish=wish(house, mode=Mode.CALLBACK), quote=None))
    second = wish(house, 2, mode=Mode.CALLBACK, channel=Channel.IVR)
    await house.act(partial(requesting.request_callback, wish=second, quote=None))
    opening = NOON.replace(hour=8, minute=0) + timedelta(days=1)
    nine = opening + timedelta(hours=1)
    await booked(house, nine, number=3)
    clock.at = NOON.replace(hour=20, minute=1)
    await keeping.close_queues(house)
    places = [await stored(house, one) for one in (waiting, replace(waiting, id=second.id))]
    assert {place.slot_start for place in places} == {nine, nine + HALF}
    assert all(place.state is State.BOOKED and place.virtual_start == NOON for place in places)
    assert (await taken(house, nine), await taken(house, nine + HALF)) == (2, 1)
