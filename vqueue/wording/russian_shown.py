"""Russian as it is shown on a page or sent in a message: figures, 24 hours, no line break inside a quantity."""

from datetime import time

from babel.numbers import format_decimal

from vqueue.wording.dates_shown import Dates
from vqueue.wording.digits import groups
from vqueue.wording.forms import Form
from vqueue.wording.languages import Language, locale
from vqueue.wording.moments import LocalWindow, NamedDay, days_ahead
from vqueue.wording.russian import NEAR_DAYS, OF_WEEKDAY, ON_WEEKDAY, less_than_a_minute
from vqueue.wording.russian_numbers import HOUR, MINUTE, Case, noun

_LOCALE = locale(Language.RU)
_NBSP = "\u00a0"
_DAY_MONTH = f"d{_NBSP}MMMM"
_DATES = Dates(
    locale=_LOCALE,
    near=NEAR_DAYS,
    prepositions={Form.AT: f"в{_NBSP}", Form.UNTIL: f"до{_NBSP}", Form.SINCE: f"с{_NBSP}"},
    short=("EEE", f"EEE, d{_NBSP}MMM"),
    between=(f"между{_NBSP}", f" и{_NBSP}"),
)
_LENGTHS = {
    Form.ABOUT: ("около ", Case.GEN),
    Form.OF: ("", Case.GEN),
    Form.IN: ("через ", Case.ACC),
    Form.BY: ("на ", Case.ACC),
}


def number(value: int, form: Form) -> str:
    """A count, thousands parted."""
    return str(format_decimal(value, locale=_LOCALE))


def minutes(value: int, form: Form) -> str:
    """A length of time: около 1 часа 20 минут."""
    if value < 1:
        return less_than_a_minute(form)
    preposition, case = _LENGTHS.get(form, ("", Case.NOM))
    hours, rest = divmod(value, 60)
    parts = [_count(hours, HOUR, case)] if hours else []
    return preposition + " ".join([*parts, _count(rest, MINUTE, case)] if rest else parts)


def _count(value: int, forms: tuple[str, str, str, str], case: Case) -> str:
    return f"{number(value, Form.PLAIN)}{_NBSP}{noun(value, forms, case)}"


def position(value: int) -> str:
    """The number of a place (место, neuter): 3-е."""
    return f"{number(max(1, value), Form.PLAIN)}-е"


def clock(at: time, form: Form) -> str:
    """A time of day in 24 hours."""
    return _DATES.clock(at, form)


def window(span: LocalWindow, form: Form) -> str:
    """14:20–14:40, or «между 14:20 и 14:40»; days are named where they are not today."""
    return _DATES.window(span, form, day=day, edge_day=_edge_day)


def _edge_day(named: NamedDay) -> str:
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    weekday = OF_WEEKDAY[named.on.weekday()]
    return weekday if ahead is None else f"{weekday}, {_DATES.date(named.on, _DAY_MONTH)}"


def day(named: NamedDay) -> str:
    """Сегодня, завтра, or «в понедельник, 15 сентября»."""
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    weekday = ON_WEEKDAY[named.on.weekday()]
    return weekday if ahead is None else f"{weekday}, {_DATES.date(named.on, _DAY_MONTH)}"


def digits(value: str) -> str:
    """In groups, on one line."""
    return _NBSP.join(groups(value))
