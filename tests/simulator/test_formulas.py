"""Without callbacks and with exponential laws the simulated bank is a queue whose means are known by heart."""

import pytest

from scripts.markov_gates import BOUND, CASES, LINES, Case, Line, bank, exact, judged, of_bank, of_people
from vqueue.simulator.run import simulate

by_size = pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.agents} agents")


@by_size
def test_the_banks_means_are_those_of_the_exact_queue_with_the_very_same_people(line: Line) -> None:
    """First come, first served event by event: no tick of the dispatcher comes later than the agent it gives."""
    scenario = bank(agents=line.agents, per_hour=line.per_hour, patience_s=line.patience_s, days=1)
    outcome = simulate(scenario, seed=3)

    assert of_bank(outcome) == pytest.approx(of_people(outcome.days, line.agents), rel=1e-5)
    assert of_bank(outcome)[0] > 10.0
    assert outcome.figures["inversions"] == 0


@by_size
def test_the_exact_queues_means_are_erlangs(line: Line) -> None:
    """Two million customers in forty runs: the formula lies in the interval (widened by half: it is one of three), and
    that is at most a fiftieth of it. `python -m scripts.markov_gates` has forty million, and one part in a hundred."""
    for mean in exact(line, customers=50_000):
        assert abs(mean.simulated - mean.formula) < 1.5 * mean.half
        assert mean.half < 0.02 * mean.formula


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
