"""Holds callers in line until somebody dials the queue, they leave, or they are sent elsewhere."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vqueue.sandbox.bridge import Bridge
from vqueue.sandbox.calls import Call

DEFAULT_SIZE = 1000
LARGEST_SIZE = 5000


class QueueResult(StrEnum):
    """What Twilio tells the <Enqueue> action."""

    BRIDGED = "bridged"
    BRIDGING = "bridging-in-process"
    ERROR = "error"
    HANGUP = "hangup"
    LEAVE = "leave"
    REDIRECTED = "redirected"
    REDIRECTED_FROM_BRIDGED = "redirected-from-bridged"
    QUEUE_FULL = "queue-full"
    SYSTEM_ERROR = "system-error"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the queued caller hears before being connected: `<Queue url>`."""

    url: str
    method: str


class Handshake:
    """The moment between leaving the line and being connected: the caller says when ready, the dialler connects."""

    def __init__(self, dialler: Call, caller: Call, announcement: Announcement | None) -> None:
        loop = asyncio.get_running_loop()
        self.dialler, self.caller = dialler, caller
        self.announcement = announcement
        self.ready: asyncio.Future[bool] = loop.create_future()
        self.bridge: asyncio.Future[Bridge | None] = loop.create_future()

    def caller_is_ready(self, ready: bool) -> None:
        if not self.ready.done():
            self.ready.set_result(ready)

    def connect(self, bridge: Bridge | None) -> None:
        """None: the dialler has gone."""
        if not self.bridge.done():
            self.bridge.set_result(bridge)


class Member:
    """One caller in line; `taken` is set when somebody takes him."""

    def __init__(self, call: Call, enqueued_at: datetime) -> None:
        self.call = call
        self.enqueued_at = enqueued_at
        self.taken: asyncio.Future[Handshake] = asyncio.get_running_loop().create_future()

    async def until_taken(self) -> Handshake:
        return await asyncio.shield(self.taken)

    def wait_s(self, now: datetime) -> int:
        return max(0, round((now - self.enqueued_at).total_seconds()))


@dataclass(slots=True)
class CallQueue:
    """First come, first taken. It stays when empty until it is deleted."""

    sid: str
    friendly_name: str
    created_at: datetime
    updated_at: datetime
    max_size: int = DEFAULT_SIZE
    members: list[Member] = field(default_factory=list)
    waited_s: list[int] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_full(self) -> bool:
        return len(self.members) >= self.max_size

    def average_wait_s(self, now: datetime) -> int:
        waits = self.waited_s[-100:] + [member.wait_s(now) for member in self.members]
        return round(sum(waits) / len(waits)) if waits else 0

    def join(self, call: Call, now: datetime) -> Member:
        member = Member(call, now)
        self.members.append(member)
        self._wake()
        return member

    def leave(self, member: Member, now: datetime) -> None:
        self.waited_s.append(member.wait_s(now))
        if member in self.members:
            self.members.remove(member)
            self._wake()

    def member_of(self, call_sid: str) -> Member | None:
        """`Front` is whoever is first."""
        if call_sid == "Front":
            return self.members[0] if self.members else None
        return next((member for member in self.members if member.call.sid == call_sid), None)

    def position(self, member: Member) -> int:
        return self.members.index(member) + 1 if member in self.members else 0

    async def take(self, dialler: Call, announcement: Announcement | None) -> Handshake:
        """Waits for the first in line and takes him out of it."""
        while not self.members:
            await self.changed.wait()
        first = self.members.pop(0)
        handshake = Handshake(dialler, first.call, announcement)
        first.taken.set_result(handshake)
        return handshake

    def _wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()
