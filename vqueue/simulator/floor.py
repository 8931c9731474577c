"""The floor of a simulated bank: its agents, everybody in line, and the snapshot a tick is planned from."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, State
from vqueue.engine.order import ClassKey
from vqueue.engine.plan import Head, Place, Seat
from vqueue.engine.wait.calibrating import Quoted

QUEUE = "simulated"
READY, HOLD, HOLDING, WAITING = Presence.READY, Mode.HOLD, State.HOLDING, State.WAITING
"""By name, since every event looks at them and looking a member up in its class is slow (before Python 3.12)."""
BUSY = (Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)
ON_DUTY = (Presence.READY, *BUSY)


def at(seconds: float) -> datetime:
    """The moment so many seconds after the epoch."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(slots=True, kw_only=True)
class Caller:
    """One customer on his way through the queue. Times are seconds since the epoch."""

    id: RequestId
    row: int
    """His line in the table of people of his generation."""
    generation: int
    arrived: float
    klass: ClassKey
    skills: tuple[str, ...]
    virtual_start: float
    state: State = State.HOLDING
    mode: Mode = Mode.HOLD
    ready_since: float = 0.0
    step: int = 0
    """Grows with each change of state; news of an older step comes too late."""
    attempts: int = 0
    tries: dict[Cause, int] = field(default_factory=dict)
    rings: int = 0
    ringing: bool = False
    """A leg to his telephone lives."""
    window: Window | None = None
    promised: bool = False
    """A promise is open: nothing has rung yet."""
    promised_at: float = 0.0
    quoted: Quoted | None = None
    """What the promise rests on, where the estimator learns from what comes of it."""
    naive_s: float = 0.0
    """Position x handling time / agents, when the promise was made."""
    deadline: datetime | None = None
    slot_start: float = 0.0
    pressed_at: float = 0.0
    """When he pressed key 1, while he waits for his agent on the line."""
    chair: "Chair | None" = None
    counted: bool = True
    ahead: bool = False
    """He was rung before an agent was there for him."""
    flying: bool = False
    """His telephone rings, and no agent is kept for him yet: he stands in line meanwhile."""
    _seen: tuple[State, bool, datetime | None, datetime | None, Place] | None = None
    """His place as it was made last, and what it was made from."""

    def place(self, not_before: datetime | None) -> Place:
        """As the order sees him. `not_before` is when people may be rung, None when they may be now."""
        seen = self._seen
        told = self.state, self.flying, self.deadline, not_before
        if seen is None or seen[:4] != told:
            seen = self._seen = *told, self._place(not_before)
        return seen[4]

    def _place(self, not_before: datetime | None) -> Place:
        waiting = self.state is WAITING and not self.flying
        return Place(
            id=self.id,
            queue=self.klass.queue,
            bucket=self.klass.bucket,
            credit_class=self.klass.credit_class,
            virtual_start=at(self.virtual_start),
            state=HOLDING if self.flying else self.state,
            skills=self.skills,
            deadline=self.deadline,
            phone_index=self.id if waiting else "",
            dialable_now=not_before is None,
            why_not="" if not_before is None else "calling_window",
            until=not_before,
        )


@dataclass(slots=True, kw_only=True)
class Chair:
    """One agent's place of work."""

    id: AgentId
    team: int
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    on_shift: bool = False
    lost: bool = False
    presence: Presence = Presence.OFFLINE
    since: float = 0.0
    reserved_at: float = 0.0
    made: Seat | None = None
    """As a tick sees him; None since he does something else."""

    @property
    def wanted(self) -> bool:
        return self.on_shift and not self.lost

    def seat(self) -> Seat:
        """As a tick sees him while he is ready."""
        if self.made is None:
            idle_since = at(self.since)
            self.made = Seat(agent=self.id, skills=self.skills, languages=self.languages, idle_since=idle_since)
        return self.made


