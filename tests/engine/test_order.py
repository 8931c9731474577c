"""Order inside a class for ever, between classes by age and credit; rescue lifts a class and overtakes nobody in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.day import CREDITS, LIFT_MAX_S, Day, live
from vqueue.engine.order import ClassKey, Standing, Turn, inversions, lifts, position, serve_order

HISTORIES = range(2000)
A, B = ClassKey("cards", "/en", "standard"), ClassKey("cards", "/en", "booked")


def standing(name: str, start: float, klass: ClassKey = A, deadline: float | None = None) -> Standing:
    return Standing(id=name, klass=klass, virtual_start=start, deadline=deadline)


def turn(name: str, start_s: float, ready_s: float, taken_s: float, klass: str = "a") -> Turn:
    return Turn(klass=klass, virtual_start=start_s, id=name, ready_at=ready_s, taken_at=taken_s)


@pytest.fixture(scope="module")
def days() -> list[Day]:
    return [live(seed, customers=16, agents=1 + seed % 3) for seed in HISTORIES]


def test_no_history_has_an_inversion_inside_a_class(days: list[Day]) -> None:
    assert sum(len(day.turns) for day in days) > 16 * len(days)
    assert sum(day.lifted for day in days) > 1000
    assert [seed for seed, day in enumerate(days) if inversions(day.turns)] == []


def test_nobody_is_overtaken_by_more_than_the_largest_credit_and_lift(days: list[Day]) -> None:
    worst = max(day.overtaken_s for day in days)
    assert 0 < worst <= max(CREDITS.values()) + LIFT_MAX_S


def test_rescue_keeps_more_promises(days: list[Day]) -> None:
    plain = [live(seed, customers=16, agents=1 + seed % 3, lift_max_s=0) for seed in HISTORIES[:300]]
    assert sum(day.kept for day in days[:300]) > sum(day.kept for day in plain)


@given(
    st.lists(
        st.tuples(st.floats(0, 1e5), st.integers(0, 50), st.sampled_from((A, B))),
        unique_by=lambda each: each[1],
        max_size=20,
    ),
    st.floats(0, 1e4),
    st.floats(0, 1e4),
)
def test_credit_and_lift_never_change_the_order_inside_a_class(
    people: list[tuple[float, int, ClassKey]], first: float, second: float
) -> None:
    places = [standing(f"{n:03}", start, klass) for start, n, klass in people]
    served = serve_order(places, {A: first, B: second})
    for klass in (A, B):
        own = [(place.virtual_start, place.id) for place in served if place.klass == klass]
        assert own == sorted(own)
    for rank, place in enumerate(served, start=1):
        assert position(place, places, {A: first, B: second}) == rank


def test_credit_lends_age_against_other_classes() -> None:
    old, young = standing("old", 0.0), standing("young", 100.0, B)
    assert serve_order([young, old], {A: 0, B: 60}) == [old, young]
    assert serve_order([young, old], {A: 0, B: 120}) == [young, old]


def test_equal_starts_are_served_by_id() -> None:
    assert [place.id for place in serve_order([standing("b", 5.0), standing("a", 5.0)], {})] == ["a", "b"]


def test_a_place_in_danger_lends_to_its_whole_class_what_it_lacks_twice() -> None:
    places = [standing("head", 0.0, B), standing("late", 10.0, B, deadline=1100.0), standing("safe", 5.0, A, 9e3)]
    lent = lifts(places, 1000.0, lambda ahead: 60.0 * (ahead + 1), 900, credits={A: 0, B: 0})
    assert lent == {B: 2 * (180.0 - 100.0)}


def test_a_lift_is_bounded() -> None:
    assert lifts([standing("late", 0.0, A, deadline=500.0)], 5000.0, lambda _: 60.0, 900, credits={A: 0}) == {A: 900}


def test_a_lift_does_not_undo_itself() -> None:
    """What is lent is reckoned by the order without lifts: the same in the next tick, although the class went ahead."""
    places = [standing(f"s{n}", float(n)) for n in range(5)] + [standing("late", 50.0, B, deadline=1100.0)]
    first = lifts(places, 1000.0, lambda ahead: 60.0 * (ahead + 1), 900, credits={})
    served = serve_order(places, first)[0]
    assert served.klass == B
    assert lifts(places, 1000.0, lambda ahead: 60.0 * (ahead + 1), 900, credits={}) == first


def test_inversions_counts_a_later_place_taken_before_a_ready_earlier_one() -> None:
    assert inversions([turn("a", 0, 0, 100), turn("b", 10, 10, 50)]) == 1


def test_a_place_that_was_not_ready_or_went_at_the_same_instant_is_not_inverted() -> None:
    parked = [turn("a", 0, 60, 100), turn("b", 10, 10, 50)]
    together = [turn("a", 0, 0, 50), turn("b", 10, 10, 50)]
    apart = [turn("a", 0, 0, 100), turn("b", 10, 10, 50, klass="b")]
    assert inversions(parked) == inversions(together) == inversions(apart) == 0


def test_a_place_taken_twice_counts_by_each_time_it_was_ready() -> None:
    missed_once = [turn("a", 0, 0, 20), turn("a", 0, 80, 100), turn("b", 10, 10, 50), turn("c", 20, 20, 90)]
    assert inversions(missed_once) == 1


def test_danger_is_reckoned_from_the_rank_that_credit_gives() -> None:
    """By age it is third, with its credit first: the promise holds and nothing is lent."""
    places = [standing("s1", 0.0), standing("s2", 1.0), standing("booked", 100.0, B, deadline=1100.0)]
    assert lifts(places, 1000.0, lambda ahead: 60.0 * (ahead + 1), 900, credits={A: 0, B: 200}) == {}
    assert lifts(places, 1000.0, lambda ahead: 60.0 * (ahead + 1), 900, credits={A: 0, B: 0}) == {B: 160.0}
