"""Hebrew as it is shown on a page or sent in a message: figures, 24 hours, a maqaf between a prefix and a number."""

from datetime import date, time

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from vqueue.wording.digits import groups
from vqueue.wording.forms import Form
from vqueue.wording.hebrew import NEAR_DAYS, ON_WEEKDAY
from vqueue.wording.languages import Language, locale
from vqueue.wording.moments import LocalWindow, NamedDay, closed, days_ahead

_LOCALE = locale(Language.HE)
_NBSP = "\u00a0"
_MAQAF = "\u05be"
_LEFT_TO_RIGHT_MARK = "\u200e"
_PREPOSITIONS = {Form.AT: f"ב{_MAQAF}", Form.UNTIL: f"עד{_NBSP}", Form.SINCE: f"מ{_MAQAF}"}
_LENGTHS = {Form.ABOUT: "כ", Form.BY: "ב"}


def number(value: int, form: Form) -> str:
    """A count, thousands parted."""
    return str(format_decimal(value, locale=_LOCALE))


def minutes(value: int, form: Form) -> str:
    """A length of time: דקה, 2 דקות, שעה ו־20 דקות."""
    length = _length(value) if value >= 1 else "פחות מדקה"
    if form is Form.IN:
        return f"בעוד {length}"
    prefix = _LENGTHS.get(form, "")
    return length if value < 1 and form is Form.ABOUT else _prefixed(prefix, length)


def _length(value: int) -> str:
    hours, rest = divmod(value, 60)
    parts = [_hours(hours)] if hours else []
    if rest:
        minutes_words = "דקה" if rest == 1 else f"{rest}{_NBSP}דקות"
        parts.append(_prefixed("ו", minutes_words) if hours else minutes_words)
    return " ".join(parts)


def _hours(value: int) -> str:
    return {1: "שעה", 2: "שעתיים"}.get(value) or f"{number(value, Form.PLAIN)}{_NBSP}שעות"


def _prefixed(prefix: str, words: str) -> str:
    """A one-letter prefix: joined to a word, with a maqaf before a figure."""
    return f"{prefix}{_MAQAF}{words}" if prefix and words[0].isdigit() else f"{prefix}{words}"


def position(value: int) -> str:
    """A place in line: מקום 3."""
    return f"מקום{_NBSP}{number(max(1, value), Form.PLAIN)}"


def clock(at: time, form: Form) -> str:
    """A time of day in 24 hours."""
    return _PREPOSITIONS.get(form, "") + _time(at)


def _time(at: time) -> str:
    return format_time(at, "HH:mm", locale=_LOCALE)


def window(span: LocalWindow, form: Form) -> str:
    """14:20–14:40, or בין 14:20 ל־14:40; days are named where they are not today."""
    start, end = _time(span.start), _time(span.end)
    if span.edge_days:
        return _across_days(span, span.edge_days, form)
    if form is not Form.BETWEEN:
        hours = start if start == end else f"{start}–{end}"
        return f"{_short_day(span.day)} {hours}" if span.day else hours
    hours = clock(span.start, Form.AT) if start == end else f"בין{_NBSP}{start} ל{_MAQAF}{end}"
    return f"{closed(day(span.day))} {hours}" if span.day else hours


def _across_days(span: LocalWindow, days: tuple[NamedDay, NamedDay], form: Form) -> str:
    start, end = _time(span.start), _time(span.end)
    if form is not Form.BETWEEN:
        return f"{_short_day(days[0])} {start} – {_short_day(days[1])} {end}"
    return f"בין{_NBSP}{start} {closed(day(days[0]))} ל{_MAQAF}{end} {day(days[1])}"


def day(named: NamedDay) -> str:
    """היום, מחר, or ביום שני, 15 בספטמבר."""
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    weekday = ON_WEEKDAY[named.on.weekday()]
    return weekday if ahead is None else f"{weekday}, {_date(named.on, f'd{_NBSP}בMMMM')}"


def _short_day(named: NamedDay) -> str:
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    return _date(named.on, "EEE" if ahead is None else f"EEE, d{_NBSP}בMMM")


def _date(on: date, pattern: str) -> str:
    return format_date(on, pattern, locale=_LOCALE)


def digits(value: str) -> str:
    """In groups, left to right whatever surrounds them."""
    return f"{_LEFT_TO_RIGHT_MARK}{_NBSP.join(groups(value))}{_LEFT_TO_RIGHT_MARK}"
