"""What holds on every simulated day: a slice of `python -m scripts.properties`, and chance kept where it belongs."""

import numpy as np

from scripts.properties import broken, days, drawn
from vqueue.simulator.people import days as invented
from vqueue.simulator.scenario import Scenario
from vqueue.simulator.several import Run, outcomes


def test_small_days_drawn_at_random_are_fair_and_nobody_is_overtaken_forgotten_or_left_behind() -> None:
    """Among them a day (1006) whose longest wait is over twice the percentile of all of
    its class: seven long talks at once kept nine people waiting, in their order, and most of that day found an agent
    free."""
    found = days(range(1000, 1012), processes=1)

    assert broken(found) == []
    assert sum(len(day.virtual_s) for day in found) > 300
    assert sum(day.overlong > 0 for day in found) > 5
    assert [day.number for day in found if day.quiet] == [1006]


def test_more_agents_leave_it_to_the_same_customers_to_call() -> None:
    few = drawn(7)
    many = Scenario.model_validate(few.model_dump() | {"agents": [{"count": 40, "answer_s": 3}, {"count": 2}]})
    one, other = (invented(each, each.in_force(), 5) for each in (few, many))

    assert np.array_equal(one.arrivals, other.arrivals)
    for column in ("kind", "handling_s", "patience_s", "accept", "answer", "ring_s", "repeat"):
        assert np.array_equal(getattr(one.people[0], column), getattr(other.people[0], column)), column


def test_runs_side_by_side_are_the_runs_one_after_another() -> None:
    runs = [Run(scenario=drawn(3), seed=seed) for seed in (1, 2)]
    heard: list[float] = []
    alone = [each.figures for each in outcomes(runs, processes=1)]

    assert [each.figures for each in outcomes(runs, processes=2, progress=heard.append)] == alone
    assert alone[0] != alone[1]
    assert heard == sorted(heard)
