"""The demo bank's days before its visitor came: simulated under its own rules, and kept customer by customer."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from vqueue.demo import habits
from vqueue.demo.cast import CREW, QUEUES, ZONE
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId
from vqueue.domain.rules import Rules
from vqueue.simulator.connecting import DEAD_S, PROOF_S
from vqueue.simulator.floor import Caller
from vqueue.simulator.people import TRIES, People
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario
from vqueue.simulator.tally import Tally

DAYS = 1
"""Yesterday, a Monday."""
PEAK_PER_HOUR = 226.0
BY_HOUR = (0.70, 0.95, 1.0, 1.0, 0.90, 0.85, 0.90, 0.95, 0.90, 0.75, 0.60, 0.45)
"""Arrivals of each hour from eight to eight, as part of the busiest."""
DAY_VARIATION = 0.06
WRAP_UP_S, SEAT_S = 20.0, 2.5
SHARES = {"cards": 0.36, "payments": 0.33, "general": 0.31}
LANGUAGES = {"en": 0.80, "ru": 0.11, "he": 0.09}


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
    """served, abandoned, unreached."""
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


def scenario(first: date, rules: Rules, *, days: int) -> Scenario:
    """The bank as one floor: who can do what, in which languages, and what people ask for. (Languages count as skills:
    the simulator has one language.)"""
    told = {
        "agents": [
            {"count": 1, "skills": {**agent.skills, **dict.fromkeys(agent.languages, 5)}, "answer_s": SEAT_S}
            for agent in CREW
        ],
        "kinds": [
            {"share": share * part, "skills": (queue, language)}
            for queue, share in SHARES.items()
            for language, part in LANGUAGES.items()
        ],
        "arrivals_per_hour": [PEAK_PER_HOUR * part for part in BY_HOUR],
        "interval_s": 3600,
        "day_variation": DAY_VARIATION,
        "handling_s": {"law": "lognormal", "mean": habits.TALK_S, "scv": 0.6},
        "wrap_up_s": WRAP_UP_S,
        "patience_s": habits.NO_HASTE_S + habits.PATIENCE_S,
        "hours": {day: list(spans) for day, spans in rules.hours.week.items()},
        "zone": ZONE,
        "day": first,
        "days": days,
        "callback": {"accept": habits.TAKES_CALLBACK, "answer": 1 - habits.UNANSWERED - habits.ENGAGED},
    }
    return Scenario.model_validate(told)


@dataclass(frozen=True, slots=True)
class Lately:
    """Everybody whose request is over, in the order of coming; and from when to when the bank was open."""

    visits: tuple[Visit, ...]
    shifts: tuple[tuple[float, float], ...]

    def covers(self, moment: float) -> bool:
        return any(opens <= moment < closes for opens, closes in self.shifts)


def lately(before: date, *, seed: int, days: int = DAYS) -> Lately:
    """What happened on the days before that one."""
    rules = QUEUES[0].rules
    diary = Diary()
    bank = scenario(before - timedelta(days=days), rules, days=days)
    known = simulate(bank, seed=seed, rules=bank.in_force(), tally=diary).days
    over = [_visit(met, known.people[met.caller.generation], bank) for met in diary.met.values() if met.outcome]
    return Lately(
        visits=tuple(sorted(over, key=lambda visit: (visit.caller.arrived, visit.caller.id))),
        shifts=tuple((start.timestamp(), end.timestamp()) for start, end in known.stretches),
    )


def _visit(met: _Met, people: People, bank: Scenario) -> Visit:
    caller = met.caller
    queue, language = bank.kinds[int(people.kind[caller.row])].skills
    tries = tuple(_try(met, place, people) for place in range(len(met.opened)))
    gave_up = caller.arrived + float(people.patience_s[caller.row])
    return Visit(
        caller=caller,
        queue=queue,
        language=language,
        offered=met.offered,
        rang=met.rang,
        tries=tries,
        outcome=met.outcome,
        closed=gave_up if met.outcome == "abandoned" else tries[-1].closed,
    )


def _try(met: _Met, place: int, people: People) -> Try:
    caller, row, n = met.caller, met.caller.row, min(place, TRIES - 1)
    opened, agent, _ = met.opened[place]
    team = int(agent[1:3])
    accepted = opened + float(people.seat_s[team][row, n])
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
        agent=AgentId(CREW[team].id),
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
