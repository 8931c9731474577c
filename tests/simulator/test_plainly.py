"""Ticks that leave nothing to weigh are decided without planning, and come to what planning comes to."""

from typing import Any

import pytest

from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def busy(
    hours: tuple[str, str],
    rules: dict[str, Any],
    *,
    agents: int = 7,
    levels: tuple[int, int] = (2, 2),
    miss: float = 0.2,
    **more: Any,
) -> Scenario:
    """An hour with more calls than agents; agents and telephones that miss, and all else there is."""
    first, second = ({"cards": level} for level in levels)
    told = {
        "agents": [{"count": agents - 3, "skills": first}, {"count": 3, "skills": second, "miss": miss}],
        "arrivals_per_hour": agents * 21,
        "handling_s": 180,
        "patience_s": 500,
        "hours": hours,
        "calls_per_second": 2,
        "callback": {"accept": 0.8, "answer": 0.6, "snooze": 0.1, "convert": 0.2},
        "rules": {"offer": {"threshold_s": 0}, **rules},
    }
    return Scenario.model_validate(told | more)


LOSS = {"at": "19:15", "agents": 4, "for_s": 1200}
MORNING, EVENING = ("09:00", "10:00"), ("19:00", "20:00")
RUNG = {"week": {day: [["09:00", "19:20"]] for day in WEEK}}
DAYS = {
    "agents first": busy(MORNING, {"callback": {"shape": "agent_first"}}),
    "customers first": busy(MORNING, {"callback": {"shape": "customer_first"}, "skills": ["cards"]}),
    "closing while agents miss": busy(MORNING, {"callback": {"shape": "agent_first"}}, miss=0.9),
    "rung ahead": busy(MORNING, {"callback": {"dial_ahead": True}, "skills": ["cards"]}, agents=20),
    "nobody is rung after a time": busy(EVENING, {"calling_windows": RUNG}, staff_loss=[LOSS]),
    "agents unlike": busy(MORNING, {"skills": ["cards"]}, levels=(1, 2)),
    "several classes": busy(MORNING, {}, kinds=[{"share": 0.7}, {"share": 0.3, "skills": ["cards"]}]),
}


SEEDS = dict.fromkeys(DAYS, 2) | {"closing while agents miss": 31}
"""Under which somebody is in line who may not be rung: after the time, after closing."""


@pytest.mark.parametrize("day", DAYS)
def test_a_day_without_planning_is_the_day_with_it(day: str) -> None:
    swift, planned = (simulate(DAYS[day], seed=SEEDS[day], plans_all=each) for each in (False, True))

    assert len(planned.tally.turns) > 30
    assert swift.tally.turns == planned.tally.turns
    assert swift.tally.promises == planned.tally.promises
    assert swift.figures == planned.figures
