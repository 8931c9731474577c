"""The whole tick of the dispatcher: who is connected to whom now, and who is set aside because he cannot be rung."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter

from vqueue.domain.attempt import Shape
from vqueue.domain.board import QueueBoard
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.request import State
from vqueue.domain.rules import Rules, Switches
from vqueue.engine.order import ClassKey, Standing, able, level, lifts, rank_key

ASIDE = timedelta(seconds=60)
"""How long a place is set aside when nothing says for how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One ready place. Holding and virtual places stand in one order."""

    id: RequestId
    queue: str
    bucket: str
    credit_class: str
    virtual_start: datetime
    state: State
    """`holding` (the customer is on the line) or `waiting` (he has to be rung)."""
    skills: tuple[str, ...] = ()
    language: str = ""
    deadline: datetime | None = None
    phone_index: str = ""
    dialable_now: bool = True
    """Calling window, caps and number allow a ring now. Says nothing about a holder."""
    why_not: str = ""
    until: datetime | None = None
    """When it may be rung again, where that is known."""
    last_agent: AgentId | None = None
    """The agent he would rather have, if that one is free."""

    @property
    def klass(self) -> ClassKey:
        return ClassKey(self.queue, self.bucket, self.credit_class)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first ready places of one class, as many as there are seats for them."""

    queue: str
    bucket: str
    credit_class: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An agent who is ready."""

    agent: AgentId
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    idle_since: datetime
    standing: bool = False
    """Keeps a leg open for the shift: reserving him costs no call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A queue in this tick: rules in force, switches, whether it is open, and its board where there is one."""

    queue: str
    rules: Rules
    switches: Switches = field(default_factory=Switches)
    open_now: bool = True
    opens_at: datetime | None = None
    board: QueueBoard | None = None
    """For rescue: the P90 of the remaining wait is read from here. Without it no class is lifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything a tick looks at. `phones` holds the index of each number with a live customer leg."""

    lines: tuple[Line, ...]
    heads: tuple[Head, ...]
    seats: tuple[Seat, ...]
    calls_in_a_second: int
    phones: Set[str] = frozenset()
    dialing: bool = True
    """The whole installation may ring customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Connect this request with this agent. `reasons` go to the journal."""

    request: RequestId
    agent: AgentId
    queue: str
    shape: Shape
    reasons: tuple[str, ...]
    lift_s: float = 0.0
    ahead: bool = False
    """The agent is only expected to be free: the customer is rung, and nobody is reserved yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Set this request aside (parked, not ready) until then: it cannot be rung now and must not block its class."""

    request: RequestId
    reason: str
    until: datetime


Action = Reserve | Skip
_LONGEST_IDLE = attrgetter("idle_since", "agent")
_FIRST = attrgetter("virtual_start", "id")


def plan(snapshot: Snapshot, now: datetime) -> tuple[Action, ...]:
    """Skips first, then reservations in the order of service. The order of the snapshot's tuples does not matter."""
    tick = _Tick(snapshot, now)
    tick.clear_the_way()
    while tick.next():
        pass
    return (*tick.skips, *tick.reserves)


