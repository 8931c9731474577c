"""What the faces (pages, API, command line) show: frozen values, read at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.alert import Alert
from vqueue.domain.attempt import Attempt
from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import JournalRow
from vqueue.domain.leg import Leg
from vqueue.domain.promise import Promise, Window
from vqueue.domain.replay import Replay
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.services.coming import Ahead
from vqueue.services.trending import Trend

AT_WORK = (Presence.READY, Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Open places of a queue that are not being connected: on the line, virtual (callbacks, messages), booked."""

    hold: int = 0
    virtual: int = 0
    booked: int = 0

    @property
    def total(self) -> int:
        return self.hold + self.virtual + self.booked


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Since the bank's midnight. `settled` and `kept` count promises, the rest requests."""

    settled: int = 0
    kept: int = 0
    answered: int = 0
    answered_in_20: int = 0
    abandoned: int = 0

    @property
    def kept_share(self) -> float | None:
        return self.kept / self.settled if self.settled else None

    @property
    def in_20_share(self) -> float | None:
        """Service level: answered within 20 s, of those answered or gone."""
        ended = self.answered + self.abandoned
        return self.answered_in_20 / ended if ended else None

    @property
    def abandoned_share(self) -> float | None:
        ended = self.answered + self.abandoned
        return self.abandoned / ended if ended else None

    def __add__(self, other: "Day") -> "Day":
        return Day(
            settled=self.settled + other.settled,
            kept=self.kept + other.kept,
            answered=self.answered + other.answered,
            answered_in_20=self.answered_in_20 + other.answered_in_20,
            abandoned=self.abandoned + other.abandoned,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Promises whose end comes before the expected turn: how many, and the first end."""

    count: int
    first: datetime
    request: RequestId | None = None
    """The one that breaks first."""
    expected: datetime | None = None
    """Its turn; None where nobody can say when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """One queue now. `window` is what a request made now would be told, None where nothing can be said."""

    queue: Queue
    open: bool = True
    opens_at: datetime | None = None
    waiting: Waiting = field(default_factory=Waiting)
    ready_places: int = 0
    """Places in line that could be connected at this moment."""
    longest_since: datetime | None = None
    board: QueueBoard | None = None
    wait: Wait | None = None
    window: Window | None = None
    coverage: float = 0.9
    agents: Mapping[Presence, int] = field(default_factory=dict)
    away: tuple[Agent, ...] = ()
    """Agents who could serve this queue and are away, longest away first."""
    day: Day = field(default_factory=Day)
    risk: Risk | None = None
    alerts: tuple[Alert, ...] = ()
    """What else needs somebody here, of what the whole service watches."""
    trend: Trend | None = None
    ahead: Ahead | None = None

    @property
    def ready(self) -> int:
        return self.agents.get(Presence.READY, 0)

    @property
    def at_work(self) -> int:
        return sum(self.agents.get(presence, 0) for presence in AT_WORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """The whole bank at `at`. `events` are the newest journal rows, newest first."""

    at: datetime
    queues: tuple[QueueView, ...]
    agents: tuple[Agent, ...]
    events: tuple[JournalRow, ...] = ()
    alerts: tuple[Alert, ...] = ()
    """What needs somebody and is no queue's own."""
    trend: Trend | None = None

    @property
    def day(self) -> Day:
        return sum((view.day for view in self.queues), Day())

    @property
    def waiting(self) -> int:
        return sum(view.waiting.total for view in self.queues)

    @property
    def signed_in(self) -> int:
        return sum(agent.presence is not Presence.OFFLINE for agent in self.agents)

    @property
    def ready(self) -> int:
        return sum(agent.presence is Presence.READY for agent in self.agents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of the list of requests."""

    request: Request
    promise: Promise | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestList:
    """Newest first; `complete` is False when there are more than were asked for."""

    at: datetime
    rows: tuple[Listed, ...]
    queues: tuple[Queue, ...]
    agents: Mapping[str, str] = field(default_factory=dict)
    """Names by id."""
    complete: bool = True
    alike: Request | None = None
    """The request whose number all of them have, where that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """Everything about one request. `ahead` is None where it has no place in the order now."""

    at: datetime
    request: Request
    queue: Queue
    promises: tuple[Promise, ...]
    attempts: tuple[Attempt, ...]
    legs: tuple[Leg, ...]
    journal: tuple[JournalRow, ...]
    replays: Mapping[str, Replay] = field(default_factory=dict)
    """By promise: what it comes to when it is made once more."""
    agents: Mapping[str, str] = field(default_factory=dict)
    """Names by id."""
    staff: Mapping[str, str] = field(default_factory=dict)
    """Names of those who may have acted, by id."""
    ahead: int | None = None
