"""Hebrew as it is spoken on a telephone: twelve hours with the part of the day, feminine hours and minutes."""

from datetime import date, time

from babel.dates import get_month_names

from vqueue.wording.digits import read_out
from vqueue.wording.forms import Form
from vqueue.wording.hebrew_numbers import DIGITS, cardinal, counted, ordinal
from vqueue.wording.moments import LocalWindow, NamedDay, closed, days_ahead

ON_WEEKDAY = ("ביום שני", "ביום שלישי", "ביום רביעי", "ביום חמישי", "ביום שישי", "בשבת", "ביום ראשון")
NEAR_DAYS = {-1: "אתמול", 0: "היום", 1: "מחר", 2: "מחרתיים"}
_DAY_PARTS = (  # until which hour each is said
    (3, "בלילה"),
    (5, "לפנות בוקר"),
    (12, "בבוקר"),
    (14, "בצהריים"),
    (18, "אחר הצהריים"),
    (22, "בערב"),
    (24, "בלילה"),
)
_MIDNIGHT = "חצות"


def number(value: int, form: Form) -> str:
    """A bare count, feminine as Hebrew counts, masculine where the form says so."""
    return cardinal(value, masculine=form is Form.MASCULINE)


def minutes(value: int, form: Form) -> str:
    """A length of time: דקה אחת, שתי דקות, שעה ועשרים דקות."""
    length = _length(value) if value >= 1 else "פחות מדקה"
    if form is Form.IN:
        return f"בעוד {length}"
    if form is Form.ABOUT and value >= 1:
        return f"בערך {length}"
    return f"ב{length}" if form is Form.BY else length


def _length(value: int) -> str:
    hours, rest = divmod(value, 60)
    if not hours:
        return counted(rest, "דקה", "דקות")
    head = {1: "שעה", 2: "שעתיים"}.get(hours) or counted(hours, "שעה", "שעות")
    if not rest:
        return head
    return f"{head} ו{'דקה' if rest == 1 else counted(rest, 'דקה', 'דקות')}"


def position(value: int) -> str:
    """A place in line: המקום השלישי, and by number beyond ten."""
    place = max(1, value)
    words = ordinal(place)
    return f"המקום ה{words}" if words else f"מקום מספר {cardinal(place)}"


def clock(at: time, form: Form) -> str:
    """A time of day with its part of the day: שתיים ועשרים אחר הצהריים; חצות ועשרים after midnight."""
    words = _clock(at)
    if form is Form.AT:
        return f"ב{words}" if at.hour == 0 else f"בשעה {words}"
    if form is Form.UNTIL:
        return f"עד {words}" if at.hour == 0 else f"עד השעה {words}"
    return f"מ{words}" if form is Form.SINCE else words


def _clock(at: time) -> str:
    # "Twelve at night tomorrow" may be either end of the day; "midnight" after its time of day may not.
    return _figures(at) if at.hour == 0 else f"{_figures(at)} {_day_part(at)}"


def _figures(at: time) -> str:
    hour = cardinal(at.hour % 12 or 12) if at.hour else _MIDNIGHT
    return f"{hour} {_past(at.minute)}" if at.minute else hour


def _past(minute: int) -> str:
    """The minutes after the hour, feminine: ודקה, וחמש דקות, ורבע, ועשרים, עשרים וחמש, וחצי."""
    if minute in (15, 30):
        return "ורבע" if minute == 15 else "וחצי"
    if minute < 20:
        return "ודקה" if minute == 1 else f"ו{counted(minute, 'דקה', 'דקות')}"
    return f"ו{cardinal(minute)}" if minute % 10 == 0 else cardinal(minute)


def _day_part(at: time) -> str:
    return next(words for until, words in _DAY_PARTS if at.hour < until)


def window(span: LocalWindow, form: Form) -> str:
    """Between two times; the part of the day is said once where both share it."""
    if span.edge_days:
        first, last = (day(named) for named in span.edge_days)
        return f"בין {_clock(span.start)} {closed(first)} ל{_clock(span.end)} {last}"
    hours = clock(span.start, Form.AT) if span.start == span.end else f"בין {_start(span)} ל{_clock(span.end)}"
    return f"{closed(day(span.day))} {hours}" if span.day else hours


def _start(span: LocalWindow) -> str:
    """The beginning, without its part of the day where the end says the same one."""
    shared = _day_part(span.start) == _day_part(span.end) and span.start.hour > 0 and span.end.hour > 0
    return _figures(span.start) if shared else _clock(span.start)


def day(named: NamedDay) -> str:
    """היום, מחר, or the weekday and date; the weekday alone where today is not known."""
    ahead = days_ahead(named)
    if ahead in NEAR_DAYS:
        return NEAR_DAYS[ahead]
    weekday = ON_WEEKDAY[named.on.weekday()]
    return weekday if ahead is None else f"{weekday}, {_date(named.on)}"


def _date(on: date) -> str:
    """The day of the month is masculine: חמישה עשר בספטמבר."""
    return f"{cardinal(on.day, masculine=True)} ב{get_month_names('wide', locale='he')[on.month]}"


def digits(value: str) -> str:
    """Digit by digit, in groups."""
    return read_out(value, DIGITS, "פלוס")
