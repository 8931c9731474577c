"""Rules that fit their types and still cannot be, and those that are seldom meant."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vqueue.domain.causes import Cause
from vqueue.domain.request import Mode
from vqueue.domain.rules import (
    AgentRules,
    CallbackRules,
    CallingWindows,
    Caps,
    Condition,
    Deadlines,
    Hours,
    NumberKind,
    Numbers,
    Offer,
    Route,
    Rules,
)
from vqueue.domain.slots import Slots
from vqueue.engine.routing import route as go
from vqueue.engine.rules_check import Known, faults, warnings
from vqueue.engine.rules_reach import idle_rows

KNOWN = Known(queues=frozenset({"cards", "loans"}), languages=frozenset({"en", "ru"}), skills=frozenset({"cards"}))
FINE = Rules(languages=("en", "ru"))


def day(*intervals: tuple[str, str]) -> Hours:
    return Hours(week={"mon": intervals})


def route(**fields: Any) -> dict[str, Any]:
    return {"routing": (Route(**fields),)}


def test_the_rules_of_a_careful_bank_are_fine() -> None:
    assert faults(FINE, KNOWN) == ()
    assert warnings(FINE, KNOWN) == ()


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"hours": day(("09:00", "12:00"), ("11:00", "15:00"))}, "/hours/week/mon/1", "out_of_order"),
        ({"hours": day(("13:00", "15:00"), ("09:00", "12:00"))}, "/hours/week/mon/1", "out_of_order"),
        ({"hours": day(("22:00", "02:00"), ("23:00", "24:00"))}, "/hours/week/mon/1", "out_of_order"),
        ({"hours": day(("9:00", "12:00"))}, "/hours/week/mon/0", "not_a_time"),
        ({"hours": day(("09:00", "09:00"))}, "/hours/week/mon/0", "empty_interval"),
        ({"hours": Hours(week={"monday": ()})}, "/hours/week/monday", "unknown_day"),
        ({"hours": Hours(zone="Europe/Atlantis")}, "/hours/zone", "unknown_zone"),
        ({"hours": Hours(zone="../etc")}, "/hours/zone", "unknown_zone"),
        ({"hours": Hours(holidays=("2026-02-30",))}, "/hours/holidays/0", "unknown_holiday"),
        ({"hours": Hours(holidays=("GB-ENG", "GB-XXX"))}, "/hours/holidays/1", "unknown_holiday"),
        (
            {"calling_windows": CallingWindows(per_country={"XX": {}})},
            "/calling_windows/per_country/XX",
            "unknown_country",
        ),
        ({"numbers": Numbers(countries=("GB", "UK"))}, "/numbers/countries/1", "unknown_country"),
        ({"numbers": Numbers(countries=("GB", "GB"))}, "/numbers/countries/1", "duplicate"),
        ({"numbers": Numbers(home="XX")}, "/numbers/home", "unknown_country"),
        ({"offer": Offer(max_wait_s=0)}, "/offer/max_wait_s", "too_small"),
        ({"callback": CallbackRules(spacing_s=(300, -1))}, "/callback/spacing_s/1", "negative"),
        ({"callback": CallbackRules(tries={Cause.BUSY: -1})}, "/callback/tries/busy", "negative"),
        ({"callback": CallbackRules(grace_s=10**9)}, "/callback/grace_s", "too_large"),
        ({"agents": AgentRules(ring_s=61)}, "/agents/ring_s", "out_of_range"),
        ({"agents": AgentRules(away_after_misses=0)}, "/agents/away_after_misses", "too_small"),
        ({"deadlines": Deadlines(time_limit_s=59)}, "/deadlines/time_limit_s", "too_small"),
        ({"credits": {"standard": 0}}, "/credits/rescued", "missing_class"),
        (
            {"offer": Offer(modes=(Mode.SCHEDULED,)), "credits": {"standard": 0, "rescued": 0}},
            "/credits/booked",
            "missing_class",
        ),
        ({"languages": ()}, "/languages", "required"),
        ({"languages": ("en", "xx")}, "/languages/1", "unknown_language"),
        ({"skills": ("cards+loans",)}, "/skills/0", "not_an_id"),
        ({"topics": ("Lost card",)}, "/topics/0", "not_an_id"),
        ({"topic_labels": {"loans": {"en": "Loans"}}}, "/topic_labels/loans", "unknown_topic"),
        ({"topics": ("loans",), "topic_labels": {"loans": {"xx": "?"}}}, "/topic_labels/loans", "unknown_language"),
        ({"topics": ("loans",), "topic_labels": {"loans": {"en": "x" * 121}}}, "/topic_labels/loans", "too_long"),
        (route(queue="nowhere"), "/routing/0/queue", "unknown_queue"),
        (route(credit="gold"), "/routing/0/credit", "unknown_class"),
        (route(), "/routing/0", "leads_nowhere"),
        (
            route(queue="loans", when=(Condition(attribute="topic", operator="like", value="x"),)),
            "/routing/0/when/0/operator",
            "unknown_operator",
        ),
        (
            route(queue="loans", when=(Condition(attribute="topic", operator="in", value="x"),)),
            "/routing/0/when/0/value",
            "list_wanted",
        ),
        (
            route(queue="loans", when=(Condition(attribute="amount", operator="at_least", value="x"),)),
            "/routing/0/when/0/value",
            "number_wanted",
        ),
        ({"announcements": {"main": "x" * 501}}, "/announcements/main", "too_long"),
    ],
)
def test_what_must_be_mended_is_named_by_place_and_code(changes: dict[str, Any], pointer: str, code: str) -> None:
    found = faults(replace(FINE, **changes), KNOWN)
    assert [(one.pointer, one.code) for one in found] == [(pointer, code)]


def test_a_night_shift_runs_over_midnight() -> None:
    assert faults(replace(FINE, hours=day(("08:00", "12:00"), ("22:00", "06:00"))), KNOWN) == ()


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"skills": ("cards", "gold")}, "/skills/1", "no_agent_has_skill"),
        (route(skills=("gold",)), "/routing/0/skills/0", "no_agent_has_skill"),
        ({"hours": Hours(week={})}, "/hours/week", "never_open"),
        ({"numbers": Numbers(countries=())}, "/numbers", "no_number_allowed"),
        ({"numbers": Numbers(home="SE")}, "/numbers/home", "home_not_allowed"),
        ({"numbers": Numbers(kinds=(NumberKind.PREMIUM,))}, "/numbers/kinds/0", "costly_numbers"),
        ({"offer": Offer(modes=(Mode.HOLD,))}, "/offer/modes", "no_callback"),
        (
            {"offer": Offer(modes=(Mode.CALLBACK, Mode.SCHEDULED)), "slots": Slots(enabled=False)},
            "/slots",
            "no_slots",
        ),
        ({"caps": Caps(rings_per_number_day=2)}, "/callback/total_tries", "more_tries_than_rings"),
    ],
)
def test_what_is_seldom_meant_is_said(changes: dict[str, Any], pointer: str, code: str) -> None:
    rules = replace(FINE, **changes)
    assert faults(rules, KNOWN) == ()
    assert [(one.pointer, one.code) for one in warnings(rules, KNOWN)] == [(pointer, code)]


def when(attribute: str, operator: str, value: Any) -> Condition:
    return Condition(attribute=attribute, operator=operator, value=value)


LOST, PRIVATE = when("topic", "is", "lost"), when("segment", "is", "private")


@pytest.mark.parametrize(
    ("above", "row", "told"),
    [
        (Route(when=(LOST,), queue="loans"), Route(when=(LOST, PRIVATE), queue="cards"), ["never_reached"]),
        (Route(queue="loans"), Route(when=(PRIVATE,), queue="cards"), ["never_reached"]),
        (Route(when=(when("topic", "in", ["lost", "x"]),), queue="loans"), Route(when=(LOST,), queue="cards"),
         ["never_reached"]),
        (Route(when=(when("topic", "exists", True),), queue="loans"), Route(when=(LOST,), queue="cards"),
         ["never_reached"]),
        # It still says something that nothing above has said.
        (Route(when=(LOST,), queue="loans"), Route(when=(LOST,), credit="booked"), []),
        (Route(when=(LOST, PRIVATE), queue="loans"), Route(when=(LOST,), queue="cards"), []),
        (Route(when=(when("n", "at_least", 5),), queue="loans"), Route(when=(LOST,), queue="cards"), []),
        (Route(queue="loans", when=(PRIVATE,)), Route(when=(LOST, when("topic", "is", "x")), queue="cards"),
         ["never_true"]),
        (Route(queue="loans", when=(PRIVATE,)), Route(when=(LOST, when("topic", "is_not", "lost")), queue="cards"),
         ["never_true"]),
    ],
)  # fmt: skip
def test_a_row_that_never_decides_anything_is_told(above: Route, row: Route, told: list[str]) -> None:
    rules = replace(FINE, routing=(above, row))
    assert [(each.pointer, each.code) for each in warnings(rules, KNOWN)] == [("/routing/1", code) for code in told]


VALUES = st.sampled_from(["a", "b"])
TESTS = st.one_of(
    st.builds(when, st.sampled_from(["topic", "segment"]), st.sampled_from(["is", "is_not"]), VALUES),
    st.builds(when, st.just("topic"), st.sampled_from(["in", "not_in"]), st.lists(VALUES, max_size=2)),
    st.builds(when, st.just("topic"), st.just("exists"), st.booleans()),
)
ROWS = st.builds(
    Route,
    when=st.lists(TESTS, max_size=2).map(tuple),
    queue=st.sampled_from([None, "cards", "loans"]),
    credit=st.sampled_from([None, "booked", "rescued"]),
)


@given(st.lists(ROWS, max_size=4).map(tuple), st.dictionaries(st.sampled_from(["topic", "segment"]), VALUES))
def test_without_a_row_that_is_told_everybody_goes_where_he_went(
    rows: tuple[Route, ...], attributes: dict[str, str]
) -> None:
    idle = {int(each.pointer.rpartition("/")[2]) for each in idle_rows(rows)}
    fewer = tuple(row for place, row in enumerate(rows) if place not in idle)
    assert go(replace(FINE, routing=rows), attributes) == go(replace(FINE, routing=fewer), attributes)
