"""What holds on every simulated day, over thousands of small days drawn at random: who is overtaken, how fair it is.

    python -m scripts.properties [--days 2000] [--first 0] [--processes 2]

A day's bank (agents, teams, load, laws, who accepts a callback) is drawn from its number, so a failing day can be
simulated again alone: `--first NUMBER --days 1`.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vqueue.engine.order import ClassKey, Turn
from vqueue.simulator.run import Outcome
from vqueue.simulator.scenario import Scenario
from vqueue.simulator.several import Run, outcomes

FAIR = 0.10
"""Mean times to one's turn of holders and of those called back differ by no more, over all days."""
LONGEST = 2.0
"""Times the 95th percentile of those of the class who had to wait, over the whole day. Who came to a free agent is not
among them: on a quiet day with one jam the percentile of all is the edge of that jam, and says nothing about it."""
FEW = 100
"""Customers below which their 95th percentile says little: it is then one of the five longest waits."""
BATCH = 40
AGAIN = 20
"""Every which day is simulated a second time."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one day showed."""

    number: int
    customers: int
    inversions: int
    unaccounted: int
    virtual_s: tuple[float, ...]
    """Times to the turn of those called back."""
    beside_s: tuple[float, ...]
    """For each of them what one who held from the same moment on would have taken: between his neighbours' times."""
    overlong: float
    """The longest time to a turn over the 95th percentile of those of its class who waited."""
    quiet: int
    """Customers who waited more than twice the percentile of all of their class, those who met a free agent too, …"""
    passed: int
    """… and of these, whom somebody who came later was served before, of whatever class."""
    differs: bool
    """Simulated again it had other figures."""


def drawn(number: int) -> Scenario:
    """A small bank for two hours; equal numbers give equal banks."""
    chance = np.random.default_rng([20_260_302, number])
    agents, handling = int(chance.integers(3, 16)), float(chance.uniform(90, 300))
    load = float(chance.uniform(1.0, 1.3))
    loans = bool(chance.random() < 0.4)
    teams: list[dict[str, Any]] = [{"count": agents, "skills": {"loans": 5}, "answer_s": 3}]
    if loans:
        teams.append({"count": int(chance.integers(1, 5)), "answer_s": 3})
    staff = sum(team["count"] for team in teams)
    return Scenario.model_validate({
        "agents": teams,
        "arrivals_per_hour": round(staff * load * 3600 / handling),
        "handling_s": {"law": "lognormal", "mean": handling, "scv": float(chance.uniform(0.5, 1.5))},
        "patience_s": float(chance.uniform(600, 2400)) if chance.random() < 0.5 else None,
        "hours": ["09:00", "11:00"],
        "kinds": [{"share": 0.8}, {"share": 0.2, "skills": ["loans"]}] if loans else [{"share": 1.0}],
        "callback": {"accept": float(chance.uniform(0.2, 0.8)), "answer": float(chance.uniform(0.7, 1.0)),
                     "convert": float(chance.choice([0.0, 0.3]))},
        "repeat": float(chance.choice([0.0, 0.3])),
    })  # fmt: skip


def shown(number: int, outcome: Outcome, *, other: Mapping[str, Any] | None = None) -> Day:
    """The properties of one day; `other` has its figures of another run, where there was one."""
    told, turns = outcome.figures, _first_turns(outcome)
    ended = sum(told[each] for each in ("served", "abandoned", "unreached", "open"))
    pairs = [pair for each in turns.values() for pair in _beside(each, outcome)]
    late = _late(turns)
    return Day(
        number=number,
        customers=told["customers"],
        inversions=told["inversions"],
        unaccounted=told["customers"] - ended,
        virtual_s=tuple(mine for mine, _ in pairs),
        beside_s=tuple(other for _, other in pairs),
        overlong=max((_overlong(_waits(each)) for each in turns.values()), default=0.0),
        quiet=len(late),
        passed=sum(_passed(each, turns) for each in late),
        differs=other is not None and other != told,
    )


def _overlong(waits: Sequence[float]) -> float:
    """The longest over the 95th percentile of those above zero; zero where they are few."""
    waited = [each for each in waits if each > 0]
    return float(max(waited) / np.quantile(waited, 0.95)) if len(waited) >= FEW else 0.0


def _late(turns: Mapping[ClassKey, Sequence[Turn]]) -> list[Turn]:
    """Those who waited more than twice the 95th percentile of their class, zeros included."""
    found: list[Turn] = []
    for each in turns.values():
        if len(each) >= FEW:
            most = LONGEST * float(np.quantile(_waits(each), 0.95))
            found += [turn for turn, wait in zip(each, _waits(each), strict=True) if wait > most]
    return found


def _passed(late: Turn, turns: Mapping[ClassKey, Sequence[Turn]]) -> bool:
    return any(
        other.virtual_start > late.virtual_start and other.taken_at < late.taken_at
        for each in turns.values()
        for other in each
    )


