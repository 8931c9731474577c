"""Omer's desk on a busy afternoon: nothing to do, a call offered, being connected, talking, over, left unwritten."""

import json
from dataclasses import replace
from typing import Any

from tests.web.afternoon import OMER, a_promise, a_request, fill, minutes, settle_staff
from vqueue.domain.agent import Agent, Presence
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.causes import Cause
from vqueue.domain.context import ContextField, FieldKind
from vqueue.domain.ids import AgentId, AttemptId, CallSid, LegId, Token
from vqueue.domain.leg import Leg, LegState, Role, Way
from vqueue.domain.phone import Phone
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.domain.rules import Offer
from vqueue.ports.bank import Disposition
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

AGENT = AgentId("ag_omer")
CALL = AttemptId("at_now")
WORDS = "Declined twice at the hotel.\nI need it tonight."
FIELDS = (
    ContextField(
        id="card",
        label={"en": "Card", "ru": "Карта", "he": "כרטיס"},
        kind=FieldKind.CHOICE,
        choices=("visa_0926", "visa_4417"),
    ),
    ContextField(id="abroad", label={"en": "Abroad", "ru": "За границей", "he": "בחו״ל"}, kind=FieldKind.BOOL),
    ContextField(id="text", label={"en": "In your own words", "ru": "Своими словами", "he": "במילים שלכם"}),
)
MODES = (Mode.CALLBACK, Mode.SCHEDULED, Mode.HOLD, Mode.CALL_IN, Mode.MESSAGE)
_PRESENCE: dict[str, tuple[Presence, str | None]] = {
    "idle": (Presence.READY, None),
    "away": (Presence.AWAY, "break"),
    "missed": (Presence.AWAY, "agent_no_answer"),
    "offer": (Presence.RESERVED, None),
    "calling": (Presence.RESERVED, None),
    "talking": (Presence.TALKING, None),
    "over": (Presence.WRAPPING, None),
    "late": (Presence.READY, None),
}


async def desk_of(house: House, state: str, **told: Any) -> None:
    """The desk in one state, on the afternoon of the console. `told` changes the customer's request."""
    await fill(house)
    await settle_staff(house, role="agent", login=OMER, name="Omer Barak")
    vault = house.vault
    name, words = told.pop("name", "Helen Ward"), told.pop("words", WORDS)
    context = {"card": "visa_0926", "abroad": True, "text": words}
    phone = vault.seal_phone(Phone("+447700900377"))
    sealed: dict[str, Any] = {
        "phone": phone,
        "name": vault.seal(name) if name else None,
        "context": vault.seal(json.dumps(context)),
    }
    fields: dict[str, Any] = (
        {"channel": Channel.APP, "customer": "https://login.bank.example|helen", "verified": True}
        | {"topic": "card_blocked", "segment": "private", "language": "en", "virtual_start": minutes(-45)}
        | {"created_at": minutes(-45), "rings": 0}
        | sealed
        | told
    )
    request = replace(a_request("rq_00000000helenward"), **fields)
    note = vault.seal("Two declines at the hotel terminal, Vienna. Identity confirmed.")

    def deed(clerk: Clerk) -> None:
        _rules(clerk)
        _agent(clerk, state)
        _day(clerk, phone)
        if state not in ("idle", "away", "missed"):
            _call(clerk, request, state)
        if state in ("talking", "over"):
            draft = Disposition(attempt=CALL, request=request.id, code="", at=minutes(-1), by=f"st_{OMER}", note=note)
            clerk.work.dispositions.put(draft)

    await house.act(deed)


def _rules(clerk: Clerk) -> None:
    queue = clerk.work.queues.get("cards")
    rules = replace(queue.rules, offer=Offer(modes=MODES), context=FIELDS)
    clerk.work.queues.publish("cards", rules, at=clerk.at, by="scene")


def _agent(clerk: Clerk, state: str) -> None:
    agent: Agent = clerk.work.agents.get(AGENT)
    presence, reason = _PRESENCE[state]
    on_call = state in ("offer", "calling", "talking")
    changed = replace(
        agent,
        login=OMER,
        presence=presence,
        reason=reason,
        skills={"cards": 5, "payments": 5, "fraud": 3},
        attempt=CALL if on_call else None,
        wrap_until=minutes(0.4) if state == "over" else None,
        since=minutes(-0.1),
    )
    clerk.work.agents.replace(changed)


