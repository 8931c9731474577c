"""Where a request goes: the rules' rows tried from the top on what is known of the customer and his wish."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from vqueue.domain.rules import Condition, Route, Rules

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Queue (None = stays where it is), required skills (ascending), credit class."""

    queue: str | None = None
    skills: tuple[str, ...] = ()
    credit: str = "standard"
    named: tuple[str, ...] = ()
    """Of the skills those that a row names, the queue's own left out."""


def route(rules: Rules, attributes: Mapping[str, object]) -> Routing:
    """Queue, skills and credit, each from the first row that applies and names it. The queue's own skills always stay;
    a credit class without credit in the rules is `standard`."""
    rows = [row for row in rules.routing if all(holds(condition, attributes) for condition in row.when)]
    credit = _first(rows, lambda row: row.credit) or "standard"
    skills = _first(rows, lambda row: row.skills) or ()
    return Routing(
        queue=_first(rows, lambda row: row.queue),
        skills=tuple(sorted({*rules.skills, *skills})),
        credit=credit if credit in rules.credits else "standard",
        named=tuple(sorted(set(skills))),
    )


def bucket(skills: Iterable[str], language: str) -> str:
    """`skill+skill/language`, skills ascending: requests of one bucket need the very same of an agent."""
    return f"{'+'.join(sorted(set(skills)))}/{language}"


def unbucket(name: str) -> tuple[tuple[str, ...], str]:
    """Skills and language of a bucket."""
    skills, _, language = name.partition("/")
    return tuple(skill for skill in skills.split("+") if skill), language


def holds(condition: Condition, attributes: Mapping[str, object]) -> bool:
    """Whether one test holds. An absent attribute is not anything, not in anything, and does not exist.
    An operator that is not in OPERATORS never holds."""
    known = condition.attribute in attributes and attributes[condition.attribute] is not None
    value = attributes.get(condition.attribute)
    test = OPERATORS.get(condition.operator)
    return test is not None and test(known, value, condition.value)


def _same(value: object, wanted: object) -> bool:
    """Equal, or written alike: keys pressed and JSON bring `3` and 3, `yes` and `Yes`."""
    return value == wanted or str(value).casefold() == str(wanted).casefold()


def _among(value: object, wanted: object) -> bool:
    many = wanted if isinstance(wanted, list | tuple | set | frozenset) else (wanted,)
    return any(_same(value, one) for one in many)


def _compared(value: object, wanted: object) -> float | None:
    """How much the value is above the wanted one; None where one of them is no number."""
    try:
        return float(str(value)) - float(str(wanted))
    except ValueError:
        return None


def _at_least(value: object, wanted: object) -> bool:
    above = _compared(value, wanted)
    return above is not None and above >= 0


def _at_most(value: object, wanted: object) -> bool:
    above = _compared(value, wanted)
    return above is not None and above <= 0


def _contains(value: object, wanted: object) -> bool:
    """A text that has the wanted one in it, or a list that has it among its members."""
    if isinstance(value, list | tuple | set | frozenset):
        return any(_same(one, wanted) for one in value)
    return str(wanted).casefold() in str(value).casefold()


OPERATORS: Mapping[str, Callable[[bool, object, object], bool]] = {
    "is": lambda known, value, wanted: known and _same(value, wanted),
    "is_not": lambda known, value, wanted: not (known and _same(value, wanted)),
    "in": lambda known, value, wanted: known and _among(value, wanted),
    "not_in": lambda known, value, wanted: not (known and _among(value, wanted)),
    "at_least": lambda known, value, wanted: known and _at_least(value, wanted),
    "at_most": lambda known, value, wanted: known and _at_most(value, wanted),
    "contains": lambda known, value, wanted: known and _contains(value, wanted),
    "exists": lambda known, _value, wanted: known is (wanted is not False),
}
"""Tests by name, on (known, value, wanted)."""


def _first(rows: Iterable[Route], of: Callable[[Route], T | None]) -> T | None:
    return next((named for row in rows if (named := of(row)) is not None), None)
