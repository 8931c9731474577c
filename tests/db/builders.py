"""Values with a default for every field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.ids import AgentId, AttemptId, CallSid, LegId, PromiseId, QueueId, RequestId, Token
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.leg import Leg, LegState, Role, Way
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Promise, Window
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.domain.rules import Queue, Rules
from vqueue.ports.database import Conversation, Database, Notice, Work

NOON = datetime(2026, 3, 4, 12, 0, 0, 123456, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_number(index: str = "anna") -> Sealed:
    return Sealed(cipher=f"sealed-{index}", index=index, hint="+44…001")


def a_queue(name: str = "cards", /, **changes: Any) -> Queue:
    return replace(Queue(id=name, names={"en": "Cards", "he": "כרטיסים"}, rules=Rules()), **changes)


def a_request(name: str = "r1", /, **changes: Any) -> Request:
    """A callback that waits."""
    request = Request(
        id=RequestId(name),
        queue=QueueId("cards"),
        mode=Mode.CALLBACK,
        channel=Channel.APP,
        state=State.WAITING,
        virtual_start=NOON,
        created_at=NOON,
        bucket="cards/en",
    )
    return replace(request, **changes)


def an_agent(name: str = "a1", /, **changes: Any) -> Agent:
    agent = Agent(
        id=AgentId(name),
        name="Avi",
        address_kind=AddressKind.PHONE,
        address=a_number(f"phone-of-{name}"),
        skills={"cards": 5},
        languages=("en", "he"),
        presence=Presence.READY,
        since=NOON,
    )
    return replace(agent, **changes)


def an_attempt(name: str = "t1", /, **changes: Any) -> Attempt:
    attempt = Attempt(
        id=AttemptId(name),
        request=RequestId("r1"),
        queue=QueueId("cards"),
        agent=AgentId("a1"),
        shape=Shape.AGENT_FIRST,
        opened_at=NOON,
    )
    return replace(attempt, **changes)


def a_leg(name: str = "l1", /, **changes: Any) -> Leg:
    """The agent's leg, ringing."""
    leg = Leg(
        id=LegId(name),
        attempt=AttemptId("t1"),
        role=Role.AGENT,
        way=Way.POSTED,
        token=Token(f"token-of-{name}"),
        state=LegState.RINGING,
        created_at=NOON,
        agent="a1",
    )
    return replace(leg, **changes)


def a_customer_leg(name: str = "l2", /, **changes: Any) -> Leg:
    return a_leg(name, **{"role": Role.CUSTOMER, "way": Way.DIALED, "agent": None, "phone_index": "anna", **changes})


def a_promise(name: str = "p1", /, **changes: Any) -> Promise:
    promise = Promise(
        id=PromiseId(name),
        request=RequestId("r1"),
        queue="cards",
        channel="app",
        made_at=NOON,
        window=Window(after(300), after(900)),
        coverage=0.9,
        method="rollforward",
        quantiles_s={"0.1": 310.5, "0.5": 500.0, "0.9": 890.25},
        inputs={"agents": 3, "as_of": "12:00"},
    )
    return replace(promise, **changes)


def a_conversation(name: str = "c1", /, **changes: Any) -> Conversation:
    conversation = Conversation(
        id=name,
        call_sid=CallSid(f"call-of-{name}"),
        session=Sealed("session"),
        speech=Sealed("speech"),
        step=0,
        started_at=NOON,
    )
    return replace(conversation, **changes)


def a_row(name: str = "j1", /, **changes: Any) -> JournalRow:
    row = JournalRow(id=name, at=NOON, fact=Fact.REQUEST_MOVED, request="r1", data={"reason": "asked", "tries": 1})
    return replace(row, **changes)


def a_notice(name: str = "n1", /, **changes: Any) -> Notice:
    return replace(Notice(id=name, kind="sms", prompt="sms.rolled_over", request=None, not_before=NOON), **changes)


async def with_request(database: Database, *requests: Request) -> None:
    """Stores the requests (`r1` when none is given) and the agent `a1`."""

    def op(work: Work) -> None:
        for each in requests or (a_request(),):
            work.requests.insert(each)
        work.agents.insert(an_agent())

    await database.transact(op)
