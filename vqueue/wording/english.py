"""English as it is spoken on a telephone.

Times are said in twelve hours with a.m. or p.m.: words for the figures and the dotted abbreviation are read alike by
every voice, while "14:20" is read "fourteen twenty", which few callers expect. Noon and midnight are named, because
"twelve p.m." means either.
"""

from datetime import time

from babel.dates import get_day_names, get_month_names

from vqueue.wording.digits import read_out
from vqueue.wording.forms import Form
from vqueue.wording.moments import LocalWindow, NamedDay, closed, days_ahead

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_NEAR_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_WORDS_END = 1_000_000


def cardinal(value: int) -> str:
    """The number in words; figures from a million on."""
    if value < 0:
        return f"minus {cardinal(-value)}"
    if value >= _WORDS_END:
        return str(value)
    thousands, rest = divmod(value, 1000)
    if not thousands:
        return _below_thousand(rest)
    head = f"{_below_thousand(thousands)} thousand"
    joint = " and " if rest < 100 else " "
    return f"{head}{joint}{_below_thousand(rest)}" if rest else head


def _below_thousand(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    if not hundreds:
        return _below_hundred(rest)
    head = f"{_UNITS[hundreds]} hundred"
    return f"{head} and {_below_hundred(rest)}" if rest else head


def _below_hundred(value: int) -> str:
    if value < 20:
        return _UNITS[value]
    tens, units = divmod(value, 10)
    return f"{_TENS[tens]}-{_UNITS[units]}" if units else _TENS[tens]


def ordinal(value: int) -> str:
    """First, second, twenty-third."""
    words = cardinal(value)
    at = max(words.rfind(" "), words.rfind("-")) + 1
    head, last = words[:at], words[at:]
    if last in _ORDINALS:
        return head + _ORDINALS[last]
    return f"{head}{last[:-1]}ieth" if last.endswith("y") else f"{head}{last}th"


def number(value: int, form: Form) -> str:
    """A bare count; English does not decline it."""
    return cardinal(value)


def minutes(value: int, form: Form) -> str:
    """A length of time, hours and minutes from an hour on."""
    length = _length(value)
    if form is Form.IN:
        return f"in {length}"
    return f"about {length}" if form is Form.ABOUT and value >= 1 else length


def _length(value: int) -> str:
    if value < 1:
        return "less than a minute"
    hours, rest = divmod(value, 60)
    parts = [_count(hours, "hour")] if hours else []
    return " and ".join([*parts, _count(rest, "minute")] if rest else parts)


def _count(value: int, noun: str) -> str:
    return f"{cardinal(value)} {noun}" if value == 1 else f"{cardinal(value)} {noun}s"


def position(value: int) -> str:
    """A place in line: third."""
    return ordinal(max(1, value))


def clock(at: time, form: Form) -> str:
    """A time of day: two twenty p.m., noon."""
    prepositions = {Form.AT: "at ", Form.UNTIL: "until ", Form.SINCE: "since "}
    return prepositions.get(form, "") + _clock(at)


def _clock(at: time) -> str:
    return _named(at) or f"{_figures(at)} {_half(at)}"


def _named(at: time) -> str:
    return {time(0): "midnight", time(12): "noon"}.get(at, "")


def _figures(at: time) -> str:
    hour = cardinal(at.hour % 12 or 12)
    if not at.minute:
        return hour
    return f"{hour} oh {_UNITS[at.minute]}" if at.minute < 10 else f"{hour} {cardinal(at.minute)}"


def _half(at: time) -> str:
    return "a.m." if at.hour < 12 else "p.m."


def window(span: LocalWindow, form: Form) -> str:
    """Between two times; the half of the day is said once where both share it."""
    if span.edge_days:
        first, last = (day(named) for named in span.edge_days)
        return f"between {_clock(span.start)} {closed(first)} and {_clock(span.end)} {last}"
    if span.start == span.end:
        hours = clock(span.start, Form.AT)
    else:
        once = _half(span.start) == _half(span.end) and not _named(span.end)
        start = _named(span.start) or (_figures(span.start) if once else _clock(span.start))
        hours = f"between {start} and {_clock(span.end)}"
    return f"{closed(day(span.day))} {hours}" if span.day else hours


def day(named: NamedDay) -> str:
    """Today, tomorrow, or the weekday and date; the weekday alone where today is not known."""
    weekday = f"on {get_day_names('wide', locale='en')[named.on.weekday()]}"
    ahead = days_ahead(named)
    if ahead is None:
        return weekday
    if ahead in _NEAR_DAYS:
        return _NEAR_DAYS[ahead]
    month = get_month_names("wide", locale="en")[named.on.month]
    return f"{weekday}, the {ordinal(named.on.day)} of {month}"


def digits(value: str) -> str:
    """Digit by digit, in groups."""
    return read_out(value, tuple(_UNITS[:10]), "plus")
