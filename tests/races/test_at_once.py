"""Two who do it at the same instant, on PostgreSQL with two real connections: each op has read before either writes."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import pytest

from tests.db.builders import a_number, a_queue, a_request, an_agent
from vqueue.db.open import open_database
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import AlreadyDialing, NotLeader
from vqueue.domain.ids import AgentId, AttemptId, CallSid, LegId, PromiseId, QueueId, RequestId, Token
from vqueue.domain.leg import LegState, News, Role
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.domain.rules import CallbackRules, Rules
from vqueue.engine.plan import Reserve
from vqueue.ports.database import Database, Work
from vqueue.ports.voice import Told
from vqueue.services import answering, dispatching, hearing, leaving, requesting, screening, sealing
from vqueue.services.clerk import Clerk

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ANNA = a_number("anna")
AGENTS, CUSTOMERS = Token("agents"), Token("customers")
Deed = Callable[[Clerk], Any]


class Start:
    """Holds each op, the first time it runs, until the other one has read what it is about to change."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2)
        self.seen: set[int] = set()

    def __call__(self, who: int) -> None:
        if who not in self.seen:
            self.seen.add(who)
            self.barrier.wait(60)


async def at_once(url: str, first: Deed, second: Deed, *, read: Callable[[Work], Any]) -> list[Any]:
    """What came of each: its result, or the refusal it was told."""
    start = Start()

    def run(who: int, deed: Deed) -> Any:
        async def apart() -> Any:
            database = open_database(url)

            def op(work: Work) -> Any:
                read(work)
                start(who)
                return deed(Clerk(work, at=NOW, seed=f"j_{who}"))

            try:
                return await database.transact(op)
            except Exception as refused:
                return type(refused)
            finally:
                await database.close()

        return asyncio.run(apart())

    return list(await asyncio.gather(asyncio.to_thread(run, 0, first), asyncio.to_thread(run, 1, second)))


@pytest.fixture
def url(postgres_database: str) -> str:
    return postgres_database


SEEDS = count()


async def done(url: str, deed: Callable[[Clerk], Any]) -> Any:
    database, seed = open_database(url), f"j_then_{next(SEEDS)}"
    try:
        return await database.transact(lambda work: deed(Clerk(work, at=NOW, seed=seed)))
    finally:
        await database.close()


async def seen(url: str, op: Callable[[Work], Any]) -> Any:
    database: Database = open_database(url)
    try:
        return await database.read(op)
    finally:
        await database.close()


WISH = requesting.Wish(
    id=RequestId("r1"),
    promise_id=PromiseId(""),
    queue=QueueId("cards"),
    mode=Mode.CALLBACK,
    channel=Channel.APP,
    language="en",
    skills=(),
    bucket="/en",
    credit_class="standard",
    virtual_start=NOW,
    rules_version=1,
    phone=ANNA,
    verified=True,
    zone="Europe/London",
    country="GB",
)


def waiting(clerk: Clerk, shape: Shape = Shape.AGENT_FIRST, standing: str | None = None) -> None:
    rules = Rules(callback=CallbackRules(shape=shape))
    clerk.work.queues.insert(replace(a_queue(), rules=rules))
    line = CallSid(standing) if standing else None
    clerk.work.agents.insert(an_agent("a1", presence=Presence.READY, standing_call=line))
    requesting.request_callback(clerk, WISH, None)


def reserve(clerk: Clerk, *, attempt: str = "t1", shape: Shape = Shape.AGENT_FIRST, request: str = "r1") -> Any:
    action = Reserve(request=RequestId(request), agent=AgentId("a1"), queue="cards", shape=shape, reasons=("story",))
    tokens = (AGENTS, CUSTOMERS) if attempt == "t1" else (Token(f"a-{attempt}"), Token(f"c-{attempt}"))
    return dispatching.reserve(clerk, action=action, attempt_id=AttemptId(attempt), tokens=tokens, code="1234")


def cancel(clerk: Clerk) -> Request:
    return requesting.cancel(clerk, RequestId("r1"), reason="asked")


