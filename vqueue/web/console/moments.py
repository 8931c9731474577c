"""Moments as a list says them: the hour alone for today, with its day for every other."""

from datetime import datetime
from zoneinfo import ZoneInfo

from vqueue.domain.promise import Window
from vqueue.domain.speech_args import Text
from vqueue.web.console.figures import edges, minute, second
from vqueue.web.console.sentences import Words
from vqueue.wording.axis import short_day


def day_of(at: datetime, words: Words) -> str:
    """3 Mar; empty for today."""
    there = ZoneInfo(words.zone)
    on = at.astimezone(there).date()
    return "" if on == words.now.astimezone(there).date() else short_day(on, words.language)


def dated(at: datetime, words: Words) -> str:
    """14:06:58; of another day to the minute: 3 Mar, 14:06."""
    day = day_of(at, words)
    return f"{day}, {minute(at, words.zone)}" if day else second(at, words.zone)


def dated_edges(window: Window, words: Words) -> tuple[str, str]:
    """Both edges to the minute, the day of the start before it where that is not today."""
    start, end = edges(window, words.zone)
    day = day_of(window.start, words)
    return (f"{day}, {start}" if day else start), end


def named_day(at: datetime, words: Words) -> str:
    """Today, 4 Mar; the day after tomorrow by its own name, which has its date: On Friday, 6 March."""
    day = words.day(at)
    told = words.say("slot_grid.day", day=day)
    if not any(each.isdecimal() for each in told):
        told = words.say("slots_page.day", day=day, words=Text(short_day(day.on, words.language)))
    return told[:1].upper() + told[1:]


def place_of(at: datetime, name: str) -> str:
    """Where a list goes on, as it stands in an address: after what was made then and has this id."""
    return f"{at.isoformat()} {name}".replace("+00:00", "Z")


def place_in(text: str) -> tuple[datetime, str] | None:
    """The place again; None for what is none."""
    moment, _, name = text.partition(" ")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, name) if at.tzinfo is not None and name.isprintable() else None
