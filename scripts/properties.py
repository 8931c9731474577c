"""What holds on every simulated day, over thousands of small days drawn at random: who is overtaken, how fair it is.

    python -m scripts.properties [--days 2000] [--processes 2]

A day's bank (agents, teams, load, laws, who accepts a callback) is drawn from its number, so a failing day can be
simulated again alone: `--only NUMBER`.
"""

import argparse
import sys
from collections.abc import Sequence
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
"""Times the 95th percentile of the class, over the whole day."""
FEW = 100
"""Waits of a class in a day below which its 95th percentile says little."""
BATCH = 40


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
    """The longest time to a turn over the 95th percentile of its class."""


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


def shown(number: int, outcome: Outcome) -> Day:
    """The properties of one day."""
    told, turns = outcome.figures, _first_turns(outcome)
    ended = sum(told[each] for each in ("served", "abandoned", "unreached", "open"))
    pairs = [pair for each in turns.values() for pair in _beside(each, outcome)]
    longest = [max(waits) / np.quantile(waits, 0.95) for waits in map(_waits, turns.values()) if len(waits) >= FEW]
    return Day(
        number=number,
        customers=told["customers"],
        inversions=told["inversions"],
        unaccounted=told["customers"] - ended,
        virtual_s=tuple(mine for mine, _ in pairs),
        beside_s=tuple(other for _, other in pairs),
        overlong=float(max(longest, default=0.0)),
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
    """What these days show."""
    ran = outcomes([Run(scenario=drawn(number), seed=number) for number in numbers], processes=processes)
    return [shown(number, outcome) for number, outcome in zip(numbers, ran, strict=True)]


def broken(found: Sequence[Day]) -> list[str]:
    """Every property that does not hold, in words."""
    told = [f"day {day.number}: {day.inversions} inversions inside a class" for day in found if day.inversions]
    told += [f"day {day.number}: {day.unaccounted} customers are not accounted for" for day in found if day.unaccounted]
    told += [f"day {day.number}: somebody waited {day.overlong:.2f} times the 95th percentile of his class"
             for day in found if day.overlong > LONGEST]  # fmt: skip
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
    parser.add_argument("--only", type=int, help="the number of one day")
    told = parser.parse_args()
    numbers = range(told.days) if told.only is None else range(told.only, told.only + 1)
    found: list[Day] = []
    for start in range(0, len(numbers), BATCH):
        found += days(numbers[start : start + BATCH], told.processes)
        print(f"\r{len(found)} of {len(numbers)} days", end="", file=sys.stderr, flush=True)
    virtual, beside = means(found)
    print(f"\n{len(found)} days, {sum(day.customers for day in found):,} customers")
    print(f"inversions inside a class        {sum(day.inversions for day in found)}")
    print(f"customers not accounted for      {sum(day.unaccounted for day in found)}")
    print(f"mean time to the turn            {virtual:.1f} s called back, {beside:.1f} s on the line beside them "
          f"({100 * (virtual / beside - 1.0):+.1f} %), {sum(len(day.virtual_s) for day in found):,} pairs")  # fmt: skip
    print(f"longest wait ÷ 95th percentile   {max(day.overlong for day in found):.2f}")
    complaints = broken(found)
    print(*complaints or ["every property holds"], sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
