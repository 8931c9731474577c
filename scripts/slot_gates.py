"""Books every time that a forecast of simulated days allows, serves the days, and holds what came of it to our bounds.

python -m scripts.slot_gates [--days 20] [--json]
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from vqueue.domain.outlook import HALF_HOUR, HALF_HOUR_S, Measured, Seen
from vqueue.domain.rules import WEEK, Rules
from vqueue.domain.slots import Basis
from vqueue.engine import bookable
from vqueue.engine.outlook import half_hour_of, outlook
from vqueue.engine.slots import laid_out
from vqueue.simulator.people import Days, People, days
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario

TEAMS = {"10 agents": 10, "30 agents": 30, "100 agents": 100}
SHAPE = (0.35, 0.55, 0.8, 0.9, 0.95, 0.9, 0.8, 0.75, 0.7, 0.75, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4)
"""Load of the whole team in each half hour from nine to five."""
HANDLING_S, PATIENCE_S, ANSWERED = 240.0, 366.0, 0.93
PAST = 40
PUNCTUAL_S, PUNCTUAL, EXCEEDED = 300.0, 0.95, 0.05
PRESENT = 0.95
"""Of those who should be at work on a day."""


@dataclass(frozen=True, slots=True)
class Day:
    """One simulated day: who would be at work, and who calls by himself."""

    scenario: Scenario
    rules: Rules
    seed: int
    agents: int
    callers: Days

    @property
    def opening(self) -> datetime:
        return self.callers.stretches[0][0]

    def seen(self) -> list[Seen]:
        starts = [self.opening + n * HALF_HOUR for n in range(len(SHAPE))]
        counts, _ = np.histogram(
            self.callers.arrivals, [start.timestamp() for start in (*starts, starts[-1] + HALF_HOUR)]
        )
        return [
            Seen(queue="simulated", start=start, arrivals=int(count), staff=float(self.agents), samples=1)
            for start, count in zip(starts, counts, strict=True)
        ]


def scenario(agents: int) -> Scenario:
    per_hour = [load * agents * 3600.0 / HANDLING_S for load in SHAPE]
    return TypeAdapter(Scenario).validate_python(
        {
            "agents": [{"count": agents, "answer_s": 5.0}],
            "arrivals_per_hour": per_hour,
            "interval_s": HALF_HOUR_S,
            "handling_s": {"law": "lognormal", "mean": HANDLING_S, "scv": 1.0},
            "patience_s": PATIENCE_S,
            "zone": "UTC",
            "day_variation": 0.08,
            "callback": {
                "accept": 0.0,
                "answer": ANSWERED,
                "ring_s": {"law": "lognormal", "mean": 12.0, "scv": 0.25},
            },
            "booking": {"share": 0.5},
            "rules": {"offer": {"modes": ["scheduled", "hold"]}, "slots": {"lead_s": 0, "capacity": "forecast"}},
        }
    )


def made(usual: Scenario, rules: Rules, number: int, seed: int) -> Day:
    """The day with this number; some of the team are ill."""
    team = usual.agents[0]
    present = int(np.random.default_rng((seed, number)).binomial(team.count, PRESENT))
    found = usual.model_copy(
        update={
            "agents": (team.model_copy(update={"count": present}),),
            "day": date(2026, 1, 5) + timedelta(days=number),
        }
    )
    drawn = days(found, rules, seed * 1000 + number)
    walk_ins = replace(drawn, people=tuple(replace(each, book=np.ones_like(each.book)) for each in drawn.people))
    return Day(found, rules, seed * 1000 + number, present, walk_ins)


def booked_full(day: Day, past: list[Day]) -> tuple[Rules, dict[datetime, int]]:
    """The rules of the day and how many calls each slot takes, by what was known the evening before."""
    rules = day.rules
    measured = Measured(at=day.opening, handling_s=HANDLING_S, patience_s=PATIENCE_S, answered=ANSWERED, calls=1000)
    evening = half_hour_of(day.opening - timedelta(hours=12))
    seen = [each for before in past for each in before.seen()]
    view = outlook("simulated", rules, seen=seen, measured=measured, now=evening, days=2)
    capacity = bookable.capacity(rules, view, evening)
    week = {WEEK[day.opening.weekday()]: (("09:30", "17:00", 1),)}
    open_all_day = replace(rules, slots=replace(rules.slots, week=week))
    cells = [capacity(cell) for cell in laid_out(open_all_day, start=day.opening, end=day.callers.stretches[0][1])]
    assert all(cell.why == ("forecast",) for cell in cells)
    table = tuple((f"{cell.start:%H:%M}", f"{cell.end:%H:%M}", cell.planned) for cell in cells)
    slots = replace(rules.slots, week={WEEK[day.opening.weekday()]: table}, capacity=Basis.WEEKLY)
    return replace(rules, slots=slots), {cell.start: cell.planned for cell in cells}


def joined(first: People, then: People, count: int) -> People:
    """`count` people of the first table, then all of the second."""
    columns: dict[str, Any] = {}
    for field in fields(People):
        one, other = getattr(first, field.name), getattr(then, field.name)
        if isinstance(one, tuple):
            columns[field.name] = tuple(np.concatenate((a[:count], b)) for a, b in zip(one, other, strict=True))
        else:
            columns[field.name] = np.concatenate((one[:count], other))
    return People(**columns)


def with_bookings(day: Day, count: int) -> Days:
    """The day's callers, and before them so many who book a time as the day begins."""
    twin = days(day.scenario, day.rules, day.seed + 500_000)
    booking = tuple(replace(each, book=np.zeros_like(each.book)) for each in twin.people)
    people = tuple(joined(one, other, count) for one, other in zip(booking, day.callers.people, strict=True))
    early = np.full(count, day.opening.timestamp())
    return replace(day.callers, arrivals=np.concatenate((early, day.callers.arrivals)), people=people)


