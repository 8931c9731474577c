"""Makes a queue's outlook: calls, agents needed and agents at work in each half hour to come, from those that were."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import fmean, pstdev
from zoneinfo import ZoneInfo

import numpy as np

from vqueue.domain.outlook import HALF_HOUR, HALF_HOUR_S, HalfHour, Measured, Outlook, Seen
from vqueue.domain.rules import WEEK, Rules
from vqueue.domain.week import minutes_of
from vqueue.engine.forecast import Floats, PastDay, Pattern, learn
from vqueue.engine.hours import day_openings, is_open, open_stretches
from vqueue.engine.staffing import Callers, Level, agents_needed

PAST_DAYS = 56
"""How far back half hours are looked at."""
OF_A_DAY = 48
SAME_WEEKDAYS = 4
"""Staff is expected to be what it was on so many last days of the same weekday."""
SURELY = 1.2816
"""Standard deviations below the mean that one case in ten falls under."""
USUAL_SPREAD = 0.1
"""Of the staff, where too few days were seen to measure how it varies."""
TODAY_HALVES = 2
"""For so many half hours from now on no more agents are expected than are at work now."""


def half_hour_of(at: datetime) -> datetime:
    """The start of the half hour it lies in."""
    return datetime.fromtimestamp(at.timestamp() // HALF_HOUR_S * HALF_HOUR_S, UTC)


def outlook(
    queue: str, rules: Rules, *, seen: Sequence[Seen], measured: Measured | None, now: datetime, days: int
) -> Outlook:
    """The open half hours of the next `days` days that something is known about; `seen` is the queue's own past,
    ascending, the half hour that runs included."""
    calendar = _Calendar(rules, now)
    pattern = learn(calendar.past(seen))
    if pattern is None or measured is None:
        reason = "little_history" if pattern is None else "few_talks"
        return Outlook(queue=queue, made_at=now, measured=measured, reasons=(reason,))
    look = _Look(rules, calendar, pattern, measured, _Staff(rules, calendar, seen))
    found = [look.half_hour(start) for start in calendar.to_come(days)]
    return Outlook(
        queue=queue, made_at=now, measured=measured, half_hours=tuple(half for half in found if half is not None)
    )


class _Calendar:
    """The clock of the queue's zone: days, their half hours, and which of them are open."""

    def __init__(self, rules: Rules, now: datetime) -> None:
        self.hours, self.zone, self.now = rules.hours, ZoneInfo(rules.hours.zone), now
        self.today = now.astimezone(self.zone).date()
        self.observed: Floats = np.full(0, np.nan)
        """Today's half hours that are over."""

    def place(self, start: datetime) -> tuple[date, int]:
        local = start.astimezone(self.zone)
        return local.date(), (local.hour * 60 + local.minute) // 30

    def past(self, seen: Sequence[Seen]) -> list[PastDay]:
        """Open days that are over, in their order; keeps what is over of today. A half hour that the clock showed twice
        counts with its mean."""
        counts: dict[tuple[date, int], list[int]] = {}
        for each in seen:
            counts.setdefault(self.place(each.start), []).append(each.arrivals)
        first = min((day for day, _ in counts), default=self.today)
        self.observed = self._counts(self.today, counts)[: self.place(self.now)[1]]
        days = (first + timedelta(days=n) for n in range((self.today - first).days))
        lines = ((day, self._counts(day, counts)) for day in days)
        return [PastDay(day.weekday(), line) for day, line in lines if np.isfinite(line).any()]

    def _counts(self, day: date, counts: Mapping[tuple[date, int], list[int]]) -> Floats:
        line = np.full(OF_A_DAY, np.nan)
        for begins in (day - timedelta(days=1), day):
            for start, end in day_openings(self.hours, begins):
                for at in _half_hours(start, end):
                    where, place = self.place(at)
                    if where == day:
                        line[place] = fmean(counts.get((day, place), [0]))
        return line

    def to_come(self, days: int) -> list[datetime]:
        """Half hours from the present one on in which the queue is open, ascending."""
        first, until = half_hour_of(self.now), self.now + timedelta(days=days)
        stretches = open_stretches(self.hours, first, until)
        return sorted({at for start, end in stretches for at in _half_hours(max(start, first), min(end, until))})


def _half_hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Those that the stretch reaches into."""
    at = half_hour_of(start)
    while at < end:
        yield at
        at += HALF_HOUR


class _Staff:
    """Who is expected to be at work."""

    def __init__(self, rules: Rules, calendar: _Calendar, seen: Sequence[Seen]) -> None:
        self.planned, self.calendar = rules.slots.staff, calendar
        self.seen: dict[tuple[int, int], list[float]] = {}
        for each in seen:
            day, place = calendar.place(each.start)
            if each.samples and day != calendar.today:
                self.seen.setdefault((day.weekday(), place), []).append(each.staff / each.samples)
        current = [each for each in seen if each.start >= half_hour_of(calendar.now) and each.samples]
        self.now = current[-1].staff / current[-1].samples if current else None

    def expected(self, start: datetime) -> tuple[float, float] | None:
        """(mean, what is there in nine of ten cases)."""
        day, place = self.calendar.place(start)
        found = self._by_plan(day, place) if self.planned else self._by_sight(day, place)
        soon = start - self.calendar.now < TODAY_HALVES * HALF_HOUR
        if found is None or self.now is None or not soon or not is_open(self.calendar.hours, self.calendar.now):
            return found
        return min(found[0], self.now), min(found[1], self.now)

    def _by_plan(self, day: date, place: int) -> tuple[float, float]:
        minutes = place * 30
        for opening, closing, agents in self.planned.get(WEEK[day.weekday()], ()):
            if minutes_of(opening) <= minutes < minutes_of(closing):
                return float(agents), float(agents)
        return 0.0, 0.0

    def _by_sight(self, day: date, place: int) -> tuple[float, float] | None:
        last = self.seen.get((day.weekday(), place), [])[-SAME_WEEKDAYS:]
        if not last:
            return None
        mean = fmean(last)
        spread = pstdev(last) if len(last) == SAME_WEEKDAYS else max(pstdev(last), USUAL_SPREAD * mean)
        return mean, max(0.0, mean - SURELY * spread)


@dataclass(frozen=True, slots=True)
class _Look:
    rules: Rules
    calendar: _Calendar
    pattern: Pattern
    measured: Measured
    staff: _Staff

    def half_hour(self, start: datetime) -> HalfHour | None:
        day, place = self.calendar.place(start)
        today = self.calendar.observed if day == self.calendar.today else None
        expected = self.pattern.expect(day.weekday(), place, today)
        if expected is None:
            return None
        p80 = expected.quantile(0.8)
        level = Level(share=self.rules.slots.answer_share, within_s=float(self.rules.slots.answer_within_s))
        callers = Callers(
            calls=float(p80),
            in_s=float(HALF_HOUR_S),
            handling_s=round(self.measured.handling_s),
            patience_s=None if self.measured.patience_s is None else round(self.measured.patience_s),
        )
        staffed, sure = self.staff.expected(start) or (None, None)
        return HalfHour(
            start=start,
            mean=round(expected.mean, 2),
            p50=expected.quantile(0.5),
            p80=p80,
            needed=agents_needed(callers, level),
            staffed=staffed,
            sure=sure,
        )
