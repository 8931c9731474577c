"""A bank whose telephones do anything in any order: the real services on a real database, chance drawn from a seed."""

import random
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from vqueue.db.vault import KeyVault
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.causes import Cause
from vqueue.domain.errors import Refusal
from vqueue.domain.ids import AgentId, CallSid, PromiseId, QueueId, RequestId, SessionId, Token
from vqueue.domain.leg import Leg, News, Role
from vqueue.domain.phone import Phone, Sealed
from vqueue.domain.request import Channel, Mode, State
from vqueue.domain.rules import WEEK, AgentRules, CallbackRules, CallingWindows, Hours, Queue, Rules
from vqueue.domain.speech import Prompt, Target
from vqueue.live.local import LocalBoard, LocalBroadcast, LocalThrottle
from vqueue.ports.database import Conversation, Database, Work
from vqueue.ports.telephony import Busy, CallRecord, Doubt, NotPlaced, Order, Placed, Placing
from vqueue.ports.voice import Told
from vqueue.services import (
    answering,
    dispatching,
    hearing,
    keeping,
    presence,
    requesting,
    returning,
    screening,
    sweeping,
)
from vqueue.services.clerk import Clerk
from vqueue.services.dispatching import Lease
from vqueue.services.house import House, Line

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALWAYS = dict.fromkeys(WEEK, (("00:00", "24:00"),))
RULES = Rules(
    callback=CallbackRules(spacing_s=(30, 60), snooze_s=60, total_tries=4),
    agents=AgentRules(wrap_up_s=10),
    hours=Hours(zone="UTC", week=ALWAYS),
    calling_windows=CallingWindows(week=ALWAYS),
)
SHARD = "walk"


class MovedClock:
    """A clock the walk moves; pauses pass at once."""

    speed = 1.0

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def wall(self) -> float:
        return (self.at - NOON).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class SeededChance:
    """Ids in the order they were drawn; everything repeats with the seed."""

    def __init__(self, dice: random.Random) -> None:
        self._dice, self._drawn = dice, 0

    def id(self, prefix: str) -> str:
        self._drawn += 1
        return f"{prefix}_{self._drawn:08d}"

    def token(self) -> str:
        return self.id("token") + "x" * 29

    def digits(self, count: int) -> str:
        return "".join(self._dice.choices("0123456789", k=count))

    def jitter(self) -> float:
        return self._dice.random()


class Postbox:
    """Takes every message."""

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        return Placed(CallSid("SM" + "0" * 32))


class AnyProvider:
    """Answers whatever a provider may answer. `honest` gives certain answers alone and knows every call as over."""

    def __init__(self, dice: random.Random) -> None:
        self._dice, self._calls = dice, 0
        self.honest = False

    async def place(self, order: Order) -> Placing:
        self._calls += 1
        placed = Placed(CallSid(f"CA{self._calls:032x}"))
        answers: list[Placing] = [placed, placed, placed, NotPlaced(21211, "no"), Busy(1.0), Doubt("answered 500")]
        return placed if self.honest else self._dice.choice(answers)

    async def redirect(self, call: CallSid, to: Target) -> bool:
        return self._dice.random() < 0.8

    async def hang_up(self, call: CallSid) -> bool:
        return self._dice.random() < 0.8

    async def look_up(self, call: CallSid) -> CallRecord | None:
        statuses = ("completed", "busy", "no-answer", "failed", "canceled", "in-progress", None)
        status = "completed" if self.honest else self._dice.choice(statuses)
        return None if status is None else CallRecord(call_sid=call, status=status, to="", started_at=None)

    async def find(
        self, *, to: str | None = None, since: datetime | None = None, parent: CallSid | None = None
    ) -> list[CallRecord]:
        if self.honest or self._dice.random() < 0.5:
            return []
        return [CallRecord(call_sid=CallSid("CA" + "f" * 32), status="no-answer", to="", started_at=None)]

    async def drop_queue(self, name: str) -> bool:
        return True

    async def message(self, *, to: str, text: str) -> Placing:
        return Busy(1.0)