def the_request(work: Work) -> Request:
    return work.requests.get(RequestId("r1"))


def customers_legs(work: Work) -> list[Any]:
    return [leg for leg in work.legs.of_attempt(AttemptId("t1")) if leg.role is Role.CUSTOMER]


@pytest.mark.parametrize("standing", [None, "CA1"], ids=["his phone", "his standing line"])
async def test_cancelling_and_the_agents_key_never_both_succeed(url: str, standing: str | None) -> None:
    """Whichever wins: cancelled and no customer's leg, or a customer's leg and a refusal."""
    await done(url, partial(waiting, standing=standing))
    await done(url, reserve)
    await done(url, lambda clerk: clerk.hear(clerk.work.legs.by_token(AGENTS), News.ANSWERED))
    accept = partial(
        answering.accepted, token=AGENTS, told=Told(call_sid=CallSid("CA1"), digits="1"),
        new=(LegId("t1.c"), CUSTOMERS),
    )  # fmt: skip
    told = await at_once(url, accept, cancel, read=lambda work: (the_request(work), work.attempts.get(AttemptId("t1"))))
    request, legs = await seen(url, the_request), await seen(url, customers_legs)
    if told[1] is AlreadyDialing:
        assert (request.state, len(legs), type(told[0])) == (State.CONNECTING, 1, answering.Bring)
    else:
        assert (request.state, legs, type(told[0])) == (State.CANCELLED, [], answering.TooLate)


async def test_cancelling_and_the_reservation_that_rings_him_never_both_succeed(url: str) -> None:
    await done(url, partial(waiting, shape=Shape.CUSTOMER_FIRST))
    told = await at_once(url, partial(reserve, shape=Shape.CUSTOMER_FIRST), cancel, read=the_request)
    request, legs = await seen(url, the_request), await seen(url, _legs_of_request)
    if told[1] is AlreadyDialing:
        assert (request.state, len(legs), told[0]) == (State.CONNECTING, 1, True)
    else:
        assert (request.state, legs, told[0]) == (State.CANCELLED, [], None)


def _legs_of_request(work: Work) -> list[Any]:
    tries = work.attempts.of_request(RequestId("r1"))
    return [leg for one in tries for leg in work.legs.of_attempt(one.id)]


def talking(clerk: Clerk) -> None:
    """A customer who was rung first, in the hold, with his agent."""
    customer = clerk.work.legs.by_token(CUSTOMERS)
    assert customer is not None
    clerk.hear(customer, News.CLAIM)
    told = Told(call_sid=CallSid("CA-customer"), digits="1")
    assert screening.answered(clerk, CUSTOMERS, told, AGENTS) is not None
    assert screening.connect(clerk, CUSTOMERS, told, AGENTS) is not None
    agent, customer = clerk.work.legs.by_token(AGENTS), clerk.work.legs.by_token(CUSTOMERS)
    assert agent is not None
    assert customer is not None
    clerk.hear(agent, News.CLAIM)
    clerk.hear(clerk.work.legs.by_token(AGENTS) or agent, News.ACCEPT, call_sid=CallSid("CA-agent"))
    screening.holder_joined(clerk, CUSTOMERS)


def over(token: Token) -> Deed:
    def ended(clerk: Clerk) -> None:
        leg = clerk.work.legs.by_token(token)
        assert leg is not None
        hearing.ended(clerk, leg, cause=Cause.HUNG_UP)

    return ended