def _call(clerk: Clerk, request: Request, state: str) -> None:
    over = state in ("over", "late")
    joined = minutes(-8) if over else minutes(-3.2) if state == "talking" else None
    closed = minutes(-0.1 if state == "over" else -4) if over else None
    stands = {"offer": State.CONNECTING, "calling": State.CONNECTING, "talking": State.TALKING}.get(state, State.SERVED)
    placed = replace(
        request,
        state=stands,
        attempt=None if over else CALL,
        ready=not over,
        closed_at=closed,
        came_from=State.WAITING if stands is State.CONNECTING else None,
    )
    promise = a_promise(placed, start=-23, end=-7)
    if joined is not None:
        promise = replace(promise, first_ring_at=joined, settled_at=joined, kept=False, outcome="rung")
    clerk.work.requests.insert(replace(placed, promise=promise.id, deadline=promise.window.end))
    clerk.work.promises.insert(promise)
    clerk.work.attempts.insert(
        Attempt(
            id=CALL,
            request=request.id,
            queue=request.queue,
            agent=AGENT,
            shape=Shape.AGENT_FIRST,
            opened_at=minutes(-0.1) if joined is None else joined,
            joined_at=joined,
            accepted_at=joined,
            closed_at=closed,
            outcome=Cause.TALKED if over else None,
            code="3072",
        )
    )
    for leg in _legs(state):
        clerk.work.legs.insert(leg)


def _legs(state: str) -> list[Leg]:
    agent = {"offer": LegState.RINGING, "calling": LegState.ACCEPTED, "talking": LegState.JOINED}
    customer = {"calling": LegState.RINGING, "talking": LegState.JOINED}
    legs = [_leg(Role.AGENT, agent.get(state, LegState.ENDED))]
    return legs if state == "offer" else [*legs, _leg(Role.CUSTOMER, customer.get(state, LegState.ENDED))]


def _leg(role: Role, state: LegState) -> Leg:
    ended = state is LegState.ENDED
    return Leg(
        id=LegId(f"{CALL}.{role}"),
        attempt=CALL,
        role=role,
        way=Way.POSTED,
        token=Token(f"token-{role}"),
        state=state,
        created_at=minutes(-0.1),
        agent=AGENT if role is Role.AGENT else None,
        call_sid=CallSid(f"CA{role}"),
        cause=Cause.TALKED if ended else None,
        horizon=minutes(60),
        rang_at=minutes(-0.1),
        joined_at=minutes(-3.2) if state is LegState.JOINED else None,
        ended_at=minutes(-0.1) if ended else None,
    )


_TALKS = (
    (-42, 4.2, "payment_stuck", "solved", True),
    (-58, 6.9, "card_blocked", "solved", True),
    (-75, 3.5, "new_limit", "call_again", False),
    (-96, 7.3, "card_blocked", "passed_on", True),
)


def _day(clerk: Clerk, phone: Any) -> None:
    """Four talks of the morning; one of them with the customer who is called now."""
    for i, (began, lasted, topic, code, kept) in enumerate(_TALKS):
        request = a_request(
            f"rq_day{i}", topic=topic, state=State.SERVED, closed_at=minutes(began + lasted), ready=False,
            virtual_start=minutes(began - 20), created_at=minutes(began - 20), phone=phone if i == 3 else None,
            channel=Channel.APP if i == 3 else Channel.IVR,
        )  # fmt: skip
        promise = replace(
            a_promise(request, start=began - 10, end=began + 5),
            first_ring_at=minutes(began), settled_at=minutes(began), kept=kept, outcome="rung",
        )  # fmt: skip
        clerk.work.requests.insert(replace(request, promise=promise.id))
        clerk.work.promises.insert(promise)
        attempt = AttemptId(f"at_day{i}")
        clerk.work.attempts.insert(
            Attempt(
                id=attempt, request=request.id, queue=request.queue, agent=AGENT, shape=Shape.AGENT_FIRST,
                opened_at=minutes(began), joined_at=minutes(began), accepted_at=minutes(began),
                closed_at=minutes(began + lasted), outcome=Cause.TALKED,
            )
        )  # fmt: skip
        said = Disposition(attempt=attempt, request=request.id, code=code, at=minutes(began + lasted), by=f"st_{OMER}")
        clerk.work.dispositions.put(said)
