"""Cancelling against the ring, thousands of times: whoever was told "cancelled" is never rung, who is rung was told so.

    .venv/bin/python -m scripts.races [--races 10000] [--seed 7] [--together 16]

On SQLite and PostgreSQL, with the real services and no telephone network: an order to ring is counted where it leaves
the program. Each race begins the two at offsets drawn up to 50 ms apart, both ways, for both shapes of a callback.
"""

import argparse
import asyncio
import json
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from scripts.bench.databases import durable_databases, shared_out
from vqueue.clock import BusinessClock, SystemChance
from vqueue.db.open import open_database
from vqueue.db.vault import KeyVault
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.errors import AlreadyDialing, StaleWrite
from vqueue.domain.ids import AgentId, AttemptId, CallSid, PromiseId, QueueId, RequestId, Token
from vqueue.domain.phone import Phone
from vqueue.domain.request import Channel, Mode
from vqueue.domain.rules import CallbackRules, Offer, Queue, Rules
from vqueue.domain.speech import DialCustomer, Prompt, Target
from vqueue.engine.plan import Reserve
from vqueue.live.local import LocalBoard, LocalBroadcast, LocalThrottle
from vqueue.ports.telephony import CallRecord, Order, Placed, Placing
from vqueue.ports.voice import Told
from vqueue.services import answering, dialing, dispatching, requesting
from vqueue.services.clerk import Clerk
from vqueue.services.house import House, Line

SPREAD_S = 0.05
QUEUES = {Shape.AGENT_FIRST: "agents", Shape.CUSTOMER_FIRST: "customers"}
KEY = "cmFjZXMgcmFjZXMgcmFjZXMgcmFjZXMgcmFjZXMgISE="
"""Nothing worth hiding is sealed with it."""


@dataclass
class Orders:
    """A provider that takes every order to ring and only writes it down."""

    rung: list[str] = field(default_factory=list)

    async def place(self, order: Order) -> Placing:
        self.rung.append(order.answer.key)
        return Placed(CallSid(f"CA{len(self.rung):032d}"))

    async def redirect(self, call: CallSid, to: Target) -> bool:
        return True

    async def hang_up(self, call: CallSid) -> bool:
        return True

    async def look_up(self, call: CallSid) -> CallRecord | None:
        return None

    async def find(
        self, *, to: str | None = None, since: datetime | None = None, parent: CallSid | None = None
    ) -> list[CallRecord]:
        return []

    async def drop_queue(self, name: str) -> bool:
        return True

    async def message(self, *, to: str, text: str) -> Placing:
        return Placed(CallSid(""))

    async def tell(self, to: Phone, prompt: Prompt, language: str) -> Placing:
        return Placed(CallSid(""))


@dataclass(frozen=True)
class Race:
    """One place in line with a free agent, and the ids of what may come of it."""

    request: RequestId
    agent: AgentId
    attempt: AttemptId
    tokens: tuple[Token, Token]
    shape: Shape


async def races(url: str, *, number: int, seed: int, together: int = 16) -> Counter[str]:
    """How often each outcome came: `cancelled`, `already_dialing`, and what must never be, `violations`."""
    chance, clock, orders = SystemChance(), BusinessClock(), Orders()
    tasks: set[asyncio.Task[None]] = set()

    def spawn(work: Coroutine[Any, Any, None]) -> None:
        tasks.add(asyncio.get_running_loop().create_task(work))

    house = House(
        database=open_database(url),
        vault=KeyVault((KEY,), chance=chance),
        clock=clock,
        chance=chance,
        telephony=orders,
        notifier=orders,
        broadcast=LocalBroadcast(),
        throttle=LocalThrottle(clock),
        board=LocalBoard(),
        line=Line(bank="Tamarind Bank", number="+442079460100", calls_per_second=1000),
        spawn=spawn,
    )
    found: Counter[str] = Counter()
    drawn = random.Random(seed)
    await house.act(_queues)
    await shared_out(number, together, lambda one: _run(house, orders, one, drawn, found))
    await asyncio.gather(*tasks)
    await house.database.close()
    return found


def _queues(clerk: Clerk) -> None:
    for shape, name in QUEUES.items():
        rules = Rules(offer=Offer(max_open=1_000_000), callback=CallbackRules(shape=shape))
        clerk.work.queues.insert(Queue(id=name, names={"en": name}, rules=rules))


