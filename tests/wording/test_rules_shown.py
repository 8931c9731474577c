"""Changes of rules in words, and a title for every field there is."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from vqueue.domain.rules import Rules
from vqueue.domain.rules_changes import Change, changes
from vqueue.wording import Catalogue, Language
from vqueue.wording.rules_shown import in_words

CATALOGUE = Catalogue.load()


def names(value: Any, *above: str) -> Iterator[str]:
    for field in fields(value):
        inner = getattr(value, field.name)
        if is_dataclass(inner):
            yield from names(inner, *above, field.name)
        else:
            yield "_".join((*above, field.name))


def test_every_field_of_the_rules_has_a_title() -> None:
    assert {f"rule.{name}" for name in names(Rules())} - CATALOGUE.keys() == set()


def test_no_title_is_left_of_a_field_that_is_gone() -> None:
    known = CATALOGUE.keys()
    titles = {key.removeprefix("rule.") for key in known if key.startswith("rule.")}
    assert titles == set(names(Rules()))


@pytest.mark.parametrize(
    ("change", "language", "text"),
    [
        (Change("/offer/threshold_s", 120, 300), "en", "Offered from a wait of: 2 → 5 min"),
        (Change("/offer/threshold_s", 120, 300), "ru", "Предлагается при ожидании от: 2 → 5 мин"),
        (Change("/offer/threshold_s", 120, 300), "he", "מוצעת מהמתנה של: 2 ← 5 דק׳"),
        (Change("/callback/tries/busy", 3, 2), "en", "Tries at most, by outcome: busy: 3 → 2"),
        (Change("/callback/dial_ahead", False, True), "ru", "Набор до освобождения оператора: нет → да"),
        (Change("/deadlines/coverage", 0.9, 0.955), "en", "Promises to be kept: 90 → 95.5 %"),
        (
            Change("/hours/week/sat", [["09:00", "13:00"]], []),
            "en",
            "Opening hours: Saturday: 09:00–13:00 → closed",
        ),
        (
            Change("/slots/week/mon", None, [["09:00", "17:00", 2]]),
            "en",
            "Booked times by day: Monday: nothing → 09:00–17:00 (2 calls)",
        ),
        (
            Change("/slots/staff/mon", None, [["09:00", "17:00", 12]]),
            "en",
            "Agents at work by day, for the forecast: Monday: nothing → 09:00–17:00 (12 agents)",
        ),
        (
            Change("/slots/capacity", "weekly", "forecast"),
            "ru",
            "Сколько звонков вмещает бронь, по: таблице недели → прогнозу",
        ),
        (Change("/callback/spacing_s", [300, 900], [60]), "en", "Pauses between tries: 5, 15 → 1 min"),
        (
            Change("/routing/0", None, {"when": [], "queue": "loans"}),
            "en",
            "Routing row 1: nothing → always: queue loans",
        ),
        (Change("/routing/1/queue", "loans", "cards"), "en", "Routing row 2: queue: loans → cards"),
    ],
)
def test_a_change_in_words(change: Change, language: str, text: str) -> None:
    assert in_words(change, CATALOGUE, language).text.lower() == text.lower()


@pytest.mark.parametrize("language", list(Language))
def test_any_field_can_be_said(language: Language) -> None:
    for name in names(Rules()):
        told = in_words(Change("/" + name, None, [1]), CATALOGUE, language)
        assert told.title and told.text


def test_what_differs_is_found_field_by_field_and_row_by_row() -> None:
    old = {"a": {"x": 1, "y": 2}, "rows": [{"q": "one"}, {"q": "two"}], "list": [1, 2], "gone": 5}
    new = {"a": {"x": 1, "y": 3}, "rows": [{"q": "one"}, {"q": "zwei"}, {"q": "three"}], "list": [2, 1]}
    assert changes(old, new) == (
        Change("/a/y", 2, 3),
        Change("/rows/1/q", "two", "zwei"),
        Change("/rows/2", None, {"q": "three"}),
        Change("/list", [1, 2], [2, 1]),
        Change("/gone", 5, None),
    )
    assert changes(new, new) == ()
