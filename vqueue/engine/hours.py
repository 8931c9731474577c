"""Opening hours and calling windows: open or not, until when, from when, across time changes, holidays and midnight.

A day's interval is a stretch of real time: from the first moment the clock on the wall shows its start to the last
moment it shows its end. So an hour that happens twice belongs to the interval twice, and a start that the clock skips
is the moment of the skip. An interval that ends before it starts runs over midnight; `24:00` is midnight.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vqueue.domain.rules import WEEK, CallingWindows, Hours, Intervals

HORIZON_DAYS = 30
"""How far ahead an opening is looked for."""
_HOPS = 8
"""Opening and calling window are searched in turn at most so often."""
Week = Mapping[str, Intervals]
Stretch = tuple[datetime, datetime]


class Apart(NamedTuple):
    """Days that are not like their weekday: on holidays it is closed, `days` have hours of their own."""

    holidays: tuple[str, ...] = ()
    days: tuple[tuple[str, Intervals], ...] = ()


_NONE = Apart()


def is_open(hours: Hours, now: datetime) -> bool:
    return _around(hours.week, hours.zone, _apart(hours), now) is not None


def closes_at(hours: Hours, now: datetime) -> datetime | None:
    """When the present opening ends (UTC); None when it is closed, or does not close within thirty days."""
    stretch = _around(hours.week, hours.zone, _apart(hours), now)
    return stretch[1] if stretch and stretch[1] < now + timedelta(days=HORIZON_DAYS - 1) else None


def next_opening(hours: Hours, now: datetime) -> datetime | None:
    """The start of the next opening after `now` (UTC); None when there is none within thirty days."""
    return _next_start(hours.week, hours.zone, _apart(hours), now)


def next_change(hours: Hours, now: datetime) -> datetime | None:
    """The next moment at which `is_open` changes (UTC); None when it does not within thirty days."""
    return closes_at(hours, now) if is_open(hours, now) else next_opening(hours, now)


def calling_allowed(windows: CallingWindows, zone: str, country: str | None, now: datetime) -> bool:
    """Whether a customer in this zone may be rung now, by the windows of his number's country where it has its own."""
    return _around(_week(windows, country), zone, _NONE, now) is not None


def next_allowed(windows: CallingWindows, zone: str, country: str | None, now: datetime) -> datetime | None:
    """`now` if ringing is allowed, else the next moment it is; None when it is not within thirty days."""
    if calling_allowed(windows, zone, country, now):
        return now
    return _next_start(_week(windows, country), zone, _NONE, now)


def next_call(hours: Hours, windows: CallingWindows, zone: str, country: str, at: datetime) -> datetime | None:
    """The first moment from `at` on when the queue is open and a customer in this zone may be rung; None when there is
    none to be found."""
    moment: datetime | None = at
    for _ in range(_HOPS):
        if moment is None:
            return None
        if not is_open(hours, moment):
            moment = next_opening(hours, moment)
        elif not calling_allowed(windows, zone, country or None, moment):
            moment = next_allowed(windows, zone, country or None, moment)
        else:
            return moment
    return None


def next_midnight(zone: str, now: datetime) -> datetime:
    """The start of the next day in this zone (UTC)."""
    return _instant(now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1), 0, zone, last=False)


def open_stretches(hours: Hours, start: datetime, end: datetime) -> list[Stretch]:
    """Openings that touch [start, end), ascending and joined where they touch; at most thirty days of them."""
    return _touching(_stretches(hours.week, hours.zone, _apart(hours), start), start, end)


def calling_stretches(
    windows: CallingWindows, *, zone: str, country: str | None, start: datetime, end: datetime
) -> list[Stretch]:
    """Times in [start, end) at which a customer in this zone may be rung, as `open_stretches`."""
    return _touching(_stretches(_week(windows, country), zone, _NONE, start), start, end)


