"""What was typed into the form, as a document of rules; what cannot be read is named and keeps the value in force."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, assert_never

from vqueue.domain.finding import Finding
from vqueue.domain.rules import WEEK
from vqueue.web.console.rules import clocks
from vqueue.web.console.rules.clocks import listed
from vqueue.web.console.rules.fields import UNITS, Field, Kind, every
from vqueue.web.console.rules.rows import count
from vqueue.web.console.rules.written import LANGUAGES, Document, at, plain

MOST = 10**9


class Unreadable(Exception):
    """The text is no value of its field; `code` says why."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code, self.where = code, where


@dataclass(slots=True)
class Typed:
    """Reads a form. `document` is complete whatever was typed; `faults` name what was not understood."""

    values: Mapping[str, str]
    base: Document
    document: dict[str, Any] = field(init=False)
    faults: list[Finding] = field(default_factory=list)
    _values_before: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = self.base.get("routing") or ()
        held = [condition.get("value") for row in rows for condition in row.get("when") or ()]
        self._values_before = {plain(value): value for value in held if not isinstance(value, list)}
        self.document = deepcopy(dict(self.base))
        for each in every():
            try:
                _put(self.document, each.path, self._read(each))
            except Unreadable as wrong:
                self._fault("/".join(each.path) + wrong.where, wrong.code)

    def _fault(self, place: str, code: str) -> None:
        self.faults.append(Finding(f"/{place}", code))

    def _text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def _read(self, each: Field) -> Any:
        name = each.name
        match each.kind:
            case Kind.SWITCH:
                return name in self.values
            case Kind.DURATION:
                return _bounded(seconds(self._text(name), self._text(f"{name}.unit")), each)
            case Kind.DURATIONS:
                return self._durations(each)
            case Kind.COUNT:
                return _bounded(whole(self._text(name)), each)
            case Kind.SHARE:
                percent = number(self._text(name))
                if each.low is not None and each.high is not None and not each.low <= percent <= each.high:
                    raise Unreadable("out_of_range")
                return round(percent / 100, 6)
            case Kind.CHOICE | Kind.ZONE:
                return self._text(name)
            case Kind.COUNTRY:
                return self._text(name).upper()
            case Kind.CHOICES:
                return self._choices(each)
            case Kind.COUNTS:
                return self._counts(each)
            case Kind.NAMES:
                return listed(self._text(name))
            case Kind.COUNTRIES | Kind.HOLIDAYS:
                return [text.upper() for text in listed(self._text(name))]
            case Kind.LANGUAGES:
                return [text for place in range(3) if (text := self._text(f"{name}.{place}"))]
            case Kind.WEEK:
                return self._week(name, each.path)
            case Kind.SLOTS:
                return self._slots(each)
            case Kind.WEEKS | Kind.CREDITS | Kind.ROUTES | Kind.CONTEXT | Kind.ANNOUNCEMENTS | Kind.LABELS | Kind.DAYS:
                return self._rows(each)
            case _:
                assert_never(each.kind)

    def _durations(self, each: Field) -> list[int]:
        unit = self._text(f"{each.name}.unit")
        found = [_bounded(seconds(text, unit), each) for text in listed(self._text(each.name))]
        if not found and each.path[-1] == "spacing_s":
            raise Unreadable("required")
        return found

    def _choices(self, each: Field) -> list[str]:
        """What was chosen before keeps its order; what is new comes last."""
        chosen = [choice for choice in each.choices if f"{each.name}.{choice}" in self.values]
        before = [choice for choice in at(self.base, each.path) or () if choice in chosen]
        return [*before, *(choice for choice in chosen if choice not in before)]

    def _counts(self, each: Field) -> dict[str, int]:
        found = {}
        for choice in each.choices:
            text = self._text(f"{each.name}.{choice}")
            if text:
                try:
                    found[choice] = _bounded(whole(text), each)
                except Unreadable as wrong:
                    self._fault(f"{'/'.join(each.path)}/{choice}", wrong.code)
        return found

    def _week(self, name: str, path: tuple[str, ...]) -> dict[str, list[list[str]]]:
        found = {}
        for day in WEEK:
            try:
                found[day] = clocks.ranges(self._text(f"{name}.{day}"))
            except ValueError:
                self._fault(f"{'/'.join(path)}/{day}", "not_a_time")
                found[day] = list(at(self.base, (*path, day)) or [])
        named = at(self.base, path) or WEEK
        return {day: intervals for day, intervals in found.items() if intervals or day in named}

    def _slots(self, each: Field) -> dict[str, list[list[Any]]]:
        found = {}
        for day in WEEK:
            try:
                calls = clocks.slots(self._text(f"{each.name}.{day}"))
            except clocks.Wrong as wrong:
                self._fault(f"{'/'.join(each.path)}/{day}", wrong.code)
                calls = at(self.base, (*each.path, day))
            if calls:
                found[day] = calls
        return found

    def _rows(self, each: Field) -> Any:
        names = [f"{each.name}.{n}" for n in range(count(self.values, each.name))]
        match each.kind:
            case Kind.ROUTES:
                return [self._route(name) for name in names]
            case Kind.CONTEXT:
                return [self._question(n, name) for n, name in enumerate(names)]
            case _:
                return self._entries(each, names)

    def _entries(self, each: Field, names: list[str]) -> dict[str, Any]:
        """Rows with a name and what it holds; a row without a name is no row."""
        found: dict[str, Any] = {}
        for n, name in enumerate(names):
            key, place = self._text(f"{name}.name"), f"{'/'.join(each.path)}/{n}"
            labels = {language: said for language in LANGUAGES if (said := self._text(f"{name}.{language}"))}
            if not key and not self._text(f"{name}.value") and not labels:
                continue
            if not key or key in found:
                self._fault(place, "duplicate" if key else "required")
            elif each.kind is Kind.WEEKS:
                found[key.upper()] = self._week(f"{name}.week", (*each.path, key.upper()))
            elif each.kind is Kind.DAYS:
                found[key] = self._day(name, place)
            elif each.kind is Kind.CREDITS:
                found[key] = self._credit(name, place)
            elif each.kind is Kind.LABELS:
                found[key] = labels
            else:
                found[key] = self._text(f"{name}.value")
        if each.kind is Kind.CREDITS and "standard" not in found:
            raise Unreadable("missing_class", "/standard")
        return found

    def _credit(self, name: str, place: str) -> int:
        try:
            return seconds(self._text(f"{name}.value"), self._text(f"{name}.value.unit"))
        except Unreadable as wrong:
            self._fault(place, wrong.code)
            return 0

    def _day(self, name: str, place: str) -> list[list[str]]:
        try:
            return clocks.ranges(self._text(f"{name}.value"))
        except ValueError:
            self._fault(place, "not_a_time")
            return []

    def _route(self, name: str) -> dict[str, Any]:
        conditions = [self._condition(f"{name}.when.{n}") for n in range(count(self.values, f"{name}.when"))]
        return {
            "when": [each for each in conditions if each["attribute"]],
            "queue": self._text(f"{name}.queue") or None,
            "skills": listed(self._text(f"{name}.skills")) or None,
            "credit": self._text(f"{name}.credit") or None,
        }

    def _condition(self, name: str) -> dict[str, Any]:
        operator, text = self._text(f"{name}.operator") or "is", self._text(f"{name}.value")
        value: Any = self._values_before.get(text, text)
        if operator in ("in", "not_in"):
            value = listed(text)
        elif operator == "exists":
            value = text.casefold() not in ("no", "нет", "לא")
        elif operator in ("at_least", "at_most"):
            try:
                figure = number(text)
                value = int(figure) if figure == int(figure) else figure
            except Unreadable:
                value = text
        return {"attribute": self._text(f"{name}.attribute"), "operator": operator, "value": value}

    def _question(self, n: int, name: str) -> dict[str, Any]:
        text, kind = self._text(f"{name}.id"), self._text(f"{name}.kind") or "text"
        choices = listed(self._text(f"{name}.choices")) if kind == "choice" else []
        try:
            length = whole(self._text(f"{name}.max_length") or "500")
        except Unreadable:
            length = 0
        if not clocks.ID.match(text):
            self._fault(f"context/{n}/id", "not_an_id")
        if not 1 <= length <= 2000:
            self._fault(f"context/{n}/max_length", "out_of_range")
        if kind == "choice" and not choices:
            self._fault(f"context/{n}/choices", "required")
        labels = {language: self._text(f"{name}.label.{language}") for language in LANGUAGES}
        before: Document = next((row for row in self.base.get("context") or () if row.get("id") == text), {})
        called = {choice: said for choice, said in (before.get("choice_labels") or {}).items() if choice in choices}
        return {
            **before,
            "choice_labels": called,
            "id": text,
            "kind": kind,
            "choices": choices,
            "required": f"{name}.required" in self.values,
            "max_length": length,
            "label": {language: label for language, label in labels.items() if label},
        }


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value


def number(text: str) -> float:
    """Of a figure with a point or a comma. Raises Unreadable."""
    try:
        found = float(text.replace(",", ".").replace("\u00a0", "").replace(" ", ""))
    except ValueError:
        raise Unreadable("required" if not text else "not_a_number") from None
    if not -MOST < found < MOST:
        raise Unreadable("too_large")
    return found


def whole(text: str) -> int:
    """Raises Unreadable for anything but a whole number."""
    found = number(text)
    if found != int(found):
        raise Unreadable("not_whole")
    return int(found)


def seconds(text: str, unit: str) -> int:
    """Of so many of a unit. Raises Unreadable for parts of a second."""
    found = round(number(text) * UNITS.get(unit, 1), 6)
    if found != int(found):
        raise Unreadable("not_whole")
    return int(found)


def _bounded(value: int, each: Field) -> int:
    if (each.low is not None and value < each.low) or (each.high is not None and value > each.high):
        raise Unreadable("out_of_range")
    if value % each.step:
        raise Unreadable("not_a_multiple")
    return value