@dataclass
class Walk:
    """Steps of chance through a small bank, and what must be true after each."""

    house: House
    clock: MovedClock
    dice: random.Random
    provider: AnyProvider
    lease: Lease
    pending: list[Coroutine[Any, Any, None]]
    customers: int = 0
    starts: dict[RequestId, datetime] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    async def step(self) -> None:
        """One thing happens: news, a key, a tick, a crash, the passing of time."""
        happenings: tuple[tuple[int, Callable[[], Awaitable[None]]], ...] = (
            (6, self._tick), (6, self._dial), (1, self._crash), (8, self._news), (8, self._agent_asks),
            (8, self._customer_asks), (2, self._dial_ends), (3, self._time_passes), (3, self._keep_house),
            (2, self._comes), (2, self._changes_his_mind), (2, self._agent_wishes), (2, self._holder_leaves),
        )  # fmt: skip
        weights = [weight for weight, _ in happenings]
        happening = self.dice.choices([deed for _, deed in happenings], weights=weights)[0]
        self.steps.append(happening.__name__)
        await happening()

    async def _tick(self) -> None:
        await dispatching.tick(self.house, self.lease)

    async def _dial(self) -> None:
        if self.pending:
            await self.pending.pop(self.dice.randrange(len(self.pending)))

    async def _crash(self) -> None:
        """The process dies with work begun and not done."""
        while self.pending:
            self.pending.pop().close()

    async def _news(self) -> None:
        token, call = await self._any_leg()
        if token is None:
            return
        news = self.dice.choice((News.RINGING, News.ANSWERED, News.ENDED))
        causes = (Cause.HUNG_UP, Cause.BUSY, Cause.NO_ANSWER, Cause.FAILED, Cause.CANCELED)
        cause = self.dice.choice(causes) if news is News.ENDED else None
        told = Told(call_sid=call, news=news, cause=cause, sequence=self.dice.randrange(4))
        for _ in range(self.dice.choice((1, 1, 2))):
            await hearing.status(self.house, token, told)

    async def _agent_asks(self) -> None:
        token, call = await self._any_leg(Role.AGENT)
        if token is None:
            return
        await answering.answer(self.house, token, Told(call_sid=call))
        for _ in range(self.dice.choice((0, 1, 1, 2))):
            key = self.dice.choice(("1", "1", "1", "2", ""))
            await answering.key(self.house, token, self.dice.randrange(2), Told(call_sid=call, digits=key))

    async def _customer_asks(self) -> None:
        token, call = await self._any_leg(Role.CUSTOMER)
        if token is None:
            return
        if self.dice.random() < 0.3:
            await screening.joined(self.house, token, Told(call_sid=call))
            return
        await screening.screen(self.house, token, Told(call_sid=call))
        for _ in range(self.dice.choice((0, 1, 1, 2))):
            key = self.dice.choice(("1", "1", "1", "2", "3", ""))
            await screening.key(self.house, token, self.dice.randrange(2), Told(call_sid=call, digits=key))
        await hearing.verdict(self.house, token, Told(call_sid=call, machine=self.dice.random() < 0.2))

    async def _dial_ends(self) -> None:
        token, call = await self._any_leg(Role.AGENT)
        if token is not None:
            causes = (Cause.HUNG_UP, Cause.BUSY, Cause.NO_ANSWER, Cause.FAILED, Cause.CANCELED)
            ended = Told(
                call_sid=call, news=News.ENDED, cause=self.dice.choice(causes), bridged=self.dice.random() < 0.2
            )
            await answering.dialed(self.house, token, ended)

    async def _time_passes(self) -> None:
        self.clock.at += timedelta(seconds=self.dice.choice((1, 5, 20, 100, 400)))

    async def _keep_house(self) -> None:
        for work in (sweeping.sweep_legs, keeping.wake_due, keeping.end_wrap_ups, keeping.lapse_promises):
            await work(self.house)

    async def _comes(self) -> None:
        if self.customers < 6:
            await self.comes(hold=self.dice.random() < 0.4)

    async def comes(self, *, hold: bool) -> None:
        self.customers += 1
        name = f"{self.customers:02d}"
        phone = self.house.vault.seal_phone(Phone(f"+4477009001{name}"))
        self.clock.at += timedelta(seconds=1)
        wish = requesting.Wish(
            id=RequestId(f"rq_{name}"), promise_id=PromiseId(f"pr_{name}"), queue=QueueId("cards"),
            mode=Mode.HOLD if hold else Mode.CALLBACK, channel=Channel.IVR, language="en", skills=(), bucket="/en",
            credit_class="standard", virtual_start=self.clock.at, rules_version=1, phone=phone, country="GB",
            call_sid=_own_call(name) if hold else None, session=SessionId(f"cv_{name}") if hold else None,
        )  # fmt: skip
        if hold:
            await self.house.act(partial(_open_call, name=name, call=wish.call_sid))
            await self.house.act(partial(requesting.hold, wish=wish))
        else:
            await self.house.act(partial(requesting.request_callback, wish=wish, quote=None))

    async def _changes_his_mind(self) -> None:
        request = self._any_request()
        deed: Callable[[Clerk], Any] = partial(requesting.cancel, request_id=request, reason="asked")
        if self.dice.random() < 0.5:
            name = request.removeprefix("rq_")
            await self.house.act(partial(_open_call, name=name, call=_own_call(name)))
            call, session = _own_call(name), SessionId(f"cv_{name}")
            deed = partial(returning.take_hold, request_id=request, call_sid=call, session=session)
        try:
            await self.house.act(deed)
        except Refusal:
            await self.house.act(partial(requesting.no_retry, request_id=request))

    async def _agent_wishes(self) -> None:
        agent = AgentId(self.dice.choice(("a1", "a2")))
        wish = self.dice.choice((Presence.READY, Presence.READY, Presence.AWAY, Presence.OFFLINE))
        await presence.ask(self.house, agent, wish, reason="asked")

    async def _holder_leaves(self) -> None:
        name = self._any_request().removeprefix("rq_")
        known = await self.house.database.read(lambda work: work.conversations.by_call(_own_call(name)))
        if known is not None:
            await self.house.act(partial(keeping.call_over, known=known.id))

    def _any_request(self) -> RequestId:
        return RequestId(f"rq_{self.dice.randint(1, self.customers):02d}")

    async def _any_leg(self, role: Role | None = None) -> tuple[Token | None, CallSid]:
        """Mostly a call that lives, sometimes one that is long over."""
        legs = await self.house.database.read(partial(_legs, live=self.dice.random() < 0.8))
        found = [leg for leg in legs if role is None or leg.role is role]
        if not found:
            return None, CallSid("")
        leg = self.dice.choice(found)
        return leg.token, leg.call_sid or CallSid(f"CA{self.dice.randrange(1 << 60):032x}")

    async def settle_down(self) -> None:
        """The provider tells the truth from now on, and enough time passes: nothing may stay open."""
        self.provider.honest = True
        while self.pending:
            await self.pending.pop()
        for _ in range(4):
            for name in range(1, self.customers + 1):
                call = _own_call(f"{name:02d}")
                known = await self.house.database.read(partial(_conversation, call=call))
                if known is not None:
                    await self.house.act(partial(keeping.call_over, known=known.id))
            self.clock.at += timedelta(seconds=2000)
            await sweeping.sweep_legs(self.house)
            await keeping.end_wrap_ups(self.house)


