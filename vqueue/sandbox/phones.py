"""Keeps the telephones of the browser page: each rings, shows captions, and waits for a person's hand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from vqueue.sandbox.calls import Call
from vqueue.sandbox.party import Answer
from vqueue.sandbox.people import Manner

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network

KEPT_EVENTS: Final = 1000


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    seq: int
    at: datetime
    event: str
    told: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"seq": self.seq, "at": self.at.isoformat(timespec="milliseconds"), "event": self.event, **self.told}


@dataclass(eq=False, slots=True)
class Telephone:
    """One telephone of the page. `ringing` is answered or declined by a person."""

    number: str
    name: str
    role: str
    events: deque[PhoneEvent] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    seq: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ringing: dict[str, "asyncio.Future[Answer]"] = field(default_factory=dict)
    call: Call | None = None

    def add(self, at: datetime, event: str, call: Call | None, **told: Any) -> None:
        self.seq += 1
        known = {name: value for name, value in told.items() if value is not None}
        if call is not None:
            known = {"call_sid": call.sid, "from": call.from_, "to": call.to} | known
        self.events.append(PhoneEvent(self.seq, at, event, known))
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    async def follow(self, after: int) -> AsyncIterator[PhoneEvent]:
        while True:
            changed = self.changed
            for event in [event for event in self.events if event.seq > after]:
                after = event.seq
                yield event
            if changed is self.changed:
                await changed.wait()

    def state(self) -> str:
        if self.call is not None:
            return "in-call" if self.call.answered_at is not None else "calling"
        return "ringing" if self.ringing else "idle"

    def as_json(self) -> dict[str, Any]:
        call = self.call
        told: dict[str, Any] = {"number": self.number, "name": self.name, "role": self.role, "state": self.state()}
        told["call_sid"] = call.sid if call else next(iter(self.ringing), None)
        told["last_seq"] = self.seq
        return told


class PhoneLeg:
    """The far end of one leg when it is a telephone of the page."""

    def __init__(self, network: "Network", phone: Telephone) -> None:
        self._network, self.phone = network, phone
        self.manner = Manner.PERSON
        self.verdict: str | None = None
        self.beeped = asyncio.Event()
        self.spoke = asyncio.Event()

    def _add(self, event: str, call: Call, **told: Any) -> None:
        self.phone.add(self._network.clock.now(), event, call, **told)

    def calling(self, call: Call) -> None:
        self.phone.call = call
        self._add("calling", call)

    async def answer(self, call: Call) -> Answer:
        """Rings until a person answers or declines."""
        met: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.phone.ringing[call.sid] = met
        self._add("ring", call)
        try:
            return await met
        finally:
            self.phone.ringing.pop(call.sid, None)

    def begin(self, call: Call) -> None:
        self.phone.call = call
        self._add("answered", call)

    def hears(self, call: Call, text: str, language: str, by: str) -> None:
        self._add("said", call, text=text, language=language, by=by)

    def heard(self, call: Call, text: str) -> None:
        """Captions show speech when it begins."""

    def tone(self, call: Call, text: str) -> None:
        self._add("tone", call, text=text)

    def pressed(self, call: Call, digits: str) -> None:
        self._add("pressed", call, digits=digits, by="self")

    def bridged(self, call: Call, other: Call) -> None:
        self._add("bridged", call)

    def unbridged(self, call: Call) -> None:
        """The page sees what follows: speech or the end."""

    def ended(self, call: Call) -> None:
        by = "self" if call.ended_by == "person" else "other"
        self._add("hangup", call, cause=call.cause, by=by)
        if self.phone.call is call:
            self.phone.call = None

    def recording(self, call: Call) -> None:
        self._add("record", call)

    def message_s(self) -> float:
        """A person speaks into a recording as long as he likes."""
        return float("inf")
