"""Everything a use case may lean on, put together once at the start of the process."""

from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from vqueue.domain.errors import Unauthenticated, Unavailable
from vqueue.domain.ids import CallSid, RequestId
from vqueue.domain.phone import Phone
from vqueue.domain.rules import Queue
from vqueue.ports.apps import Known
from vqueue.ports.bank import Webhook
from vqueue.ports.clock import Chance, Clock
from vqueue.ports.database import Database, Work
from vqueue.ports.identity import AppTokens, Customer, Passwords
from vqueue.ports.lines import PinRule
from vqueue.ports.live import Board, Broadcast, Throttle
from vqueue.ports.models import Correctors, NoCorrectors, NoTrainer, Trainer
from vqueue.ports.notifier import NoPoster, NoPusher, Notifier, Poster, Pusher
from vqueue.ports.people import Staff, StaffSession
from vqueue.ports.rehearsals import NoRehearser, Rehearser
from vqueue.ports.telephony import Telephony
from vqueue.ports.vault import Vault
from vqueue.services.clerk import Clerk
from vqueue.services.gathering import Gathering
from vqueue.services.telling import Audience

T = TypeVar("T")
Spawn = Callable[[Coroutine[Any, Any, None]], None]


@dataclass(frozen=True, kw_only=True)
class Line:
    """The bank's own telephone line: its numbers and name, and how fast it may place calls (a real second)."""

    bank: str
    number: str
    calls_per_second: float
    zone: str = "Europe/London"
    first_queue: str = ""
    flow: str = "main"
    pins: PinRule = PinRule.WHERE_SET
    """Of which agents who ring in a PIN is asked."""


class NoTokens:
    """Of a bank without an app: no token is good. (Every guest's neither.)"""

    async def read(self, token: str) -> Customer:
        raise Unauthenticated

    def for_guest(self, phone: Phone, *, proof: str) -> tuple[str, datetime]:
        raise Unavailable("no tokens are given out here")


class NoPasswords:
    """Where nothing secret is kept: nothing proves anything."""

    def hash(self, password: str) -> str:
        raise Unavailable("no passwords are kept here")

    def verify(self, stored: str | None, password: str) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class House:
    """The adapters and the composition root's task group, as the services see them."""

    database: Database
    vault: Vault
    clock: Clock
    chance: Chance
    telephony: Telephony
    notifier: Notifier
    broadcast: Broadcast
    throttle: Throttle
    board: Board
    line: Line
    tokens: AppTokens = field(default_factory=NoTokens)
    passwords: Passwords = field(default_factory=NoPasswords)
    """How the PINs of agents are kept."""
    spawn: Spawn
    """Runs a coroutine beside the caller, in the one task group; its failure is logged, not raised."""
    audience: Audience = field(default_factory=Audience)
    """The webhook subscriptions, as this process knows them."""
    looks: Gathering[RequestId, tuple[Known, Queue]] = field(default_factory=Gathering)
    """Customers who look at their requests at this moment, read together."""
    browsers: Gathering[str, tuple[StaffSession, Staff]] = field(default_factory=Gathering)
    """Staff whose pages ask at this moment whether they may go on, read together."""
    poster: Poster = field(default_factory=NoPoster)
    pusher: Pusher = field(default_factory=NoPusher)
    push_key: str = ""
    """What browsers subscribe to push messages with; empty where none are sent."""
    rehearser: Rehearser = field(default_factory=NoRehearser)
    reckoner: Executor | None = None
    """Where estimates are reckoned that take longer than a moment; None: with all else that is put aside."""
    trainer: Trainer = field(default_factory=NoTrainer)
    correctors: Correctors = field(default_factory=NoCorrectors)
    public_url: str = ""
    """Where customers reach the pages that a notice links to."""
    conversation_days: int = 30
    """How long a call's conversation is kept after its end, business days."""

    async def act(self, deed: Callable[[Clerk], T]) -> T:
        """One transaction with a clerk's pen, then what had to wait for the commit: hang-ups and nudges."""
        audience = await self._listening()
        at, seed = self.clock.now(), self.chance.id("j")
        pens: list[Clerk] = []

        def op(work: Work) -> T:
            clerk = Clerk(work, at=at, seed=seed, audience=audience)
            pens[:] = [clerk]
            return deed(clerk)

        result = await self.database.transact(op)
        await self.follow_up(pens[0])
        return result

    async def _listening(self) -> tuple[Webhook, ...]:
        """The subscriptions; read again every few seconds, so that facts cost nothing where there are none."""
        now = self.clock.wall()
        if now >= self.audience.until:
            self.audience.learn(await self.database.read(lambda work: work.webhooks.all()), now)
        return self.audience.known

    async def follow_up(self, clerk: Clerk) -> None:
        """Acts on what a committed clerk left behind."""
        for call in clerk.hang_ups:
            self.spawn(self._hang_up(call))
        for topic in dict.fromkeys(clerk.topics):
            await self.broadcast.tell(topic)

    async def _hang_up(self, call: CallSid) -> None:
        await self.telephony.hang_up(call)