def _touching(stretches: Iterator[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    return [stretch for stretch in takewhile(lambda one: one[0] < end, stretches) if stretch[1] > start]


def _apart(hours: Hours) -> Apart:
    if not hours.days:
        return Apart(tuple(hours.holidays))
    return Apart(tuple(hours.holidays), tuple((day, _pairs(hours.days[day])) for day in sorted(hours.days)))


def _week(windows: CallingWindows, country: str | None) -> Week:
    return windows.per_country.get(country or "", windows.week)


def _around(week: Week, zone: str, apart: Apart, now: datetime) -> Stretch | None:
    for start, end in _stretches(week, zone, apart, now):
        if start > now:
            return None
        if now < end:
            return start, end
    return None


def _next_start(week: Week, zone: str, apart: Apart, now: datetime) -> datetime | None:
    return next((start for start, _ in _stretches(week, zone, apart, now) if start > now), None)


def _stretches(week: Week, zone: str, apart: Apart, now: datetime) -> Iterator[Stretch]:
    """Open stretches from yesterday's on, ascending, those that touch joined into one."""
    asked = zone, apart, now.astimezone(ZoneInfo(zone)).date()
    known = _READ.get(id(week))
    if known is None or known[0] is not week:
        if len(_READ) >= 512:
            _READ.clear()
        known = _READ[id(week)] = week, {}
    months = known[1]
    if asked not in months:
        if len(months) >= 512:
            months.clear()
        months[asked] = _month(tuple(_pairs(week.get(day, ())) for day in WEEK), *asked)
    return iter(months[asked])


_READ: dict[int, tuple[Week, dict[tuple[str, Apart, date], tuple[Stretch, ...]]]] = {}
"""The weeks of rules do not change, so each is read once a day; it is kept, and so its id stays its own."""


def _pairs(intervals: Intervals) -> Intervals:
    return tuple((opening, closing) for opening, closing in intervals)


@lru_cache(maxsize=512)
def _month(days: tuple[Intervals, ...], zone: str, apart: Apart, today: date) -> tuple[Stretch, ...]:
    """The stretches around a day, the same for all equal weeks. `days` are a week's, Monday first."""
    joined: list[Stretch] = []
    for offset in range(-2, HORIZON_DAYS + 1):
        day = today + timedelta(days=offset)
        for start, end in _on(days[day.weekday()], zone, apart, day):
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(joined[-1][1], end)
            else:
                joined.append((start, end))
    return tuple(joined)


def day_stretches(week: Week, zone: str, holidays: tuple[str, ...], day: date) -> list[Stretch]:
    """The intervals that start on this day; none on a holiday."""
    return list(_on(_pairs(week.get(WEEK[day.weekday()], ())), zone, Apart(holidays), day))


def day_openings(hours: Hours, day: date) -> list[Stretch]:
    """The openings that start on this day."""
    return list(_on(_pairs(hours.week.get(WEEK[day.weekday()], ())), hours.zone, _apart(hours), day))


def public_holidays(place: str, first: date, last: date, language: str) -> tuple[tuple[date, str], ...]:
    """Public holidays of a country, or a part of it, from the first day to the last, and what they are called: in the
    reader's language where that is known. Raises ValueError for an unknown place."""
    days = _named_holidays(place, language, first.year, last.year)
    return tuple((day, name) for day, name in days if first <= day <= last)


def _on(intervals: Intervals, zone: str, apart: Apart, day: date) -> tuple[Stretch, ...]:
    own = next((found for name, found in apart.days if name == day.isoformat()), None) if apart.days else None
    if own is not None:
        return _day(own, zone, day)
    if not intervals or _is_holiday(day, apart.holidays):
        return ()
    return _day(intervals, zone, day)


@lru_cache(maxsize=4096)
def _day(intervals: Intervals, zone: str, day: date) -> tuple[Stretch, ...]:
    found = []
    for opening, closing in intervals:
        first, last = _minutes(opening), _minutes(closing)
        if last <= first:
            last += 24 * 60
        found.append((_instant(day, first, zone, last=False), _instant(day, last, zone, last=True)))
    return tuple(sorted(stretch for stretch in found if stretch[0] < stretch[1]))


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


@lru_cache(maxsize=4096)
def _instant(day: date, minutes: int, zone: str, *, last: bool) -> datetime:
    """The first (or last) moment the wall clock shows this time; a time it skips is the moment of the skip."""
    tz = ZoneInfo(zone)
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime(day.year, day.month, day.day, rest // 60, rest % 60) + timedelta(days=days)
    early, late = (wall.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return late if last else early
    return _skip(late, early, tz)


def _skip(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """The moment between these at which the zone's offset changes, to the second."""
    offset = before.astimezone(tz).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(tz).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _is_holiday(day: date, holidays: tuple[str, ...]) -> bool:
    return any(
        day.isoformat() == entry if entry[:1].isdigit() else day in _public_holidays(entry, day.year)
        for entry in holidays
    )


@lru_cache(maxsize=128)
def _public_holidays(place: str, year: int) -> frozenset[date]:
    """Public holidays of a country (`IL`) or a part of it (`GB-ENG`). Raises ValueError for an unknown one."""
    return frozenset(_calendar(place, range(year, year + 1)))


@lru_cache(maxsize=128)
def _named_holidays(place: str, language: str, first: int, last: int) -> tuple[tuple[date, str], ...]:
    country = place.partition("-")[0]
    speaks = next((each for each in _languages(country) if each.startswith(language)), None)
    return tuple(sorted(_calendar(place, range(first, last + 1), language=speaks).items()))


def _calendar(place: str, years: range, *, language: str | None = None) -> dict[date, str]:
    """Holidays by day, with their names. Raises ValueError for an unknown place."""
    import holidays

    country, _, part = place.partition("-")
    try:
        return dict(holidays.country_holidays(country, subdiv=part or None, years=years, language=language).items())
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known for {place!r}") from error


def _languages(country: str) -> tuple[str, ...]:
    """Codes of the languages in which a country's holidays have names."""
    import holidays

    return tuple(holidays.list_localized_countries().get(country, ()))