async def _run(house: House, orders: Orders, number: int, drawn: random.Random, found: Counter[str]) -> None:
    shape = Shape.AGENT_FIRST if number % 2 else Shape.CUSTOMER_FIRST
    race = await _prepared(house, number, shape)
    offset = drawn.uniform(-SPREAD_S, SPREAD_S)
    answer, rung = await asyncio.gather(
        _after(max(0.0, -offset), _cancel(house, race)), _after(max(0.0, offset), _ring(house, orders, race))
    )
    found[answer] += 1
    found["rung"] += rung
    # Told "cancelled" and rung all the same, or told that it rings although nobody will.
    found["violations"] += (answer == "cancelled") == rung


async def _after(seconds: float, deed: Coroutine[Any, Any, Any]) -> Any:
    await asyncio.sleep(seconds)
    return await deed


async def _prepared(house: House, number: int, shape: Shape) -> Race:
    chance, phone = house.chance, Phone(f"+447700{900_000 + number % 1000}")
    race = Race(
        request=RequestId(chance.id("rq")),
        agent=AgentId(f"agent-{number}"),
        attempt=AttemptId(chance.id("at")),
        tokens=(Token(chance.token()), Token(chance.token())),
        shape=shape,
    )
    # As many numbers as races, though only a thousand are invented: each race has its own index.
    sealed = replace(house.vault.seal_phone(phone), index=house.vault.index(f"{phone.e164} {number}"))
    wish = requesting.Wish(
        id=race.request,
        promise_id=PromiseId(""),
        queue=QueueId(QUEUES[shape]),
        mode=Mode.CALLBACK,
        channel=Channel.APP,
        language="en",
        skills=(),
        bucket="/en",
        credit_class="standard",
        virtual_start=house.clock.now(),
        rules_version=1,
        phone=sealed,
        zone="Europe/London",
        country="GB",
    )
    agent = Agent(
        id=race.agent,
        name=race.agent,
        address_kind=AddressKind.PHONE,
        address=house.vault.seal("+442079460200"),
        skills={},
        languages=("en",),
        presence=Presence.READY,
        since=house.clock.now(),
    )
    await house.act(partial(_placed, race=race, wish=wish, agent=agent))
    return race


def _placed(clerk: Clerk, race: Race, wish: requesting.Wish, agent: Agent) -> None:
    clerk.work.agents.insert(agent)
    requesting.request_callback(clerk, replace(wish, virtual_start=clerk.at), None)
    if race.shape is Shape.AGENT_FIRST:
        _reserved(clerk, race)


def _reserved(clerk: Clerk, race: Race) -> bool | None:
    queue = QUEUES[race.shape]
    action = Reserve(request=race.request, agent=race.agent, queue=queue, shape=race.shape, reasons=("race",))
    return dispatching.reserve(clerk, action=action, attempt_id=race.attempt, tokens=race.tokens, code="0000")


async def _cancel(house: House, race: Race) -> str:
    try:
        await house.act(partial(requesting.cancel, request_id=race.request, reason="race"))
    except AlreadyDialing:
        return "already_dialing"
    return "cancelled"


async def _ring(house: House, orders: Orders, race: Race) -> bool:
    """Whether the customer's phone was ordered to ring."""
    if race.shape is Shape.AGENT_FIRST:
        pressed = Told(call_sid=CallSid(f"CA-{race.agent}"), digits="1")
        said = await answering.key(house, race.tokens[0], 0, pressed)
        return any(isinstance(verb, DialCustomer) for verb in said)
    try:
        if await house.act(partial(_reserved, race=race)) is None:
            return False
    except StaleWrite:
        return False
    await dialing.place(house, race.tokens[1])
    return race.tokens[1] in orders.rung


def main() -> int:
    flags = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    flags.add_argument("--races", type=int, default=10_000)
    flags.add_argument("--seed", type=int, default=7)
    flags.add_argument("--together", type=int, default=16)
    told = flags.parse_args()
    with durable_databases() as urls:
        found = {
            name: dict(asyncio.run(races(url, number=told.races, seed=told.seed, together=told.together)))
            for name, url in urls.items()
        }
    print(json.dumps(found, indent=2, sort_keys=True))
    return 1 if any(one.get("violations") for one in found.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
