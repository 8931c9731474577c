"""A customer is rung before an agent is free for him: once, in his turn, and what comes of it in every order."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

import pytest

from tests.db.builders import a_queue, a_request, an_agent
from tests.web.house import NOON, DeadLine, HandClock, open_house
from vqueue.domain.agent import Agent, Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.board import QueueBoard
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, CallSid, RequestId, Token
from vqueue.domain.leg import Leg, Role
from vqueue.domain.phone import Phone
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import WEEK, CallbackRules, Hours, Rules
from vqueue.domain.speech import EnterHold, Say
from vqueue.ports.database import Work
from vqueue.ports.telephony import Order, Placed, Placing
from vqueue.ports.voice import Told
from vqueue.services import dialing, dispatching, hearing, screening, second_hold
from vqueue.services.dispatching import Lease
from vqueue.services.house import House

OPEN = Hours(week=dict.fromkeys(WEEK, (("08:00", "20:00"),)))
RULES = Rules(hours=OPEN, callback=CallbackRules(dial_ahead=True))
AGENTS = 10


@dataclass
class Ringing(DeadLine):
    """Every call that is asked for rings."""

    orders: list[Order] = field(default_factory=list)

    async def place(self, order: Order) -> Placing:
        self.orders.append(order)
        return Placed(CallSid(f"CA{len(self.orders)}"))


@dataclass
class Floor:
    """The house, its lease, and what its calls were."""

    house: House
    line: Ringing
    lease: Lease

    async def tick(self) -> None:
        await dispatching.tick(self.house, self.lease)
        await settled(self.house)

    @property
    def customers(self) -> list[Order]:
        return [order for order in self.line.orders if order.to.startswith("+4477")]


async def settled(house: House) -> None:
    """What was spawned beside the tick has been done: each call that is intended has been placed."""
    for _ in range(20_000):
        if not await house.database.read(_intended):
            return
        await house.clock.sleep(0)


def _intended(work: Work) -> list[Leg]:
    legs = [leg for attempt in work.attempts.open() for leg in work.legs.of_attempt(attempt.id)]
    return [leg for leg in legs if leg.state in ("intended", "placing")]


def _staffed(clerk: object, rules: Rules, house: House) -> None:
    work: Work = clerk.work  # type: ignore[attr-defined]
    work.queues.insert(replace(a_queue(), rules=rules))
    for n in range(AGENTS):
        since = NOON - timedelta(seconds=600 - n)
        sealed = house.vault.seal(f"+44207946{n:04d}")
        work.agents.insert(an_agent(f"a{n}", presence=Presence.TALKING, since=since, address=sealed))
    _came(work, house, "r1")


def _came(work: Work, house: House, name: str, **changes: object) -> None:
    phone = house.vault.seal_phone(Phone(f"+4477009{int(name[1:]):05d}"))
    values = {"bucket": "/en", "language": "en", "phone": phone, "protected": True, "verified": True}
    request = a_request(name, virtual_start=NOON - timedelta(seconds=300), zone="Europe/London", country="GB")
    work.requests.insert(replace(request, **{**values, **changes}))  # type: ignore[arg-type]


async def told(house: House, *, agents: float = AGENTS) -> None:
    inputs = {"agents": agents, "handling_s": 60.0, "abandoned": 0.0, "queued_s": 0.0, "leaving_share": 1.0}
    await house.board.publish(QueueBoard(queue="cards", as_of=house.clock.now(), open=True, inputs=inputs))


@pytest.fixture
async def floor(sqlite_database: str) -> AsyncIterator[Floor]:
    """Ten agents who talk, calls of a minute, and one customer who waits to be called back."""
    async with open_house(sqlite_database, HandClock()) as one:
        line = Ringing()
        house = replace(one, telephony=line, line=replace(one.line, calls_per_second=1_000_000))
        await house.act(partial(_staffed, rules=RULES, house=house))
        await told(house)
        epoch = await house.database.transact(_acquire)
        while not await dialing.may_call(house):
            await house.clock.sleep(0)
        yield Floor(house, line, Lease("bank", epoch))


def _acquire(work: Work) -> int:
    return work.leases.acquire(shard="bank", holder="test", ttl_s=600.0) or 0


async def attempt_of(floor: Floor, name: str = "r1") -> Attempt:
    return (await floor.house.database.read(lambda work: work.attempts.of_request(RequestId(name))))[-1]


async def request_of(floor: Floor, name: str = "r1") -> Request:
    return await floor.house.database.read(lambda work: work.requests.get(RequestId(name)))


async def agent_of(floor: Floor, name: str) -> Agent:
    return await floor.house.database.read(lambda work: work.agents.get(AgentId(name)))


async def customers_leg(floor: Floor) -> Leg:
    attempt = await attempt_of(floor)
    legs = await floor.house.database.read(lambda work: work.legs.of_attempt(attempt.id))
    return next(leg for leg in legs if leg.role is Role.CUSTOMER)


async def becomes_ready(floor: Floor, name: str) -> None:
    """The agent's talk ends."""

    def op(work: Work) -> None:
        agent = work.agents.get(AgentId(name))
        work.agents.replace(replace(agent, presence=Presence.READY, idle_since=floor.house.clock.now()))

    await floor.house.database.transact(op)


async def answers(floor: Floor) -> Token:
    leg = await customers_leg(floor)
    await screening.screen(floor.house, leg.token, Told(call_sid=leg.call_sid or CallSid("")))
    await settled(floor.house)
    return leg.token


