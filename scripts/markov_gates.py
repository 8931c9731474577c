"""Holds the estimator's closed form and the simulator against queues whose laws are known.

Part one: on exact first-come first-served queues, the squared error of the closed form (rates known) over the variance
of the wait given how many are ahead, which no predictor can beat; its coverage of P10 and P90; beside it what others
quote. Each case is so many independent runs that its interval decides: the bound holds for the upper end of it.
Part two: mean waits and losses of the simulated bank against Erlang-C and Erlang-A.

    python -m scripts.markov_gates [--customers 200000] [--served 2000000] [--processes 2]
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil

import numpy as np
from numpy.typing import NDArray

from scripts.erlang import erlang_a, erlang_c_wait
from scripts.fcfs import Seen, simulate
from vqueue.engine.wait.closed import ClosedForm
from vqueue.engine.wait.model import QueueState
from vqueue.simulator.scenario import Scenario
from vqueue.simulator.several import Run, outcomes

Floats = NDArray[np.float64]
HANDLING_S = 240.0
SURE = 1e7
"""Finished calls and abandonments after which a rate is known for certain."""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOUND, NEAR, MEANS = 1.02, 0.02, 0.01
HEAD = """squared error ÷ conditional variance (a bound for every predictor)
case                     waits   ours ±2 s.e.  ≤P10   ≤P90 |   LES   HOL  Asterisk"""
RUNS = 40
"""Independent runs of the simulated bank, whose spread gives the interval."""


@dataclass(frozen=True, slots=True)
class Case:
    """M/M/s, with `leave` patience rate as a multiple of the handling rate (0: endless)."""

    agents: int
    load: float
    leave: float = 0.0
    runs: int = 10
    """Independent ones; where nobody leaves and almost all agents are busy, few are long in telling."""

    @property
    def name(self) -> str:
        return f"M/M/{self.agents}{'+M' if self.leave else ''} load {self.load:g}"

    @property
    def state(self) -> QueueState:
        """As the estimator would see it once it knows both rates."""
        known = SURE * HANDLING_S
        state = QueueState(agents_serving=self.agents, busy=self.agents, handled=SURE, busy_seconds=known)
        if self.leave == 0.0:
            return replace(state, leaving_share=0.0)
        return replace(state, abandoned=SURE, queued_seconds=known / self.leave)

    def variances(self, most: int) -> Floats:
        """Of the wait given 0, 1, … `most` ahead, seconds²."""
        rates = (self.agents + self.leave * np.arange(most + 1)) / HANDLING_S
        return np.cumsum(1.0 / rates**2)


CASES = (
    Case(5, 0.9, runs=40), Case(20, 0.95, runs=120), Case(100, 0.95, runs=160), Case(5, 1.0, 0.5),
    Case(20, 1.2, 0.5), Case(20, 1.4, 0.5), Case(100, 1.2, 0.5),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Squared error over the variance nobody can beat, ours and others'; shares of waits up to P10 and P90."""

    waits: int
    ours: float
    error: float
    """Standard error of `ours`, from how the independent runs differ."""
    under_p10: float
    under_p90: float
    others: tuple[float, float, float]
    """LES, HOL, Asterisk."""

    @property
    def holds(self) -> bool:
        near = abs(self.under_p10 - 0.1) <= NEAR and abs(self.under_p90 - 0.9) <= NEAR
        return near and self.ours + 2.0 * self.error <= BOUND


def judged(case: Case, *, customers: int) -> Found:
    """The case, simulated `case.runs` times for so many customers."""
    patience_s = HANDLING_S / case.leave if case.leave else None
    quotes = np.empty((0, 3))
    sums = []
    for seed in range(1, case.runs + 1):
        seen = simulate(agents=case.agents, load=case.load, handling_s=HANDLING_S, patience_s=patience_s,
                        customers=customers, seed=seed)  # fmt: skip
        quotes = _quoted(case, quotes, int(seen.ahead.max()))
        sums.append(_sums(case, seen, quotes))
    return _found(np.array(sums))


def _quoted(case: Case, known: Floats, most: int) -> Floats:
    """(mean, P10, P90) of the closed form with 0, 1, … `most` ahead; those in `known` are not asked again."""
    model, rows = ClosedForm(), known.tolist()
    for ahead in range(len(rows), most + 1):
        wait = model.wait(ahead=ahead, state=case.state, now=NOON)
        rows.append([wait.mean_s, wait.p10_s, wait.p90_s])
    return np.array(rows)


def _sums(case: Case, seen: Seen, quotes: Floats) -> Floats:
    """Of one run: waits, bounds; waits up to P10, to P90; squared errors of ours, LES, HOL, Asterisk."""
    mean, p10, p90 = quotes[seen.ahead].T
    bounds = case.variances(len(quotes) - 1)[seen.ahead]
    told = (mean, seen.last_s, seen.head_s, seen.smoothed_s)
    errors = [float(np.square(seen.wait_s - each).sum()) for each in told]
    under = [float((seen.wait_s <= each).sum()) for each in (p10, p90)]
    return np.array([len(seen.wait_s), bounds.sum(), *under, *errors])


