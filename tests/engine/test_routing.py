"""Rows of the rules decide queue, skills and credit from what is known of a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.builders import rules
from vqueue.domain.rules import Condition, Route
from vqueue.engine.routing import OPERATORS, Routing, bucket, holds, route, unbucket

KNOWN = {"topic": "loans", "amount": 5000, "segment": None, "vip": "Yes", "tags": ["new", "vip"]}


@pytest.mark.parametrize(
    ("attribute", "operator", "value", "expected"),
    [
        ("topic", "is", "loans", True),
        ("topic", "is", "LOANS", True),
        ("topic", "is", "cards", False),
        ("amount", "is", "5000", True),
        ("nothing", "is", "loans", False),
        ("segment", "is", None, False),
        ("topic", "is_not", "cards", True),
        ("topic", "is_not", "loans", False),
        ("nothing", "is_not", "loans", True),
        ("topic", "in", ("cards", "loans"), True),
        ("topic", "in", ["cards"], False),
        ("topic", "in", "loans", True),
        ("nothing", "in", ("cards",), False),
        ("topic", "not_in", ("cards",), True),
        ("topic", "not_in", ("cards", "loans"), False),
        ("nothing", "not_in", ("cards",), True),
        ("amount", "at_least", 5000, True),
        ("amount", "at_least", "5000.5", False),
        ("topic", "at_least", 1, False),
        ("nothing", "at_least", 0, False),
        ("amount", "at_most", 5000, True),
        ("amount", "at_most", 4999.5, False),
        ("topic", "at_most", 1, False),
        ("nothing", "at_most", 9, False),
        ("topic", "contains", "LOAN", True),
        ("topic", "contains", "card", False),
        ("tags", "contains", "vip", True),
        ("tags", "contains", "vi", False),
        ("nothing", "contains", "", False),
        ("topic", "exists", True, True),
        ("topic", "exists", None, True),
        ("segment", "exists", True, False),
        ("segment", "exists", False, True),
        ("topic", "exists", False, False),
        ("topic", "resembles", "loans", False),
    ],
)
def test_each_operator_on_what_is_known_and_what_is_not(
    attribute: str, operator: str, value: object, expected: bool
) -> None:
    assert holds(Condition(attribute=attribute, operator=operator, value=value), KNOWN) is expected


def test_without_rows_a_request_stays_and_needs_what_the_queue_needs() -> None:
    assert route(rules(skills=("phone", "cards")), {}) == Routing(skills=("cards", "phone"))


def test_each_outcome_comes_from_the_first_row_that_applies_and_names_it() -> None:
    document = rules(
        skills=("phone",),
        credits={"standard": 0, "vip": 300},
        routing=(
            Route(when=(Condition(attribute="topic", value="cards"),), queue="cards"),
            Route(when=(Condition(attribute="topic", value="loans"),), queue="loans", skills=("mortgage",)),
            Route(
                when=(Condition(attribute="topic", value="loans"), Condition(attribute="vip", value="yes")),
                queue="private",
                credit="vip",
            ),
        ),
    )
    assert route(document, KNOWN) == Routing(
        queue="loans", skills=("mortgage", "phone"), credit="vip", named=("mortgage",)
    )
    assert route(document, {"topic": "loans"}).credit == "standard"


def test_a_row_without_conditions_applies_to_everybody() -> None:
    assert route(rules(routing=(Route(queue="all"),)), {}).queue == "all"


def test_a_class_without_credit_in_the_rules_is_standard() -> None:
    assert route(rules(routing=(Route(credit="gold"),)), {}).credit == "standard"


def test_the_operators_are_those_of_the_contract() -> None:
    assert set(OPERATORS) == {"is", "is_not", "in", "not_in", "at_least", "at_most", "contains", "exists"}


@given(st.lists(st.text("abcz_-", min_size=1)), st.sampled_from(("en", "he", "")))
def test_a_bucket_says_skills_and_language_whatever_order_they_came_in(skills: list[str], language: str) -> None:
    name = bucket(skills, language)
    assert name == bucket(reversed(skills), language)
    assert unbucket(name) == (tuple(sorted(set(skills))), language)
