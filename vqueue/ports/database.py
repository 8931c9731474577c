"""The only truth. A transaction is a plain function of Work; it cannot wait, so it never spans the network."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt
from vqueue.domain.ids import AgentId, AttemptId, CallSid, PromiseId, RequestId, Token
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.leg import Leg
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue, Rules, Switches
from vqueue.ports.apps import Answers, Codes, Devices, Feedbacks, Looks, PageLinks, Tellings, Verifications
from vqueue.ports.bank import ApiKeys, Dispositions, Drafts, Webhooks
from vqueue.ports.calibrations import Calibrations
from vqueue.ports.lines import DeskPages, Pins
from vqueue.ports.models import Models
from vqueue.ports.outlooks import Outlooks
from vqueue.ports.people import People, Sessions
from vqueue.ports.rehearsals import PastDays, Rehearsals
from vqueue.ports.reports import Ledgers, Reports
from vqueue.ports.subjects import Subjects
from vqueue.ports.upkeep import Upkeep

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One inbound call's stored conversation: session and last speech are sealed JSON."""

    id: str
    call_sid: CallSid
    session: Sealed
    speech: Sealed
    step: int
    started_at: datetime
    caller: Sealed | None = None
    """The caller's number, None when withheld."""
    request: RequestId | None = None
    seen_at: datetime | None = None
    """When the call last asked us something; a holder asks at least once a minute."""
    ended_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell the outside, at least once: kind `sms`, `push`, `webhook`.

    `prompt` names the words; what they are filled with is read when the notice is sent, so it is true then.
    """

    id: str
    kind: str
    request: RequestId | None
    prompt: str = ""
    target: str | None = None
    """Whom it goes to where that is not the request's number: a webhook's or a device's id. An SMS about a booked slot
    has that slot's start (ISO) here, and is not sent once the booking is moved or over."""
    body: Sealed | None = None
    not_before: datetime
    tries: int = 0
    done_at: datetime | None = None
    dead: bool = False
    document: Mapping[str, Any] | None = None
    """What a webhook tells, as it was at the moment of the fact: ids, states and times alone."""
    line: str | None = None
    """What a webhook speaks of (a request, an agent): within it, what has the lower `place` is told first."""
    place: int = 0
    outcome: str | None = None
    """How the last try went, in a word: `taken`, `http_500`, `timeout` …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassHead:
    """The head of one class and its numbers; places after the head up to `limit` are in `places`."""

    queue: str
    bucket: str
    credit_class: str
    places: tuple[Request, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Recent figures the estimator reads, per queue; durations in business seconds."""

    handled: int = 0
    handling_s: float = 0.0
    """Summed busy time (reserve to ready) of `handled` finished talks, the newest of the last hours, newest first."""
    handling_samples: tuple[float, ...] = field(default=())
    abandoned: int = 0
    queued_s: float = 0.0


class Requests(Protocol):
    def get(self, request: RequestId) -> Request:
        """Raises NotFound."""
        ...

    def insert(self, request: Request) -> None:
        """Raises AlreadyOpen when the number (or customer) already has a dialable request in the queue."""
        ...

    def replace(self, request: Request) -> Request:
        """Stores it over `request.version`; returns it with the next version. Raises StaleWrite, AlreadyOpen."""
        ...

    def set_aside_for(self, agent: AgentId) -> list[Request]:
        """Waiting places that are not ready and want this agent, in the order in which they were made."""
        ...

    def open_of(
        self,
        *,
        now: datetime,
        phone_index: str | None = None,
        customer: str | None = None,
        call_sid: CallSid | None = None,
    ) -> list[Request]:
        """Open requests of any of the given, and closed ones in their grace at `now`; oldest virtual start first."""
        ...

    def heads(self, *, queue: str, limit: int) -> list[ClassHead]:
        """Ready places (holding or waiting) per class in the order (virtual_start, id), at most `limit` a class."""
        ...

    def due(self, *, now: datetime, limit: int = 100) -> list[Request]:
        """Parked or booked requests whose `not_before` has come; closed ones are never among them."""
        ...

    def counts(self, *, queue: str) -> dict[tuple[str, str, str, str, bool], list[tuple[int, int]]]:
        """(state, mode, bucket, class, ready) → [(epoch minute of virtual start, how many)], ascending; open only."""
        ...

    def search(
        self,
        *,
        queue: str | None = None,
        states: Sequence[str] = (),
        mode: str | None = None,
        phone_index: str | None = None,
        limit: int = 100,
    ) -> list[Request]:
        """Newest first."""
        ...

    def of_customer(
        self, customer: str, *, open_only: bool | None, before: tuple[datetime, str] | None, limit: int
    ) -> list[Request]:
        """His requests, newest first, from the one after (created_at, id) `before`; all of them where `open_only` is
        None, the closed ones where it is False."""
        ...

    def expirable(self, *, queue: str, before: datetime, limit: int = 100) -> list[Request]:
        """Waiting or booked ones that came before then, and whose slot (if any) began before then; oldest first."""
        ...


