"""A change of rules in words: what the field is called, what it was, what it becomes, in which unit."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vqueue.domain.rules_changes import Change
from vqueue.wording.axis import dated
from vqueue.wording.languages import Language, language_of
from vqueue.wording.texts import Catalogue

_WORDS = {"offer_modes": "mode", "callback_shape": "shape", "numbers_kinds": "number_kind", "callback_tries": "cause",
          "slots_capacity": "basis"}  # fmt: skip
"""Areas of the catalogue that hold the words of a field."""
_MEASURES = ((3600, "hours"), (60, "minutes"))
_SHARES = ("deadlines_coverage", "offer_no_offer_share", "slots_answer_share")
_WEEKS = ("hours_week", "hours_days", "calling_windows_week", "calling_windows_per_country")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShown:
    """One field that changes. `text` is all of it in one line."""

    title: str
    old: str
    new: str
    unit: str
    text: str
    kind: str
    """`new`: it was not there; `gone`: it will not be there; `other`."""


def field_of(pointer: str, catalogue: Catalogue) -> tuple[str, tuple[str, ...]]:
    """(the field's name in the catalogue, the entries below it): `/callback/tries/busy` → callback_tries, busy."""
    steps = pointer.strip("/").split("/")
    for length in range(len(steps), 0, -1):
        name = "_".join(steps[:length])
        if f"rule.{name}" in catalogue.texts[Language.EN]:
            return name, tuple(steps[length:])
    return "_".join(steps), ()


def in_words(change: Change, catalogue: Catalogue, language: str) -> ChangeShown:
    """The change as it is written for a supervisor."""
    name, entries = field_of(change.pointer, catalogue)
    says = _Says(catalogue, language)
    size, word = _measure(name, (change.old, change.new))
    change = Change(change.pointer, _scaled(change.old, size), _scaled(change.new, size))
    title = says.title(name, entries)
    old, new, unit = says.value(name, change.old), says.value(name, change.new), says.unit(name, word)
    arrow = "←" if language_of(language) is Language.HE else "→"
    text = f"{title}: {old} {arrow} {new}{' ' + unit if unit else ''}"
    kind = "new" if change.old is None else "gone" if change.new is None else "other"
    return ChangeShown(title=title, old=old, new=new, unit=unit, text=text, kind=kind)


def lasting(seconds: int, catalogue: Catalogue, language: str) -> str:
    """A duration in the largest unit in which it is whole: 6 min."""
    size, word = _measure("_s", (seconds,))
    return f"{seconds // size} {catalogue.show(f'rule_value.{word}', {}, language)}"


def _measure(name: str, values: Iterable[Any]) -> tuple[int, str]:
    """(seconds of the unit, its word) for a field that is a duration; (1, "") for others."""
    if not (name.endswith("_s") or name == "credits"):
        return 1, ""
    figures = [each for value in values for each in (value if isinstance(value, list | tuple) else [value])]
    seconds = [each for each in figures if isinstance(each, int) and each]
    fits = ((size, word) for size, word in _MEASURES if seconds and all(each % size == 0 for each in seconds))
    return next(fits, (1, "seconds"))


def _scaled(value: Any, size: int) -> Any:
    if isinstance(value, list | tuple):
        return [_scaled(each, size) for each in value] if size > 1 else value
    return value // size if isinstance(value, int) and size > 1 else value


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Says:
    catalogue: Catalogue
    language: str

    def word(self, area: str, name: str) -> str:
        return self.catalogue.show(f"{area}.{name}", {}, self.language)

    def title(self, name: str, entries: Iterable[str]) -> str:
        """Routing row 2: queue. The number of a row belongs to what it counts."""
        title = self.word("rule", name)
        for entry in entries:
            title += f"{' ' if entry.isdigit() else ': '}{self.entry(name, entry)}"
        return title

    def entry(self, name: str, entry: str) -> str:
        """A key inside a field: a cause, a day, the number of a row."""
        if name == "hours_days" and (day := _date(entry)):
            return dated(day, self.language)
        for area in (_WORDS.get(name, ""), "weekday", "rule_route"):
            if f"{area}.{entry}" in self.catalogue.texts[Language.EN]:
                return self.word(area, entry)
        return str(int(entry) + 1) if entry.isdigit() else entry

    def unit(self, name: str, measure: str) -> str:
        if name in _SHARES:
            return self.word("rule_value", "percent")
        if measure:
            return self.word("rule_value", measure)
        return self.word("rule_value", "days") if name == "slots_horizon_days" else ""

    def value(self, name: str, value: Any) -> str:
        match value:
            case None:
                return self.word("rule_value", "nothing")
            case bool():
                return self.word("rule_value", "yes" if value else "no")
            case float() if name in _SHARES:
                return f"{round(value * 100, 1):g}"
            case float():
                return f"{value:g}"
            case str():
                area = _WORDS.get(name, "")
                return self.word(area, value) if f"{area}.{value}" in self.catalogue.texts[Language.EN] else value
            case list() | tuple() if not value:
                return self.word("rule_value", "closed" if name in _WEEKS else "nothing")
            case list() | tuple():
                return ", ".join(self._item(name, item) for item in value)
            case Mapping() if name == "routing":
                return self._route(value)
            case Mapping() if "id" in value:
                return str((value.get("label") or {}).get(language_of(self.language)) or value["id"])
            case Mapping():
                return json.dumps(value, ensure_ascii=False)
            case _:
                return str(value)

    def _route(self, row: Mapping[str, Any]) -> str:
        """When topic is card: queue cards, skills a, b."""
        tests = [self._test(each) for each in row.get("when") or ()]
        joint = f" {self.word('rule_route', 'and')} "
        when = f"{self.word('rule_route', 'when')} {joint.join(tests)}" if tests else self.word("rule_route", "always")
        leads = [
            f"{self.word('rule_route', part)} {self.value(part, row[part])}"
            for part in ("queue", "skills", "credit")
            if row.get(part)
        ]
        return f"{when}: {', '.join(leads)}"

    def _test(self, test: Mapping[str, Any]) -> str:
        attribute = self._known("rule_attribute", str(test.get("attribute")))
        operator = self._known("rule_operator", str(test.get("operator", "is")))
        value = test.get("value")
        return f"{attribute} {operator}" + ("" if value in (None, True) else f" {self.value('', value)}")

    def _known(self, area: str, name: str) -> str:
        return self.word(area, name) if f"{area}.{name}" in self.catalogue.texts[Language.EN] else name

    def _item(self, name: str, item: Any) -> str:
        """One of several: a value, or an interval of a day (with how many calls it takes)."""
        if not isinstance(item, list | tuple):
            return self.value(name, item)
        span = "–".join(str(edge) for edge in item[:2])
        counted = self.word("rule_value", "agents" if name == "slots_staff" else "calls")
        return f"{span} ({item[2]} {counted})" if len(item) > 2 else span
