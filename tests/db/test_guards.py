"""The database is the last guard: what must not be there twice cannot be, whoever writes it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.db.builders import (
    a_conversation,
    a_customer_leg,
    a_leg,
    a_notice,
    a_number,
    a_queue,
    a_request,
    after,
    an_agent,
    an_attempt,
    with_request,
)
from tests.db.past_the_stores import sql
from vqueue.domain.agent import Presence
from vqueue.domain.errors import AlreadyOpen, NotFound, NotPossible, StaleWrite
from vqueue.domain.ids import AttemptId, CallSid, QueueId, RequestId, Token
from vqueue.domain.leg import LegState
from vqueue.domain.request import Mode, Request, State
from vqueue.ports.database import Database, Work

ANNA = a_number("anna")


async def both(database: Database, first: Request, second: Request) -> None:
    await database.transact(lambda work: work.queues.insert(a_queue("loans")))
    await database.transact(lambda work: work.requests.insert(first))
    await database.transact(lambda work: work.requests.insert(second))


@pytest.mark.parametrize("state", [State.WAITING, State.BOOKED, State.CONNECTING])
async def test_a_number_has_one_dialable_request_in_a_queue(database: Database, state: State) -> None:
    with pytest.raises(AlreadyOpen) as refused:
        await both(database, a_request(state=state, phone=ANNA), a_request("r2", phone=ANNA))
    assert refused.value.request == "r1"
    with pytest.raises(NotFound):
        await database.read(lambda work: work.requests.get(RequestId("r2")))


async def test_a_customer_has_one_dialable_request_in_a_queue(database: Database) -> None:
    with pytest.raises(AlreadyOpen) as refused:
        await both(database, a_request(customer="bank/1", phone=ANNA), a_request("r2", customer="bank/1"))
    assert refused.value.request == "r1"


@pytest.mark.parametrize(("first", "second"), [(Mode.CALL_IN, Mode.CALL_IN), (Mode.CALLBACK, Mode.CALL_IN)])
async def test_a_customer_who_will_ring_himself_has_no_second_place(
    database: Database, first: Mode, second: Mode
) -> None:
    """Made at once, by number or by mode: the later one is refused, whichever it is."""
    pair = a_request(customer="bank/1", mode=first), a_request("r2", customer="bank/1", mode=second)
    with pytest.raises(AlreadyOpen) as refused:
        await both(database, *pair)
    assert refused.value.request == "r1"
    turned = a_request("r3", customer="bank/1", mode=Mode.HOLD, state=State.HOLDING)
    await database.transact(lambda work: work.requests.insert(turned))
    with pytest.raises(AlreadyOpen):
        await database.transact(
            lambda work: work.requests.replace(replace(turned, mode=Mode.CALL_IN, state=State.WAITING))
        )


@pytest.mark.parametrize(
    "other",
    [
        {"phone": a_number("boris")},
        {"queue": QueueId("loans")},
        {"mode": Mode.SCHEDULED, "state": State.BOOKED},
        {"mode": Mode.HOLD, "state": State.HOLDING},
        {"mode": Mode.MESSAGE},
        {"mode": Mode.CALL_IN},
        {"state": State.SERVED},
        {"phone": None},
    ],
    ids=lambda other: "-".join(other),
)
async def test_other_requests_are_not_in_the_way(database: Database, other: dict[str, Any]) -> None:
    await both(database, a_request(phone=ANNA), replace(a_request("r2", phone=ANNA), **other))
    assert (await database.read(lambda work: work.requests.get(RequestId("r2")))).id == "r2"


async def test_a_request_cannot_become_the_second_dialable_one(database: Database) -> None:
    await both(database, a_request(phone=ANNA), a_request("r2", phone=ANNA, mode=Mode.HOLD, state=State.HOLDING))
    switched = a_request("r2", phone=ANNA)
    with pytest.raises(AlreadyOpen) as refused:
        await database.transact(lambda work: work.requests.replace(switched))
    assert refused.value.request == "r1"


async def test_an_op_may_go_on_after_it_was_refused_a_row(database: Database) -> None:
    await both(database, a_request(phone=ANNA), a_request("r2", phone=ANNA, mode=Mode.HOLD, state=State.HOLDING))

    def switch_or_stay(work: Work) -> str:
        try:
            work.requests.replace(a_request("r2", phone=ANNA))
        except AlreadyOpen as refused:
            work.requests.insert(a_request("r3", topic=refused.request))
        try:
            work.requests.insert(a_request("r4", phone=ANNA))
        except AlreadyOpen:
            work.requests.insert(a_request("r5"))
        return "stayed"

    assert await database.transact(switch_or_stay) == "stayed"
    assert (await database.read(lambda work: work.requests.get(RequestId("r3")))).topic == "r1"
    assert (await database.read(lambda work: work.requests.get(RequestId("r5")))).id == "r5"


async def test_a_closed_request_leaves_its_number_free(database: Database) -> None:
    first = a_request(phone=ANNA)
    await database.transact(lambda work: work.requests.insert(first))
    await database.transact(lambda work: work.requests.replace(replace(first, state=State.CANCELLED)))
    await database.transact(lambda work: work.requests.insert(a_request("r2", phone=ANNA)))


async def test_a_request_has_one_open_attempt(database: Database) -> None:
    await with_request(database)
    await database.transact(lambda work: work.attempts.insert(an_attempt()))
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.attempts.insert(an_attempt("t2")))
    await database.transact(lambda work: work.attempts.replace(an_attempt(closed_at=an_attempt().opened_at)))
    await database.transact(lambda work: work.attempts.insert(an_attempt("t2")))


async def with_two_attempts(database: Database) -> None:
    await with_request(database, a_request(), a_request("r2"))
    second = an_attempt("t2", request=RequestId("r2"))
    await database.transact(lambda work: [work.attempts.insert(each) for each in (an_attempt(), second)])


async def test_a_number_has_one_live_customer_leg(database: Database) -> None:
    await with_two_attempts(database)
    await database.transact(lambda work: work.legs.insert(a_customer_leg("l1")))
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.legs.insert(a_customer_leg("l2", attempt=AttemptId("t2"))))
    await database.transact(lambda work: work.legs.insert(a_customer_leg("l3", phone_index="boris")))
    await database.transact(lambda work: work.legs.insert(a_customer_leg("l4", phone_index="")))
    await database.transact(lambda work: work.legs.insert(a_customer_leg("l5", phone_index="")))
    await database.transact(lambda work: work.legs.replace(a_customer_leg("l1", state=LegState.ENDED)))
    await database.transact(lambda work: work.legs.insert(a_customer_leg("l2", attempt=AttemptId("t2"))))


async def test_an_agent_has_one_live_leg(database: Database) -> None:
    await with_two_attempts(database)
    await database.transact(lambda work: work.legs.insert(a_leg("l1", state=LegState.UNSURE)))
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.legs.insert(a_leg("l2", attempt=AttemptId("t2"))))
    await database.transact(lambda work: work.legs.replace(a_leg("l1", state=LegState.FAILED)))
    await database.transact(lambda work: work.legs.insert(a_leg("l2", attempt=AttemptId("t2"))))


async def test_a_token_is_of_one_leg(database: Database) -> None:
    await with_two_attempts(database)
    await database.transact(lambda work: work.legs.insert(a_leg("l1", token=Token("same"))))
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.legs.insert(a_customer_leg("l2", token=Token("same"))))


async def test_a_call_has_one_conversation(database: Database) -> None:
    await database.transact(lambda work: work.conversations.insert(a_conversation(call_sid=CallSid("CA1"))))
    with pytest.raises(StaleWrite):
        await database.transact(lambda work: work.conversations.insert(a_conversation("c2", call_sid=CallSid("CA1"))))


@pytest.mark.parametrize(
    "stray",
    [
        lambda work: work.requests.insert(a_request("r2", queue=QueueId("none"))),
        lambda work: work.attempts.insert(an_attempt("t2", request=RequestId("none"))),
        lambda work: work.legs.insert(a_leg("l2", attempt=AttemptId("none"))),
    ],
)
async def test_nothing_refers_to_what_is_not_there(database: Database, stray: Callable[[Work], None]) -> None:
    await with_request(database)
    with pytest.raises(NotFound):
        await database.transact(stray)


@pytest.mark.parametrize("name", ["requests", "agents"])
async def test_words_that_no_enum_knows_are_refused_by_the_tables(database: Database, name: str) -> None:
    await with_request(database)
    column = {"requests": "state", "agents": "presence"}[name]
    with pytest.raises(Exception, match=f"ck_{name}_{column}"):
        await database.transact(lambda work: sql(work, f"UPDATE {name} SET {column} = 'dreaming'"))


async def test_of_two_hundred_at_once_one_request_is_made(database: Database) -> None:
    crowd = [a_request(f"r{n}", phone=ANNA) for n in range(200)]
    asked = [database.transact(lambda work, one=one: work.requests.insert(one)) for one in crowd]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    made = await database.read(lambda work: work.requests.search(phone_index="anna"))
    assert [type(answer) for answer in answers].count(AlreadyOpen) == 199
    assert answers.count(None) == 1
    assert {answer.request for answer in answers if isinstance(answer, AlreadyOpen)} == {made[0].id}
    assert len(made) == 1


async def test_of_two_hundred_at_once_a_ceiling_of_five_lets_five_in(database: Database) -> None:
    def join(work: Work, name: str) -> bool:
        entered = work.counters.take("open", limit=5, at=a_request().created_at)
        if entered:
            work.requests.insert(a_request(name))
        return entered

    crowd = [database.transact(lambda work, n=n: join(work, f"r{n}")) for n in range(200)]
    answers = await asyncio.gather(*crowd)
    assert answers.count(True) == 5
    assert await database.read(lambda work: work.counters.value("open")) == 5
    assert len(await database.read(lambda work: work.requests.search(limit=200))) == 5


async def test_sixteen_writers_lose_no_update(database: Database) -> None:
    """Each adds one fifteen times; whoever meets a stale row re-reads (a driver's late BEGIN lost 224 of these 240)."""
    await with_request(database)

    def add_one(work: Work) -> None:
        request = work.requests.get(RequestId("r1"))
        work.requests.replace(replace(request, rings=request.rings + 1))

    async def writer() -> None:
        for _ in range(15):
            await database.transact(add_one)

    await asyncio.gather(*(writer() for _ in range(16)))
    request = await database.read(lambda work: work.requests.get(RequestId("r1")))
    assert (request.rings, request.version) == (240, 241)


async def test_two_senders_share_the_notices(database: Database) -> None:
    await database.transact(lambda work: [work.outbox.add(a_notice(f"n{n:02}")) for n in range(40)])
    claims = [
        database.transact(lambda work: work.outbox.claim(now=after(1), until=after(99), limit=10)) for _ in range(6)
    ]
    taken = [notice.id for claim in await asyncio.gather(*claims) for notice in claim]
    assert len(taken) == len(set(taken))


async def test_an_agent_is_reserved_once(database: Database) -> None:
    await database.transact(lambda work: work.agents.insert(an_agent()))

    def reserve(work: Work) -> None:
        agent = work.agents.get(an_agent().id)
        if agent.presence is not Presence.READY:
            raise NotPossible
        work.agents.replace(replace(agent, presence=Presence.RESERVED))

    answers = await asyncio.gather(*(database.transact(reserve) for _ in range(20)), return_exceptions=True)
    assert answers.count(None) == 1
    assert [type(answer) for answer in answers].count(NotPossible) == 19
