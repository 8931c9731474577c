"""Rows of the form: counted, added, removed, moved, whatever stands in them."""

import re
from collections.abc import Mapping

from vqueue.web.console.rules.clocks import listed
from vqueue.web.console.rules.fields import every
from vqueue.web.console.rules.written import Values

MOST = 100
"""Rows of one list."""
_BLANKS: dict[str, Values] = {
    "routing": {"when.0.attribute": "topic", "when.0.operator": "is", "when.0.value": "", "queue": "", "skills": "",
                "credit": ""},
    "when": {"attribute": "topic", "operator": "is", "value": ""},
    "credits": {"name": "", "value": "1", "value.unit": "min"},
    "announcements": {"name": "", "value": ""},
    "days": {"name": "", "value": ""},
    "context": {"id": "", "kind": "text", "choices": "", "max_length": "500", "label.en": "", "label.ru": "",
                "label.he": ""},
    "per_country": {"name": ""},
    "topic_labels": {"name": "", "en": "", "ru": "", "he": ""},
}  # fmt: skip


def count(values: Mapping[str, str], name: str) -> int:
    """How many rows a list has."""
    at = re.compile(re.escape(name) + r"\.(\d{1,3})\.")
    places = [int(found[1]) for key in values if (found := at.match(key))]
    return min(max(places, default=-1) + 1, MOST)


def act(values: Values, what: str) -> tuple[Values, str]:
    """(the form after an act, the name of the field to go to): `add:routing`, `remove:routing:1`, `up:routing:1`,
    `down:routing:0`, `take:hours.holidays:GB`, `add:hours.days:2026-12-24`. What is none of these changes nothing."""
    verb, _, rest = what.partition(":")
    name, _, place = rest.partition(":")
    if verb == "add":
        return _added(values, name, place)
    if verb == "take" and any(each.name == name for each in every()):
        codes = listed(values.get(name, ""))
        wanted = values.get(f"{name}.taken", "")
        return values | {name: ", ".join(dict.fromkeys([*codes, *([wanted] if wanted else [])]))}, name
    if verb in ("remove", "up", "down") and place.isdecimal():
        return _moved(values, name, int(place), verb)
    return values, ""


def _added(values: Values, name: str, called: str) -> tuple[Values, str]:
    """A row at the end, for what is `called` so; where there is one of that name, that one."""
    place, blank = count(values, name), _BLANKS.get(name.rpartition(".")[2], {})
    if not blank or place >= MOST:
        return values, ""
    if not called or "name" not in blank:
        return values | _row(f"{name}.{place}", blank), f"{name}.{place}.{next(iter(blank))}"
    known = next((n for n in range(place) if values.get(f"{name}.{n}.name") == called), None)
    if known is not None:
        return values, f"{name}.{known}.value"
    return values | _row(f"{name}.{place}", blank | {"name": called}), f"{name}.{place}.value"


def _row(name: str, blank: Values) -> Values:
    return {f"{name}.{key}": text for key, text in blank.items()}


def _moved(values: Values, name: str, place: int, verb: str) -> tuple[Values, str]:
    order = list(range(count(values, name)))
    if place not in order:
        return values, ""
    order.remove(place)
    to = {"up": max(place - 1, 0), "down": min(place + 1, len(order))}.get(verb)
    if to is not None:
        order.insert(to, place)
    after = {key: text for key, text in values.items() if not re.match(re.escape(name) + r"\.\d", key)}
    for new, old in enumerate(order):
        head = f"{name}.{old}."
        after |= {f"{name}.{new}.{key[len(head) :]}": text for key, text in values.items() if key.startswith(head)}
    return after, f"{name}.{to}" if to is not None else name