class _Tick:
    """The free seats, the budget and the class heads of one tick, as they are used up."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.now = now
        self.lines = {line.queue: line for line in snapshot.lines}
        self.dialing = snapshot.dialing
        self.phones = snapshot.phones
        self.rung: set[str] = set()
        self.budget = max(0, snapshot.calls_in_a_second)
        # The longest idle first, then by id: of seats equally good the first is taken.
        self.seats = {seat.agent: seat for seat in sorted(snapshot.seats, key=_LONGEST_IDLE)}
        self.classes = _classes(snapshot, self.lines)
        self.skips: list[Skip] = []
        self.reserves: list[Reserve] = []
        self.lifts: dict[ClassKey, float] = {}
        # Of the head of each class that has one: smaller goes first.
        self.keys: dict[ClassKey, tuple[float, float, str, ClassKey]] = {}

    def clear_the_way(self) -> None:
        """Sets aside whoever cannot be rung now, then lifts the classes whose promises are in danger."""
        for klass, places in sorted(self.classes.items()):
            self.classes[klass] = [place for place in places if not self._set_aside(place)]
        self.lifts = _lifts(self.lines, self.classes, self.now)
        self.keys = {klass: self._key(klass, places[0]) for klass, places in self.classes.items() if places}

    def next(self) -> bool:
        """Serves the foremost head that has a free seat; False when there is none."""
        if not (self.seats or self.rung):
            return False
        for klass in sorted(self.keys, key=self.keys.__getitem__) if len(self.keys) > 1 else self.keys:
            place = self.classes[klass][0]
            if self.rung and self._set_aside(place):
                self._gone(klass)
                return True
            seat = self._seat(place)
            if seat is not None:
                self._reserve(klass, place, seat)
                return True
        return False

    def _key(self, klass: ClassKey, place: Place) -> tuple[float, float, str, ClassKey]:
        start = place.virtual_start.timestamp()
        credit = float(self.lines[place.queue].rules.credits.get(place.credit_class, 0))
        return rank_key(start, credit, self.lifts.get(klass, 0.0)), start, place.id, klass

    def _gone(self, klass: ClassKey) -> None:
        """The head of this class is no head any more."""
        places = self.classes[klass]
        places.pop(0)
        if places:
            self.keys[klass] = self._key(klass, places[0])
        else:
            del self.keys[klass]

    def _set_aside(self, place: Place) -> bool:
        """Holders are on the line and never set aside."""
        if place.state is State.HOLDING:
            return False
        reason, until = self._obstacle(place)
        if reason:
            self.skips.append(Skip(request=place.id, reason=reason, until=max(until or self.now, self.now + ASIDE)))
        return bool(reason)

    def _obstacle(self, place: Place) -> tuple[str, datetime | None]:
        line = self.lines[place.queue]
        if not (self.dialing and line.switches.dialing):
            return "dialing_off", None
        if not line.open_now:
            return "closed", line.opens_at
        if not place.dialable_now:
            return place.why_not or "not_dialable", place.until
        if place.phone_index and (place.phone_index in self.phones or place.phone_index in self.rung):
            return "live_leg", None
        return "", None

    def _seat(self, place: Place) -> Seat | None:
        """Who can do it: the agent wished for, else the highest levels, then the longest idle, then by id."""
        calls_agent = _shape(place, self.lines[place.queue].rules) is not Shape.CUSTOMER_FIRST
        wished = self.seats.get(place.last_agent) if place.last_agent else None
        best, highest = None, -1
        for seat in (wished, *self.seats.values()) if wished else self.seats.values():
            affordable = self.budget >= 1 or (calls_agent and seat.standing)
            if not affordable or not _can(seat, place):
                continue
            if seat is wished or not place.skills:
                return seat
            if (own := level(seat.skills, place.skills)) > highest:
                best, highest = seat, own
        return best

    def _reserve(self, klass: ClassKey, place: Place, seat: Seat) -> None:
        lift, rules = self.lifts.get(klass, 0.0), self.lines[place.queue].rules
        shape = _shape(place, rules)
        # Calls to create at once: the agent's leg, or the customer's where he is rung first.
        self.budget -= 1 if shape is Shape.CUSTOMER_FIRST or not seat.standing else 0
        del self.seats[seat.agent]
        self._gone(klass)
        if place.phone_index:
            self.rung.add(place.phone_index)
        self.reserves.append(
            Reserve(
                request=place.id,
                agent=seat.agent,
                queue=place.queue,
                shape=shape,
                reasons=_reasons(place, seat, rules=rules, lift=lift),
                lift_s=lift,
            )
        )


def _classes(snapshot: Snapshot, lines: Mapping[str, Line]) -> dict[ClassKey, list[Place]]:
    """Places by class in the order (virtual start, id), each request once, of queues that are in the snapshot."""
    places = {place.id: place for head in snapshot.heads for place in head.places if place.queue in lines}
    classes: dict[ClassKey, list[Place]] = {}
    for place in sorted(places.values(), key=_FIRST) if len(places) > 1 else places.values():
        classes.setdefault(place.klass, []).append(place)
    return classes


def _lifts(lines: Mapping[str, Line], classes: Mapping[ClassKey, list[Place]], now: datetime) -> dict[ClassKey, float]:
    """What each class is lent, reckoned queue by queue on its own board."""
    lent: dict[ClassKey, float] = {}
    for line in lines.values():
        board = line.board
        if board is None or not board.grid:
            continue
        own = [place for klass, places in classes.items() if klass.queue == line.queue for place in places]
        standings = [
            Standing(
                id=place.id,
                klass=place.klass,
                virtual_start=place.virtual_start.timestamp(),
                deadline=place.deadline.timestamp() if place.deadline else None,
            )
            for place in own
        ]
        credits = {place.klass: float(line.rules.credits.get(place.credit_class, 0)) for place in own}
        most = float(line.rules.deadlines.lift_max_s)
        lent |= lifts(standings, now.timestamp(), partial(_p90, board), most, credits=credits)
    return lent


def _p90(board: QueueBoard, ahead: int) -> float:
    wait = board.wait(ahead)
    return wait.p90_s if wait else 0.0


def _can(seat: Seat, place: Place) -> bool:
    spoken = (place.language,) if place.language else ()
    return not (place.skills or spoken) or able(seat.skills, seat.languages, needed=place.skills, spoken=spoken)


def _shape(place: Place, rules: Rules) -> Shape:
    return Shape.HOLDER if place.state is State.HOLDING else rules.callback.shape


def _reasons(place: Place, seat: Seat, *, rules: Rules, lift: float) -> tuple[str, ...]:
    """Stable words: why this place, then why this seat."""
    credit = rules.credits.get(place.credit_class, 0)
    words = ["oldest" if not credit else f"credit:{place.credit_class}"]
    if lift > 0:
        words.append("rescue")
    if place.last_agent == seat.agent:
        words.append("last_agent")
    return (*words, "best_level" if place.skills else "longest_idle")
