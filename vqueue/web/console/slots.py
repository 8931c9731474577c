"""The page of booked times: the coming days of a queue, half hour by half hour, with what their capacity rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from vqueue.domain.rules import Queue
from vqueue.domain.speech_args import Number, Text
from vqueue.services.coming import MOST_HOURS, Interval, coming
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.web.access import READERS, Access
from vqueue.web.console.bars import WIDTH
from vqueue.web.console.columns import edge, height, highest, places
from vqueue.web.console.figures import NONE, minute
from vqueue.web.console.sentences import Words
from vqueue.web.pages import Pages, Say

SOON = 16
"""Half hours that are drawn: the coming eight hours."""
HEIGHT = 40.0


@dataclass(frozen=True, slots=True)
class Column:
    """Calls of one half hour: places and heights in the view box, measured from the bottom."""

    x: float
    width: float
    expected: float
    booked: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One half hour in words. `full`: nothing is left but the reserve."""

    day: str
    time: str
    room: bool
    booked: str
    share: float
    full: bool
    reserve: str
    expected: str
    needed: str
    staffed: str
    short: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsPage:
    """Everything the template needs."""

    finding: str
    columns: tuple[Column, ...]
    ticks: tuple[tuple[str, str], ...]
    days: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def drawn(self) -> bool:
        """Something is known of the coming hours that a picture could show."""
        return any(column.expected or column.booked for column in self.columns)


def present(found: Sequence[Interval], words: Words, *, mirrored: bool) -> SlotsPage:
    lines = [_line(each, words) for each in found if each.open or each.capacity or each.booked]
    days = tuple(dict.fromkeys(line.day for line in lines))
    soon = found[:SOON]
    return SlotsPage(
        finding=_finding(found, words.say),
        columns=_columns(soon, mirrored=mirrored),
        ticks=tuple(
            (f"{edge(i, SOON, width=WIDTH, mirrored=mirrored) / WIDTH:.1%}", minute(each.start, words.zone))
            for i, each in enumerate(soon)
            if i and i % 4 == 0
        ),
        days=tuple((day, tuple(line for line in lines if line.day == day)) for day in days),
    )


def _finding(found: Sequence[Interval], say: Say) -> str:
    """What the coming days come to, in one sentence."""
    capacity, booked = sum(each.capacity for each in found), sum(each.booked for each in found)
    short = sum(_short(each) for each in found)
    told = say("slots_page.finding", count=Number(booked), total=Number(capacity))
    return f"{told} {say('slots_page.short', count=Number(short))}" if short else told


def _columns(soon: Sequence[Interval], *, mirrored: bool) -> tuple[Column, ...]:
    most = highest([value for each in soon for value in (each.p50, float(each.booked))]) or 1.0
    return tuple(
        Column(
            x=x,
            width=width,
            expected=height(each.p50 or 0.0, most, HEIGHT),
            booked=height(float(each.booked), most, HEIGHT),
        )
        for each, (x, width) in zip(soon, places(len(soon), width=WIDTH, gap=1.5, mirrored=mirrored), strict=True)
    )


def _short(each: Interval) -> bool:
    """Fewer agents are expected than the callers need."""
    return each.needed is not None and each.staffed is not None and each.staffed < each.needed


def _line(each: Interval, words: Words) -> Line:
    say, room = words.say, each.capacity
    return Line(
        day=_day(each.start, words),
        time=minute(each.start, words.zone),
        room=bool(room),
        booked=say("slots_page.of", count=Number(each.booked), total=Number(room)) if room or each.booked else NONE,
        share=round(WIDTH * min(1.0, each.booked / room), 1) if room else 0.0,
        full=bool(room) and each.booked >= room - each.reserve,
        reserve=say("console.number", count=Number(each.reserve)) if room else NONE,
        expected=_rounded(each.p50, say),
        needed=_rounded(each.needed, say),
        staffed=_rounded(each.staffed, say),
        short=_short(each),
        why=", ".join(say(f"capacity_why.{word}") for word in each.why),
    )


def _rounded(value: float | None, say: Say) -> str:
    return say("console.number", count=Number(round(value))) if value is not None else NONE


def _day(at: datetime, words: Words) -> str:
    told = words.say("slots_page.day", day=words.day(at), words=Text(f"{at.astimezone(ZoneInfo(words.zone)):%d.%m}"))
    return told[:1].upper() + told[1:]


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Handlers."""

    house: House
    pages: Pages

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)
        words = Words(self.pages.say(look), look.language, self.house.line.zone, self.house.clock.now())
        queues = await self.house.database.read(lambda work: work.queues.all())
        queue = _chosen(queues, request.query.get("queue", ""))
        names = sorted(((each.id, each.name(look.language)) for each in queues), key=lambda item: item[1])
        found = await coming(self.house, queue.id, MOST_HOURS) if queue is not None else ()
        values = {
            "page": present(found, words, mirrored=look.right_to_left),
            "queues": names,
            "queue": queue.id if queue is not None else "",
            "clock": minute(words.now, words.zone),
        }
        return self.pages.page(request, "console/slots.html", values, visitor=visitor)


def _chosen(queues: Sequence[Queue], wanted: str) -> Queue | None:
    """The queue asked for, else the first in which times are booked, else the first."""
    named = [each for each in queues if each.id == wanted]
    booking = [each for each in queues if each.rules.slots.enabled]
    return next(iter([*named, *booking, *queues]), None)


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the page."""
    app.router.add_get("/console/slots", access.only(Slots(house=house, pages=pages).page, *READERS))