class Times:
    """Seconds all agents together spent in each presence, from `start` on."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.spent = dict.fromkeys(Presence, 0.0)

    def add(self, presence: Presence, since: float, until: float) -> None:
        if until > self.start:
            self.spent[presence] += until - (since if since > self.start else self.start)


Standing = tuple[State, Mode, ClassKey]
"""State, mode and class of those whom a board counts together."""


class Order:
    """Ready places by class, each class in the order (virtual start, id)."""

    def __init__(self) -> None:
        self.classes: dict[ClassKey, list[tuple[float, RequestId]]] = {}
        self.callers: dict[RequestId, Caller] = {}
        self.changes = 0
        """How often somebody joined or left it, or an agent took up something else: a tick in which nothing could be
        done need not come again before."""
        self.minutes: dict[Standing, dict[int, int]] = {}
        """How many stand in it from each minute on, as a board counts them."""

    def __len__(self) -> int:
        return len(self.callers)

    def add(self, caller: Caller, now: float) -> None:
        caller.ready_since = now
        self.changes += 1
        self.callers[caller.id] = caller
        insort(self.classes.setdefault(caller.klass, []), (caller.virtual_start, caller.id))
        standing, minute = (caller.state, caller.mode, caller.klass), int(caller.virtual_start // 60)
        minutes = self.minutes.setdefault(standing, {})
        minutes[minute] = minutes.get(minute, 0) + 1

    def remove(self, caller: Caller) -> None:
        """Nothing where he is not in it. He is in it as he joined: state and mode change only outside."""
        if self.callers.pop(caller.id, None) is None:
            return
        self.changes += 1
        line, place = self.classes[caller.klass], (caller.virtual_start, caller.id)
        line.pop(0 if line[0] == place else bisect_left(line, place))
        if not line:
            del self.classes[caller.klass]
        minutes, minute = self.minutes[caller.state, caller.mode, caller.klass], int(caller.virtual_start // 60)
        if minutes[minute] > 1:
            minutes[minute] -= 1
        else:
            del minutes[minute]

    def heads(self, most: int, not_before: datetime | None) -> Iterator[Head]:
        """The first `most` of each class: what a tick can use at the most. `not_before` as in `Caller.place`."""
        for (queue, bucket, credit_class), line in self.classes.items():
            places = tuple([self.callers[each].place(not_before) for _, each in line[:most]])
            yield Head(queue=queue, bucket=bucket, credit_class=credit_class, places=places)


class Floor:
    """Agents and the line."""

    def __init__(self, chairs: list[Chair], start: float) -> None:
        self.chairs = {chair.id: chair for chair in chairs}
        self.order = Order()
        self.times = Times(start)
        self.free: dict[AgentId, Chair] = {}
        """Who is ready."""
        self.holders = 0
        """Customers on the line who have no agent yet."""
        self.busy = 0
        """Agents at work on a call."""
        self.flying: dict[RequestId, Caller] = {}
        """Rung ahead, and no agent yet."""
        self.coming: dict[RequestId, tuple[float, Caller]] = {}
        """Who is not ready, his place kept, and when he will be: a retry, a booked time."""

    def set(self, chair: Chair, presence: Presence, now: float) -> None:
        """The agent does this from now on."""
        before = chair.presence
        self.times.add(before, chair.since, now)
        self.order.changes += 1
        self.busy += (presence in BUSY) - (before in BUSY)
        if before is READY:
            del self.free[chair.id]
        chair.presence, chair.since, chair.made = presence, now, None
        if presence is READY:
            self.free[chair.id] = chair

    def release(self, chair: Chair, now: float) -> None:
        """Free again, or home where his shift is over."""
        self.set(chair, READY if chair.wanted else Presence.OFFLINE, now)

    def call_to_work(self, chair: Chair, now: float) -> None:
        """Comes or goes as he is wanted; whoever is busy goes afterwards."""
        if chair.wanted and chair.presence is Presence.OFFLINE:
            self.set(chair, Presence.READY, now)
        elif not chair.wanted and chair.presence in (Presence.READY, Presence.AWAY):
            self.set(chair, Presence.OFFLINE, now)

    def close_books(self, now: float) -> None:
        for chair in self.chairs.values():
            self.times.add(chair.presence, chair.since, now)
            chair.since = now