def _found(runs: Floats) -> Found:
    """From the sums of independent runs; the standard error is that of a ratio of two means."""
    waits, bounds, p10, p90, ours, *others = runs.sum(axis=0).tolist()
    off = runs[:, 4] - ours / bounds * runs[:, 1]
    les, hol, asterisk = (float(each / bounds) for each in others)
    return Found(
        waits=int(waits),
        ours=ours / bounds,
        error=float(np.sqrt(len(runs) / (len(runs) - 1) * np.square(off).sum()) / bounds),
        under_p10=p10 / waits,
        under_p90=p90 / waits,
        others=(les, hol, asterisk),
    )


@dataclass(frozen=True, slots=True)
class Mean:
    """A figure of the simulated bank, with its 95 % interval, and the formula's."""

    name: str
    customers: int
    simulated: float
    half: float
    formula: float

    @property
    def holds(self) -> bool:
        """Within one part in a hundred."""
        return abs(self.simulated / self.formula - 1.0) <= MEANS


def bank(*, agents: int, per_hour: float, patience_s: float | None = None, days: int) -> Scenario:
    """Round the clock, without callbacks, all laws exponential."""
    told = {"hours": ["00:00", "24:00"], "warm_up_s": 7200, "zone": "UTC", "handling_s": HANDLING_S, "days": days}
    return Scenario.model_validate(told | {"agents": agents, "arrivals_per_hour": per_hour, "patience_s": patience_s})


def means(customers: int, processes: int) -> Iterator[Mean]:
    """Erlang-C: the mean wait. Erlang-A: the mean wait and the share who give up."""
    for agents, per_hour, patience_s in ((5, 45.0, None), (20, 300.0, 480.0)):
        scenario = bank(
            agents=agents, per_hour=per_hour, patience_s=patience_s, days=ceil(customers / RUNS / 24 / per_hour)
        )
        ran = outcomes([Run(scenario=scenario, seed=seed) for seed in range(1, RUNS + 1)], processes=processes)
        waited = [sum(end.wait_s for end in each.tally.ended) + sum(each.tally.gave_up_s) for each in ran]
        lost = [float(each.figures["abandoned"]) for each in ran]
        came = [int(each.figures["customers"]) for each in ran]
        if patience_s is None:
            formula = erlang_c_wait(per_hour / 3600, 1 / HANDLING_S, agents)
            yield _mean(f"M/M/{agents} mean wait, s", waited, came, formula)
            continue
        wait, share = erlang_a(per_hour / 3600, 1 / HANDLING_S, 1 / patience_s, agents)
        yield _mean(f"M/M/{agents}+M mean wait, s", waited, came, wait)
        yield _mean(f"M/M/{agents}+M give up, share", lost, came, share)


def _mean(name: str, sums: Sequence[float], counts: Sequence[int], formula: float) -> Mean:
    """Mean over all customers, and half of its 95 % interval from how the independent runs differ."""
    total, mean = sum(counts), sum(sums) / sum(counts)
    off = np.array(sums) - mean * np.array(counts)
    return Mean(name, total, mean, float(1.96 * np.sqrt((off**2).sum() * RUNS / (RUNS - 1)) / total), formula)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=200_000, help="of each run of part one; 0 leaves it out")
    parser.add_argument("--served", type=int, default=2_000_000, help="of each case of part two; 0 leaves it out")
    parser.add_argument("--processes", type=int, default=2)
    told = parser.parse_args()
    good = []
    if told.customers:
        print(HEAD)
        good += [_tell_found(case, judged(case, customers=told.customers)) for case in CASES]
    if told.served:
        print("\nthe simulated bank           customers  simulated  ± 95 %   formula   off")
        good += [_tell_mean(mean) for mean in means(told.served, told.processes)]
    return 0 if all(good) else 1


def _tell_found(case: Case, found: Found) -> bool:
    les, hol, asterisk = found.others
    print(
        f"{case.name:<20} {found.waits:9} {found.ours:6.4f} {2 * found.error:7.4f}  {found.under_p10:.3f}  "
        f"{found.under_p90:.3f} | {les:5.2f} {hol:5.2f} {asterisk:9.2f}{_verdict(found.holds)}",
        flush=True,
    )
    return found.holds


def _tell_mean(mean: Mean) -> bool:
    off = 100 * (mean.simulated / mean.formula - 1.0)
    print(
        f"{mean.name:<27} {mean.customers:10} {mean.simulated:10.4f} {mean.half:7.4f} {mean.formula:9.4f} "
        f"{off:+5.2f} %{_verdict(mean.holds)}",
        flush=True,
    )
    return mean.holds


def _verdict(holds: bool) -> str:
    return "" if holds else "   DOES NOT HOLD"


if __name__ == "__main__":
    sys.exit(main())
