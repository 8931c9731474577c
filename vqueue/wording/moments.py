"""Turns moments into what every language needs to say them: local hours and minutes, and which days to name."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from vqueue.domain.speech_args import Clock, Window


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day to be named: against `today` where that is known, else by its weekday alone."""

    on: date
    today: date | None


@dataclass(frozen=True, slots=True)
class LocalWindow:
    """A window on the listener's clock, with the day to say before it, or a day for each edge."""

    start: time
    end: time
    day: NamedDay | None
    edge_days: tuple[NamedDay, NamedDay] | None


def local_time(clock: Clock) -> time:
    """The time of day the listener's clock shows, to the minute."""
    return _minute(clock.at.astimezone(ZoneInfo(clock.zone)))


def local_window(window: Window) -> LocalWindow:
    """The window on the listener's clock; an end at midnight belongs to the day it closes."""
    zone = ZoneInfo(window.zone)
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    today = window.now.astimezone(zone).date() if window.now is not None else None
    crosses = end.date() > start.date() and not (_minute(end) == time(0) and (end.date() - start.date()).days == 1)
    if crosses:
        edges = (NamedDay(start.date(), today), NamedDay(end.date(), today))
        return LocalWindow(_minute(start), _minute(end), None, edges)
    day = NamedDay(start.date(), today) if today is not None and start.date() != today else None
    return LocalWindow(_minute(start), _minute(end), day, None)


def days_ahead(day: NamedDay) -> int | None:
    """How many days after today; None where today is not known."""
    return (day.on - day.today).days if day.today is not None else None


def closed(words: str) -> str:
    """The words of a day, their comma closed when more of the sentence follows ("on Monday, 15 September, …")."""
    return f"{words}," if "," in words else words


def _minute(at: datetime) -> time:
    return time(at.hour, at.minute)
