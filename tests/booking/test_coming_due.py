"""A slot comes: the place enters the line, an agent is rung a little before it, the customer never before it."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from tests.booking.scenes import HALF, RULES, THREE, booked, moved, offered, published, stored, taken, wish, with_agent
from tests.web.house import HandClock
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.ids import AttemptId, CallSid, LegId, SessionId, Token
from vqueue.domain.leg import Leg, LegState, Role, Way
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import CallbackRules, CallingWindows
from vqueue.domain.speech import Ask, DialCustomer, Goto, Pause, Prompt, Say
from vqueue.engine.plan import Reserve
from vqueue.ports.database import Notice
from vqueue.ports.identity import Customer
from vqueue.ports.voice import Told
from vqueue.services import (
    answering,
    booking,
    changing,
    dispatching,
    keeping,
    leaving,
    noticing,
    requesting,
    returning,
)
from vqueue.services.booking import REMINDER
from vqueue.services.house import House

AGENT, CUSTOMER = Token("agents-own-token"), Token("customers-token")


async def due(house: House, clock: HandClock, request: Request, at: datetime) -> Request:
    clock.at = at
    await keeping.wake_due(house)
    return await stored(house, request)


async def reserved(house: House, request: Request, shape: Shape = Shape.AGENT_FIRST) -> bool | None:
    agent = await with_agent(house)
    action = Reserve(request=request.id, agent=agent.id, queue="cards", shape=shape, reasons=("oldest",))
    return await house.act(
        lambda clerk: dispatching.reserve(
            clerk, action=action, attempt_id=AttemptId("at_1"), tokens=(AGENT, CUSTOMER), code="123456"
        )
    )


def told(digits: str = "") -> Told:
    return Told(call_sid=CallSid("CA1"), digits=digits)


async def customer_legs(house: House) -> list[Leg]:
    legs = await house.database.read(lambda work: work.legs.of_attempt(AttemptId("at_1")))
    return [leg for leg in legs if leg.role is Role.CUSTOMER]


async def test_a_slot_comes_due_shortly_before_it_begins(house: House, clock: HandClock) -> None:
    request = await booked(house)
    assert (await due(house, clock, request, THREE - timedelta(seconds=21))).state is State.BOOKED
    ready = await due(house, clock, request, THREE - timedelta(seconds=20))
    assert (ready.state, ready.ready, ready.credit_class, ready.virtual_start) == (State.WAITING, True, "booked", THREE)


async def test_a_slot_that_begins_when_the_bank_opens_is_due_when_it_begins(house: House, clock: HandClock) -> None:
    windows = CallingWindows(week=dict.fromkeys(RULES.hours.week, (("15:00", "21:00"),)))
    await published(house, replace(RULES, calling_windows=windows))
    request = await booked(house)
    assert (await due(house, clock, request, THREE - timedelta(seconds=20))).not_before == THREE
    assert (await due(house, clock, request, THREE)).state is State.WAITING


async def test_a_lead_that_was_shortened_since_counts(house: House, clock: HandClock) -> None:
    request = await booked(house)
    await published(house, replace(RULES, callback=CallbackRules(shape=Shape.CUSTOMER_FIRST)))
    assert (await due(house, clock, request, THREE - timedelta(seconds=20))).state is State.BOOKED
    assert (await due(house, clock, request, THREE)).state is State.WAITING


async def test_while_a_call_to_this_number_may_still_ring_the_slot_waits(house: House, clock: HandClock) -> None:
    request = await booked(house)
    assert request.phone is not None
    doubtful = await rung_in_doubt(house, request.phone.index)
    assert (await due(house, clock, request, THREE)).state is State.BOOKED
    await house.act(lambda clerk: clerk.work.legs.replace(replace(doubtful, state=LegState.ENDED)))
    assert (await due(house, clock, request, THREE + timedelta(seconds=1))).state is State.WAITING


async def rung_in_doubt(house: House, index: str) -> Leg:
    """A call to this number for another request, of which nobody knows whether it rings."""
    agent = await with_agent(house)
    other = await house.act(partial(requesting.request_callback, wish=wish(house, mode=Mode.CALLBACK), quote=None))
    attempt = Attempt(
        id=AttemptId("at_0"),
        request=other.id,
        queue=other.queue,
        agent=agent.id,
        shape=Shape.AGENT_FIRST,
        opened_at=house.clock.now(),
    )
    leg = Leg(
        id=LegId("l1"),
        attempt=attempt.id,
        role=Role.CUSTOMER,
        way=Way.POSTED,
        token=CUSTOMER,
        state=LegState.UNSURE,
        created_at=house.clock.now(),
        phone_index=index,
    )
    await house.act(lambda clerk: (clerk.work.attempts.insert(attempt), clerk.work.legs.insert(leg)))
    return leg


async def test_an_agent_who_accepts_early_waits_until_the_slot_begins(house: House, clock: HandClock) -> None:
    request = await due(house, clock, await booked(house), THREE - timedelta(seconds=20))
    assert await reserved(house, request)
    assert isinstance((await answering.answer(house, AGENT, told()))[0], Ask)
    say, again = await answering.key(house, AGENT, 0, told("1"))
    assert isinstance(say, Say) and _prompt(say).key == "whisper.slot_soon"
    assert isinstance(again, Goto) and again.to.step is not None
    pause, _ = await answering.key(house, AGENT, again.to.step, told())
    assert pause == Pause(20)
    assert await customer_legs(house) == []
    clock.at = THREE
    brought = await answering.key(house, AGENT, again.to.step, told())
    assert any(isinstance(verb, DialCustomer) for verb in brought)
    assert len(await customer_legs(house)) == 1


def _prompt(say: Say) -> Prompt:
    return say.prompts[0]


async def test_a_booking_cancelled_while_its_agent_waits_is_not_rung(house: House, clock: HandClock) -> None:
    request = await due(house, clock, await booked(house), THREE - timedelta(seconds=20))
    assert await reserved(house, request)
    await answering.answer(house, AGENT, told())
    _, again = await answering.key(house, AGENT, 0, told("1"))
    await house.act(lambda clerk: requesting.cancel(clerk, request.id, reason="asked"))
    clock.at = THREE
    assert isinstance(again, Goto) and again.to.step is not None
    words = await answering.key(house, AGENT, again.to.step, told())
    assert not any(isinstance(verb, DialCustomer) for verb in words)
    assert await customer_legs(house) == []


async def test_who_booked_and_rings_in_before_keeps_his_time_until_he_is_served(house: House, clock: HandClock) -> None:
    request = await booked(house)
    session = SessionId("cv_1")
    await house.act(lambda clerk: returning.take_hold(clerk, request.id, call_sid=CallSid("CA9"), session=session))
    left = await house.act(lambda clerk: leaving.leave(clerk, clerk.work.requests.get(request.id), reason="left"))
    assert (left.state, left.ready, left.not_before, await taken(house)) == (State.WAITING, False, THREE, 1)
    assert (await due(house, clock, left, THREE)).ready
    await house.act(lambda clerk: requesting.cancel(clerk, request.id, reason="asked"))
    assert await taken(house) == 0


async def test_who_booked_rings_in_and_leaves_a_message_gives_his_time_back(house: House) -> None:
    request = await booked(house)
    session = SessionId("cv_1")
    await house.act(lambda clerk: returning.take_hold(clerk, request.id, call_sid=CallSid("CA9"), session=session))
    assert await taken(house) == 1
    left = await house.act(lambda clerk: requesting.to_message(clerk, request.id, recording=""))
    assert (left.mode, left.slot_start, await taken(house)) == (Mode.MESSAGE, None, 0)


async def test_who_had_a_time_and_would_rather_be_called_now_gives_it_back(house: House) -> None:
    slot = await offered(house)
    asked = wish(house, customer="issuer|ann")
    request = await house.act(partial(booking.book, wish=asked, slot=slot))
    session = SessionId("cv_1")
    await house.act(lambda clerk: returning.take_hold(clerk, request.id, call_sid=CallSid("CA9"), session=session))
    await house.act(lambda clerk: leaving.leave(clerk, clerk.work.requests.get(request.id), reason="left"))
    customer = Customer(
        id="issuer|ann", phone=None, name=None, locale=None, segment=None, expires_at=THREE + timedelta(days=1)
    )
    change = changing.Change(named=frozenset({"mode"}), mode=Mode.CALLBACK)
    shown = await changing.change(house, customer, request.id, change, version=None)
    assert (shown.request.mode, shown.request.slot_start, await taken(house)) == (Mode.CALLBACK, None, 0)


async def test_a_customer_who_is_rung_first_is_not_reserved_before_his_slot(house: House, clock: HandClock) -> None:
    request = await due(house, clock, await booked(house), THREE - timedelta(seconds=20))
    assert not await reserved(house, request, Shape.CUSTOMER_FIRST)
    assert await customer_legs(house) == []


async def test_a_reminder_of_a_booking_that_was_moved_or_has_come_is_not_sent(house: House, clock: HandClock) -> None:
    gone, stays = await booked(house, THREE + 2 * HALF), await booked(house, THREE + 4 * HALF, number=2)
    await moved(house, gone, THREE + 8 * HALF)
    clock.at = THREE + 2 * HALF
    await noticing.send(house)
    left = [(notice.request, notice.target) for notice in await _reminders(house)]
    assert (gone.id, (THREE + 2 * HALF).isoformat()) not in left
    assert (gone.id, (THREE + 8 * HALF).isoformat()) in left
    # The provider cannot be reached here, so the one that was due waits for its next try.
    assert (stays.id, (THREE + 4 * HALF).isoformat()) in left


async def _reminders(house: House) -> list[Notice]:
    far = THREE + timedelta(days=30)
    waiting = await house.database.transact(lambda work: work.outbox.claim(now=far, until=far, limit=100))
    return [notice for notice in waiting if notice.prompt == REMINDER]