def _own_call(name: str) -> CallSid:
    """The call of a customer who rings the bank."""
    return CallSid(f"CA{name:0>32}")


def _conversation(work: Work, call: CallSid) -> Conversation | None:
    return work.conversations.by_call(call)


def _open_call(clerk: Clerk, name: str, call: CallSid) -> None:
    """His own call to the bank; a new one each time he rings."""
    known = clerk.work.conversations.by_call(call)
    if known is not None:
        clerk.work.conversations.replace(replace(known, ended_at=None))
        return
    sealed = Sealed("sealed")
    clerk.work.conversations.insert(
        Conversation(id=f"cv_{name}", call_sid=call, session=sealed, speech=sealed, step=0, started_at=clerk.at)
    )


def _legs(work: Work, live: bool) -> list[Leg]:
    requests = work.requests.search(limit=100)
    legs = [
        leg for request in requests for attempt in work.attempts.of_request(request.id)
        for leg in work.legs.of_attempt(attempt.id)
    ]  # fmt: skip
    return [leg for leg in legs if leg.live] if live else legs


def what_is_wrong(work: Work, starts: dict[RequestId, datetime]) -> list[str]:
    """Every rule of the tables that the rows break."""
    wrong: list[str] = []
    for request in work.requests.search(limit=100):
        attempts = work.attempts.of_request(request.id)
        still = [attempt.id for attempt in attempts if attempt.is_open]
        if len(still) > 1:
            wrong.append(f"{request.id} has two open attempts")
        under_way = request.state in (State.CONNECTING, State.TALKING)
        if under_way != (request.attempt is not None) or still != ([request.attempt] if under_way else []):
            wrong.append(f"{request.id} is {request.state} with {request.attempt}, open: {still}")
        if starts.setdefault(request.id, request.virtual_start) != request.virtual_start:
            wrong.append(f"{request.id} lost its place")
        wrong += [f"{one.id} closed without an outcome" for one in attempts if not one.is_open and one.outcome is None]
        wrong += [f"{one.id} is open with an outcome" for one in attempts if one.is_open and one.outcome is not None]
    for agent in work.agents.all():
        busy = agent.presence in (Presence.RESERVED, Presence.TALKING)
        if busy != (agent.attempt is not None):
            wrong.append(f"{agent.id} is {agent.presence} with {agent.attempt}")
        elif agent.attempt is not None:
            attempt = work.attempts.get(agent.attempt)
            alive = [leg for leg in work.legs.of_attempt(attempt.id) if leg.live and leg.role is Role.AGENT]
            if not attempt.is_open and not alive:
                wrong.append(f"{agent.id} is {agent.presence} for {attempt.id}, which is over")
    dialable = sum(request.dialable for request in work.requests.search(limit=100))
    if work.counters.value("open:cards") != dialable:
        wrong.append(f"{work.counters.value('open:cards')} counted, {dialable} dialable")
    return wrong


