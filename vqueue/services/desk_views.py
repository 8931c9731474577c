"""What an agent's desk is made of: frozen values, read at one moment."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt, Shape
from vqueue.domain.leg import Leg, LegState, Role
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.ports.bank import Disposition
from vqueue.services.disposing import DRAFT
from vqueue.services.offering import Shown
from vqueue.services.views import QueueView


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """An earlier request of the same customer, and what the agent said became of it."""

    request: Request
    queue: Queue
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One call: offered, connecting, talking, or over and to be written up."""

    shown: Shown
    queue: Queue
    legs: tuple[Leg, ...]
    disposition: Disposition | None
    note: str = field(default="", repr=False)
    sealed_before: Sealed | None = None
    noted_before: str = field(default="", repr=False)
    """What was written down of the talk this one follows."""
    contacts: tuple[Contact, ...] = ()
    code: str | None = None
    """What the customer's app shows him, so that both can check."""
    bookable: bool = False
    """A follow-up may be booked at a time."""

    @property
    def attempt(self) -> Attempt:
        return self.shown.attempt

    @property
    def request(self) -> Request:
        return self.shown.request

    @property
    def outcome(self) -> str:
        """What the agent said became of it; empty until he has."""
        return self.disposition.code if self.disposition is not None else DRAFT

    @property
    def answer_by(self) -> tuple[datetime, int] | None:
        """Until when the offer stands, and how many seconds it stood for: his telephone rings, then his key is
        waited for. None once it is taken, and before he is rung where the customer is rung first."""
        leg = next((leg for leg in self.legs if leg.role is Role.AGENT), None)
        rules = self.queue.rules.agents
        if leg is None and self.attempt.shape is Shape.CUSTOMER_FIRST:
            return None
        if leg is None:
            return self.attempt.opened_at + timedelta(seconds=rules.ring_s), rules.ring_s
        if leg.state in (LegState.ACCEPTED, LegState.JOINED) or not leg.live:
            return None
        if leg.answered_at is not None:
            return leg.answered_at + timedelta(seconds=rules.accept_s), rules.accept_s
        return (leg.rang_at or leg.created_at) + timedelta(seconds=rules.ring_s), rules.ring_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A talk of today."""

    attempt: Attempt
    request: Request
    queue: Queue
    promise: Promise | None
    code: str

    @property
    def length(self) -> timedelta:
        began, ended = self.attempt.joined_at, self.attempt.closed_at
        return ended - began if began is not None and ended is not None else timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What the agent's day came to so far; talks newest first."""

    since: datetime
    talks: tuple[Talk, ...] = ()
    wrap_s: float | None = None

    @property
    def talk_s(self) -> float | None:
        lengths = [talk.length.total_seconds() for talk in self.talks]
        return sum(lengths) / len(lengths) if lengths else None

    @property
    def handling_s(self) -> float | None:
        """AHT: talk and writing up."""
        return None if self.talk_s is None else self.talk_s + (self.wrap_s or 0.0)

    @property
    def promises(self) -> tuple[int, int]:
        """(kept, settled)"""
        settled = [talk.promise.kept for talk in self.talks if talk.promise is not None]
        return sum(kept is True for kept in settled), sum(kept is not None for kept in settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A callback the agent promised, or one that is to be his (`mine`)."""

    request: Request
    queue: Queue
    mine: bool
    promise: Promise | None
    sealed_note: Sealed | None = None
    name: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    """What was written down when it was promised."""

    @property
    def due(self) -> datetime | None:
        """When he is to be called: the time that was booked, else when the promised window begins."""
        window = self.promise.window if self.promise is not None else None
        return self.request.slot_start or (window.start if window is not None else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """The whole desk at `at`. `queues`: those he can serve."""

    at: datetime
    agent: Agent
    task: Task | None
    queues: tuple[QueueView, ...]
    day: Day
    elsewhere: tuple[QueueView, ...] = ()
    """Other queues to which a customer can be passed on."""
    callbacks: tuple[Callback, ...] = ()
