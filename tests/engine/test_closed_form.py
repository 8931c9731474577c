"""The closed form against exact laws and against customers simulated one by one."""

from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from scipy import stats

from scripts.fcfs import simulate
from tests.engine.builders import NOON
from vqueue.domain.board import Wait
from vqueue.engine.wait.closed import ClosedForm
from vqueue.engine.wait.model import RANKS, Arrivals, Prior, QueueState, grid

MODEL = ClosedForm()
KNOWN = QueueState(agents_serving=10, busy=10, handled=1e6, busy_seconds=240e6, abandoned=1e6, queued_seconds=600e6)
"""Ten agents, 240 s a call, patience 600 s, both known for certain."""
QUANTILES = {0.05: "p5_s", 0.1: "p10_s", 0.5: "p50_s", 0.9: "p90_s", 0.95: "p95_s"}


def ask(state: QueueState, ahead: int) -> Wait:
    return MODEL.wait(ahead=ahead, state=state, now=NOON)


@pytest.mark.parametrize("ahead", RANKS)
def test_with_rates_known_the_quantiles_are_those_of_the_beta_law(ahead: int) -> None:
    found = ask(KNOWN, ahead)
    for p, name in QUANTILES.items():
        exact = -np.log(stats.beta.ppf(1 - p, 10 / 240 * 600, ahead + 1)) * 600
        assert getattr(found, name) == pytest.approx(exact, rel=0.01)
    assert found.mean_s == pytest.approx(sum(1 / (10 / 240 + k / 600) for k in range(ahead + 1)), rel=0.01)


@pytest.mark.parametrize("ahead", RANKS)
def test_without_abandonment_the_quantiles_are_those_of_the_f_law(ahead: int) -> None:
    state = QueueState(agents_serving=7, handled=16, busy_seconds=16 * 300, queued_seconds=1e5)
    a, b = 4 + 16, 4 * 240 + 16 * 300
    found = ask(state, ahead)
    for p, name in QUANTILES.items():
        exact = b / 7 * (ahead + 1) / a * stats.f.ppf(p, 2 * (ahead + 1), 2 * a)
        assert getattr(found, name) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("ahead", (0, 2, 10, 50, 200))
def test_mixing_over_unknown_rates_meets_the_f_law_where_almost_nobody_leaves(ahead: int) -> None:
    exact = QueueState(agents_serving=7, handled=16, busy_seconds=16 * 300, queued_seconds=1e9)
    mixed = replace(exact, abandoned=1.0)
    for name in (*QUANTILES.values(), "mean_s"):
        assert getattr(ask(mixed, ahead), name) == pytest.approx(getattr(ask(exact, ahead), name), rel=0.02)


@pytest.mark.parametrize("ahead", (0, 3, 20, 100))
def test_mixing_holds_its_quantiles_when_both_rates_are_drawn_by_chance(ahead: int) -> None:
    state = QueueState(agents_serving=8, handled=20, busy_seconds=20 * 200, abandoned=6, queued_seconds=4000)
    chance = np.random.default_rng(7)
    draws = 400_000
    mu = chance.gamma(4 + 20, 1 / (4 * 240 + 20 * 200), draws)
    theta = chance.gamma(6 + 6, 1 / (3600 + 4000), draws)
    x = chance.beta(8 * mu / theta, ahead + 1)
    waits = -np.log(x) / theta
    found = ask(state, ahead)
    for p, name in QUANTILES.items():
        assert np.mean(waits <= getattr(found, name)) == pytest.approx(p, abs=0.01)
    assert found.mean_s == pytest.approx(float(waits.mean()), rel=0.02)


@pytest.mark.parametrize(
    ("agents", "load", "patience_s", "seed"),
    [(5, 0.9, None, 1), (20, 0.95, None, 2), (5, 1.0, 480.0, 3), (20, 1.2, 240.0, 4), (20, 1.4, 240.0, 5)],
)
def test_customers_simulated_one_by_one_wait_as_quoted(
    agents: int, load: float, patience_s: float | None, seed: int
) -> None:
    seen = simulate(agents=agents, load=load, handling_s=240.0, patience_s=patience_s, customers=60_000, seed=seed)
    state = QueueState(agents_serving=agents, handled=1e6, busy_seconds=240e6, queued_seconds=1e9)
    if patience_s:
        state = replace(state, abandoned=1e9 / patience_s)
    quotes = [ask(state, ahead) for ahead in range(int(seen.ahead.max()) + 1)]
    for p, name in ((0.1, "p10_s"), (0.5, "p50_s"), (0.9, "p90_s")):
        quoted = np.array([getattr(quote, name) for quote in quotes])[seen.ahead]
        assert np.mean(seen.wait_s <= quoted) == pytest.approx(p, abs=0.02)
    means = np.array([quote.mean_s for quote in quotes])[seen.ahead]
    assert np.mean(seen.wait_s) == pytest.approx(np.mean(means), rel=0.03)


