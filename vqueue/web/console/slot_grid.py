"""The calendar of booked times at a glance: a row for each day, a cell for each half hour, and who is booked there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from vqueue.domain.request import Request
from vqueue.domain.speech_args import Number, Text
from vqueue.services.coming import Interval
from vqueue.web.console.bars import WIDTH
from vqueue.web.console.figures import NONE, code, minute
from vqueue.web.console.moments import day_of
from vqueue.web.console.requests import masked
from vqueue.web.console.sentences import Words
from vqueue.wording.axis import short_day

NEAR = 0.75
"""From this share of what may be booked on, a time is nearly full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One half hour. `level` is none, some, near or full; `booked` and `held` are widths of a bar of WIDTH."""

    href: str
    label: str
    text: str
    level: str
    booked: float
    held: float
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """`days`: (day, a cell for each of `hours`, None where nothing can be booked)."""

    hours: tuple[str, ...]
    days: tuple[tuple[str, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """One call that is booked."""

    id: str
    time: str
    code: str
    phone: str
    channel: str
    agent: str


def grid(found: Sequence[Interval], words: Words, *, queue: str, chosen: datetime | None) -> Grid:
    """Of the half hours in which something can be or is booked."""
    there, told = ZoneInfo(words.zone), [each for each in found if each.capacity or each.booked]
    hours = tuple(sorted({minute(each.start, words.zone) for each in told}))
    days: dict[str, dict[str, Cell]] = {}
    for each in told:
        day = short_day(each.start.astimezone(there).date(), words.language)
        cell = _cell(each, words, queue=queue, chosen=chosen == each.start)
        days.setdefault(day, {})[minute(each.start, words.zone)] = cell
    rows = ((day, tuple(cells.get(hour) for hour in hours)) for day, cells in days.items())
    return Grid(hours=hours, days=tuple(rows))


def _cell(each: Interval, words: Words, *, queue: str, chosen: bool) -> Cell:
    room = max(each.capacity, each.booked, 1)
    day = day_of(each.start, words)
    time = ", ".join(filter(None, (day, minute(each.start, words.zone))))
    label = words.say(
        "slot_grid.cell",
        words=Text(time),
        count=Number(each.booked),
        total=Number(each.capacity),
        hold=Number(each.reserve),
    )
    return Cell(
        href=f"/console/slots?{urlencode({'queue': queue, 'at': each.start.isoformat()})}#booked",
        label=label,
        text=f"{each.booked}/{each.capacity}",
        level=_level(each),
        booked=round(WIDTH * each.booked / room, 1),
        held=round(WIDTH * min(each.reserve, room - each.booked) / room, 1),
        chosen=chosen,
    )


def _level(each: Interval) -> str:
    free = each.capacity - each.reserve
    if each.booked >= free:
        return "full"
    return "near" if each.booked >= NEAR * free else "some" if each.booked else "none"


def bookings(found: Sequence[Request], names: Mapping[str, str], words: Words) -> tuple[Booking, ...]:
    """In the order of their times; `names` are the agents'."""
    rows = []
    for each in found:
        if each.slot_start is not None:
            day = day_of(each.slot_start, words)
            rows.append(
                Booking(
                    id=each.id,
                    time=", ".join(filter(None, (day, minute(each.slot_start, words.zone)))),
                    code=code(each.id),
                    phone=masked(each.phone),
                    channel=words.say(f"channel.{each.channel}"),
                    agent=names.get(each.wanted_agent, NONE) if each.wanted_agent else NONE,
                )
            )
    return tuple(rows)


def chosen_in(text: str, found: Sequence[Interval]) -> datetime | None:
    """The half hour named in an address; None for one that is not among them."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return next((each.start for each in found if at.tzinfo is not None and each.start == at), None)
