"""What a customer says about his case fits what his queue asks for, or every fault is named."""

from typing import Any

import pytest

from vqueue.domain.context import ContextField, FieldKind, checked
from vqueue.domain.errors import Invalid

SCHEMA = (
    ContextField(id="reason", kind=FieldKind.CHOICE, choices=("lost", "stolen"), required=True),
    ContextField(id="text", max_length=60),
    ContextField(id="amount", kind=FieldKind.NUMBER),
    ContextField(id="since", kind=FieldKind.DATE),
    ContextField(id="blocked", kind=FieldKind.BOOL),
)


def test_what_fits_is_kept_and_card_numbers_are_not() -> None:
    given = {"reason": "lost", "text": "4111 1111 1111 1111", "amount": 12.5, "since": "2026-02-28", "blocked": None}
    kept = checked(SCHEMA, given)
    assert kept == {"reason": "lost", "text": "•••• •••• •••• 1111", "amount": 12.5, "since": "2026-02-28"}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, ("/context/reason", "missing")),
        ({"reason": "sold"}, ("/context/reason", "not_a_choice")),
        ({"reason": ["lost"]}, ("/context/reason", "not_a_choice")),
        ({"reason": "lost", "colour": "red"}, ("/context/colour", "extra_forbidden")),
        ({"reason": "lost", "text": 5}, ("/context/text", "string_type")),
        ({"reason": "lost", "text": "x" * 61}, ("/context/text", "string_too_long")),
        ({"reason": "lost", "amount": "5"}, ("/context/amount", "number_type")),
        ({"reason": "lost", "amount": True}, ("/context/amount", "number_type")),
        ({"reason": "lost", "since": "2026-02-30"}, ("/context/since", "date_type")),
        ({"reason": "lost", "since": "today"}, ("/context/since", "date_type")),
        ({"reason": "lost", "blocked": 1}, ("/context/blocked", "bool_type")),
    ],
)
def test_what_does_not_fit_is_said_by_pointer(given: dict[str, Any], fault: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        checked(SCHEMA, given)
    assert refused.value.errors == (fault,)


def test_all_of_it_has_a_ceiling() -> None:
    wide = tuple(ContextField(id=f"text{n}", max_length=2000) for n in range(3))
    with pytest.raises(Invalid) as refused:
        checked(wide, {f"text{n}": "ж" * 1000 for n in range(3)})
    assert refused.value.errors == (("/context", "too_long"),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "A b"},
        {"id": "x", "max_length": 0},
        {"id": "x", "kind": FieldKind.CHOICE},
        {"id": "x", "choices": ("a",)},
    ],
)
def test_a_field_that_cannot_be_asked_for_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"id|max_length|choice"):
        ContextField(**wrong)
