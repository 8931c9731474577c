"""Customers who are rung first, without a telephone network: what a busy line, a ceiling and a code mean."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.db.builders import a_number, a_queue
from tests.races.test_at_once import AGENTS, CUSTOMERS, WISH, reserve, the_request, waiting
from tests.web.house import NOON, HandClock, open_house
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import AttemptId, CallSid, PromiseId, RequestId
from vqueue.domain.leg import LegState, News
from vqueue.domain.promise import Promise, Window
from vqueue.domain.request import Move, Request, State
from vqueue.domain.rules import CallbackRules, Caps, Rules
from vqueue.domain.speech import EnterHold, Goto, Hangup, LeaveHold, Pause, Play, Say, Target
from vqueue.ports.database import Work
from vqueue.ports.voice import QueueResult, Told
from vqueue.services import bank_code, hearing, requesting, screening, second_hold, sweeping
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

QUOTE = requesting.Quote(
    window=Window(NOON, NOON + timedelta(minutes=30)), coverage=0.9, method="closed", quantiles_s={}, inputs={},
    rules_version=1,
)  # fmt: skip
PRESSED = Told(call_sid=CallSid("CA-customer"), digits="1")


@pytest.fixture
async def house(sqlite_database: str) -> AsyncIterator[House]:
    async with open_house(sqlite_database, HandClock()) as house:
        yield house


def _promised(clerk: Clerk) -> None:
    waiting(clerk, shape=Shape.CUSTOMER_FIRST)
    request = clerk.work.requests.get(RequestId("r1"))
    requesting.promise(clerk, request, QUOTE, promise_id=PromiseId("p1"))
    assert reserve(clerk, shape=Shape.CUSTOMER_FIRST)
    leg = clerk.work.legs.by_token(CUSTOMERS)
    assert leg is not None
    clerk.hear(leg, News.CLAIM)


def _ended(clerk: Clerk, cause: Cause) -> None:
    leg = clerk.work.legs.by_token(CUSTOMERS)
    assert leg is not None
    hearing.ended(clerk, leg, cause=cause)


def _promise(work: Work) -> Promise:
    return work.promises.get(PromiseId("p1"))


@pytest.mark.parametrize(
    ("cause", "kept", "deadline"), [(Cause.BUSY, None, QUOTE.window.end), (Cause.NO_ANSWER, True, None)]
)
async def test_a_busy_line_keeps_no_promise_and_leaves_it_binding(
    house: House, cause: Cause, kept: bool | None, deadline: object
) -> None:
    """Nothing rang that he could have heard; a ring nobody answered is another matter."""
    await house.act(_promised)
    await house.act(partial(_ended, cause=cause))
    request, promise = await house.database.read(the_request), await house.database.read(_promise)
    assert (promise.kept, request.deadline, request.rings) == (kept, deadline, 1)
    assert (request.state, dict(request.tries)) == (State.WAITING, {cause: 1})


def _rescued(clerk: Clerk, request: str) -> Request:
    return clerk.move(
        clerk.work.requests.get(RequestId(request)), Move.MOVE, reason="story", changes={"credit_class": "rescued"}
    )


async def test_the_class_rescued_has_its_ceiling_and_gives_back(house: House) -> None:
    rules = Rules(caps=Caps(rescued=1))
    await house.act(lambda clerk: clerk.work.queues.insert(replace(a_queue(), rules=rules)))
    for name in ("r1", "r2", "r3"):
        wish = replace(WISH, id=RequestId(name), phone=a_number(name))
        await house.act(partial(requesting.request_callback, wish=wish, quote=None))
    first = await house.act(partial(_rescued, request="r1"))
    second = await house.act(partial(_rescued, request="r2"))
    assert (first.credit_class, second.credit_class) == ("rescued", "standard")
    await house.act(partial(requesting.cancel, request_id=first.id, reason="story"))
    third = await house.act(partial(_rescued, request="r3"))
    assert third.credit_class == "rescued"


async def test_the_banks_code_is_one_for_all_calls_of_a_request(house: House) -> None:
    await house.act(partial(waiting, shape=Shape.CUSTOMER_FIRST))
    code = await bank_code.bank_code(house, RequestId("r1"))
    assert code == bank_code.drawn(house, RequestId("r1"))
    assert code is not None
    assert (len(code), code.isdigit()) == (4, True)
    others = {bank_code.drawn(house, RequestId(f"r{number}")) for number in range(50)}
    assert len(others) > 40, "codes tell requests apart"
    with pytest.raises(NotFound):
        await bank_code.bank_code(house, RequestId("nobody's"))


async def test_rules_without_a_code_have_none(house: House) -> None:
    rules = Rules(callback=CallbackRules(bank_code=False))
    await house.act(lambda clerk: clerk.work.queues.insert(replace(a_queue(), rules=rules)))
    await house.act(partial(requesting.request_callback, wish=WISH, quote=None))
    assert await bank_code.bank_code(house, RequestId("r1")) is None


@pytest.fixture
async def held(house: House) -> House:
    """He pressed the key; his agent's leg is intended."""
    await house.act(_promised)
    await house.act(lambda clerk: screening.answered(clerk, CUSTOMERS, PRESSED, AGENTS))
    await house.act(lambda clerk: screening.connect(clerk, CUSTOMERS, PRESSED, AGENTS))
    return house


