"""Every wording a caller can hear or read, against lists proof-read line by line."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.wording.golden_lists import matches_golden
from tests.wording.samples import arguments_for
from vqueue.domain.speech_args import Clock, Day, Minutes, Number, Position, Window
from vqueue.wording import Catalogue, Form, Language, shown, spoken

MONDAY = date(2025, 9, 15)
MIDNIGHT = datetime(2025, 9, 15, tzinfo=UTC)
LENGTHS = (Form.PLAIN, Form.ABOUT, Form.IN, Form.BY, Form.OF)
TIMES = (Form.PLAIN, Form.AT, Form.UNTIL, Form.SINCE)

pytestmark = pytest.mark.parametrize("language", list(Language))


def columns(*cells: str) -> str:
    return " | ".join(cells)


def test_numbers(language: Language) -> None:
    values = [*range(121), 199, 200, 201, 222, 345, 1000, 1001, 1012, 2000, 2345, 5000, 11000, 21002, 100_000, 999_999]
    forms = (Form.PLAIN, Form.MASCULINE, Form.FEMININE, Form.NEUTER)
    lines = (columns(str(n), *(spoken(Number(n), language, form) for form in forms)) for n in values)
    matches_golden(f"{language}.numbers", lines)


def test_minutes(language: Language) -> None:
    lines = (columns(str(n), *(spoken(Minutes(n), language, form) for form in LENGTHS)) for n in range(121))
    matches_golden(f"{language}.minutes", lines)


def test_minutes_shown(language: Language) -> None:
    lines = (columns(str(n), *(shown(Minutes(n), language, form) for form in LENGTHS)) for n in range(121))
    matches_golden(f"{language}.minutes_shown", lines)


def test_positions(language: Language) -> None:
    places = (Position(n) for n in (*range(1, 51), 99, 100, 101, 112, 200, 345, 999, 1000))
    lines = (columns(str(p.value), spoken(p, language), shown(p, language)) for p in places)
    matches_golden(f"{language}.positions", lines)


def test_days(language: Language) -> None:
    days = [Day(MONDAY + timedelta(days=n), MONDAY) for n in range(-2, 8)]
    days += [Day(date(2025, 10, n), MONDAY) for n in range(1, 32)]
    days += [Day(date(2026, n, 1), MONDAY) for n in range(1, 13)]
    lines = (columns(day.on.isoformat(), spoken(day, language), shown(day, language)) for day in days)
    matches_golden(f"{language}.days", lines)


def test_times_of_day(language: Language) -> None:
    moments = [MIDNIGHT + timedelta(minutes=n) for n in range(0, 24 * 60, 5)]
    moments += [datetime(2025, 9, 15, hour, minute, tzinfo=UTC) for hour in (2, 14) for minute in (1, 2, 3, 11, 21, 32)]
    lines = (columns(f"{at:%H:%M}", *(spoken(Clock(at, "UTC"), language, form) for form in TIMES)) for at in moments)
    matches_golden(f"{language}.times", lines)


def test_times_of_day_shown(language: Language) -> None:
    clock = Clock(datetime(2025, 9, 15, 14, 5, tzinfo=UTC), "UTC")
    matches_golden(f"{language}.times_shown", (shown(clock, language, form) for form in TIMES))


def windows() -> Iterator[Window]:
    for offset in range(0, 24 * 60, 25):
        start = MIDNIGHT + timedelta(minutes=offset)
        yield Window(start, start + timedelta(minutes=20), "UTC", MIDNIGHT)
    afternoon = MIDNIGHT + timedelta(hours=14, minutes=20)
    for ahead in (0, 1, 2, 3, 7):
        start = afternoon + timedelta(days=ahead)
        yield Window(start, start + timedelta(minutes=40), "UTC", MIDNIGHT)
    late = MIDNIGHT + timedelta(hours=23, minutes=50)
    for ahead in (0, 1, 2, 5):
        start = late + timedelta(days=ahead)
        yield Window(start, start + timedelta(minutes=20), "UTC", MIDNIGHT)
    yield Window(late, late + timedelta(minutes=20), "UTC")
    yield Window(late, late + timedelta(minutes=10), "UTC", MIDNIGHT)
    yield Window(MIDNIGHT + timedelta(days=1), MIDNIGHT + timedelta(days=1, minutes=20), "UTC", MIDNIGHT)
    yield Window(afternoon, afternoon, "UTC", MIDNIGHT)


def test_windows(language: Language) -> None:
    lines = (
        columns(
            f"{w.start:%a %H:%M}-{w.end:%H:%M}",
            spoken(w, language),
            shown(w, language, Form.BETWEEN),
            shown(w, language),
        )
        for w in windows()
    )
    matches_golden(f"{language}.windows", lines)


def test_texts(language: Language) -> None:
    catalogue = Catalogue.load()
    lines: list[str] = []
    for key in sorted(catalogue.keys()):
        for args in arguments_for(catalogue, key):
            said, written = catalogue.say(key, args, language), catalogue.show(key, args, language)
            lines += [columns(key, said)] if said == written else [columns(key, said), columns(" " * len(key), written)]
    matches_golden(f"{language}.texts", lines)
