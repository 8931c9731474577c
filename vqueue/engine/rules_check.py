"""What is wrong with a queue's rules beyond their types, and what is only worth a second look."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from itertools import chain, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from phonenumbers import SUPPORTED_REGIONS

from vqueue.domain.finding import Finding
from vqueue.domain.request import Mode
from vqueue.domain.rules import WEEK, Condition, Intervals, NumberKind, Route, Rules
from vqueue.domain.week import minutes_of
from vqueue.engine.routing import OPERATORS
from vqueue.engine.rules_reach import idle_rows
from vqueue.engine.withholding import MOST

YEAR_S = 366 * 86_400
"""No number in rules is larger: most are seconds."""
WORDS_MAX = 500
LABEL_MAX = 120
"""Characters of an announcement, and of a name."""
OWN_WAIT_MAX_S = 3600
RING_S = (5, 60)
_DAY = 24 * 60
_ID = re.compile(r"[a-z0-9_-]{1,64}\Z")
_COSTLY = frozenset(
    {NumberKind.PREMIUM, NumberKind.SHARED_COST, NumberKind.SATELLITE, NumberKind.PERSONAL, NumberKind.EMERGENCY}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What rules may name."""

    queues: frozenset[str]
    languages: frozenset[str]
    skills: frozenset[str]
    """Skills that some agent has."""


def faults(rules: Rules, known: Known) -> tuple[Finding, ...]:
    """What must be mended before the rules can be in force."""
    return tuple(
        chain(
            _numbers_fit("", rules),
            _hours(rules),
            _week("/calling_windows/week", rules.calling_windows.week),
            _countries(rules),
            _offer(rules),
            _agents(rules),
            _classes(rules),
            _names(rules, known),
            chain.from_iterable(_route(f"/routing/{n}", row, rules, known) for n, row in enumerate(rules.routing)),
        )
    )


def warnings(rules: Rules, known: Known) -> tuple[Finding, ...]:
    """What is allowed and seldom meant."""
    return tuple(chain(_skills_nobody_has(rules, known), idle_rows(rules.routing), _seldom_meant(rules)))