def _first_turns(outcome: Outcome) -> dict[ClassKey, list[Turn]]:
    """The first turn of everybody, by class, in the order of arrival."""
    first: dict[str, Turn] = {}
    for turn in outcome.tally.turns:
        first.setdefault(turn.id, turn)
    classes: dict[ClassKey, list[Turn]] = {}
    for turn in sorted(first.values(), key=lambda turn: (turn.virtual_start, turn.id)):
        classes.setdefault(turn.klass, []).append(turn)  # type: ignore[arg-type]
    return classes


def _waits(turns: Sequence[Turn]) -> list[float]:
    return [turn.taken_at - turn.virtual_start for turn in turns]


def _beside(turns: Sequence[Turn], outcome: Outcome) -> list[tuple[float, float]]:
    """(his time, what his neighbours on the line say) of each who was called back, away from both ends of the day."""
    called = outcome.tally.called_back
    held = [turn for turn in turns if turn.id not in called]
    if not held:
        return []
    starts = [turn.virtual_start for turn in held]
    mine = [turn for turn in turns if turn.id in called and starts[0] <= turn.virtual_start <= starts[-1]]
    beside = np.interp([turn.virtual_start for turn in mine], starts, _waits(held))
    return list(zip(_waits(mine), beside.tolist(), strict=True))


def days(numbers: Sequence[int], processes: int) -> list[Day]:
    """What these days show; every twentieth is simulated twice."""
    twice = [number for number in numbers if number % AGAIN == 0]
    ran = outcomes([Run(scenario=drawn(number), seed=number) for number in (*numbers, *twice)], processes=processes)
    again = {number: outcome.figures for number, outcome in zip(twice, ran[len(numbers) :], strict=True)}
    return [shown(number, outcome, other=again.get(number)) for number, outcome in zip(numbers, ran, strict=False)]


def broken(found: Sequence[Day]) -> list[str]:
    """Every property that does not hold, in words."""
    told = [f"day {day.number}: {day.inversions} inversions inside a class" for day in found if day.inversions]
    told += [f"day {day.number}: {day.unaccounted} customers are not accounted for" for day in found if day.unaccounted]
    told += [f"day {day.number}: somebody waited {day.overlong:.2f} times the 95th percentile of his class"
             for day in found if day.overlong > LONGEST]  # fmt: skip
    told += [f"day {day.number}: {day.passed} who waited so long were passed by others" for day in found if day.passed]
    told += [f"day {day.number}: simulated again it had other figures" for day in found if day.differs]
    virtual, beside = means(found)
    if not abs(virtual / beside - 1.0) <= FAIR:
        told.append(
            f"those called back wait {virtual:.1f} s for their turn, their neighbours on the line {beside:.1f} s"
        )
    return told


def means(found: Sequence[Day]) -> tuple[float, float]:
    """Mean time to the turn, seconds: of those called back, and of those who held beside them."""
    mine = [each for day in found for each in day.virtual_s]
    other = [each for day in found for each in day.beside_s]
    return (float(np.mean(mine)), float(np.mean(other))) if mine else (float("nan"), float("nan"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=2000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--first", type=int, default=0, help="the number of the first day")
    told = parser.parse_args()
    numbers = range(told.first, told.first + told.days)
    found: list[Day] = []
    for start in range(0, len(numbers), BATCH):
        found += days(numbers[start : start + BATCH], told.processes)
        print(f"\r{len(found)} of {len(numbers)} days", end="", file=sys.stderr, flush=True)
    tell(found)
    complaints = broken(found)
    print(*complaints or ["every property holds"], sep="\n")
    return 1 if complaints else 0


def tell(found: Sequence[Day]) -> None:
    virtual, beside = means(found)
    print(f"\n{len(found)} days, {sum(day.customers for day in found):,} customers")
    print(f"inversions inside a class        {sum(day.inversions for day in found)}")
    print(f"customers not accounted for      {sum(day.unaccounted for day in found)}")
    print(f"mean time to the turn            {virtual:.1f} s called back, {beside:.1f} s on the line beside them "
          f"({100 * (virtual / beside - 1.0):+.1f} %), {sum(len(day.virtual_s) for day in found):,} pairs")  # fmt: skip
    judged = sum(day.overlong > 0 for day in found)
    print(f"longest wait ÷ 95th percentile   {max(day.overlong for day in found):.2f} on {judged} days with "
          f"{FEW} in a class who waited")  # fmt: skip
    quiet, passed = sum(day.quiet for day in found), sum(day.passed for day in found)
    jams = sum(day.quiet > 0 for day in found)
    print(f"longer than twice that of all    {quiet} customers on {jams} days, {passed} of them passed by others")


if __name__ == "__main__":
    sys.exit(main())
