"""English as it is shown on a page or sent in a message: figures, 24 hours, day before month."""

from datetime import time

from babel.numbers import format_decimal

from vqueue.wording.dates_shown import Dates
from vqueue.wording.digits import groups
from vqueue.wording.forms import Form
from vqueue.wording.languages import Language, locale
from vqueue.wording.moments import LocalWindow, NamedDay, days_ahead

_LOCALE = locale(Language.EN)
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_DATES = Dates(
    locale=_LOCALE,
    near=_NEAR_DAYS,
    prepositions={Form.AT: "at ", Form.UNTIL: "until ", Form.SINCE: "since "},
    short=("EEE", "EEE d MMM"),
    between=("between ", " and "),
)
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
    return _DATES.clock(at, form)


def window(span: LocalWindow, form: Form) -> str:
    """14:20–14:40, or "between 14:20 and 14:40"; days are named where they are not today."""
    return _DATES.window(span, form, day=day)


def day(named: NamedDay) -> str:
    """Today, tomorrow, or "on Monday, 15 September"."""
    ahead = days_ahead(named)
    if ahead in _NEAR_DAYS:
        return _NEAR_DAYS[ahead]
    return _DATES.date(named.on, "'on' EEEE" if ahead is None else "'on' EEEE, d MMMM")


def digits(value: str) -> str:
    """In groups, on one line."""
    return "\u00a0".join(groups(value))
