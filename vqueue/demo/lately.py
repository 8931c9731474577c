"""What the demo's bank remembers: yesterday and this morning, simulated under its own rules, customer by customer."""

from dataclasses import dataclass, field, replace
from datetime import time

from vqueue.demo.cast import OPENS, QUEUES, TRAINEES, TRAINING, team
from vqueue.demo.demand import Demand
from vqueue.demo.scenario import until_ten
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId
from vqueue.domain.request import Mode
from vqueue.engine.hours import Stretch
from vqueue.services.setting_up import NewQueue
from vqueue.simulator.connecting import DEAD_S, PROOF_S
from vqueue.simulator.floor import Caller
from vqueue.simulator.people import TRIES, People
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario
from vqueue.simulator.tally import Tally

DAYS = 1
"""Yesterday, a Monday."""
WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt, in seconds since the epoch. `cause` None: they talked."""

    agent: AgentId
    opened: float
    accepted: float
    """When the agent was on the line."""
    rang: float | None
    answered: float | None
    joined: float | None
    closed: float
    wrapped: float
    """When the agent was free again."""
    cause: Cause | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One customer of those days from his call to the end."""

    caller: Caller
    queue: str
    language: str
    offered: bool
    rang: float | None
    tries: tuple[Try, ...]
    outcome: str
    """served, abandoned, unreached; or waiting to be called back."""
    closed: float


@dataclass(slots=True)
class _Met:
    """What the tally heard of one customer."""

    caller: Caller
    offered: bool = False
    rang: float | None = None
    opened: list[tuple[float, AgentId, dict[Cause, int]]] = field(default_factory=list)
    joined: float | None = None
    outcome: str = ""


@dataclass(slots=True)
class Diary(Tally):
    """Counts, and remembers every customer."""

    met: dict[str, _Met] = field(default_factory=dict)

    def _of(self, caller: Caller) -> _Met:
        return self.met.setdefault(caller.id, _Met(caller))

    def asked(self, caller: Caller, offered: bool) -> None:
        Tally.asked(self, caller, offered)
        self._of(caller).offered = offered

    def taken(self, caller: Caller, now: float) -> None:
        Tally.taken(self, caller, now)
        assert caller.chair is not None
        self._of(caller).opened.append((now, caller.chair.id, dict(caller.tries)))

    def joined(self, caller: Caller, now: float, *, second_hold_s: float | None) -> None:
        Tally.joined(self, caller, now, second_hold_s=second_hold_s)
        self._of(caller).joined = now

    def settle(self, caller: Caller, rang_at: float | None) -> None:
        if caller.promised and rang_at is not None:
            self._of(caller).rang = rang_at
        Tally.settle(self, caller, rang_at)

    def end(self, caller: Caller, outcome: str) -> None:
        Tally.end(self, caller, outcome)
        self._of(caller).outcome = outcome


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """Somebody who holds at the moment at which the demo begins."""

    queue: str
    language: str


@dataclass(frozen=True, slots=True)
class Lately:
    """Everybody whose request is over or who waits to be called back, in the order of coming; from when to when the
    bank was open; and who is on the line now."""

    visits: tuple[Visit, ...]
    shifts: tuple[tuple[float, float], ...]
    holding: tuple[OnTheLine, ...] = ()

    def shifts_of(self, agent: str) -> list[tuple[float, float]]:
        """Those who are trained leave the floor for it."""
        if agent not in TRAINEES:
            return list(self.shifts)
        begins, ends = (after_opening_s(clock) for clock in TRAINING)
        parts = [part for opens, closes in self.shifts for part in ((opens, opens + begins), (opens + ends, closes))]
        return [(start, end) for start, end in parts if start < end]

    def covers(self, moment: float) -> bool:
        return any(opens <= moment < closes for opens, closes in self.shifts)


def lately(law: Demand, *, seed: int, days: int = DAYS) -> Lately:
    """What happened on the days before and since this morning's opening. Talks of this moment are left out: their
    agents begin anew."""
    floors = [_floor(law, queue, seed=seed + 10 * turn, days=days) for turn, queue in enumerate(QUEUES)]
    now = law.ten.timestamp()
    shifts = [(start.timestamp(), min(end.timestamp(), now)) for start, end in floors[0].stretches]
    return Lately(
        visits=tuple(
            sorted(
                (visit for floor in floors for visit in floor.visits), key=lambda one: (one.caller.arrived, one.queue)
            )
        ),
        shifts=tuple((start, end) for start, end in shifts if start < now),
        holding=tuple(one for floor in floors for one in floor.holding),
    )


def after_opening_s(clock: time) -> float:
    """In seconds."""
    return (clock.hour - OPENS) * 3600.0 + clock.minute * 60.0


