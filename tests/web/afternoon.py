"""A busy afternoon at a small bank: queues, agents, people waiting, promises, boards; a default for everything."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.web.house import NOON, QUICK
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.board import ClassCounts, QueueBoard, Wait
from vqueue.domain.ids import AgentId, PromiseId, QueueId, RequestId
from vqueue.domain.phone import Phone, Sealed
from vqueue.domain.promise import Promise, Window
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.domain.rules import Hours, Queue, Rules
from vqueue.ports.database import Work
from vqueue.ports.people import Staff
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.leading import SHARD

PASSWORD = "two mint leaves"
DAY_S = 86_400.0
DANA, OMER = "dana", "omer"
NAMES = {
    "cards": {"en": "Cards", "ru": "Карты", "he": "כרטיסים"},
    "app": {"en": "App, online bank", "ru": "Приложение и интернет-банк", "he": "אפליקציה ואתר"},
    "payments": {"en": "Payments", "ru": "Платежи", "he": "תשלומים"},
    "fraud": {"en": "Fraud, lost cards", "ru": "Мошенничество, утеря карт", "he": "הונאה, אובדן כרטיס"},
    "estates": {"en": "Estates", "ru": "Наследство", "he": "עיזבונות"},
}


def minutes(count: float) -> datetime:
    """So many minutes from now."""
    return NOON + timedelta(minutes=count)


def a_queue(name: str = "cards", **changes: Any) -> Queue:
    return replace(Queue(id=name, names=NAMES.get(name, {"en": name}), rules=Rules(skills=(name,))), **changes)


def an_agent(
    name: str = "Omer Barak", *, presence: Presence = Presence.READY, skills: str = "cards", **changes: Any
) -> Agent:
    agent_id = AgentId(f"ag_{name.split()[0].lower()}")
    agent = Agent(
        id=agent_id,
        name=name,
        address_kind=AddressKind.CLIENT,
        address=_sealed(agent_id),
        skills=dict.fromkeys(skills.split(), 5),
        languages=("en", "he"),
        presence=presence,
        since=minutes(-7),
    )
    return replace(agent, **changes)


def _sealed(text: str) -> Sealed:
    return Sealed(cipher=f"sealed-{text}", index=f"index-{text}", hint="…")


def a_request(name: str = "rq_0000000001abcde", **changes: Any) -> Request:
    """A callback that has waited for half an hour."""
    request = Request(
        id=RequestId(name),
        queue=QueueId("cards"),
        mode=Mode.CALLBACK,
        channel=Channel.IVR,
        state=State.WAITING,
        virtual_start=minutes(-31),
        created_at=minutes(-31),
        bucket="cards/en",
        skills=("cards",),
    )
    return replace(request, **changes)


def a_promise(request: Request, *, start: float, end: float, **changes: Any) -> Promise:
    """From `start` to `end`, minutes from now."""
    promise = Promise(
        id=PromiseId(f"pr_{request.id}"),
        request=request.id,
        queue=request.queue,
        channel=request.channel,
        made_at=request.created_at,
        window=Window(minutes(start), minutes(end)),
        coverage=0.9,
        method="closed",
        quantiles_s={"0.05": 900.0, "0.5": 1500.0, "0.95": 2400.0},
        inputs={"agents": 4.0, "handling_s": 312.5},
    )
    return replace(promise, **changes)


def a_wait(p5: float = 300, p50: float = 780, p95: float = 1500, **changes: Any) -> Wait:
    wait = Wait(as_of=NOON - timedelta(seconds=2), method="closed", mean_s=p50, p5_s=p5, p10_s=p5 * 1.2,
                p50_s=p50, p90_s=p95 * 0.9, p95_s=p95)  # fmt: skip
    return replace(wait, **changes)


def a_board(name: str = "cards", *, wait: Wait | None = None, ready: int = 5, **changes: Any) -> QueueBoard:
    """A board on which every place waits alike; `ready` people joined half an hour ago."""
    minute = int((NOON - timedelta(minutes=31)).timestamp() // 60)
    told = wait or a_wait()
    board = QueueBoard(
        queue=name,
        as_of=told.as_of,
        open=True,
        ready=ready,
        grid=((0, told), (200, told)),
        classes=(ClassCounts(f"{name}/en", "standard", 0.0, ((minute, ready),)),),
    )
    return replace(board, **changes)


AGENTS = (
    an_agent("Priya Nair", presence=Presence.TALKING, skills="cards payments"),
    an_agent("Omer Barak", presence=Presence.AWAY, skills="cards", reason="break"),
    an_agent("Anna Petrova", presence=Presence.TALKING, skills="cards app", next_presence=Presence.AWAY),
    an_agent("Jonas Weiss", presence=Presence.WRAPPING, skills="cards"),
    an_agent("Maya Cohen", presence=Presence.READY, skills="payments fraud"),
    an_agent("Tom Hughes", presence=Presence.RESERVED, skills="app"),
    an_agent("Leila Haddad", presence=Presence.READY, skills="fraud payments"),
    an_agent("Ivan Sokolov", presence=Presence.OFFLINE, skills="app cards"),
)


async def settle_staff(house: House, *, role: str = "supervisor", login: str = DANA, name: str = "Dana Levi") -> None:
    """Somebody who can sign in with PASSWORD."""
    staff = Staff(id=f"st_{login}", login=login, name=name, role=role, password=QUICK.hash(PASSWORD))
    await house.database.transact(lambda work: work.people.add(staff))


async def fill(house: House) -> None:
    """Five queues: one breaks promises, one is switched off, one is fine, one is quiet, one is closed."""
    phones = [house.vault.seal_phone(Phone(f"+4477009002{i:02}")) for i in range(30)]
    queues = [a_queue(name) for name in ("cards", "app", "payments", "fraud")]
    shut = Rules(skills=("estates",), hours=Hours(week={"thu": (("09:00", "12:00"),)}))
    queues.append(a_queue("estates", rules=shut))

    def deed(clerk: Clerk) -> None:
        for queue in queues:
            clerk.work.queues.insert(queue)
        for agent in AGENTS:
            clerk.work.agents.insert(agent)
        for i, phone in enumerate(phones):
            _person(clerk, i, phone)
        _finished(clerk.work)
        clerk.work.leases.acquire(shard=SHARD, holder="afternoon", ttl_s=DAY_S)

    await house.act(deed)
    late = a_wait(900, 1860, 3300)
    await house.board.publish(a_board("cards", wait=late, ready=12))
    await house.board.publish(a_board("app", wait=a_wait(600, 1380, 2800), ready=6))
    await house.board.publish(a_board("payments", wait=a_wait(0, 60, 500), ready=3))
    await house.board.publish(a_board("fraud", wait=a_wait(0, 5, 90), ready=0))


def _person(clerk: Clerk, i: int, phone: Sealed) -> None:
    """Every third holds, the others wait for a call; some are booked."""
    queue = ("cards", "cards", "app", "payments")[i % 4]
    held = i % 5 == 0
    booked = i % 7 == 3
    state = State.HOLDING if held else State.BOOKED if booked else State.WAITING
    mode = Mode.HOLD if held else Mode.SCHEDULED if booked else Mode.CALLBACK
    name = f"rq_00000000{i:02}7k2m{chr(97 + i % 26)}"
    at = minutes(-31 + i * 0.9)
    request = a_request(
        name, queue=QueueId(queue), state=state, mode=mode, bucket=f"{queue}/en", skills=(queue,), virtual_start=at,
        created_at=at, phone=phone, slot_start=minutes(80) if booked else None,
        not_before=minutes(78) if booked else None, ready=not booked,
    )  # fmt: skip
    if state is State.WAITING:
        promise = a_promise(request, start=8 + i, end=26 + i)
        request = replace(request, promise=promise.id, deadline=promise.window.end)
        clerk.join(request)
        clerk.work.promises.insert(promise)
    else:
        clerk.join(request)


def _finished(work: Work) -> None:
    """Promises of the morning: 23 of 25 kept."""
    for i in range(25):
        request = a_request(
            f"rq_done{i:03}", queue=QueueId("payments" if i % 2 else "cards"), state=State.SERVED,
            virtual_start=minutes(-200 + i), created_at=minutes(-200 + i), closed_at=minutes(-150 + i), ready=False,
        )  # fmt: skip
        promise = a_promise(request, start=-170 + i, end=-150 + i)
        work.requests.insert(replace(request, promise=promise.id))
        work.promises.insert(promise.ring(minutes((-160 if i % 12 else -120) + i)))
