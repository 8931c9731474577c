"""Without callbacks and with exponential laws the simulated bank is a queue whose means are known by heart."""

import numpy as np
import pytest

from scripts.erlang import erlang_a, erlang_c_wait
from scripts.markov_gates import BOUND, CASES, Case, judged
from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario

DAY_S = 86_400.0


def round_the_clock(**told: object) -> Scenario:
    whole = {"hours": ["00:00", "24:00"], "warm_up_s": 7200, "handling_s": 240, "zone": "UTC"}
    return Scenario.model_validate(whole | told)


def test_waits_are_those_of_erlang_c() -> None:
    """Days are nearly independent of each other: the formula lies within four standard errors of their means, and
    those are at most a tenth of it."""
    outcome = simulate(round_the_clock(agents=2, arrivals_per_hour=30, handling_s=120, days=20), seed=1)
    waits = np.array([each.wait_s for each in outcome.tally.ended])
    day = np.array([int(each.at // DAY_S) for each in outcome.tally.ended])
    means = np.array([waits[day == each].mean() for each in np.unique(day)])
    error = means.std(ddof=1) / np.sqrt(len(means))
    formula = erlang_c_wait(30 / 3600, 1 / 120, 2)

    assert abs(waits.mean() - formula) < 4 * error
    assert error < 0.1 * formula
    assert outcome.figures["inversions"] == 0


def test_waits_and_losses_are_those_of_erlang_a() -> None:
    outcome = simulate(round_the_clock(agents=10, arrivals_per_hour=165, patience_s=300, days=4), seed=3)
    wait, lost = erlang_a(165 / 3600, 1 / 240, 1 / 300, 10)
    waits = [each.wait_s for each in outcome.tally.ended] + outcome.tally.gave_up_s

    assert abs(float(np.mean(waits)) / wait - 1) < 0.08
    assert abs(outcome.figures["abandoned"] / outcome.figures["customers"] / lost - 1) < 0.08


@pytest.mark.parametrize("case", [case for case in CASES if case.leave], ids=lambda case: case.name)
def test_the_closed_form_errs_as_little_as_can_be_and_half_as_much_as_looking_back_does(case: Case) -> None:
    """Four of the seven cases of `python -m scripts.markov_gates`, as long as there: with those who lose patience the
    interval of the error is narrow after ten runs. The bound of 1.02 holds for its upper end (two standard errors), and
    lies at least three of them above 1, so that it is no chance that it holds."""
    found = judged(case, customers=200_000)

    assert found.holds
    assert 3.0 * found.error <= BOUND - 1.0
    assert abs(found.ours - 1.0) < 3.0 * found.error
    assert min(found.others) > 1.9
