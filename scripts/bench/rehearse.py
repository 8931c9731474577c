"""How long a rehearsal takes: a busy day served by the rules in force and by a draft, on two cores and on one.

    python -m scripts.bench.rehearse [--calls 10000] [--repetitions 1] [--days 1] [--cores 2] [--one-class]

The day is invented as a record would have it: a fifth of the customers go ten minutes before others, a seventh gave up,
a third of those who would be offered a callback take it. The draft halves the ten minutes; with --one-class nobody goes
before others, and it offers callbacks from a minute's wait on. Findings and intervals are
made as `vqueue rules rehearse` makes them; the processes are started, and load the program, within the time.
"""

import argparse
import resource
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from vqueue.domain.ids import AgentId
from vqueue.domain.past_day import PastDay, Stay, Visit
from vqueue.domain.rehearsal import Findings
from vqueue.domain.rules import CallingWindows, Condition, Hours, Route, Rules
from vqueue.domain.week import WEEK
from vqueue.simulator.rehearsing import Rehearsing, Task

FIRST = date(2026, 3, 3)
OPEN_S = 12 * 3600.0
HANDLING_S, BUSY = 260.0, 0.97
"""Of a served call, writing-up included; of the agents' time, by those who were served."""
GOLD = Route(when=(Condition(attribute="segment", operator="is", value="gold"),), credit="gold")


def rules() -> Rules:
    """Open from eight to eight."""
    week = dict.fromkeys(WEEK, (("08:00", "20:00"),))
    return Rules(
        hours=Hours(zone="UTC", week=week),
        calling_windows=CallingWindows(week=week),
        credits={"standard": 0, "gold": 600},
        routing=(GOLD,),
    )


def a_day(calls: int, ordinal: int) -> PastDay:
    """So many customers between eight and eight, and as many agents as leave them a queue."""
    chance, day = np.random.default_rng(ordinal), FIRST + timedelta(days=ordinal)
    start = datetime(day.year, day.month, day.day, 8, tzinfo=UTC).timestamp()
    arrived = start + np.sort(chance.uniform(0.0, OPEN_S, calls))
    gave_up, gold = chance.random(calls) < 1 / 7, chance.random(calls) < 0.2
    talks = chance.lognormal(np.log(240.0) - 0.4, 0.9, calls)
    stood = chance.exponential(400.0, calls)
    visits = tuple(
        Visit(
            id=f"v{ordinal}-{n}",
            arrived=float(arrived[n]),
            attributes={"topic": "cards", "language": "en"} | ({"segment": "gold"} if gold[n] else {}),
            handling_s=None if gave_up[n] else float(talks[n]),
            wrap_up_s=None if gave_up[n] else 20.0,
            stood_s=float(stood[n]),
            gave_up=bool(gave_up[n]),
        )
        for n in range(calls)
    )
    agents = max(1, round(calls * (1 - 1 / 7) * HANDLING_S / OPEN_S / BUSY))
    spell = (start, start + OPEN_S)
    stays = tuple(
        Stay(agent=AgentId(f"a{n}"), skills={}, languages=("en",), spells=(spell,)) for n in range(agents)
    )  # fmt: skip
    return PastDay(dates=(day,), visits=visits, stays=stays)


def measured(task: Task, cores: int) -> tuple[Findings, float, float]:
    """Findings, seconds on the clock, seconds of all processors."""
    # Not at the head: each process of the rehearsal would load the command line once more.
    from vqueue.cli_rehearse import with_bar

    began, used = time.monotonic(), _used()
    found = with_bar(f"on {cores}", lambda tell: Rehearsing(processes=cores).findings(task, tell))
    return found, time.monotonic() - began, _used() - used


def _used() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=10_000, help="of all days together")
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--one-class", action="store_true")
    told = parser.parse_args()
    in_force = rules()
    days = tuple(a_day(told.calls // told.days, ordinal) for ordinal in range(told.days))
    draft = replace(in_force, credits={"standard": 0, "gold": 300})
    if told.one_class:
        in_force = replace(in_force, credits={"standard": 0}, routing=())
        draft = replace(in_force, offer=replace(in_force.offer, threshold_s=60))
    task = Task(days=days, in_force=in_force, draft=draft, repetitions=told.repetitions)
    print(
        f"{told.calls} calls in {told.days} day(s) with {len(days[0].stays)} agents, {2 * told.repetitions} times each"
    )
    print("cores  seconds  processor seconds  calls served/s")
    (found, took), (alone, longer) = (_row(task, cores) for cores in (told.cores, 1))
    same = "the same" if found == alone else "NOT THE SAME"
    print(f"{told.cores} cores: {longer / took:.2f} times as fast as one; the findings are {same}")


def _row(task: Task, cores: int) -> tuple[Findings, float]:
    found, took, used = measured(task, cores)
    served = 2 * found.repetitions * found.calls
    print(f"{cores:5} {took:8.1f} {used:18.1f} {served / took:15.0f}", flush=True)
    return found, took


if __name__ == "__main__":
    main()
