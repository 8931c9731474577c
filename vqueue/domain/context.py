"""What a customer says about his case, typed by his queue: fields with kinds and bounds, card numbers taken out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import isfinite
from re import compile as pattern
from typing import Any, ClassVar

from vqueue.domain.cards import strip_cards
from vqueue.domain.errors import Invalid

MOST_BYTES = 4096
"""All of it as JSON."""
LONGEST_TEXT = 2000
_NAME = pattern(r"[a-z0-9_-]{1,64}\Z")
_DAY = pattern(r"\d{4}-\d{2}-\d{2}\Z")


class FieldKind(StrEnum):
    """What a field may hold."""

    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextField:
    """One field a queue asks for, in the order in which it is shown."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}
    id: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[str, ...] = ()
    """Of a choice: what may be chosen."""
    required: bool = False
    max_length: int = 500
    """Characters of a text."""
    label: Mapping[str, str] = field(default_factory=dict)
    """What the field is called, by language."""
    choice_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each choice is called, by language; a choice without a name is shown by its id."""

    def __post_init__(self) -> None:
        if not _NAME.match(self.id):
            raise ValueError("a context field's id is [a-z0-9_-]{1,64}")
        if not 1 <= self.max_length <= LONGEST_TEXT:
            raise ValueError(f"max_length lies in 1..{LONGEST_TEXT}")
        if (self.kind is FieldKind.CHOICE) is not bool(self.choices):
            raise ValueError("a choice names its choices, and nothing else does")
        if not set(self.choice_labels) <= set(self.choices):
            raise ValueError("choice_labels name choices of the field")


FREE_TEXT = ContextField(id="text", label={"en": "In your own words", "ru": "Своими словами", "he": "במילים שלכם"})
"""What a queue asks for that names no fields of its own."""


def checked(schema: tuple[ContextField, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """The context as it may be kept, fields that are null left out. Raises Invalid with every fault by its pointer."""
    known = {one.id: one for one in schema}
    faults = [(f"/context/{name}", "extra_forbidden") for name in given if name not in known]
    kept: dict[str, Any] = {}
    for one in schema:
        value = given.get(one.id)
        if value is None:
            if one.required:
                faults.append((f"/context/{one.id}", "missing"))
            continue
        wrong = _fault(one, value)
        if wrong:
            faults.append((f"/context/{one.id}", wrong))
        else:
            kept[one.id] = strip_cards(value) if isinstance(value, str) else value
    if not faults and len(json.dumps(kept, ensure_ascii=False).encode()) > MOST_BYTES:
        faults.append(("/context", "too_long"))
    if faults:
        raise Invalid("The context does not fit what the queue asks for.", errors=tuple(faults))
    return kept


def _fault(one: ContextField, value: object) -> str:
    """What is wrong with the value; empty when nothing is."""
    match one.kind:
        case FieldKind.CHOICE:
            return "" if value in one.choices else "not_a_choice"
        case FieldKind.TEXT:
            if not isinstance(value, str):
                return "string_type"
            return "" if len(value) <= one.max_length else "string_too_long"
        case FieldKind.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float):
                return "number_type"
            return "" if isfinite(value) and abs(value) < 1e15 else "number_type"
        case FieldKind.DATE:
            return "" if _is_day(value) else "date_type"
        case FieldKind.BOOL:
            return "" if isinstance(value, bool) else "bool_type"


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or not _DAY.match(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
