"""English as it is shown on a page or sent in a message: figures, 24 hours, day before month."""

from datetime import date, time

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from vqueue.wording.digits import groups
from vqueue.wording.forms import Form
from vqueue.wording.languages import Language, locale
from vqueue.wording.moments import LocalWindow, NamedDay, closed, days_ahead

_LOCALE = locale(Language.EN)
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_PREPOSITIONS = {Form.AT: "at ", Form.UNTIL: "until ", Form.SINCE: "since "}
_ORDINAL_ENDINGS = {"one": "st", "two": "nd", "few": "rd", "other": "th"}


def number(value: int, form: Form) -> str:
    """A count, thousands parted."""
    return str(format_decimal(value, locale=_LOCALE))


def minutes(value: int, form: Form) -> str:
    """A length of time: 1 hour 20 minutes."""
    length = _length(value)
    if form is Form.IN:
        return f"in {length}"
    return f"about {length}" if form is Form.ABOUT and value >= 1 else length


def _length(value: int) -> str:
    if value < 1:
        return "less than a minute"
    hours, rest = divmod(value, 60)
    parts = [_count(hours, "hour")] if hours else []
    return " ".join([*parts, _count(rest, "minute")] if rest else parts)


def _count(value: int, noun: str) -> str:
    return f"{value} {noun}" if value == 1 else f"{number(value, Form.PLAIN)} {noun}s"


def position(value: int) -> str:
    """A place in line: 3rd."""
    place = max(1, value)
    return f"{number(place, Form.PLAIN)}{_ORDINAL_ENDINGS[_LOCALE.ordinal_form(place)]}"


def clock(at: time, form: Form) -> str:
    """A time of day in 24 hours."""
    return _PREPOSITIONS.get(form, "") + _time(at)


def _time(at: time) -> str:
    return format_time(at, "HH:mm", locale=_LOCALE)


def window(span: LocalWindow, form: Form) -> str:
    """14:20–14:40, or "between 14:20 and 14:40"; days are named where they are not today."""
    start, end = _time(span.start), _time(span.end)
    if span.edge_days:
        return _across_days(span, span.edge_days, form)
    if form is not Form.BETWEEN:
        hours = start if start == end else f"{start}–{end}"
        return f"{_short_day(span.day)} {hours}" if span.day else hours
    hours = f"at {start}" if start == end else f"between {start} and {end}"
    return f"{closed(day(span.day))} {hours}" if span.day else hours


def _across_days(span: LocalWindow, days: tuple[NamedDay, NamedDay], form: Form) -> str:
    start, end = _time(span.start), _time(span.end)
    if form is not Form.BETWEEN:
        return f"{_short_day(days[0])} {start} – {_short_day(days[1])} {end}"
    return f"between {start} {closed(day(days[0]))} and {end} {day(days[1])}"


def day(named: NamedDay) -> str:
    """Today, tomorrow, or "on Monday, 15 September"."""
    ahead = days_ahead(named)
    if ahead in _NEAR_DAYS:
        return _NEAR_DAYS[ahead]
    return _date(named.on, "'on' EEEE" if ahead is None else "'on' EEEE, d MMMM")


def _short_day(named: NamedDay) -> str:
    ahead = days_ahead(named)
    if ahead in _NEAR_DAYS:
        return _NEAR_DAYS[ahead]
    return _date(named.on, "EEE" if ahead is None else "EEE d MMM")


def _date(on: date, pattern: str) -> str:
    return format_date(on, pattern, locale=_LOCALE)


def digits(value: str) -> str:
    """In groups, on one line."""
    return "\u00a0".join(groups(value))