@pytest.mark.parametrize("customers", [("", ""), ("bank/ann", "bank/ann")], ids=["number", "customer"])
async def test_of_two_held_calls_of_one_customer_that_end_at_once_one_is_called_back(
    url: str, customers: tuple[str, str]
) -> None:
    numbers = (ANNA, a_number("other")) if customers[0] else (ANNA, ANNA)
    for name, number, customer in zip(("r1", "r2"), numbers, customers, strict=True):
        held = a_request(
            name, mode=Mode.HOLD, state=State.HOLDING, phone=number, protected=True, customer=customer or None,
            call_sid=CallSid(f"CA-{name}"),
        )  # fmt: skip
        await done(url, partial(_stands, held=held))
    leave = [partial(_hangs_up, request=RequestId(name)) for name in ("r1", "r2")]
    both = lambda work: [work.requests.get(RequestId(name)) for name in ("r1", "r2")]  # noqa: E731
    told = await at_once(url, *leave, read=both)
    assert sorted(told) == [State.ABANDONED, State.WAITING]
    assert sorted(one.state for one in await seen(url, both)) == [State.ABANDONED, State.WAITING]


def _stands(clerk: Clerk, held: Request) -> None:
    if held.id == "r1":
        clerk.work.queues.insert(a_queue())
    clerk.join(held)


def _hangs_up(clerk: Clerk, request: RequestId) -> State:
    return leaving.leave(clerk, clerk.work.requests.get(request), reason="hung_up_on_hold").state


async def test_both_legs_that_end_at_once_end_one_talk(url: str) -> None:
    await done(url, partial(waiting, shape=Shape.CUSTOMER_FIRST))
    await done(url, partial(reserve, shape=Shape.CUSTOMER_FIRST))
    await done(url, talking)
    assert (await seen(url, the_request)).state is State.TALKING
    both = lambda work: (work.legs.by_token(AGENTS), work.legs.by_token(CUSTOMERS))  # noqa: E731
    told = await at_once(url, over(AGENTS), over(CUSTOMERS), read=both)
    assert told == [None, None]
    attempt = await seen(url, lambda work: work.attempts.get(AttemptId("t1")))
    agent = await seen(url, lambda work: work.agents.get(AgentId("a1")))
    request = await seen(url, the_request)
    assert (attempt.outcome, request.state, agent.presence) == (Cause.TALKED, State.SERVED, Presence.WRAPPING)


async def test_an_agent_who_passes_as_the_customer_presses_leaves_him_in_the_hold(url: str) -> None:
    """Neither sees the other's step; the later one has to, or the customer would wait for nobody."""
    await done(url, partial(waiting, shape=Shape.CUSTOMER_FIRST))
    await done(url, partial(reserve, shape=Shape.CUSTOMER_FIRST))
    told = Told(call_sid=CallSid("CA-customer"), digits="1")
    await done(url, lambda clerk: clerk.hear(clerk.work.legs.by_token(CUSTOMERS), News.CLAIM))
    await done(url, lambda clerk: screening.answered(clerk, CUSTOMERS, told, AGENTS))
    await done(url, lambda clerk: clerk.hear(clerk.work.legs.by_token(AGENTS), News.CLAIM))
    press = partial(screening.connect, token=CUSTOMERS, told=told, agents=Token("x"))
    both = lambda work: (work.legs.by_token(AGENTS), work.legs.by_token(CUSTOMERS))  # noqa: E731
    await at_once(url, over(AGENTS), press, read=both)
    request = await seen(url, the_request)
    agent = await seen(url, lambda work: work.agents.get(AgentId("a1")))
    assert (request.state, request.parked, agent.presence) == (State.HOLDING, "entering", Presence.AWAY)


async def test_an_agent_who_drops_the_customer_who_is_asked_is_to_blame_in_whatever_order_it_is_told(url: str) -> None:
    """Both ends of one drop come at once: each alone would decide nothing."""
    await done(url, waiting)
    await done(url, reserve)
    await done(url, lambda clerk: clerk.hear(clerk.work.legs.by_token(AGENTS), News.ANSWERED))
    told = Told(call_sid=CallSid("CA1"), digits="1")
    new = (LegId("t1.c"), CUSTOMERS)
    await done(url, partial(answering.accepted, token=AGENTS, told=told, new=new))
    await done(url, lambda clerk: screening.answered(clerk, CUSTOMERS, Told(call_sid=CallSid("CA2"))))
    both = lambda work: (work.legs.by_token(AGENTS), work.legs.by_token(CUSTOMERS))  # noqa: E731
    assert await at_once(url, over(AGENTS), over(CUSTOMERS), read=both) == [None, None]
    request = await seen(url, the_request)
    attempt = await seen(url, lambda work: work.attempts.get(AttemptId("t1")))
    agent = await seen(url, lambda work: work.agents.get(AgentId("a1")))
    assert (attempt.outcome, request.state, request.ready) == (Cause.AGENT_DROPPED, State.WAITING, True)
    assert agent.presence is Presence.AWAY


