"""The demo's bank as the simulator knows it: each queue a floor with its team, and this morning's rush at one."""

from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vqueue.demo import demand, habits
from vqueue.demo.cast import OPENS, TRAINEES, TRAINING, WRAP_UP_S, ZONE, team
from vqueue.domain.rules import Rules
from vqueue.simulator.people import Days, People, days
from vqueue.simulator.scenario import Scenario

DAY_VARIATION = 0.05
SEAT_S = 2.5
RUSH_STEP_S = 300.0


def scenario(queue: str, first: date, rules: Rules, *, days: int) -> Scenario:
    """The queue's days. (Languages count as skills: the simulator has one language.)"""
    usual = demand.PEAK_PER_HOUR * demand.SHARES[queue]
    rates = {"arrivals_per_hour": [usual * part for part in demand.BY_HOUR], "interval_s": 3600}
    return Scenario.model_validate(
        _floor(queue, rules) | rates | {"day_variation": DAY_VARIATION, "day": first, "days": days}
    )


def until_ten(law: demand.Demand, queue: str, rules: Rules, *, days_before: int, seed: int) -> tuple[Scenario, Days]:
    """The days before the demo's and the morning of that day, with its rush; nobody comes later."""
    today = law.ten.date()
    floor = scenario(queue, today - timedelta(days=days_before), rules, days=days_before + 1)
    usual = days(floor, floor.in_force(), seed)
    rates = {"arrivals_per_hour": _rush_rates(law, queue), "interval_s": RUSH_STEP_S, "day": today}
    rush = Scenario.model_validate(_floor(queue, rules) | rates)
    return floor, _together(usual, days(rush, rush.in_force(), seed + 1), law.ten.timestamp())


def _floor(queue: str, rules: Rules) -> dict[str, Any]:
    return {
        "agents": [
            {"count": 1, "skills": dict.fromkeys(agent.languages, 5), "answer_s": SEAT_S} for agent in team(queue)
        ],
        "kinds": [{"share": part, "skills": (language,)} for language, part in demand.LANGUAGES.items()],
        "staff_loss": _training(queue),
        "handling_s": {"law": "lognormal", "mean": habits.TALK_S, "scv": 0.6},
        "wrap_up_s": WRAP_UP_S,
        "patience_s": habits.NO_HASTE_S + habits.PATIENCE_S,
        "hours": {day: list(spans) for day, spans in rules.hours.week.items()},
        "zone": ZONE,
        "callback": {"accept": habits.TAKES_CALLBACK, "answer": 1 - habits.UNANSWERED - habits.ENGAGED},
    }


def _training(queue: str) -> list[dict[str, Any]]:
    away = sum(agent.id in TRAINEES for agent in team(queue))
    (begins, ends), day = TRAINING, date.min
    lasts_s = (datetime.combine(day, ends) - datetime.combine(day, begins)).total_seconds()
    return [{"at": f"{begins:%H:%M}", "for_s": lasts_s, "agents": away}] if away else []


def _rush_rates(law: demand.Demand, queue: str) -> list[float]:
    opens = law.ten - timedelta(hours=law.ten.hour - OPENS)
    steps = int(len(demand.BY_HOUR) * 3600 / RUSH_STEP_S)
    return [law.rush_per_hour(queue, opens + timedelta(seconds=RUSH_STEP_S) * step) for step in range(steps)]


def _together(usual: Days, more: Days, until: float) -> Days:
    """Both, in the order of coming, until then."""
    arrivals = np.concatenate([usual.arrivals, more.arrivals])
    order = np.argsort(arrivals, kind="stable")
    order = order[arrivals[order] < until]
    return Days(usual.stretches, arrivals[order], (_merged(usual.people[0], more.people[0], order),))


def _merged(one: People, other: People, order: NDArray[np.intp]) -> People:
    def column(name: str) -> Any:
        mine, theirs = getattr(one, name), getattr(other, name)
        if isinstance(mine, tuple):
            return tuple(np.concatenate(pair)[order] for pair in zip(mine, theirs, strict=True))
        return np.concatenate([mine, theirs])[order]

    return People(**{field.name: column(field.name) for field in fields(People)})
