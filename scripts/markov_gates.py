"""Holds the estimator's closed form and the simulator against queues whose laws are known.

Part one: on exact first-come first-served queues, the squared error of the closed form (rates known) over the variance
of the wait given how many are ahead, which no predictor can beat; its coverage of P10 and P90; beside it what others
quote. Each case is so many independent runs that its interval decides: the bound holds for the upper end of it.
Part two: mean waits and losses against Erlang-C and Erlang-A, of the exact queue in long runs, and of the simulated
bank beside that queue.

    python -m scripts.markov_gates [--customers 200000] [--days 1] [--processes 2]
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from scripts.erlang import erlang_a, erlang_c_wait
from scripts.fcfs import Seen, drawn, passed, simulate
from vqueue.engine.wait.closed import ClosedForm
from vqueue.engine.wait.model import QueueState
from vqueue.simulator.people import Days
from vqueue.simulator.run import Outcome
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
"""Independent runs of part two, whose spread gives the interval."""
HALF = float(stdtrit(RUNS - 1, 0.975))
"""Of a 95 % interval, in standard errors."""
EXACT = 1_000_000
"""Customers of each run of the exact queue in part two."""


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
    """A figure of a simulated queue, with its 95 % interval, and the formula's."""

    name: str
    customers: int
    simulated: float
    half: float
    formula: float

    @property
    def holds(self) -> bool:
        """Within one part in a hundred, the whole interval."""
        return abs(self.simulated / self.formula - 1.0) + self.half / self.formula <= MEANS


@dataclass(frozen=True, slots=True)
class Line:
    """A queue whose means are known: M/M/s, or M/M/s+M where somebody loses patience."""

    agents: int
    per_hour: float
    patience_s: float | None = None

    @property
    def formula(self) -> tuple[float, float]:
        """(mean wait of all, share who give up), Erlang's."""
        rates = self.per_hour / 3600, 1 / HANDLING_S
        if self.patience_s is None:
            return erlang_c_wait(*rates, self.agents), 0.0
        return erlang_a(*rates, 1 / self.patience_s, self.agents)

    def named(self, what: str, customers: int, simulated: Floats, half: Floats) -> Iterator[Mean]:
        """Mean wait, and where there is any the share who give up."""
        name = f"M/M/{self.agents}{'+M' if self.patience_s else ''} {what}"
        figures = zip(("wait, s", "give up"), simulated, half, self.formula, strict=True)
        yield from (Mean(f"{name} {each}", customers, float(m), float(h), f) for each, m, h, f in figures if f)


LINES = Line(5, 45.0), Line(20, 300.0, 480.0)
WARM_S = 7200.0


def exact(line: Line, customers: int = EXACT) -> Iterator[Mean]:
    """The queue that is first come, first served event by event, against the formula."""
    load = line.per_hour * HANDLING_S / 3600 / line.agents
    runs = np.array([
        _waited(*drawn(agents=line.agents, load=load, handling_s=HANDLING_S, patience_s=line.patience_s,
                       customers=customers, seed=seed), line.agents)
        for seed in range(1, RUNS + 1)
    ])  # fmt: skip
    yield from line.named("exact", RUNS * customers, runs.mean(axis=0), HALF * runs.std(axis=0, ddof=1) / np.sqrt(RUNS))


def banked(line: Line, days: int, processes: int) -> Iterator[Mean]:
    """The simulated bank beside the exact queue with the very same people, whose mean is the formula's: a run in which
    the exact queue waited long was given long talks, not a slow bank (control variates, Lavenberg & Welch 1981)."""
    scenario = bank(agents=line.agents, per_hour=line.per_hour, patience_s=line.patience_s, days=days)
    pairs, came = [], 0
    for first in range(1, RUNS + 1, 2):
        for ran in outcomes([Run(scenario=scenario, seed=first + n) for n in (0, 1)], processes=processes):
            pairs.append((of_bank(ran), of_people(ran.days, line.agents)))
            came += ran.figures["customers"]
    ours, theirs = np.array(pairs).transpose(1, 0, 2)
    off = ours - theirs
    yield from line.named(
        "bank", came, np.array(line.formula) + off.mean(axis=0), HALF * off.std(axis=0, ddof=1) / np.sqrt(RUNS)
    )


def bank(*, agents: int, per_hour: float, patience_s: float | None = None, days: int) -> Scenario:
    """Round the clock, without callbacks, all laws exponential."""
    told = {"hours": ["00:00", "24:00"], "warm_up_s": WARM_S, "zone": "UTC", "handling_s": HANDLING_S, "days": days}
    return Scenario.model_validate(told | {"agents": agents, "arrivals_per_hour": per_hour, "patience_s": patience_s})


def of_bank(ran: Outcome) -> tuple[float, float]:
    """(mean wait of all, share who gave up)."""
    waited = sum(end.wait_s for end in ran.tally.ended) + sum(ran.tally.gave_up_s)
    return waited / ran.figures["customers"], ran.figures["abandoned"] / ran.figures["customers"]


def of_people(days: Days, agents: int) -> tuple[float, float]:
    people = days.people[0]
    return _waited(days.arrivals - days.stretches[0][0].timestamp(), people.handling_s, people.patience_s, agents)


def _waited(arrivals: Floats, service: Floats, patience: Floats, agents: int) -> tuple[float, float]:
    """(mean wait of all, share who gave up) of the exact queue, of those who came after two hours."""
    offered = passed(arrivals, service, patience, agents)[1]
    late = arrivals >= WARM_S
    return float(np.minimum(offered, patience)[late].mean()), float((offered > patience)[late].mean())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=200_000, help="of each run of part one; 0 leaves it out")
    parser.add_argument("--days", type=int, default=1, help="of each run of the bank in part two; 0 leaves it out")
    parser.add_argument("--processes", type=int, default=2)
    told = parser.parse_args()
    good = []
    if told.customers:
        print(HEAD)
        good += [_tell_found(case, judged(case, customers=told.customers)) for case in CASES]
    if told.days:
        print("\nmean                         customers  simulated  ± 95 %   formula   off")
        for line in LINES:
            good += [_tell_mean(mean) for mean in exact(line)]
            good += [_tell_mean(mean) for mean in banked(line, told.days, told.processes)]
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
