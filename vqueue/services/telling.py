"""What the bank's systems are told: which fact of the journal is which event, and which subscription wants it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from vqueue.domain.journal import Fact
from vqueue.domain.request import Move, Request, State
from vqueue.ports.bank import Webhook
from vqueue.ports.database import Notice

Document = dict[str, Any]
_CODE = re.compile(r"[a-z0-9_]{1,64}\Z")
FRESH_S = 5.0
"""How long a process believes the subscriptions it read, wall seconds."""


class Event(StrEnum):
    """What a subscription may ask for. Each fact is told as one event, the most particular one."""

    REQUEST_CREATED = "request.created"
    REQUEST_UPDATED = "request.updated"
    REQUEST_RINGING = "request.ringing"
    REQUEST_MISSED = "request.missed"
    REQUEST_CONNECTED = "request.connected"
    REQUEST_SERVED = "request.served"
    REQUEST_CANCELLED = "request.cancelled"
    REQUEST_ABANDONED = "request.abandoned"
    REQUEST_EXPIRED = "request.expired"
    REQUEST_UNREACHED = "request.unreached"
    PROMISE_MADE = "promise.made"
    PROMISE_KEPT = "promise.kept"
    PROMISE_BROKEN = "promise.broken"
    PROMISE_WITHDRAWN = "promise.withdrawn"
    AGENT_PRESENCE = "agent.presence"
    RULES_PUBLISHED = "rules.published"
    SWITCH_CHANGED = "switch.changed"
    TEST = "webhook.test"


_ENDS = {
    State.SERVED: Event.REQUEST_SERVED,
    State.CANCELLED: Event.REQUEST_CANCELLED,
    State.ABANDONED: Event.REQUEST_ABANDONED,
    State.EXPIRED: Event.REQUEST_EXPIRED,
    State.UNREACHED: Event.REQUEST_UNREACHED,
}
_MOVES = {Move.MISS: Event.REQUEST_MISSED, Move.CONNECT: Event.REQUEST_CONNECTED}
_RUNG = "rung"
"""The reason under which the first sign of the customer's ring is stored."""


@dataclass(kw_only=True)
class Audience:
    """The subscriptions this process knows of, and which it is delivering to. Nothing here is true for long."""

    known: tuple[Webhook, ...] = ()
    until: float = float("-inf")
    """Wall time from which they are to be read again."""
    served: set[str] = field(default_factory=set)
    """Subscriptions that are being delivered to at this moment."""

    def forget(self) -> None:
        """Somebody changed one: the next fact reads them anew."""
        self.until = float("-inf")

    def learn(self, webhooks: Iterable[Webhook], now: float) -> None:
        self.known = tuple(one for one in webhooks if one.disabled_at is None)
        self.until = now + FRESH_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One fact as the clerk notes it: columns and data of its journal row."""

    fact: Fact
    at: datetime
    request: Request | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event with its thin document; told in order of `place` within `line`."""

    event: Event
    data: Document
    queue: str | None
    line: str
    place: int


def ways(request: Request) -> tuple[str, ...]:
    """How the customer himself is told: by SMS where he chose nothing, and never where there is no way to him."""
    sms = request.phone is not None and (not request.notify or "sms" in request.notify)
    push = request.customer is not None and "push" in request.notify
    return tuple(kind for kind, wanted in (("sms", sms), ("push", push)) if wanted)


def notices(happening: Happening, audience: Iterable[Webhook]) -> Iterator[Notice]:
    """One for each subscription that wants it, still without an id."""
    told = event_of(happening)
    if told is None:
        return
    for webhook in audience:
        if wants(webhook, told):
            yield notice(webhook.id, told, at=happening.at, request=happening.request)


def notice(webhook: str, told: Told, *, at: datetime, request: Request | None = None) -> Notice:
    return Notice(
        id="",
        kind="webhook",
        prompt=told.event,
        request=request.id if request is not None else None,
        target=webhook,
        not_before=at,
        document={"type": told.event.value, "timestamp": at.isoformat(), "data": told.data},
        line=told.line,
        place=told.place,
    )


def wants(webhook: Webhook, told: Told) -> bool:
    """Its queues are asked about what belongs to a queue; agents belong to none."""
    if webhook.events and told.event not in webhook.events:
        return False
    return not webhook.queues or told.queue is None or told.queue in webhook.queues