class Attempts(Protocol):
    def get(self, attempt: AttemptId) -> Attempt: ...

    def insert(self, attempt: Attempt) -> None:
        """Raises StaleWrite when the request already has an open attempt."""
        ...

    def replace(self, attempt: Attempt) -> Attempt: ...

    def of_request(self, request: RequestId) -> list[Attempt]: ...

    def of_agent(self, agent: AgentId, *, since: datetime) -> list[Attempt]:
        """Those of this agent that ended since then, newest end first."""
        ...

    def open(self) -> list[Attempt]: ...

    def quiet(self) -> list[AttemptId]:
        """Attempts none of whose calls lives, though they are open or an agent is held by them."""
        ...


class Legs(Protocol):
    def by_token(self, token: Token) -> Leg | None: ...

    def by_call(self, call: CallSid) -> list[Leg]: ...

    def of_attempt(self, attempt: AttemptId) -> list[Leg]: ...

    def insert(self, leg: Leg) -> None:
        """Raises StaleWrite when the agent, or this customer's number, already has an open leg."""
        ...

    def replace(self, leg: Leg) -> Leg: ...

    def due(self, *, now: datetime, limit: int = 200) -> list[Leg]:
        """Live legs to look after, oldest first: past their horizon, or without one, or intended and not yet placed.
        Callers' own calls are not among them."""
        ...

    def live_numbers(self, indexes: Collection[str]) -> set[str]:
        """Those of the phone indexes whose number has a live customer leg."""
        ...


class Agents(Protocol):
    def get(self, agent: AgentId) -> Agent:
        """Removed ones too. Raises NotFound."""
        ...

    def insert(self, agent: Agent) -> None: ...

    def replace(self, agent: Agent) -> Agent: ...

    def all(self) -> list[Agent]:
        """Those who were not removed, by id."""
        ...

    def by_address(self, index: str) -> Agent | None:
        """By the keyed index of the address, for agents who ring in."""
        ...

    def by_login(self, login: str) -> Agent | None:
        """Who signs in at pages with this login, whatever its case; the first by id where several do."""
        ...


class Queues(Protocol):
    def get(self, queue: str) -> Queue: ...

    def all(self) -> list[Queue]: ...

    def insert(self, queue: Queue) -> None: ...

    def publish(self, queue: str, rules: Rules, *, at: datetime, by: str) -> Queue:
        """The next version, in force at once. Earlier versions stay readable."""
        ...

    def switch(self, queue: str, switches: Switches) -> Queue: ...

    def rename(self, queue: str, names: Mapping[str, str]) -> Queue:
        """Its names by language."""
        ...

    def rules(self, queue: str, version: int) -> Rules: ...


class Conversations(Protocol):
    def get(self, conversation: str) -> Conversation: ...

    def by_call(self, call: CallSid) -> Conversation | None: ...

    def insert(self, conversation: Conversation) -> None:
        """Raises StaleWrite when this call already has one (a doubled first webhook)."""
        ...

    def replace(self, conversation: Conversation) -> Conversation: ...

    def silent(self, *, before: datetime, limit: int = 100) -> list[Conversation]:
        """Not ended, last seen before then: calls whose end may have been missed."""
        ...


class Promises(Protocol):
    def get(self, promise: PromiseId) -> Promise: ...

    def insert(self, promise: Promise) -> None: ...

    def replace(self, promise: Promise) -> Promise: ...

    def open_before(self, end: datetime, *, limit: int = 200) -> list[Promise]:
        """Unsettled promises whose window ended before `end`."""
        ...

    def kept(self, *, since: datetime, queue: str | None = None) -> tuple[int, int]:
        """(settled as kept or broken, kept) of promises made since then."""
        ...

    def of_request(self, request: RequestId) -> list[Promise]: ...


class Journal(Protocol):
    def write(self, *rows: JournalRow) -> None: ...

    def of_request(self, request: RequestId) -> list[JournalRow]:
        """In the order of time."""
        ...

    def seal(self, *, limit: int = 500) -> int:
        """Gives unsealed rows their positions and hashes; how many. Only the lease holder calls it."""
        ...

    def sealed(self, *, after: int = 0, limit: int = 1000) -> list[JournalRow]: ...

    def recent(self, *, facts: Sequence[Fact] = (), limit: int = 50) -> list[JournalRow]:
        """Newest first."""
        ...