def _came(visit: Visit) -> tuple[float, str]:
    return visit.caller.arrived, visit.queue


@dataclass(frozen=True, slots=True, kw_only=True)
class _Floor:
    """One queue's days."""

    visits: list[Visit]
    holding: list[OnTheLine]
    stretches: tuple[Stretch, ...]


def _floor(law: Demand, queue: NewQueue, *, seed: int, days: int) -> _Floor:
    now, diary = law.ten.timestamp(), Diary()
    bank, everybody = until_ten(law, queue.id, queue.rules, days_before=days, seed=seed)
    simulate(bank, seed=seed, rules=bank.in_force(), known=everybody, tally=diary)
    look = _Look(queue.id, bank, everybody.people[0], now)
    met = list(diary.met.values())
    in_line = [one for one in met if look.in_line(one)]
    over = [look.visit(one) for one in met if one.outcome and not look.in_line(one)]
    waiting = [look.waiting(one) for one in in_line if one.caller.mode is Mode.CALLBACK]
    return _Floor(
        visits=[*(visit for visit in over if visit.closed <= now), *waiting],
        holding=[OnTheLine(queue.id, look.language(one)) for one in in_line if one.caller.mode is Mode.HOLD],
        stretches=everybody.stretches,
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """One floor at the moment at which the demo begins."""

    queue: str
    bank: Scenario
    people: People
    now: float

    def language(self, met: _Met) -> str:
        return self.bank.kinds[int(self.people.kind[met.caller.row])].skills[0]

    def in_line(self, met: _Met) -> bool:
        """Nothing has happened to him yet."""
        if met.opened and met.opened[0][0] <= self.now:
            return False
        return met.outcome != "abandoned" or _gave_up(met.caller, self.people) > self.now

    def waiting(self, met: _Met) -> Visit:
        """What the simulated day holds for him later, the demo decides anew."""
        return Visit(
            caller=replace(met.caller, tries={}, rings=0),
            queue=self.queue,
            language=self.language(met),
            offered=met.offered,
            rang=None,
            tries=(),
            outcome=WAITING,
            closed=self.now,
        )

    def visit(self, met: _Met) -> Visit:
        caller = met.caller
        tries = tuple(_try(met, place, self.people, self.queue) for place in range(len(met.opened)))
        return Visit(
            caller=caller,
            queue=self.queue,
            language=self.language(met),
            offered=met.offered,
            rang=met.rang,
            tries=tries,
            outcome=met.outcome,
            closed=_gave_up(caller, self.people) if met.outcome == "abandoned" else tries[-1].closed,
        )


def _try(met: _Met, place: int, people: People, queue: str) -> Try:
    caller, row, n = met.caller, met.caller.row, min(place, TRIES - 1)
    opened, agent, _ = met.opened[place]
    chair = int(agent[1:3])
    accepted = opened + float(people.seat_s[chair][row, n])
    talks = met.joined is not None and place == len(met.opened) - 1
    cause = None if talks else _cause(met, place)
    rings_s, called = float(people.ring_s[row, n]), caller.mode.value == "callback"
    if cause is None:
        assert met.joined is not None
        over = met.joined + float(people.handling_s[row])
        wrapped = over + float(people.wrap_up_s[row])
    else:
        over = wrapped = accepted + _quiet_s(cause, rings_s) if called else _gave_up(caller, people)
    answers = called and cause in (None, Cause.MACHINE, Cause.NO_KEY)
    return Try(
        agent=AgentId(team(queue)[chair].id),
        opened=opened,
        accepted=min(accepted, over),
        rang=accepted if called and cause is not Cause.BUSY else None,
        answered=accepted + rings_s if answers else None,
        joined=met.joined if talks else None,
        closed=over,
        wrapped=wrapped,
        cause=cause,
    )


def _gave_up(caller: Caller, people: People) -> float:
    return caller.arrived + float(people.patience_s[caller.row])


def _cause(met: _Met, place: int) -> Cause:
    """Of a try that came to nothing: what is counted after it and was not before; else he hung up meanwhile."""
    before = met.opened[place][2]
    after = met.opened[place + 1][2] if place + 1 < len(met.opened) else met.caller.tries
    return next((cause for cause, count in after.items() if count > before.get(cause, 0)), Cause.HUNG_UP)


def _quiet_s(cause: Cause, rings_s: float) -> float:
    """From the agent's voice until it was known that nobody is there."""
    ring_s = float(QUEUES[0].rules.callback.ring_s)
    if cause is Cause.NO_ANSWER:
        return ring_s
    return DEAD_S if cause is Cause.BUSY else PROOF_S + min(rings_s, ring_s)
