"""Hebrew as it is shown on a page or sent in a message: figures, 24 hours, a maqaf between a prefix and a number."""

from datetime import time

from babel.numbers import format_decimal

from vqueue.wording.dates_shown import Dates
from vqueue.wording.digits import groups
from vqueue.wording.forms import Form
from vqueue.wording.hebrew import NEAR_DAYS, ON_WEEKDAY
from vqueue.wording.languages import Language, locale
from vqueue.wording.moments import LocalWindow, NamedDay, days_ahead

_LOCALE = locale(Language.HE)
_NBSP = "\u00a0"
_MAQAF = "\u05be"
_LEFT_TO_RIGHT_MARK = "\u200e"
_DATES = Dates(
    locale=_LOCALE,
    near=NEAR_DAYS,
    prepositions={Form.AT: f"ב{_MAQAF}", Form.UNTIL: f"עד{_NBSP}", Form.SINCE: f"מ{_MAQAF}"},
    short=("EEE", f"EEE, d{_NBSP}בMMM"),
    between=(f"בין{_NBSP}", f" ל{_MAQAF}"),
)
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
    return _DATES.clock(at, form)


def window(span: LocalWindow, form: Form) -> str:
    """14:20–14:40, or בין 14:20 ל־14:40; days are named where they are not today."""
    return _DATES.window(span, form, day=day)


def day(named: NamedDay) -> str:
    """היום, מחר, or ביום שני, 15 בספטמבר."""
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    weekday = ON_WEEKDAY[named.on.weekday()]
    return weekday if ahead is None else f"{weekday}, {_DATES.date(named.on, f'd{_NBSP}בMMMM')}"


def digits(value: str) -> str:
    """In groups, left to right whatever surrounds them."""
    return f"{_LEFT_TO_RIGHT_MARK}{_NBSP.join(groups(value))}{_LEFT_TO_RIGHT_MARK}"
