"""One tick: who is connected to whom, who is set aside, and what can never happen whatever the snapshot holds."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from tests.engine.builders import NOON, board, heads, line, place, rules, seat, snapshot
from vqueue.domain.attempt import Shape
from vqueue.domain.ids import AgentId, RequestId
from vqueue.domain.request import State
from vqueue.domain.rules import CallbackRules, Switches
from vqueue.engine.plan import ASIDE, Action, Reserve, Skip, Snapshot, plan

CUSTOMER_FIRST = rules(callback=CallbackRules(shape=Shape.CUSTOMER_FIRST))


T = TypeVar("T")


def reserved(actions: tuple[Action, ...]) -> list[tuple[RequestId, AgentId]]:
    return [(action.request, action.agent) for action in actions if isinstance(action, Reserve)]


def skipped(actions: tuple[Action, ...]) -> dict[str, str]:
    return {action.request: action.reason for action in actions if isinstance(action, Skip)}


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    skills = st.sampled_from(((), ("loans",), ("loans", "vip")))
    places = []
    for n in range(draw(st.integers(0, 12))):
        needs, language = draw(skills), draw(st.sampled_from(("en", "he", "")))
        places.append(
            place(
                f"r{n:02}",
                waited_s=draw(st.integers(0, 900)),
                queue=draw(st.sampled_from(("cards", "loans"))),
                skills=needs,
                language=language,
                bucket=f"{'+'.join(needs)}/{language}",
                credit_class=draw(st.sampled_from(("standard", "booked", "rescued", "unheard"))),
                state=draw(st.sampled_from((State.HOLDING, State.WAITING))),
                phone_index=draw(st.sampled_from(("", "p1", "p2", "p3", "p4", "p5"))),
                dialable_now=draw(st.booleans()),
                deadline=draw(st.sampled_from((None, NOON, NOON + timedelta(minutes=20)))),
                last_agent=draw(st.sampled_from((None, AgentId("a0"), AgentId("a9")))),
            )
        )
    seats = tuple(
        seat(
            f"a{n}",
            idle_s=draw(st.integers(0, 60)),
            skills=draw(st.sampled_from(({}, {"loans": 3}, {"loans": 1, "vip": 9}, {"vip": 0, "loans": 5}))),
            languages=draw(st.sampled_from((("en",), ("en", "he")))),
            standing=draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 5)))
    )
    lines = tuple(
        line(
            queue=name,
            rules=draw(st.sampled_from((rules(), CUSTOMER_FIRST))),
            switches=Switches(dialing=draw(st.booleans())),
            open_now=draw(st.booleans()),
            board=draw(st.sampled_from((None, board(400, queue=name)))),
        )
        for name in ("cards", "loans")
    )
    return Snapshot(
        lines=lines,
        heads=heads(*places),
        seats=seats,
        calls_in_a_second=draw(st.integers(0, 4)),
        phones=frozenset(draw(st.sets(st.sampled_from(("p1", "p2"))))),
        dialing=draw(st.booleans()),
    )


@given(snapshots())
def test_no_seat_no_request_and_no_number_is_reserved_twice(given: Snapshot) -> None:
    actions = plan(given, NOON)
    places = {place.id: place for head in given.heads for place in head.places}
    requests = [action.request for action in actions]
    agents = [agent for _, agent in reserved(actions)]
    rung = [places[request] for request, _ in reserved(actions) if places[request].state is State.WAITING]
    numbers = [place.phone_index for place in rung if place.phone_index]
    assert len(set(requests)) == len(requests)
    assert len(set(agents)) == len(agents)
    assert len(set(numbers)) == len(numbers)
    assert not set(numbers) & given.phones


@given(snapshots())
def test_no_more_calls_are_created_than_the_budget_allows(given: Snapshot) -> None:
    standing = {seat.agent for seat in given.seats if seat.standing}
    made = [action for action in plan(given, NOON) if isinstance(action, Reserve)]
    calls = [action for action in made if action.shape is Shape.CUSTOMER_FIRST or action.agent not in standing]
    assert len(calls) <= given.calls_in_a_second


@given(snapshots(), st.integers(0, 2**16))
def test_the_order_in_which_things_are_listed_does_not_matter(given: Snapshot, seed: int) -> None:
    chance = random.Random(seed)

    def shuffled(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(chance.sample(items, len(items)))

    other = replace(
        given,
        lines=shuffled(given.lines),
        seats=shuffled(given.seats),
        heads=shuffled(tuple(replace(head, places=shuffled(head.places)) for head in given.heads)),
    )
    assert plan(given, NOON) == plan(other, NOON) == plan(given, NOON)


@given(snapshots())
def test_seats_fit_and_nobody_of_the_class_who_came_earlier_is_passed_over(given: Snapshot) -> None:
    actions = plan(given, NOON)
    places = {place.id: place for head in given.heads for place in head.places}
    seats = {seat.agent: seat for seat in given.seats}
    gone = {action.request for action in actions}
    for action in actions:
        if not isinstance(action, Reserve):
            continue
        mine, taken = places[action.request], seats[action.agent]
        assert all(taken.skills.get(skill, 0) >= 1 for skill in mine.skills)
        assert not mine.language or mine.language in taken.languages
        earlier = [other for other in places.values() if other.klass == mine.klass]
        assert all(
            other.id in gone for other in earlier if (other.virtual_start, other.id) < (mine.virtual_start, mine.id)
        )


@given(snapshots())
def test_whoever_is_rung_may_be_rung_and_holders_are_never_set_aside(given: Snapshot) -> None:
    places = {place.id: place for head in given.heads for place in head.places}
    lines = {line.queue: line for line in given.lines}
    for action in plan(given, NOON):
        mine = places[action.request]
        if isinstance(action, Skip):
            assert mine.state is State.WAITING
            assert action.until >= NOON + ASIDE
        elif mine.state is State.WAITING:
            line = lines[mine.queue]
            assert given.dialing and line.switches.dialing and line.open_now and mine.dialable_now


def test_the_oldest_goes_first_whether_he_holds_or_waits_to_be_rung() -> None:
    holder = place("holder", waited_s=100, state=State.HOLDING)
    older, younger = place("older", waited_s=200), place("younger", waited_s=50)
    actions = plan(snapshot(younger, holder, older, seats=(seat("a"), seat("b", idle_s=30))), NOON)
    assert reserved(actions) == [("older", "a"), ("holder", "b")]
    assert [action.shape for action in actions if isinstance(action, Reserve)] == [Shape.AGENT_FIRST, Shape.HOLDER]


def test_the_best_levels_win_then_the_longest_idle_then_the_id() -> None:
    loans = place("r", skills=("loans",))
    expert, novice = seat("expert", idle_s=1, skills={"loans": 8}), seat("novice", idle_s=99, skills={"loans": 2})
    assert reserved(plan(snapshot(loans, seats=(novice, expert)), NOON)) == [("r", "expert")]
    tired, rested = seat("z", idle_s=10), seat("y", idle_s=90)
    assert reserved(plan(snapshot(place("r"), seats=(tired, rested)), NOON)) == [("r", "y")]
    assert reserved(plan(snapshot(place("r"), seats=(seat("b"), seat("a"))), NOON)) == [("r", "a")]


def test_a_level_of_zero_and_a_language_not_spoken_do_not_serve() -> None:
    loans, hebrew = place("r", skills=("loans",)), place("h", language="he")
    assert plan(snapshot(loans, seats=(seat("a", skills={"loans": 0}),)), NOON) == ()
    assert plan(snapshot(hebrew, seats=(seat("a"),)), NOON) == ()


def test_a_free_agent_goes_to_the_first_he_can_serve() -> None:
    hard = place("hard", waited_s=900, skills=("loans",), bucket="loans/en")
    actions = plan(snapshot(hard, place("easy", waited_s=5), seats=(seat("a"),)), NOON)
    assert reserved(actions) == [("easy", "a")]


def test_a_number_is_not_rung_for_two_requests_at_once() -> None:
    twin = place("twin", queue="loans", waited_s=10, phone_index="same")
    both = snapshot(
        place("first", phone_index="same"),
        twin,
        seats=(seat("a"), seat("b")),
        lines=(line(), line(queue="loans")),
    )
    actions = plan(both, NOON)
    assert [request for request, _ in reserved(actions)] == ["first"]
    assert skipped(actions) == {"twin": "live_leg"}


def test_whoever_cannot_be_rung_is_set_aside_until_he_can() -> None:
    later = NOON + timedelta(hours=8)
    asleep = place("asleep", waited_s=900, dialable_now=False, why_not="calling_window", until=later)
    actions = plan(snapshot(asleep, place("next"), seats=(seat("a"),)), NOON)
    assert actions[0] == Skip(request=asleep.id, reason="calling_window", until=later)
    assert reserved(actions) == [("next", "a")]


def test_with_dialling_off_holders_are_still_served() -> None:
    holder, callback = place("holder", state=State.HOLDING), place("callback", waited_s=900)
    for off in ({"dialing": False}, {"lines": (line(switches=Switches(dialing=False)),)}):
        actions = plan(snapshot(callback, holder, seats=(seat("a"),), **off), NOON)
        assert reserved(actions) == [("holder", "a")]
        assert skipped(actions) == {"callback": "dialing_off"}


def test_after_closing_nobody_is_rung_but_holders_are_served() -> None:
    opens = NOON + timedelta(hours=20)
    closed = line(open_now=False, opens_at=opens)
    holder = place("holder", state=State.HOLDING)
    actions = plan(snapshot(place("callback"), holder, seats=(seat("a"),), lines=(closed,)), NOON)
    assert actions[0] == Skip(request=place("callback").id, reason="closed", until=opens)
    assert reserved(actions) == [("holder", "a")]


def test_no_more_agents_are_rung_in_a_tick_than_calls_may_be_created_in_a_second() -> None:
    places = [place(f"r{n}", waited_s=900 - n) for n in range(4)]
    seats = tuple(seat(f"a{n}") for n in range(4))
    assert [request for request, _ in reserved(plan(snapshot(*places, seats=seats, calls_in_a_second=2), NOON))] == [
        "r0",
        "r1",
    ]


def test_a_customer_rung_first_costs_a_call_even_with_a_standing_leg() -> None:
    seats = (seat("s", standing=True),)
    first = snapshot(place("r"), seats=seats, lines=(line(rules=CUSTOMER_FIRST),), calls_in_a_second=0)
    assert plan(first, NOON) == ()
    assert reserved(plan(replace(first, calls_in_a_second=1), NOON)) == [("r", "s")]


def test_with_the_budget_used_up_only_a_standing_leg_is_taken() -> None:
    first, second = place("first", waited_s=900), place("second")
    seats = (seat("a", idle_s=90), seat("s", idle_s=10, standing=True))
    assert reserved(plan(snapshot(first, second, seats=seats, calls_in_a_second=0), NOON)) == [("first", "s")]
    assert reserved(plan(snapshot(first, second, seats=seats, calls_in_a_second=1), NOON)) == [
        ("first", "a"),
        ("second", "s"),
    ]


def test_credit_and_rescue_are_named_in_the_reasons() -> None:
    booked = place("booked", credit_class="booked", deadline=NOON + timedelta(seconds=30))
    action = plan(snapshot(booked, seats=(seat("a"),), lines=(line(board=board(300)),)), NOON)[0]
    assert isinstance(action, Reserve)
    assert action.reasons == ("credit:booked", "rescue", "longest_idle")
    assert action.lift_s == 900


def test_a_class_whose_promise_is_in_danger_goes_before_older_places() -> None:
    old = place("old", waited_s=300)
    young = place("young", waited_s=100, bucket="x/en", deadline=NOON + timedelta(minutes=4))
    assert reserved(plan(snapshot(old, young, seats=(seat("a"),)), NOON)) == [("old", "a")]
    with_board = snapshot(old, young, seats=(seat("a"),), lines=(line(board=board(300)),))
    assert reserved(plan(with_board, NOON)) == [("young", "a")]


def test_the_agent_wished_for_is_taken_when_free() -> None:
    wish = place("r", last_agent=AgentId("known"))
    seats = (seat("best", idle_s=99), seat("known", idle_s=1))
    assert reserved(plan(snapshot(wish, seats=seats), NOON)) == [("r", "known")]
    assert reserved(plan(snapshot(wish, seats=seats[:1]), NOON)) == [("r", "best")]


def test_a_queue_that_is_not_in_the_snapshot_is_left_alone() -> None:
    assert plan(snapshot(place("r", queue="elsewhere"), seats=(seat("a"),)), NOON) == ()
