"""With `callback.dial_ahead` simulated customers are rung before an agent is free, by the rule that runs live."""

from typing import Any

from vqueue.simulator.run import simulate
from vqueue.simulator.scenario import Scenario


def day(agents: int, *, dial_ahead: bool) -> dict[str, Any]:
    """Two busy hours; everybody takes a callback that is offered, most answer it."""
    told = {
        "agents": agents,
        "arrivals_per_hour": agents * 15.5,
        "handling_s": 240,
        "hours": ["09:00", "11:00"],
        "callback": {"accept": 1.0, "answer": 0.9},
        "rules": {"callback": {"dial_ahead": dial_ahead}, "offer": {"threshold_s": 0}},
    }
    return simulate(Scenario.model_validate(told), seed=1).figures


def test_who_is_rung_ahead_costs_no_agent_the_ring_and_holds_a_little() -> None:
    before, after = day(20, dial_ahead=False), day(20, dial_ahead=True)

    assert before["callbacks"]["ahead"] == 0
    assert after["callbacks"]["ahead"] > 50
    assert after["occupancy"] > before["occupancy"]
    assert after["wait_s"]["mean"] < before["wait_s"]["mean"]
    assert after["second_hold_s"]["p95"] > before["second_hold_s"]["p95"]


def test_nobody_is_lost_or_overtaken_by_it() -> None:
    told = day(20, dial_ahead=True)

    assert told["inversions"] == 0
    assert told["served"] + told["abandoned"] + told["unreached"] + told["open"] == told["customers"]
    assert told["served"] > 400


def test_in_a_small_team_the_agent_comes_first() -> None:
    assert day(6, dial_ahead=True)["callbacks"]["ahead"] == 0
