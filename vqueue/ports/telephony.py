"""Placing and steering phone calls at the provider."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vqueue.domain.ids import CallSid
from vqueue.domain.speech import Target


@dataclass(frozen=True, slots=True)
class Placed:
    """The provider took the call and named it."""

    call_sid: CallSid


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """Certainly not placed: refused with the provider's code (a bad number, no permission)."""

    code: int
    detail: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Not processed (429): the only answer after which the same call may be posted again, after `retry_after_s`."""

    retry_after_s: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """No certain answer (time-out, reset, 5xx): the phone may be ringing."""

    detail: str


Placing = Placed | NotPlaced | Busy | Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A call to place. `to` is a secret (E.164, `sip:…` or `client:…`)."""

    to: str
    caller_id: str
    answer: Target
    status: Target
    ring_s: int
    amd: Target | None = None

    def __repr__(self) -> str:
        return f"Order(to=…, answer={self.answer.place})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What the provider knows of one call. `status` is the provider's word."""

    call_sid: CallSid
    status: str
    to: str
    started_at: datetime | None
    parent: CallSid | None = None
    from_: str = ""
    duration_s: int | None = None

    def __repr__(self) -> str:
        return f"CallRecord({self.call_sid}, {self.status})"


class Telephony(Protocol):
    """Every method is one request to the provider; none retries by itself."""

    async def place(self, order: Order) -> Placing:
        """Posts once. Never raises for what the network or the provider did."""
        ...

    async def redirect(self, call: CallSid, to: Target) -> bool:
        """Whether the provider took it; False when the call is over or the answer is in doubt."""
        ...

    async def hang_up(self, call: CallSid) -> bool: ...

    async def look_up(self, call: CallSid) -> CallRecord | None:
        """None when the provider does not know it. Raises Unavailable when it cannot be asked."""
        ...

    async def find(
        self, *, to: str | None = None, since: datetime | None = None, parent: CallSid | None = None
    ) -> list[CallRecord]:
        """Calls listed by the provider, newest first. Raises Unavailable."""
        ...

    async def drop_queue(self, name: str) -> bool:
        """Deletes the provider's queue of that name if it is empty."""
        ...

    async def message(self, *, to: str, text: str) -> Placing:
        """Sends one SMS."""
        ...
