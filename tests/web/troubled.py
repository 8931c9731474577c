"""A troubled afternoon: each alert of the board alone, hours that are past, and hours to come with too few agents."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.web.afternoon import a_promise, a_request, minutes
from tests.web.house import NOON
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, AttemptId, QueueId, RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.outlook import HALF_HOUR, HalfHour, Measured, Outlook
from vqueue.domain.phone import Phone, Sealed
from vqueue.domain.request import Mode, Request, State
from vqueue.ports.bank import Webhook
from vqueue.ports.database import Work
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

SOON = "rq_0000000000soon7"
HOOK = "wh_crm"
PHONE = Phone("+447700900260")


def breaks_soon(clerk: Clerk, phone: Sealed) -> Request:
    """Promised to be rung within ten minutes, while the queue's wait is half an hour."""
    request = a_request(SOON, phone=phone, virtual_start=minutes(-20), created_at=minutes(-20))
    promise = a_promise(request, start=-5, end=8)
    request = replace(request, promise=promise.id, deadline=promise.window.end)
    clerk.join(request)
    clerk.work.promises.insert(promise)
    return request


def left(work: Work, *agents: str) -> None:
    """These agents have just gone away."""
    for name in agents:
        work.journal.write(
            JournalRow(
                id=f"jr_left_{name}", at=minutes(-4), fact=Fact.AGENT_MOVED, agent=name,
                data={"move": "ask_away", "was": Presence.READY, "now": Presence.AWAY, "lasted_s": 600.0},
            )
        )  # fmt: skip


def an_attempt(name: str, request: str, *, queue: str = "cards", at: datetime, outcome: Cause) -> Attempt:
    return Attempt(
        id=AttemptId(f"at_{name}"), request=RequestId(request), queue=QueueId(queue), agent=AgentId("ag_priya"),
        shape=Shape.AGENT_FIRST, opened_at=at, joined_at=at + timedelta(seconds=5) if outcome is Cause.TALKED else None,
        closed_at=at + timedelta(seconds=40), outcome=outcome,
    )  # fmt: skip


def machines(work: Work, queue: str = "app", *, count: int = 12) -> None:
    """So many tries of the last minutes, every second one answered by a machine."""
    for i in range(count):
        at = minutes(-10 + i * 0.5)
        name = f"rq_wave{i:03}"
        rung = a_request(name, queue=QueueId(queue), state=State.SERVED, created_at=minutes(-60), closed_at=at)
        work.requests.insert(replace(rung, ready=False))
        outcome = Cause.MACHINE if i % 2 else Cause.TALKED
        work.attempts.insert(an_attempt(f"wave{i:03}", name, queue=queue, at=at, outcome=outcome))


def a_hook(*, failures: int = 6, off: bool = False) -> Webhook:
    return Webhook(
        id=HOOK, url="https://crm.bank.example/hooks/9f2c", events=(), queues=(),
        secret=Sealed(cipher="sealed", index="", hint=""), made_at=minutes(-600), made_by="st_dana", failures=failures,
        failing_since=minutes(-30), disabled_at=minutes(-9) if off else None, reason="failing" if off else None,
    )  # fmt: skip


def hours_past(work: Work, *, queues: tuple[str, ...] = ("cards", "app", "payments", "fraud")) -> None:
    """Four hours of calls: more of them, and later answered, towards now; one in eight gives up."""
    for q, queue in enumerate(queues):
        for i in range(90):
            came = minutes(-245 + i * 2.6)
            waits = 0.2 if i % 3 else 4 + i * (0.12 if q == 0 else 0.02) * (4 - q)
            gone = i % 8 == 7
            end = min(came + timedelta(minutes=waits), NOON - timedelta(seconds=30))
            name = f"rq_past{q}{i:03}"
            state = State.ABANDONED if gone else State.SERVED
            over = end if gone else end + timedelta(minutes=2)
            work.requests.insert(
                a_request(name, queue=QueueId(queue), mode=Mode.HOLD, state=state, virtual_start=came, created_at=came,
                          closed_at=over, ready=False)
            )  # fmt: skip
            if not gone:
                work.attempts.insert(an_attempt(f"past{q}{i:03}", name, queue=queue, at=end, outcome=Cause.TALKED))
            if i % 4 == 0:
                _settled(work, name, queue, kept=(i + q) % 12 != 0, at=came)


def _settled(work: Work, request: str, queue: str, *, kept: bool, at: datetime) -> None:
    made = a_request(request, queue=QueueId(queue), created_at=at)
    ring = (at - NOON).total_seconds() / 60
    promise = a_promise(made, start=ring + 1, end=ring + 12)
    work.promises.insert(promise.ring(minutes(ring + (6 if kept else 20))))


def outlook(queue: str, *, staffed: float = 6.0, needed: int = 4) -> Outlook:
    """Busier than staffed from the fourth half hour on, for an hour."""
    first = NOON - timedelta(minutes=NOON.minute % 30)
    halves = tuple(
        HalfHour(
            start=first + HALF_HOUR * n, mean=18.0 - n, p50=18 - n, p80=22 - n,
            needed=needed + (4 if n in (4, 5) else 0) - n // 6, staffed=staffed if n < 9 else staffed - 2,
            sure=staffed - 1,
        )
        for n in range(14)
    )  # fmt: skip
    measured = Measured(at=NOON, handling_s=300.0, patience_s=None, answered=0.9, calls=400)
    return Outlook(queue=queue, made_at=NOON, measured=measured, half_hours=halves)


async def trouble(house: House) -> None:
    """Everything at once, upon `fill`."""
    phone = house.vault.seal_phone(PHONE)

    def deed(clerk: Clerk) -> None:
        breaks_soon(clerk, phone)
        left(clerk.work, "ag_omer", "ag_ivan")
        machines(clerk.work)
        clerk.work.webhooks.insert(a_hook())
        hours_past(clerk.work)
        for queue, staffed in (("cards", 6.0), ("app", 7.5), ("payments", 9.0)):
            clerk.work.outlooks.put(outlook(queue, staffed=staffed))

    await house.act(deed)
