"""A recorded day served again, under any rules, by the code that runs live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from vqueue.domain.past_day import PastDay, Stay, Visit
from vqueue.domain.request import Mode
from vqueue.domain.rules import Rules
from vqueue.engine import routing
from vqueue.engine.hours import Stretch, open_stretches
from vqueue.engine.wait.model import WaitModel
from vqueue.simulator.floor import Caller
from vqueue.simulator.laws import Floats, Law
from vqueue.simulator.likely import USUAL_S, Empirical, Patience, rings, uniforms
from vqueue.simulator.people import TRIES, Days, People
from vqueue.simulator.recorded import Recorded
from vqueue.simulator.run import Outcome, Progress, simulate
from vqueue.simulator.scenario import Booking, Callback, Kind, Scenario, Team
from vqueue.simulator.tally import Tally

_LANGUAGE = "language:"
"""A language is needed as a skill is."""
_ONE, _TRY = 6, 4
"""Uniforms a visit has once, and for each try."""
Kinds = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(slots=True)
class Noting(Tally):
    """A tally that also notes what came of each visit, by its row."""

    offered_rows: list[int] = field(default_factory=list)
    ends: list[tuple[int, str, float, float]] = field(default_factory=list)
    """Row, outcome, wait, second hold (NaN where there was none)."""

    def asked(self, caller: Caller, offered: bool) -> None:
        Tally.asked(self, caller, offered)
        if offered:
            self.offered_rows.append(caller.row)

    def end(self, caller: Caller, outcome: str) -> None:
        Tally.end(self, caller, outcome)
        nothing = float("nan")
        if outcome == "served":
            last = self.ended[-1]
            held = nothing if last.second_hold_s is None else last.second_hold_s
            self.ends.append((caller.row, f"{outcome}:{caller.mode}", last.wait_s, held))
        else:
            self.ends.append((caller.row, outcome, self.gave_up_s[-1] if outcome == "abandoned" else nothing, nothing))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What came of each visit of a replayed day, as columns; rows of those who found the queue closed are left out."""

    arrived: Floats
    wait_s: Floats
    """Of the served; NaN for others."""
    hold_s: Floats
    """On the line, served or not; NaN where it is not over."""
    second_hold_s: Floats
    abandoned: NDArray[np.bool_]
    offered: NDArray[np.bool_]
    accepted: NDArray[np.bool_]
    promised_at: Floats
    kept: NDArray[np.bool_]
    minutes: Floats
    """Columns: moment, agents free, agents busy."""
    turned_away: int


