"""A document of rules as the texts that stand in the form: name → text, a box that is ticked is `on`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, assert_never

from vqueue.domain.rules import WEEK
from vqueue.web.console.rules.fields import UNITS, Field, Kind, every

Values = dict[str, str]
Document = Mapping[str, Any]
LANGUAGES = ("en", "ru", "he")
"""In which names are typed."""


def written(document: Document) -> Values:
    """All fields of the document."""
    return {name: text for field in every() for name, text in _field(field, at(document, field.path))}


def at(document: Document, path: Sequence[str]) -> Any:
    """The value at a place; None where there is none."""
    value: Any = document
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list | tuple) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _field(field: Field, value: Any) -> Iterator[tuple[str, str]]:
    name = field.name
    match field.kind:
        case Kind.SWITCH:
            if value:
                yield name, "on"
        case Kind.DURATION | Kind.DURATIONS:
            yield from duration(name, value if isinstance(value, list) else [value])
        case Kind.COUNT | Kind.ZONE | Kind.COUNTRY | Kind.CHOICE:
            yield name, str(value)
        case Kind.SHARE:
            yield name, f"{round(value * 100, 2):g}"
        case Kind.CHOICES:
            yield from ((f"{name}.{choice}", "on") for choice in value)
        case Kind.COUNTS:
            yield from ((f"{name}.{choice}", str(value[choice]) if choice in value else "") for choice in field.choices)
        case Kind.NAMES | Kind.COUNTRIES | Kind.HOLIDAYS:
            yield name, ", ".join(value)
        case Kind.LANGUAGES:
            yield from ((f"{name}.{place}", _nth(value, place)) for place in range(3))
        case Kind.WEEK:
            yield from week(name, value)
        case Kind.SLOTS:
            yield from ((f"{name}.{day}", slots(value.get(day, ()))) for day in WEEK)
        case Kind.WEEKS | Kind.CREDITS | Kind.ROUTES | Kind.CONTEXT | Kind.ANNOUNCEMENTS | Kind.LABELS | Kind.DAYS:
            yield from _rows(field, value)
        case _:
            assert_never(field.kind)


def _nth(values: Sequence[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def duration(name: str, seconds: Sequence[int]) -> Iterator[tuple[str, str]]:
    """In the largest unit in which all are whole."""
    unit = next((unit for unit in ("h", "min") if any(seconds) and all(s % UNITS[unit] == 0 for s in seconds)), "s")
    yield name, ", ".join(str(s // UNITS[unit]) for s in seconds)
    yield f"{name}.unit", unit if any(seconds) else "min"


def week(name: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((f"{name}.{day}", ranges(value.get(day, ()))) for day in WEEK)


def ranges(intervals: Sequence[Sequence[str]]) -> str:
    """08:00–12:00, 13:00–20:00."""
    return ", ".join(f"{opening}–{closing}" for opening, closing in intervals)


def slots(intervals: Sequence[Sequence[Any]]) -> str:
    """09:00–17:00 ×2."""
    return ", ".join(f"{opening}–{closing} ×{calls}" for opening, closing, calls in intervals)


def _rows(field: Field, value: Any) -> Iterator[tuple[str, str]]:
    name = field.name
    if field.kind is Kind.ROUTES:
        for n, row in enumerate(value):
            yield from _route(f"{name}.{n}", row)
    elif field.kind is Kind.CONTEXT:
        for n, row in enumerate(value):
            yield from _question(f"{name}.{n}", row)
    else:
        for n, (key, held) in enumerate(value.items()):
            yield f"{name}.{n}.name", key
            if field.kind is Kind.WEEKS:
                yield from week(f"{name}.{n}.week", held)
            elif field.kind is Kind.DAYS:
                yield f"{name}.{n}.value", ranges(held)
            elif field.kind is Kind.CREDITS:
                yield from duration(f"{name}.{n}.value", [held])
            elif field.kind is Kind.LABELS:
                yield from ((f"{name}.{n}.{language}", held.get(language, "")) for language in LANGUAGES)
            else:
                yield f"{name}.{n}.value", held


def _route(name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for n, condition in enumerate(row.get("when") or ()):
        yield f"{name}.when.{n}.attribute", condition["attribute"]
        yield f"{name}.when.{n}.operator", condition.get("operator", "is")
        yield f"{name}.when.{n}.value", plain(condition.get("value"))
    yield f"{name}.queue", row.get("queue") or ""
    yield f"{name}.skills", ", ".join(row.get("skills") or ())
    yield f"{name}.credit", row.get("credit") or ""


def plain(value: Any) -> str:
    """A condition's value as it is typed."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(plain(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _question(name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"{name}.id", row["id"]
    yield f"{name}.kind", row.get("kind", "text")
    yield f"{name}.choices", ", ".join(row.get("choices") or ())
    yield f"{name}.max_length", str(row.get("max_length", 500))
    if row.get("required"):
        yield f"{name}.required", "on"
    for language in LANGUAGES:
        yield f"{name}.label.{language}", (row.get("label") or {}).get(language, "")