@pytest.mark.parametrize("agents", (1, 5))
def test_a_rate_learned_from_few_calls_widens_the_window_and_still_holds_it(agents: int) -> None:
    """Banks whose handling time is drawn from the prior, each seen for eight calls: 90 % stay below their P90."""
    chance = np.random.default_rng(11)
    prior, inside, banks = Prior(240.0, 4.0), 0, 4000
    for _ in range(banks):
        mu = chance.gamma(4.0, 1 / (4.0 * 240.0))
        busy = float(chance.gamma(8.0, 1 / mu))
        state = QueueState(agents_serving=agents, handled=8, busy_seconds=busy, prior=prior, queued_seconds=1e9)
        inside += float(chance.gamma(6.0, 1 / (agents * mu))) <= ask(state, 5).p90_s
    assert inside / banks == pytest.approx(0.9, abs=0.02)


def test_overtakers_with_more_credit_lengthen_the_wait_as_simulated() -> None:
    """Customers of a class with 120 s credit come at one in 60 s; a standard place waits behind those who overtake."""
    state = replace(KNOWN, arrivals=(Arrivals(credit_s=120, per_s=1 / 60),))
    chance = np.random.default_rng(3)
    waits = [_wait_with_overtakers(chance, ahead=10, agents=10) for _ in range(20_000)]
    found = ask(state, 10)
    assert found.mean_s == pytest.approx(float(np.mean(waits)), rel=0.03)
    assert np.mean(np.array(waits) <= found.p90_s) == pytest.approx(0.9, abs=0.025)
    assert found.mean_s > ask(KNOWN, 10).mean_s + 20


def _wait_with_overtakers(chance: np.random.Generator, *, ahead: int, agents: int) -> float:
    """Event by event: a departure (service or lost patience) moves us up, an overtaker within 120 s moves us back."""
    at = 0.0
    while True:
        service, leaving = agents / 240.0, ahead / 600.0
        coming = 1 / 60 if at < 120 else 0.0
        at_next = at + float(chance.exponential(1 / (service + leaving + coming)))
        if at < 120 <= at_next:
            at = 120.0
            continue
        at = at_next
        if chance.random() * (service + leaving + coming) < coming:
            ahead += 1
        elif ahead == 0:
            return at
        else:
            ahead -= 1


def test_credit_of_ones_own_shields_from_the_same_overtakers() -> None:
    streams = (Arrivals(credit_s=120, per_s=1 / 60),)
    shielded = ask(replace(KNOWN, arrivals=streams, credit_s=120), 10)
    assert shielded == ask(KNOWN, 10)


def test_nobody_serving_is_said_and_has_no_end() -> None:
    found = ask(QueueState(agents_serving=0, handled=50, busy_seconds=9000), 3)
    assert found.reasons == ("no_agents",)
    assert found.p5_s == found.p50_s == found.p95_s == found.mean_s == inf


def test_a_free_agent_means_no_wait_but_the_setting_up() -> None:
    state = replace(KNOWN, agents_ready=2, busy=8, setup_s=6.0)
    assert ask(state, 1).p95_s == ask(state, 1).p5_s == 6.0
    assert ask(state, 2).mean_s == pytest.approx(ask(KNOWN, 0).mean_s + 6.0)


def test_a_queue_that_has_handled_nothing_says_so_and_quotes_wider() -> None:
    cold, warm = QueueState(agents_serving=5), QueueState(agents_serving=5, handled=100, busy_seconds=24_000)
    assert "cold_start" in ask(cold, 5).reasons
    assert "cold_start" not in ask(warm, 5).reasons
    assert ask(cold, 5).p95_s / ask(cold, 5).p5_s > 1.5 * ask(warm, 5).p95_s / ask(warm, 5).p5_s


def test_a_wait_that_may_outlast_the_day_says_closing() -> None:
    assert "closing" in ask(replace(KNOWN, closing_s=100), 20).reasons
    assert "closing" not in ask(replace(KNOWN, closing_s=36_000), 20).reasons


def test_each_place_further_back_waits_longer_in_every_quantile() -> None:
    for state in (KNOWN, QueueState(agents_serving=1), replace(KNOWN, arrivals=(Arrivals(300, 0.05),))):
        rows = [wait for _, wait in grid(MODEL, state, NOON)]
        for near, far in pairwise(rows):
            assert all(getattr(near, name) < getattr(far, name) for name in QUANTILES.values())
        assert all(w.p5_s < w.p10_s < w.p50_s < w.p90_s < w.p95_s for w in rows)


def test_equal_states_get_equal_answers() -> None:
    state = QueueState(agents_serving=3, handled=12, busy_seconds=2500)
    assert grid(ClosedForm(), state, NOON) == grid(ClosedForm(), state, NOON)


def test_places_that_are_called_back_do_not_lose_patience() -> None:
    """Twenty before me: if none of them is on the line nobody leaves, and I wait as long as without abandonment."""
    state = QueueState(
        agents_serving=5, busy=5, handled=500, busy_seconds=100_000, abandoned=300, queued_seconds=90_000
    )
    leaving, half, none = (
        ClosedForm().wait(ahead=20, state=replace(state, leaving_share=share), now=NOON) for share in (1.0, 0.5, 0.0)
    )
    patient = ClosedForm().wait(ahead=20, state=replace(state, abandoned=0), now=NOON)
    assert leaving.p50_s < half.p50_s < none.p50_s
    assert none.p50_s == pytest.approx(patient.p50_s)