def _numbers_fit(pointer: str, value: Any) -> Iterator[Finding]:
    """Times and ceilings are not negative, and no number is absurd."""
    if is_dataclass(value) and not isinstance(value, Condition):
        for field in fields(value):
            yield from _numbers_fit(f"{pointer}/{field.name}", getattr(value, field.name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _numbers_fit(f"{pointer}/{name}", inner)
    elif isinstance(value, tuple):
        for place, inner in enumerate(value):
            yield from _numbers_fit(f"{pointer}/{place}", inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if value < 0:
            yield Finding(pointer, "negative")
        if value > YEAR_S:
            yield Finding(pointer, "too_large")


def _hours(rules: Rules) -> Iterator[Finding]:
    yield from _week("/hours/week", rules.hours.week)
    try:
        ZoneInfo(rules.hours.zone)
    except (ValueError, OSError, KeyError):
        yield Finding("/hours/zone", "unknown_zone")
    for place, entry in enumerate(rules.hours.holidays):
        if not _is_holiday(entry):
            yield Finding(f"/hours/holidays/{place}", "unknown_holiday")
    for day, intervals in rules.hours.days.items():
        if not (day[:1].isdigit() and _is_holiday(day)):
            yield Finding(f"/hours/days/{day}", "not_a_day")
        yield from _day(f"/hours/days/{day}", intervals)


def _is_holiday(entry: str) -> bool:
    """A date, or a country (or a part of it) whose public holidays are known."""
    if entry[:1].isdigit():
        try:
            return date.fromisoformat(entry).isoformat() == entry
        except ValueError:
            return False
    import holidays

    country, _, part = entry.partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not part or part in known[country])


def countries() -> tuple[str, ...]:
    """ISO codes of countries whose numbers are known."""
    return tuple(sorted(SUPPORTED_REGIONS))


def holiday_places() -> tuple[str, ...]:
    """Countries, and parts of them, whose public holidays are known, as rules write them."""
    import holidays

    known = holidays.list_supported_countries()
    return (*sorted(known), *(f"GB-{part}" for part in sorted(known.get("GB", ()))))


def _week(pointer: str, week: Mapping[str, Intervals]) -> Iterator[Finding]:
    for day, intervals in week.items():
        if day not in WEEK:
            yield Finding(f"{pointer}/{day}", "unknown_day")
        yield from _day(f"{pointer}/{day}", intervals)


def _day(pointer: str, intervals: Intervals) -> Iterator[Finding]:
    """Ascending, apart from each other; only the last one may run over midnight."""
    spans: list[tuple[int, int]] = []
    for place, (opening, closing) in enumerate(intervals):
        try:
            start, end = minutes_of(opening), minutes_of(closing)
        except ValueError:
            yield Finding(f"{pointer}/{place}", "not_a_time")
            return
        if start in (end, _DAY):
            yield Finding(f"{pointer}/{place}", "empty_interval")
            return
        spans.append((start, end if end > start else end + _DAY))
    for place, (earlier, later) in enumerate(pairwise(spans)):
        if later[0] < earlier[1]:
            yield Finding(f"{pointer}/{place + 1}", "out_of_order")


def _countries(rules: Rules) -> Iterator[Finding]:
    for place, country in enumerate(rules.numbers.countries):
        if country not in SUPPORTED_REGIONS:
            yield Finding(f"/numbers/countries/{place}", "unknown_country")
    if rules.numbers.home not in SUPPORTED_REGIONS:
        yield Finding("/numbers/home", "unknown_country")
    for country, week in rules.calling_windows.per_country.items():
        pointer = f"/calling_windows/per_country/{country}"
        if country not in SUPPORTED_REGIONS:
            yield Finding(pointer, "unknown_country")
        yield from _week(pointer, week)


def _offer(rules: Rules) -> Iterator[Finding]:
    yield from _once("/offer/modes", rules.offer.modes)
    yield from _once("/numbers/countries", rules.numbers.countries)
    yield from _once("/numbers/kinds", rules.numbers.kinds)
    if rules.offer.no_offer_share > MOST:
        yield Finding("/offer/no_offer_share", "too_large")
    if rules.offer.max_wait_s < 1:
        yield Finding("/offer/max_wait_s", "too_small")
    if rules.deadlines.time_limit_s < 60:
        yield Finding("/deadlines/time_limit_s", "too_small")
    if rules.deadlines.expire_s < 60:
        yield Finding("/deadlines/expire_s", "too_small")
    for key, words in rules.announcements.items():
        if len(words) > WORDS_MAX:
            yield Finding(f"/announcements/{key}", "too_long")


def _agents(rules: Rules) -> Iterator[Finding]:
    low, high = RING_S
    if not low <= rules.agents.ring_s <= high:
        yield Finding("/agents/ring_s", "out_of_range")
    if not low <= rules.agents.accept_s <= high:
        yield Finding("/agents/accept_s", "out_of_range")
    if not 0 <= rules.agents.own_wait_s <= OWN_WAIT_MAX_S:
        yield Finding("/agents/own_wait_s", "out_of_range")
    if rules.agents.away_after_misses < 1:
        yield Finding("/agents/away_after_misses", "too_small")


def _classes(rules: Rules) -> Iterator[Finding]:
    """Every class that requests are put into has its credit."""
    used = ["rescued", *(["booked"] if Mode.SCHEDULED in rules.offer.modes else [])]
    for name in used:
        if name not in rules.credits:
            yield Finding(f"/credits/{name}", "missing_class")


def _names(rules: Rules, known: Known) -> Iterator[Finding]:
    if not rules.languages:
        yield Finding("/languages", "required")
    for place, language in enumerate(rules.languages):
        if language not in known.languages:
            yield Finding(f"/languages/{place}", "unknown_language")
    yield from _once("/languages", rules.languages)
    yield from _ids("/topics", rules.topics)
    for topic, called in rules.topic_labels.items():
        if topic not in rules.topics:
            yield Finding(f"/topic_labels/{topic}", "unknown_topic")
        if not set(called) <= known.languages:
            yield Finding(f"/topic_labels/{topic}", "unknown_language")
        if any(len(words) > LABEL_MAX for words in called.values()):
            yield Finding(f"/topic_labels/{topic}", "too_long")
    yield from _ids("/skills", rules.skills)
    yield from (Finding(f"/credits/{name}", "not_an_id") for name in rules.credits if not _ID.match(name))


def _route(pointer: str, row: Route, rules: Rules, known: Known) -> Iterator[Finding]:
    if row.queue is not None and row.queue not in known.queues:
        yield Finding(f"{pointer}/queue", "unknown_queue")
    if row.credit is not None and row.credit not in rules.credits:
        yield Finding(f"{pointer}/credit", "unknown_class")
    if row.queue is None and row.skills is None and row.credit is None:
        yield Finding(pointer, "leads_nowhere")
    yield from _ids(f"{pointer}/skills", row.skills or ())
    for place, condition in enumerate(row.when):
        yield from _condition(f"{pointer}/when/{place}", condition)


def _condition(pointer: str, condition: Condition) -> Iterator[Finding]:
    if condition.operator not in OPERATORS:
        yield Finding(f"{pointer}/operator", "unknown_operator")
    elif condition.operator in ("in", "not_in") and not isinstance(condition.value, list | tuple):
        yield Finding(f"{pointer}/value", "list_wanted")
    elif condition.operator == "at_least" and not isinstance(condition.value, int | float):
        yield Finding(f"{pointer}/value", "number_wanted")


def _ids(pointer: str, names: Iterable[str]) -> Iterator[Finding]:
    """Buckets are written with `+` and `/` between names: those letters cannot be part of one."""
    listed = tuple(names)
    yield from (Finding(f"{pointer}/{place}", "not_an_id") for place, name in enumerate(listed) if not _ID.match(name))
    yield from _once(pointer, listed)


def _once(pointer: str, values: Iterable[object]) -> Iterator[Finding]:
    seen: set[object] = set()
    for place, value in enumerate(values):
        if value in seen:
            yield Finding(f"{pointer}/{place}", "duplicate")
        seen.add(value)


def _skills_nobody_has(rules: Rules, known: Known) -> Iterator[Finding]:
    needed = [(f"/skills/{place}", skill) for place, skill in enumerate(rules.skills)]
    for row, route in enumerate(rules.routing):
        needed += [(f"/routing/{row}/skills/{place}", skill) for place, skill in enumerate(route.skills or ())]
    return (Finding(pointer, "no_agent_has_skill") for pointer, skill in needed if skill not in known.skills)


def _seldom_meant(rules: Rules) -> Iterator[Finding]:
    if not any(rules.hours.week.values()):
        yield Finding("/hours/week", "never_open")
    if not rules.numbers.countries or not rules.numbers.kinds:
        yield Finding("/numbers", "no_number_allowed")
    if rules.numbers.countries and rules.numbers.home not in rules.numbers.countries:
        yield Finding("/numbers/home", "home_not_allowed")
    for place, kind in enumerate(rules.numbers.kinds):
        if kind in _COSTLY:
            yield Finding(f"/numbers/kinds/{place}", "costly_numbers")
    if rules.offer.enabled and Mode.CALLBACK not in rules.offer.modes:
        yield Finding("/offer/modes", "no_callback")
    if Mode.SCHEDULED in rules.offer.modes and not (rules.slots.enabled and any(rules.slots.week.values())):
        yield Finding("/slots", "no_slots")
    if rules.callback.total_tries > rules.caps.rings_per_number_day:
        yield Finding("/callback/total_tries", "more_tries_than_rings")