@dataclass(slots=True)
class Sum:
    """What came of the booked calls of one team."""

    booked: int = 0
    punctual: int = 0
    in_slot: int = 0
    slots: int = 0
    exceeded: int = 0
    late_slots: int = 0
    free: float = 0.0

    def add(self, day: Day, rules: Rules, planned: dict[datetime, int]) -> None:
        count = sum(planned.values())
        known = with_bookings(day, count)
        run = simulate(day.scenario, seed=day.seed, rules=rules, known=known)
        came = [each for each in run.tally.promises if each.booked]
        assert len(came) == count
        for each in came:
            late = float("inf") if each.rang_at is None else each.rang_at - each.start
            self.booked += 1
            self.punctual += abs(late) <= PUNCTUAL_S
            self.in_slot += each.kept
        self._slots(day, known, planned, count)

    def _slots(self, day: Day, known: Days, planned: dict[datetime, int], count: int) -> None:
        """A slot exceeds its staff where callers and booked customers who answer bring more work than there is time."""
        people, starts = known.people[0], known.arrivals
        answered = people.answer[:count, 0] < ANSWERED
        work_of_booked = people.handling_s[:count][answered]
        taken = 0
        for start, calls in planned.items():
            own = (starts >= start.timestamp()) & (starts < (start + HALF_HOUR).timestamp())
            own[:count] = False
            # Which of them books which slot is chance; so is whose work is counted where.
            work = float(people.handling_s[own].sum()) + float(work_of_booked[taken : taken + calls].sum())
            taken += calls
            self.slots += 1
            self.exceeded += calls > 0 and work > day.agents * HALF_HOUR_S
            self.free += day.agents * HALF_HOUR_S - float(people.handling_s[own].sum())


def told(name: str, total: Sum) -> dict[str, Any]:
    return {
        "team": name,
        "slots": total.slots,
        "booked": total.booked,
        "a_slot": round(total.booked / total.slots, 2),
        "begun_within_5_min": round(total.punctual / max(1, total.booked), 4),
        "in_the_slot": round(total.in_slot / max(1, total.booked), 4),
        "slots_beyond_staff": round(total.exceeded / total.slots, 4),
        "of_free_time": round(total.booked * HANDLING_S / max(1.0, total.free), 3),
    }


def broken(row: dict[str, Any]) -> Iterator[str]:
    if row["begun_within_5_min"] < PUNCTUAL:
        yield f"{row['team']}: {row['begun_within_5_min']:.3f} of the booked calls began within five minutes"
    if row["slots_beyond_staff"] > EXCEEDED:
        yield f"{row['team']}: {row['slots_beyond_staff']:.3f} of the slots brought more work than staff"
    if not row["booked"]:
        yield f"{row['team']}: nothing could be booked"


def run(name: str, agents: int, tested: int, seed: int) -> dict[str, Any]:
    usual = scenario(agents)
    rules, total = usual.in_force(), Sum()
    past = [made(usual, rules, number, seed) for number in range(PAST)]
    for number in range(PAST, PAST + tested):
        day = made(usual, rules, number, seed)
        total.add(day, *booked_full(day, past))
        past.append(day)
    return told(name, total)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--days", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    rows = [run(name, agents, given.days, given.seed) for name, agents in TEAMS.items()]
    complaints = [each for row in rows for each in broken(row)]
    print(json.dumps({"rows": rows, "broken": complaints}) if given.json else "\n".join(map(str, (*rows, *complaints))))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