async def presses(floor: Floor, token: Token) -> tuple[object, ...]:
    leg = await customers_leg(floor)
    said = await screening.key(floor.house, token, 0, Told(call_sid=leg.call_sid or CallSid(""), digits="1"))
    await settled(floor.house)
    return said


async def test_he_is_rung_once_and_nobody_is_reserved(floor: Floor) -> None:
    await floor.tick()
    await floor.tick()
    await floor.tick()
    assert len(floor.customers) == 1
    attempt, request = await attempt_of(floor), await request_of(floor)
    assert (attempt.shape, request.state) == (Shape.CUSTOMER_FIRST, State.CONNECTING)
    expected = await agent_of(floor, attempt.agent)
    assert (expected.id, expected.presence, expected.attempt) == ("a0", Presence.TALKING, None)


async def test_without_the_rule_or_in_a_small_team_nobody_is_rung_ahead(floor: Floor) -> None:
    await told(floor.house, agents=8.0)
    await floor.tick()
    assert floor.customers == []
    await told(floor.house)
    off = replace(RULES, callback=CallbackRules())
    await floor.house.act(lambda clerk: clerk.work.queues.publish("cards", off, at=clerk.at, by="test"))
    await floor.tick()
    assert floor.customers == []


async def test_the_agent_who_is_free_first_is_kept_for_him_and_called_when_he_answers(floor: Floor) -> None:
    await floor.tick()
    await becomes_ready(floor, "a4")
    await floor.tick()
    kept, attempt = await agent_of(floor, "a4"), await attempt_of(floor)
    assert (kept.presence, kept.attempt, attempt.agent) == (Presence.RESERVED, attempt.id, "a4")
    assert len(floor.line.orders) == 1, "the agent's telephone rings when the customer has answered"
    token = await answers(floor)
    assert len(floor.line.orders) == 2
    said = await presses(floor, token)
    assert isinstance(said[0], Say) and said[0].prompts[0].key == "connect.agent_coming"
    assert isinstance(said[-1], EnterHold)
    assert (await request_of(floor)).state is State.CONNECTING


async def test_an_agent_who_is_free_while_he_listens_is_called_at_once(floor: Floor) -> None:
    await floor.tick()
    token = await answers(floor)
    await becomes_ready(floor, "a7")
    await floor.tick()
    assert len(floor.line.orders) == 2
    await presses(floor, token)
    assert ((await attempt_of(floor)).agent, (await request_of(floor)).state) == ("a7", State.CONNECTING)


async def test_who_presses_the_key_too_soon_is_told_so_and_is_the_next(floor: Floor) -> None:
    await floor.tick()
    token = await answers(floor)
    said = await presses(floor, token)
    assert isinstance(said[0], Say) and said[0].prompts[0].key == "connect.next"
    request = await request_of(floor)
    assert (request.state, request.mode, request.credit_class) == (State.HOLDING, Mode.HOLD, "rescued")
    await second_hold.meet(floor.house, token, 0)
    again = await second_hold.meet(floor.house, token, 1)
    assert isinstance(again[0], Say) and again[0].prompts[0].key == "connect.next"
    pressed = (await attempt_of(floor)).accepted_at
    floor.house.clock.move(15)  # type: ignore[attr-defined]
    await becomes_ready(floor, "a2")
    await floor.tick()
    brought = await attempt_of(floor)
    assert (brought.shape, brought.agent, brought.accepted_at) == (Shape.HOLDER, "a2", pressed)
    assert len(floor.customers) == 1


async def test_a_caller_who_came_before_him_gets_the_agent_first(floor: Floor) -> None:
    await floor.tick()
    holder = {"mode": Mode.HOLD, "state": State.HOLDING, "call_sid": CallSid("CA-h"), "phone": None}
    older = NOON - timedelta(seconds=900)
    came = partial(_came, house=floor.house, name="r2", virtual_start=older, **holder)
    await floor.house.database.transact(lambda work: came(work))
    await becomes_ready(floor, "a5")
    await floor.tick()
    assert (await attempt_of(floor, "r2")).agent == "a5"
    assert (await attempt_of(floor)).agent == "a0"


async def test_who_does_not_answer_costs_his_agent_nothing_but_the_ring(floor: Floor) -> None:
    await floor.tick()
    await becomes_ready(floor, "a4")
    await floor.tick()
    leg = await customers_leg(floor)
    await floor.house.act(partial(hearing.ended, leg=leg, cause=Cause.NO_ANSWER))
    freed, request = await agent_of(floor, "a4"), await request_of(floor)
    assert (freed.presence, freed.attempt) == (Presence.READY, None)
    assert (request.state, dict(request.tries)) == (State.WAITING, {Cause.NO_ANSWER: 1})


async def test_a_call_in_doubt_gets_no_agent(floor: Floor) -> None:
    await floor.tick()
    leg = await customers_leg(floor)
    await floor.house.act(partial(_in_doubt, token=leg.token))
    await becomes_ready(floor, "a4")
    await floor.tick()
    assert (await agent_of(floor, "a4")).presence is Presence.READY


def _in_doubt(clerk: object, token: Token) -> None:
    work: Work = clerk.work  # type: ignore[attr-defined]
    leg = work.legs.by_token(token)
    assert leg is not None
    work.legs.replace(replace(leg, state=type(leg.state).UNSURE))