class Counters(Protocol):
    def take(self, key: str, *, limit: int, at: datetime, expires_at: datetime | None = None) -> bool:
        """Raises the counter by one if it is below `limit`: one guarded statement, right under any concurrency."""
        ...

    def give(self, key: str) -> None:
        """Lowers it by one, not below zero."""
        ...

    def value(self, key: str) -> int: ...

    def values(self, keys: Collection[str]) -> dict[str, int]:
        """Several at once, in one read; 0 for a counter that does not exist."""
        ...


class Leases(Protocol):
    def acquire(self, *, shard: str, holder: str, ttl_s: float) -> int | None:
        """The epoch if this holder has the lease now (taken, renewed), else None. The database's own clock decides."""
        ...

    def fence(self, *, shard: str, epoch: int) -> None:
        """First statement of every fenced op; raises NotLeader when the epoch is over."""
        ...

    def release(self, *, shard: str, holder: str) -> None: ...

    def holder(self, shard: str) -> str | None:
        """Who has the lease now; None while nobody has."""
        ...


class Outbox(Protocol):
    def add(self, notice: Notice) -> None: ...

    def claim(self, *, now: datetime, until: datetime, limit: int = 20) -> list[Notice]:
        """Due notices to people, their `not_before` moved to `until` so that nobody else takes them meanwhile."""
        ...

    def claim_of(self, target: str, *, now: datetime, until: datetime, limit: int = 100) -> list[Notice]:
        """Due webhooks of this subscription, claimed likewise, by line and place; of a line in which an earlier one
        still waits for its time, none."""
        ...

    def done(self, notice: str, *, at: datetime, outcome: str = "taken") -> None: ...

    def later(
        self, notice: str, *, not_before: datetime, dead: bool = False, outcome: str | None = None, tried: bool = True
    ) -> None:
        """Put off, or given up (`dead`)."""
        ...

    def of_target(self, target: str, *, limit: int, before: str | None = None) -> list[Notice]:
        """A subscription's webhooks, newest first; those before that id."""
        ...

    def bury(self, target: str | None, *, but: Collection[str] = ()) -> int:
        """Gives up all webhooks of the subscription that are not done (None: of all but those named); how many."""
        ...


class Figures(Protocol):
    def histories(self, *, since: datetime) -> dict[str, History]:
        """By queue, of every queue."""
        ...

    def agent_times(self, *, since: datetime) -> dict[str, float]:
        """Presence → seconds that all agents together spent in it, of the stretches that ended since then."""
        ...

    def today(self, *, queue: str, since: datetime) -> dict[str, int]:
        """Counts for the board: offered, answered, answered_in_20, abandoned, callbacks, unreached."""
        ...


class Work(Protocol):
    """The stores of one transaction. All of them are plain (sync)."""

    @property
    def requests(self) -> Requests: ...
    @property
    def attempts(self) -> Attempts: ...
    @property
    def legs(self) -> Legs: ...
    @property
    def agents(self) -> Agents: ...
    @property
    def queues(self) -> Queues: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def promises(self) -> Promises: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def counters(self) -> Counters: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def people(self) -> People: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def pins(self) -> Pins: ...
    @property
    def desks(self) -> DeskPages: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def codes(self) -> Codes: ...
    @property
    def tellings(self) -> Tellings: ...
    @property
    def looks(self) -> Looks: ...
    @property
    def devices(self) -> Devices: ...
    @property
    def verifications(self) -> Verifications: ...
    @property
    def feedback(self) -> Feedbacks: ...
    @property
    def links(self) -> PageLinks: ...
    @property
    def keys(self) -> ApiKeys: ...
    @property
    def webhooks(self) -> Webhooks: ...
    @property
    def drafts(self) -> Drafts: ...
    @property
    def dispositions(self) -> Dispositions: ...
    @property
    def subjects(self) -> Subjects: ...
    @property
    def upkeep(self) -> Upkeep: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def ledgers(self) -> Ledgers: ...
    @property
    def outlooks(self) -> Outlooks: ...
    @property
    def past(self) -> PastDays: ...
    @property
    def models(self) -> Models: ...
    @property
    def calibrations(self) -> Calibrations: ...
    @property
    def rehearsals(self) -> Rehearsals: ...


class Database(Protocol):
    """Runs ops. Results and refusals leave only after COMMIT."""

    async def transact(self, op: Callable[[Work], T]) -> T:
        """Runs `op` in one transaction. It may run more than once (StaleWrite, serialization, a failed group commit),
        so it draws no chance and touches nothing outside. A Refusal rolls the op back and is raised to the caller;
        StaleWrite only when three re-runs met it too, so that re-reading does not help. Raises Unavailable."""
        ...

    async def read(self, op: Callable[[Work], T]) -> T:
        """Runs `op` on a read-only snapshot; writing raises."""
        ...

    async def close(self) -> None: ...