async def test_the_hold_goes_on_while_it_is_for_him_and_ends_with_a_word(held: House) -> None:
    assert isinstance((await second_hold.meet(held, CUSTOMERS, 0))[0], Play)
    said = await second_hold.meet(held, CUSTOMERS, 1)
    assert isinstance(said[0], Say)
    assert said[0].prompts[0].key == "connect.agent_coming"
    again = await second_hold.met(held, CUSTOMERS, replace(PRESSED, queue_result=QueueResult.ERROR))
    assert isinstance(again[0], EnterHold)
    await held.act(partial(_ended, cause=Cause.HUNG_UP))
    assert await second_hold.meet(held, CUSTOMERS, 2) == (LeaveHold(),)
    last = await second_hold.met(held, CUSTOMERS, replace(PRESSED, queue_result=QueueResult.LEAVE))
    assert isinstance(last[-1], Hangup)


async def test_who_waits_for_an_agent_is_taken_back_when_an_answer_of_ours_failed(held: House) -> None:
    failed = Told(call_sid=CallSid("CA-customer"), failed_url="/voice/meet/customers/1")
    assert await second_hold.mend(held, failed) == (Pause(1), Goto(Target("met", CUSTOMERS)))
    again = await second_hold.met(held, CUSTOMERS, Told(call_sid=CallSid("CA-customer")))
    assert isinstance(again[0], EnterHold)
    assert await second_hold.mend(held, Told(call_sid=CallSid("CA-of-a-caller"))) is None


async def test_an_intent_nobody_carried_out_for_long_goes_back_to_the_line_unrung(house: House) -> None:
    """After an outage his turn may be past: the head of the line decides anew, no old intent rings him."""
    await house.act(partial(waiting, shape=Shape.CUSTOMER_FIRST))
    await house.act(partial(reserve, shape=Shape.CUSTOMER_FIRST))
    clock = house.clock
    assert isinstance(clock, HandClock)
    clock.move(600)
    await sweeping.sweep_legs(house)
    request = await house.database.read(the_request)
    leg = await house.database.read(lambda work: work.legs.by_token(CUSTOMERS))
    assert (request.state, request.ready, request.rings, dict(request.tries)) == (State.WAITING, True, 0, {})
    assert leg is not None
    assert leg.state is LegState.ENDED


async def test_an_attempt_whose_calls_are_all_over_is_found_quiet(house: House) -> None:
    await house.act(partial(waiting, shape=Shape.CUSTOMER_FIRST))
    await house.act(partial(reserve, shape=Shape.CUSTOMER_FIRST))
    assert await house.database.read(lambda work: work.attempts.quiet()) == []

    def torn(clerk: Clerk) -> None:
        leg = clerk.work.legs.by_token(CUSTOMERS)
        assert leg is not None
        clerk.hear(leg, News.ENDED, cause=Cause.CANCELED)

    await house.act(torn)
    assert await house.database.read(lambda work: work.attempts.quiet()) == [AttemptId("t1")]
    await sweeping.sweep_legs(house)
    assert (await house.database.read(the_request)).state is State.WAITING
    assert await house.database.read(lambda work: work.attempts.quiet()) == []