def event_of(happening: Happening) -> Told | None:
    """What the outside is told of this fact; None for what is nobody's business outside."""
    fields, request = happening.fields, happening.request
    match happening.fact:
        case Fact.QUEUE_ENTERED if request is not None:
            return _of_request(Event.REQUEST_CREATED, request, {})
        case Fact.REQUEST_MOVED if request is not None:
            event = _moved(fields)
            return _of_request(event, request, fields) if event is not None else None
        case Fact.PROMISE_MADE | Fact.PROMISE_SETTLED if request is not None:
            return _of_promise(_settled(happening.fact, fields), request, fields)
        case Fact.AGENT_MOVED if fields.get("was") != fields.get("now"):
            return _of_agent(fields)
        case Fact.RULES_PUBLISHED:
            return _of_rules(fields)
        case Fact.SWITCH_TURNED:
            return _of_switch(fields, happening.at)
        case _:
            return None


def _moved(fields: Mapping[str, Any]) -> Event | None:
    move, was, now = fields.get("move"), fields.get("was"), fields.get("now")
    if move == "same":
        return Event.REQUEST_RINGING if fields.get("reason") == _RUNG else None
    if was != now and isinstance(now, State) and now in _ENDS:
        return _ENDS[now]
    return _MOVES.get(move, Event.REQUEST_UPDATED) if isinstance(move, Move) else Event.REQUEST_UPDATED


def _settled(fact: Fact, fields: Mapping[str, Any]) -> Event:
    if fact is Fact.PROMISE_MADE:
        return Event.PROMISE_MADE
    kept = fields.get("kept")
    if kept is None:
        return Event.PROMISE_WITHDRAWN
    return Event.PROMISE_KEPT if kept else Event.PROMISE_BROKEN


def _of_request(event: Event, request: Request, fields: Mapping[str, Any]) -> Told:
    data: Document = {
        "request": request.id,
        "queue": request.queue,
        "mode": request.mode.value,
        "channel": request.channel.value,
        "state": request.state.value,
        "version": request.version,
        "virtual_start_at": request.virtual_start.isoformat(),
        "notify": "webhook" in request.notify,
    }
    times = {"slot_start": request.slot_start, "not_before": request.not_before, "closed_at": request.closed_at}
    data |= {name: at.isoformat() for name, at in times.items() if at is not None}
    data |= _given({"was": fields.get("was"), "reason": fields.get("reason")})
    return Told(event=event, data=data, queue=request.queue, line=request.id, place=request.version)


def _of_promise(event: Event, request: Request, fields: Mapping[str, Any]) -> Told:
    data: Document = {"promise": str(fields.get("promise")), "request": request.id, "queue": request.queue}
    if event is Event.PROMISE_MADE:
        data["window"] = {"from": fields.get("start"), "to": fields.get("end"), "coverage": fields.get("coverage")}
    else:
        data |= _given({"outcome": fields.get("outcome")})
    return Told(event=event, data=data, queue=request.queue, line=request.id, place=request.version)


def _of_agent(fields: Mapping[str, Any]) -> Told:
    agent, version = str(fields.get("agent")), int(fields.get("version") or 0)
    data: Document = {"agent": agent, "presence": str(fields.get("now")), "was": str(fields.get("was"))}
    data |= {"version": version} | _given({"reason": fields.get("reason")})
    return Told(event=Event.AGENT_PRESENCE, data=data, queue=None, line=agent, place=version)


def _of_rules(fields: Mapping[str, Any]) -> Told:
    queue, version = str(fields.get("queue")), int(fields.get("rules_version") or 0)
    data: Document = {"queue": queue, "version": version}
    return Told(event=Event.RULES_PUBLISHED, data=data, queue=queue, line=f"rules:{queue}", place=version)


def _of_switch(fields: Mapping[str, Any], at: datetime) -> Told:
    queue, data = str(fields.get("queue")), {name: str(fields.get(name)) for name in ("queue", "switch", "now")}
    return Told(
        event=Event.SWITCH_CHANGED, data=data, queue=queue, line=f"switch:{queue}", place=int(at.timestamp()) % 2**31
    )


def _given(words: Mapping[str, Any]) -> Document:
    """Codes go out; what a person wrote in his own words stays inside."""
    return {name: str(word) for name, word in words.items() if word is not None and _CODE.match(str(word))}
