"""How honest a rehearsal's intervals are: many rehearsals of days of one law, and how often each holds the true change.

    python -m scripts.bench.intervals [--rehearsals 100] [--calls 1500] [--days 1] [--repetitions 1] [--cores 2]

Each rehearsal has days of its own, invented as those of `rehearse`. The true change of a figure is the mean change over
all of them; an interval is honest where it holds that as often as its level says. Three drafts: the rules in force
themselves (nothing may change at all), who goes before others goes five minutes before them instead of ten, and
callbacks are offered from a minute's wait on instead of three.
"""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np

from scripts.bench.rehearse import a_day, rules
from vqueue.domain.rehearsal import Figure, Verdict
from vqueue.domain.rules import Rules
from vqueue.simulator.rehearsing import Rehearsing, Task

SURE = (Verdict.BETTER, Verdict.WORSE, Verdict.NEITHER)


def drafts(in_force: Rules) -> dict[str, Rules]:
    return {
        "the same rules": in_force,
        "300 s before others, not 600": replace(in_force, credits={"standard": 0, "gold": 300}),
        "offered from 60 s on": replace(in_force, offer=replace(in_force.offer, threshold_s=60)),
    }


def rehearsed(draft: Rules, calls: int, days: int, repetitions: int, ordinal: int) -> tuple[Figure, ...]:
    """The figures of one rehearsal."""
    past = tuple(a_day(calls, ordinal * days + n) for n in range(days))
    task = Task(days=past, in_force=rules(), draft=draft, repetitions=repetitions)
    return Rehearsing(processes=0).findings(task, lambda share: None).figures


def told(name: str, found: Sequence[Figure]) -> str:
    """One row: how often the interval holds the mean change of all, and how often a difference is told."""
    known = [each for each in found if each.change is not None]
    changes = np.array([each.change for each in known], dtype=np.float64)
    if not len(known):
        return f"  {name:22} -"
    true = float(changes.mean())
    judged = [each for each in known if each.low is not None and each.high is not None]
    holds = sum(each.low <= true <= each.high for each in judged if each.low is not None and each.high is not None)
    wide = [each.high - each.low for each in judged if each.low is not None and each.high is not None]
    zero = all(each.verdict is Verdict.SAME for each in known)
    share = f"{holds / len(judged):6.2f}" if judged else "     -"
    sure = sum(each.verdict in SURE for each in known) / len(known)
    width = float(np.median(wide)) if wide else float("nan")
    row = f"  {name:22} {true:10.4f} {changes.std():10.4f} {width:10.4f} {share} {sure:6.2f}"
    return f"{row}  exactly 0" if zero else row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rehearsals", type=int, default=100)
    parser.add_argument("--calls", type=int, default=1500, help="a day")
    parser.add_argument("--days", type=int, default=1, help="of each rehearsal")
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.cores) as pool:
        for what, draft in drafts(rules()).items():
            one = partial(rehearsed, draft, asked.calls, asked.days, asked.repetitions)
            rows = list(pool.map(one, range(asked.rehearsals)))
            print(f"{what}, {asked.rehearsals} rehearsals of {asked.days} day(s) of {asked.calls} calls")
            print(f"  {'change of':22} {'mean':>10} {'spread':>10} {'width':>10} {'holds':>6} {'told':>6}")
            for figures in zip(*rows, strict=True):
                print(told(figures[0].name, figures), flush=True)


if __name__ == "__main__":
    main()
