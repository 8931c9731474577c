"""Russian as it is spoken on a telephone: twenty-four hours, «вы», and the right case after every preposition.

A window is said «с четырнадцати двадцати до четырнадцати сорока», as people say it; the hours from midnight to two are
said in full («нуля часов двадцати минут»), because a bare «нуля двадцати» is not understood by ear.
"""

from datetime import date, time

from babel.dates import get_month_names

from vqueue.wording.digits import read_out
from vqueue.wording.forms import Form
from vqueue.wording.moments import LocalWindow, NamedDay, closed, days_ahead
from vqueue.wording.russian_numbers import (
    HOUR,
    MINUTE,
    ORDINALS_END,
    Case,
    Gender,
    cardinal,
    noun,
    ordinal,
    ordinal_genitive,
)

_DIGITS = ("ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять")
ON_WEEKDAY = (
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
)
OF_WEEKDAY = ("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья")
NEAR_DAYS = {-1: "вчера", 0: "сегодня", 1: "завтра", 2: "послезавтра"}
_FULL_HOURS = frozenset({0, 1})
_GENDERS = {Form.FEMININE: Gender.F, Form.NEUTER: Gender.N}


def number(value: int, form: Form) -> str:
    """A bare count, masculine unless the form names another gender."""
    return cardinal(value, gender=_GENDERS.get(form, Gender.M))


def minutes(value: int, form: Form) -> str:
    """A length of time with its preposition: через двадцать одну минуту, около сорока двух минут."""
    if value < 1:
        return less_than_a_minute(form)
    if form is Form.ABOUT:
        return f"около {_length(value, Case.GEN)}"
    if form is Form.OF:
        return _length(value, Case.GEN)
    if form is Form.IN:
        return f"через {_length(value, Case.ACC)}"
    return f"на {_length(value, Case.ACC)}" if form is Form.BY else _length(value, Case.NOM)


def less_than_a_minute(form: Form) -> str:
    """What is said of a wait below a minute; the same in writing."""
    if form is Form.IN:
        return "меньше чем через минуту"
    return "меньше чем на минуту" if form is Form.BY else "меньше минуты"


def _length(value: int, case: Case) -> str:
    hours, rest = divmod(value, 60)
    parts = [_hours(hours, case)] if hours else []
    return " ".join([*parts, _minutes(rest, case)] if rest else parts)


def _hours(value: int, case: Case) -> str:
    return f"{cardinal(value, case=case)} {noun(value, HOUR, case)}"


def _minutes(value: int, case: Case) -> str:
    return f"{cardinal(value, gender=Gender.F, case=case)} {noun(value, MINUTE, case)}"


def position(value: int) -> str:
    """The number of a place (место, neuter): третье; by number from a thousand on."""
    place = max(1, value)
    return ordinal(place) if place < ORDINALS_END else f"номер {cardinal(place)}"


def clock(at: time, form: Form) -> str:
    """A time of day: четырнадцать часов двадцать минут."""
    if form is Form.AT:
        return f"в {_full(at, Case.ACC)}"
    if form is Form.UNTIL:
        return f"до {_short_genitive(at)}"
    return f"с {_short_genitive(at)}" if form is Form.SINCE else _full(at, Case.NOM)


def _full(at: time, case: Case) -> str:
    if at == time(0):
        return "полуночи" if case is Case.GEN else "полночь"
    hours = _hours(at.hour, case)
    return f"{hours} {_minutes(at.minute, case)}" if at.minute else hours


def _short_genitive(at: time) -> str:
    if not at.minute or at.hour in _FULL_HOURS:
        return _full(at, Case.GEN)
    zero = "ноль " if at.minute < 10 else ""
    hour = cardinal(at.hour, case=Case.GEN)
    return f"{hour} {zero}{cardinal(at.minute, gender=Gender.F, case=Case.GEN)}"


def window(span: LocalWindow, form: Form) -> str:
    """From one time to another; the days are said where they are not today."""
    start, end = _short_genitive(span.start), _short_genitive(span.end)
    if span.edge_days:
        first, last = (_edge_day(named) for named in span.edge_days)
        return f"с {start} {closed(first)} до {end} {last}"
    hours = clock(span.start, Form.AT) if span.start == span.end else f"с {start} до {end}"
    return f"{closed(day(span.day))} {hours}" if span.day else hours


def _edge_day(named: NamedDay) -> str:
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    weekday = OF_WEEKDAY[named.on.weekday()]
    return weekday if ahead is None else f"{weekday}, {_date(named.on)}"


def day(named: NamedDay) -> str:
    """Сегодня, завтра, or the weekday and date; the weekday alone where today is not known."""
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    weekday = ON_WEEKDAY[named.on.weekday()]
    return weekday if ahead is None else f"{weekday}, {_date(named.on)}"


def _date(on: date) -> str:
    return f"{ordinal_genitive(on.day)} {get_month_names('wide', locale='ru')[on.month]}"


def digits(value: str) -> str:
    """Digit by digit, in groups."""
    return read_out(value, _DIGITS, "плюс")