def what_is_left(work: Work) -> list[str]:
    """What may not remain when everything is over."""
    left = [f"{attempt.id} is open" for attempt in work.attempts.open()]
    left += [f"{leg.id} is {leg.state}" for leg in _legs(work, live=True)]
    return left + [
        f"{agent.id} is {agent.presence}"
        for agent in work.agents.all()
        if agent.presence in (Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)
    ]


async def begun(database: Database, seed: int) -> Walk:
    """Two agents, two callbacks, one holder."""
    dice = random.Random(seed)
    clock, provider, pending = MovedClock(), AnyProvider(dice), []
    house = House(
        database=database, vault=KeyVault((b64encode(b"k" * 32).decode(),), chance=SeededChance(dice)), clock=clock,
        chance=SeededChance(dice), telephony=provider,
        notifier=Postbox(), broadcast=LocalBroadcast(), throttle=LocalThrottle(clock),
        board=LocalBoard(), line=Line(bank="Bank", number="+442079460100", calls_per_second=1000),
        spawn=pending.append,
    )  # fmt: skip
    await house.act(partial(_found, house=house))
    epoch = await database.transact(lambda work: work.leases.acquire(shard=SHARD, holder="walk", ttl_s=3600))
    assert epoch is not None
    walk = Walk(house, clock, dice, provider, Lease(SHARD, epoch), pending)
    for hold in (False, True, False):
        await walk.comes(hold=hold)
    return walk


def _found(clerk: Clerk, house: House) -> None:
    clerk.work.queues.insert(Queue(id="cards", names={"en": "Cards"}, rules=RULES))
    for name in ("a1", "a2"):
        number = house.vault.seal(f"+4420794602{name[1:]:>02}")
        clerk.work.agents.insert(
            Agent(
                id=AgentId(name), name=name, address_kind=AddressKind.PHONE, address=number, skills={},
                languages=("en",), presence=Presence.READY, since=clerk.at, idle_since=clerk.at,
            )
        )  # fmt: skip