def replay(
    past: PastDay,
    rules: Rules,
    *,
    seed: int = 1,
    repetition: int = 0,
    model: WaitModel | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """The day under these rules: equal input gives equal output, and what customers would do does not hang on them."""
    kinds = _kinds(past.visits)
    stretches = openings(past, rules)
    inside = np.array([_within(visit.arrived, stretches) for visit in past.visits], dtype=bool)
    scenario = _scenario(past, rules, kinds)
    people = _chosen(_people(past, scenario, kinds, seed=seed, repetition=repetition), inside)
    arrivals = np.array([visit.arrived for visit in past.visits], dtype=np.float64)[inside]
    known = Days(stretches, arrivals, (people,))
    recorded = Recorded(stays=tuple(_speaking(stay, rules) for stay in past.stays), tally=Noting())
    return simulate(scenario, seed=seed, rules=rules, model=model, known=known, recorded=recorded, progress=progress)


def served(
    past: PastDay,
    rules: Rules,
    *,
    seed: int,
    repetition: int,
    model: WaitModel | None = None,
    progress: Progress | None = None,
) -> Served:
    """As `replay`; what came of it, small enough to be handed from process to process."""
    outcome = replay(past, rules, seed=seed, repetition=repetition, model=model, progress=progress)
    tally, arrived = outcome.tally, outcome.days.arrivals
    assert isinstance(tally, Noting)
    count = len(arrived)
    wait, hold, second = (np.full(count, np.nan) for _ in range(3))
    abandoned, offered = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for row, end, wait_s, second_s in tally.ends:
        abandoned[row] = end == "abandoned"
        second[row] = second_s
        hold[row] = wait_s if end in ("abandoned", f"served:{Mode.HOLD}") else np.nan_to_num(second_s)
        wait[row] = wait_s if end.startswith("served") else np.nan
    offered[tally.offered_rows] = True
    takes = outcome.days.people[0].accept < _acceptance(past.visits)
    called = [each for each in tally.promises if not each.booked]
    return Served(
        arrived=arrived, wait_s=wait, hold_s=hold, second_hold_s=second, abandoned=abandoned, offered=offered,
        accepted=offered & takes, promised_at=np.array([each.made_at for each in called], dtype=np.float64),
        kept=np.array([each.kept for each in called], dtype=bool),
        minutes=np.array([(each.at, each.free, each.busy) for each in tally.minutes], dtype=np.float64).reshape(-1, 3),
        turned_away=len(past.visits) - count,
    )  # fmt: skip


def openings(past: PastDay, rules: Rules) -> tuple[Stretch, ...]:
    """When the queue is open on the recorded days by these rules, joined where they touch."""
    zone = ZoneInfo(rules.hours.zone)
    found: list[Stretch] = []
    for day in past.dates:
        midnight = datetime.combine(day, datetime.min.time(), zone)
        following = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        for start, end in open_stretches(rules.hours, midnight.astimezone(UTC), following.astimezone(UTC)):
            if found and start <= found[-1][1]:
                found[-1] = found[-1][0], max(end, found[-1][1])
            else:
                found.append((start, end))
    return tuple(found)


def _within(at: float, stretches: Sequence[Stretch]) -> bool:
    return any(start.timestamp() <= at < end.timestamp() for start, end in stretches)


def _kinds(visits: Sequence[Visit]) -> Kinds:
    return tuple(sorted({tuple(sorted(visit.attributes.items())) for visit in visits})) or ((),)


def _scenario(past: PastDay, rules: Rules, kinds: Kinds) -> Scenario:
    """How people take to callbacks, and each kind of customer as these rules route him."""
    answered, missed = _tries(past.visits)
    weights = {cause: float(number) for cause, number in missed.items() if number}
    tried = answered + sum(missed.values())
    callback = Callback(
        accept=_acceptance(past.visits),
        answer=answered / tried if tried else Callback().answer,
        missed=weights or Callback().missed,
    )
    return Scenario(
        agents=(Team(count=0, shift=("00:00", "24:00")),),
        arrivals_per_hour=(0.0,),
        handling_s=Law(law="constant"),
        kinds=tuple(_kind(dict(kind), rules) for kind in kinds),
        callback=callback,
        booking=Booking(share=0.5 if any(visit.books for visit in past.visits) else 0.0),
        calls_per_second=past.calls_per_second,
        zone=rules.hours.zone,
        rules={"credits": dict(rules.credits)},
    )


def _kind(attributes: Mapping[str, str], rules: Rules) -> Kind:
    routed = routing.route(rules, attributes)
    spoken = (f"{_LANGUAGE}{attributes['language']}",) if attributes.get("language") else ()
    return Kind(share=1.0, skills=(*routed.skills, *spoken), credit=routed.credit)


def _speaking(stay: Stay, rules: Rules) -> Stay:
    """The languages he speaks as skills too; all of the queue's, where the record names none."""
    spoken = {f"{_LANGUAGE}{language}": 1 for language in stay.languages}
    return replace(stay, skills={**stay.skills, **spoken}, languages=stay.languages or rules.languages)


def _acceptance(visits: Sequence[Visit]) -> float:
    """The part of those who were offered a callback that took it; that of a US bank where nobody was asked."""
    answers = [visit.takes_callback for visit in visits if visit.takes_callback is not None]
    return sum(answers) / len(answers) if answers else Callback().accept


def _tries(visits: Sequence[Visit]) -> tuple[int, dict[str, int]]:
    """(rings that were answered, misses by cause)."""
    missed = dict.fromkeys(("no_answer", "machine", "busy", "no_key", "failed", "refused"), 0)
    answered = 0
    for ring in (ring for visit in visits for ring in visit.rings):
        if ring.cause is None:
            answered += 1
        elif ring.cause.value in missed:
            missed[ring.cause.value] += 1
    return answered, missed


def _people(past: PastDay, scenario: Scenario, kinds: Kinds, *, seed: int, repetition: int) -> People:
    """Everything about each visit: as recorded, and drawn where the record is silent."""
    visits, count = past.visits, len(past.visits)
    chance = uniforms(visits, seed=seed, repetition=repetition, columns=_ONE + _TRY * TRIES)
    once, tries = chance[:, :_ONE].T, chance[:, _ONE:].reshape(count, _TRY, TRIES).transpose(1, 0, 2)
    number = {kind: place for place, kind in enumerate(kinds)}
    kind = np.array([number[tuple(sorted(visit.attributes.items()))] for visit in visits], dtype=np.intp)
    recorded_rings = [each.ring_s for visit in visits for each in visit.rings if not each.cause and each.ring_s]
    answer, cause, ring_s = tries[0].copy(), tries[1].copy(), rings(recorded_rings, tries[2])
    _as_rung(visits, scenario.callback.missed, answer=answer, cause=cause, ring_s=ring_s)
    return People(
        kind=kind,
        handling_s=_lasted([visit.handling_s for visit in visits], kind, once[0], USUAL_S),
        wrap_up_s=_lasted([visit.wrap_up_s for visit in visits], kind, once[1], 0.0),
        patience_s=_patience(visits, once[2]),
        accept=np.array([_accepts(visit, u) for visit, u in zip(visits, once[3], strict=True)], dtype=np.float64),
        convert=np.ones(count),
        convert_after_s=np.zeros(count),
        book=np.array([0.0 if visit.books else 1.0 for visit in visits], dtype=np.float64),
        slot=once[4],
        answer=answer,
        cause=cause,
        snooze=np.ones((count, TRIES)),
        ring_s=ring_s,
        key_s=_drawn(past.key_s, once[5], Callback().key_s.mean),
        join_s=np.full(count, Callback().join_s.mean),
        seat_s=(_drawn(past.answer_s, tries[3], 0.0),),
        seat_miss=np.ones((count, TRIES)),
        repeat=np.ones(count),
        repeat_after_s=np.zeros(count),
    )


def _lasted(recorded: Sequence[float | None], kind: NDArray[np.intp], chance: Floats, otherwise: float) -> Floats:
    """As recorded, and by the law of his kind for those of whom nothing is."""
    told = [(int(of), seconds) for of, seconds in zip(kind, recorded, strict=True) if seconds is not None]
    likely = Empirical(told, otherwise).at(kind, chance)
    return np.array([drawn if own is None else own for own, drawn in zip(recorded, likely, strict=True)])


def _patience(visits: Sequence[Visit], chance: Floats) -> Floats:
    stood = np.array([visit.stood_s for visit in visits], dtype=np.float64)
    gave_up = np.array([visit.gave_up for visit in visits], dtype=bool)
    return np.where(gave_up, stood, Patience.of(visits).after(stood, chance))


def _accepts(visit: Visit, chance: float) -> float:
    """What the acceptance is compared with: nothing for who took it, one for who did not."""
    if visit.books:
        return 0.0
    return chance if visit.takes_callback is None else 0.0 if visit.takes_callback else 1.0


def _as_rung(
    visits: Sequence[Visit], weights: Mapping[str, float], *, answer: Floats, cause: Floats, ring_s: Floats
) -> None:
    """Writes what is recorded of each ring over what was drawn for it."""
    edges = np.cumsum(list(weights.values()))
    middle = dict(zip(weights, (edges - np.array(list(weights.values())) / 2) / edges[-1], strict=True))
    for row, visit in enumerate(visits):
        for n, ring in enumerate(visit.rings[:TRIES]):
            answer[row, n] = 0.0 if ring.cause is None else 1.0
            if ring.cause is not None:
                cause[row, n] = middle.get(ring.cause.value, cause[row, n])
            elif ring.ring_s is not None:
                ring_s[row, n] = ring.ring_s


def _drawn(samples: Sequence[float], chance: Floats, otherwise: float) -> Floats:
    if not samples:
        return np.full(chance.shape, otherwise)
    return np.asarray(np.quantile(np.asarray(samples), chance), dtype=np.float64)


def _chosen(people: People, rows: NDArray[np.bool_]) -> People:
    """The same people without those of other rows."""
    if rows.all():
        return people
    chosen: dict[str, Any] = {}
    for each in fields(People):
        column = getattr(people, each.name)
        chosen[each.name] = tuple(one[rows] for one in column) if isinstance(column, tuple) else column[rows]
    return People(**chosen)
