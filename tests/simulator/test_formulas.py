"""Without callbacks and with exponential laws the simulated bank is a queue whose means are known by heart."""

import numpy as np

from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario

DAY_S = 86_400.0


def erlang_c_wait(arrivals: float, finished: float, agents: int) -> float:
    """Mean wait of M/M/s (Erlang 1917)."""
    load, blocked = arrivals / finished, 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    busy = load / agents
    return blocked / (1 - busy * (1 - blocked)) / (agents * finished - arrivals)


def erlang_a(arrivals: float, finished: float, leave: float, agents: int) -> tuple[float, float]:
    """(mean wait of all, share who abandon) of M/M/s+M (Palm 1946)."""
    rates = [finished * min(k, agents) + leave * max(0, k - agents) for k in range(1, agents + 400)]
    logs = np.concatenate(([0.0], np.cumsum(np.log(arrivals / np.array(rates)))))
    shares = np.exp(logs - logs.max())
    shares /= shares.sum()
    queue = float((np.maximum(np.arange(len(shares)) - agents, 0) * shares).sum())
    return queue / arrivals, leave * queue / arrivals


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
