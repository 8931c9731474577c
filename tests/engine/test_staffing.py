"""How many agents callers need, and how many calls can be booked beside them."""

from math import exp

import numpy as np
import pytest

from vqueue.engine.staffing import (
    RISK,
    Booked,
    Callers,
    Level,
    Room,
    agents_needed,
    answered_within,
    bookings,
)


def erlang_c(agents: int, load: float, handling_s: float, within_s: float) -> float:
    """Share answered within so many seconds: B(k) = a B(k-1) / (k + a B(k-1)), then the exponential tail."""
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    busy = blocked / (1 - load / agents * (1 - blocked))
    return 1 - busy * exp(-(agents - load) / handling_s * within_s)


@pytest.mark.parametrize(("agents", "share"), [(5, 0.9), (20, 0.95), (100, 0.95), (3, 0.4)])
def test_without_impatience_it_is_erlang_c(agents: int, share: float) -> None:
    callers = Callers(calls=share * agents * 7.5, in_s=1800.0, handling_s=240.0)
    assert answered_within(callers, agents, 20.0) == pytest.approx(
        erlang_c(agents, share * agents, 240.0, 20.0), abs=0.01
    )


def test_with_impatience_it_is_what_a_simulated_line_shows() -> None:
    """Ten agents at 1.1 of what they can do; customers give up after 200 s on the average."""
    chance, agents, handling, patience = np.random.default_rng(1), 10, 200.0, 200.0
    rate, count = 1.1 * agents / handling, 60_000
    arrivals = np.cumsum(chance.exponential(1 / rate, count))
    service, endures = chance.exponential(handling, count), chance.exponential(patience, count)
    free, quick = np.zeros(agents), 0
    for n in range(count):
        seat = int(free.argmin())
        wait = max(0.0, free[seat] - arrivals[n])
        quick += wait <= 20.0
        if wait <= endures[n]:
            free[seat] = arrivals[n] + wait + service[n]
    callers = Callers(calls=rate * 1800, in_s=1800.0, handling_s=handling, patience_s=patience)
    assert answered_within(callers, agents, 20.0) == pytest.approx(quick / count, abs=0.015)


def test_the_fewest_agents_keep_the_service_level() -> None:
    level = Level(share=0.8, within_s=20.0)
    for calls in (1.0, 7.0, 40.0, 300.0):
        callers = Callers(calls=calls, in_s=1800.0, handling_s=240.0, patience_s=366.0)
        found = agents_needed(callers, level)
        assert answered_within(callers, found, 20.0) >= 0.8
        assert found == 1 or answered_within(callers, found - 1, 20.0) < 0.8
    assert agents_needed(Callers(calls=0.0, in_s=1800.0, handling_s=240.0), level) == 0


def test_nothing_is_booked_where_nobody_is_free() -> None:
    assert bookings(Room(free_s=0.0, free=0.0, busy=5.0), Booked(handling_s=240.0)) == 0
    assert bookings(Room(free_s=200.0, free=0.1, busy=5.0), Booked(handling_s=240.0)) == 0


def test_more_is_booked_where_fewer_answer_and_seldom_too_much() -> None:
    room = Room(free_s=36_000.0, free=20.0, busy=400.0)
    chance = np.random.default_rng(2)
    booked = {}
    for answered in (1.0, 0.93, 0.7):
        each = Booked(handling_s=240.0, answered=answered)
        booked[answered] = bookings(room, each)
        fit = int(36_000.0 * 0.85 / (240.0 + each.ring_s))
        assert booked[answered] >= fit
        too_many = np.mean(chance.binomial(booked[answered], answered, 100_000) > fit)
        assert too_many <= RISK + 0.005
    assert booked[1.0] < booked[0.93] < booked[0.7]


def test_no_more_is_booked_than_can_begin_in_time() -> None:
    """Two agents are free, four talk for four minutes each: in five minutes two of their calls end, almost surely."""
    each = Booked(handling_s=240.0)
    small = bookings(Room(free_s=3600.0, free=2.0, busy=4.0), each)
    assert small == 4
    assert bookings(Room(free_s=3600.0, free=2.0, busy=40.0), each) > small