async def test_one_question_asked_twice_at_once_has_one_effect(url: str) -> None:
    """The screen's key, doubled by the network: one acceptance, one leg of the agent."""
    await done(url, partial(waiting, shape=Shape.CUSTOMER_FIRST))
    await done(url, partial(reserve, shape=Shape.CUSTOMER_FIRST))
    await done(url, lambda clerk: clerk.hear(clerk.work.legs.by_token(CUSTOMERS), News.CLAIM))
    told = Told(call_sid=CallSid("CA-customer"), digits="1")
    keys = [partial(screening.connect, token=CUSTOMERS, told=told, agents=Token(name)) for name in ("one", "two")]
    cases = await at_once(url, *keys, read=lambda work: work.legs.by_token(CUSTOMERS))
    legs = await seen(url, _legs_of_request)
    assert [case.customer_leg.state for case in cases] == [LegState.ACCEPTED, LegState.ACCEPTED]
    assert sorted(leg.role for leg in legs) == [Role.AGENT, Role.CUSTOMER]


async def test_an_agent_is_reserved_once_though_two_decide_at_once(url: str) -> None:
    """Two leaders, one of them of a lease that is over: refused. Two of one epoch: one of them finds him taken."""
    await done(url, waiting)
    other = replace(WISH, id=RequestId("r2"), phone=a_number("boris"))
    await done(url, lambda clerk: requesting.request_callback(clerk, other, None))
    await _lease(url, "old", ttl_s=0.0)
    epoch = await _lease(url, "new", ttl_s=3600.0)

    def led(clerk: Clerk, *, epoch: int, attempt: str, request: str) -> Any:
        clerk.work.leases.fence(shard="bank", epoch=epoch)
        return reserve(clerk, attempt=attempt, request=request)

    agent = lambda work: work.agents.get(AgentId("a1"))  # noqa: E731
    told = await at_once(
        url,
        partial(led, epoch=epoch - 1, attempt="t1", request="r1"),
        partial(led, epoch=epoch, attempt="t2", request="r2"),
        read=agent,
    )
    assert told == [NotLeader, True]


async def test_of_two_reservations_of_one_agent_one_is_made(url: str) -> None:
    await done(url, waiting)
    other = replace(WISH, id=RequestId("r2"), phone=a_number("boris"))
    await done(url, lambda clerk: requesting.request_callback(clerk, other, None))
    told = await at_once(
        url,
        partial(reserve, attempt="t1", request="r1"),
        partial(reserve, attempt="t2", request="r2"),
        read=lambda work: work.agents.get(AgentId("a1")),
    )
    assert sorted(map(str, told)) == ["None", "True"]
    tries = await seen(url, lambda work: work.attempts.open())
    assert len(tries) == 1


async def test_two_who_seal_the_journal_at_once_seal_each_row_once(url: str) -> None:
    await done(url, waiting)
    rows = len(await seen(url, lambda work: work.journal.recent()))
    seal = lambda clerk: sealing.some(clerk.work, NOW)  # noqa: E731
    told = await at_once(url, seal, seal, read=lambda work: work.journal.sealed())
    assert sorted(told) == [0, rows]


async def _lease(url: str, holder: str, *, ttl_s: float) -> int:
    database = open_database(url)
    epoch = await database.transact(lambda work: work.leases.acquire(shard="bank", holder=holder, ttl_s=ttl_s))
    await database.close()
    assert epoch is not None
    return epoch
