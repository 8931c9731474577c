"""When a customer is rung before an agent is free for him, and when not."""

from datetime import timedelta

import numpy as np
import pytest

from tests.engine.builders import NOON, heads, line, place, seat
from vqueue.domain.attempt import Shape
from vqueue.domain.ids import RequestId
from vqueue.domain.request import State
from vqueue.engine.dial_ahead import Pace, Ring, Soon, ahead, judge, later_than, learnt
from vqueue.engine.plan import Place, Reserve, Snapshot, plan
from vqueue.simulator.dial_ahead import Policy, Setting, price


def drawn_turns(before: int, pace: Pace, count: int = 40_000) -> np.ndarray:  # type: ignore[type-arg]
    """Times of a turn: one exponential step for each place before it, faster while more may hang up."""
    chance = np.random.default_rng(before)
    rates = [pace.frees_a_second + k * pace.leaving for k in range(before + 1)]
    return sum(chance.exponential(1 / rate, count) for rate in rates)  # type: ignore[return-value]


@pytest.mark.parametrize("leaving", [0.0, 1 / 120])
@pytest.mark.parametrize("before", [0, 3])
def test_how_late_and_how_long_is_what_turns_drawn_by_chance_show(before: int, leaving: float) -> None:
    pace, ring = Pace(agents=20.0, handling_s=240.0, leaving=leaving), Ring(12.0, 6.0)
    turns = drawn_turns(before, pace)
    assert later_than(np.array([12.0]), before, pace)[0] == pytest.approx(np.mean(turns > 12.0), abs=0.01)
    rings = np.random.default_rng(9).gamma(4.0, 3.0, len(turns))
    judged = judge(before, 0, pace, ring)
    assert judged.late == pytest.approx(np.mean(turns > rings), abs=0.02)
    assert judged.hold_s == pytest.approx((turns - rings)[turns > rings].mean(), rel=0.07)


def test_in_a_small_team_the_agent_comes_first() -> None:
    quick = {"handling_s": 20.0}
    assert judge(0, 0, Pace(agents=8.0, **quick), Ring()).why_not == "small_team"
    assert judge(0, 0, Pace(agents=9.0, **quick), Ring()).dial


def test_nobody_is_rung_whose_turn_comes_hardly_before_he_answers_or_who_would_hold_long() -> None:
    pace = Pace(agents=40.0, handling_s=240.0)
    assert judge(0, 0, pace, Ring()).dial
    assert judge(1, 0, pace, Ring()).dial
    assert judge(4, 0, pace, Ring()).why_not == "too_early"
    assert judge(0, 0, pace, Ring(), longest_hold_s=0.5).why_not == "long_hold"


def test_no_more_telephones_ring_than_agents_become_free_meanwhile() -> None:
    pace = Pace(agents=100.0, handling_s=240.0)
    flying = 0
    while judge(0, flying, pace, Ring()).dial:
        flying += 1
    assert flying in (3, 4)
    assert judge(0, 5, pace, Ring()).why_not == "enough_flying"


def test_the_ring_time_is_learnt_from_few_calls_slowly() -> None:
    assert learnt([]) == Ring(12.0, 6.0)
    assert learnt([30.0] * 2).mean_s == pytest.approx(13.6, abs=0.1)
    many = learnt([20.0, 24.0] * 500)
    assert (many.mean_s, many.spread_s) == (pytest.approx(22.0, abs=0.3), pytest.approx(2.5, abs=0.3))


def soon(*busy: str, flying: int = 0, agents: float = 100.0) -> Soon:
    rung = tuple(RequestId(f"f{n}") for n in range(flying))
    pace = Pace(agents=agents, handling_s=240.0)
    return Soon(queue="cards", busy=tuple(seat(name) for name in busy), flying=rung, pace=pace, ring=Ring())


def snapshot(*places: Place, free: int = 0) -> Snapshot:
    seats = tuple(seat(f"free{n}") for n in range(free))
    return Snapshot(lines=(line(),), heads=heads(*places), seats=seats, calls_in_a_second=5)


def rung(seen: Snapshot, given: Soon) -> list[str]:
    taken = [each for each in plan(seen, NOON) if isinstance(each, Reserve)]
    return [each.request for each in ahead(seen, taken, given, NOON)]


def test_who_is_next_is_rung_for_the_agent_expected_first() -> None:
    seen = snapshot(place("old", waited_s=600), place("young", waited_s=60))
    (first, second) = ahead(seen, (), soon("a1", "a2", "a3"), NOON)
    assert (first.request, first.agent, second.request) == ("old", "a1", "young")
    assert first.reasons[0] == "ahead" and first.ahead and first.shape is Shape.CUSTOMER_FIRST


def test_who_got_an_agent_who_is_free_is_not_rung_ahead_too() -> None:
    seen = snapshot(place("old", waited_s=600), place("young", waited_s=60), free=1)
    assert rung(seen, soon("a1")) == ["young"]


def test_customers_on_the_line_take_their_turn_and_are_not_rung() -> None:
    holders = [place(f"h{n}", waited_s=900 - n, state=State.HOLDING) for n in range(2)]
    seen = snapshot(*holders, place("called", waited_s=60))
    assert rung(seen, soon("a1", "a2", "a3")) == ["called"]
    assert rung(seen, soon("a1", "a2")) == []
    many = [place(f"h{n}", waited_s=900 - n, state=State.HOLDING) for n in range(6)]
    assert rung(snapshot(*many, place("called", waited_s=60)), soon(*(f"a{n}" for n in range(9)))) == []


def test_nobody_is_rung_ahead_who_may_not_be_rung_at_all() -> None:
    seen = snapshot(place("later", dialable_now=False, why_not="calling_window", until=NOON + timedelta(hours=1)))
    assert rung(seen, soon("a1", "a2")) == []


def test_those_who_fly_already_count_as_before() -> None:
    seen = snapshot(*(place(f"r{n}", waited_s=600 - n) for n in range(4)))
    busy = [f"a{n}" for n in range(9)]
    assert len(rung(seen, soon(*busy, flying=0))) > len(rung(seen, soon(*busy, flying=2))) > 0
    assert rung(seen, soon(*busy, flying=4)) == []


def test_its_price_is_small_and_less_than_what_it_saves() -> None:
    prices = {
        policy: price(Setting(agents=20), policy, customers=8000, seed=3)
        for policy in (Policy.AGENT_FIRST, Policy.AHEAD)
    }
    first, early = prices[Policy.AGENT_FIRST], prices[Policy.AHEAD]
    assert first.hold_s == 0.0 and early.ahead > 0.5
    assert early.callbacks == first.callbacks
    assert early.agent_s < 0.75 * first.agent_s
    assert early.hold_s < 8.0 and early.held_20_s < 0.12
    assert early.wait_s < first.wait_s
    small = price(Setting(agents=5), Policy.AHEAD, customers=2000, seed=3)
    assert (small.ahead, small.hold_s) == (0.0, 0.0)
