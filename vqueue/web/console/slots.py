"""The page of booked times: the coming days of a queue, half hour by half hour, with what their capacity rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from aiohttp import web

from vqueue.domain.rules import Queue
from vqueue.domain.speech_args import Number, Text
from vqueue.services.coming import MOST_HOURS, Ahead, Interval, bookings, coming
from vqueue.services.house import House
from vqueue.services.overseeing import HOURS
from vqueue.services.signing_in import Visitor
from vqueue.web.access import READERS, Access
from vqueue.web.console import ahead, slot_grid
from vqueue.web.console.ahead import Soon
from vqueue.web.console.bars import WIDTH
from vqueue.web.console.figures import NONE, minute, plain
from vqueue.web.console.moments import day_of, named_day
from vqueue.web.console.sentences import Words
from vqueue.web.pages import Pages, Say
from vqueue.wording.languages import language_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One half hour in words. `full`: nothing is left but the reserve; `short`: how many agents are missing."""

    time: str
    room: bool
    booked: str
    share: float
    full: bool
    reserve: str
    expected: str
    needed: str
    staffed: str
    short: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day: what it comes to, and its half hours of which something is known."""

    name: str
    booked: str
    short: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsPage:
    """Everything the template needs. `soon`: the coming hours drawn."""

    finding: str
    grave: bool
    soon: Soon | None
    days: tuple[Day, ...]


def present(name: str, found: Sequence[Interval], words: Words, *, mirrored: bool) -> SlotsPage:
    told = [each for each in found if each.capacity or each.booked or each.p50 is not None]
    days = tuple(dict.fromkeys(named_day(each.start, words) for each in told))
    soon = Ahead(queue=name, intervals=tuple(found[: 2 * HOURS]))
    return SlotsPage(
        finding=_finding(found, words.say),
        grave=any(each.short for each in found),
        soon=ahead.present([(name, soon)] if found else [], words, mirrored=mirrored),
        days=tuple(
            _whole_day(day, [each for each in told if named_day(each.start, words) == day], words) for day in days
        ),
    )


def _finding(found: Sequence[Interval], say: Say) -> str:
    """What the coming days come to, in one sentence."""
    capacity, booked = sum(each.capacity for each in found), sum(each.booked for each in found)
    short = sum(each.short > 0 for each in found)
    told = say("slots_page.finding", count=Number(booked), total=Number(capacity))
    return f"{told} {say('slots_page.short', count=Number(short))}" if short else told


def _whole_day(name: str, found: Sequence[Interval], words: Words) -> Day:
    say, capacity, booked = words.say, sum(each.capacity for each in found), sum(each.booked for each in found)
    worst = max((each.short for each in found), default=0.0)
    return Day(
        name=name,
        booked=say("slots_page.day_booked", count=Number(booked), total=Number(capacity)) if capacity or booked else "",
        short=say("slots_page.missing_at_most", count=Number(ceil(worst))) if worst else "",
        lines=tuple(_line(each, words) for each in found),
    )


def _line(each: Interval, words: Words) -> Line:
    say, room = words.say, each.capacity
    return Line(
        time=minute(each.start, words.zone),
        room=bool(room),
        booked=say("slots_page.of", count=Number(each.booked), total=Number(room)) if room or each.booked else NONE,
        share=round(WIDTH * min(1.0, each.booked / room), 1) if room else 0.0,
        full=bool(room) and each.booked >= room - each.reserve,
        reserve=say("console.number", count=Number(each.reserve)) if room else NONE,
        expected=NONE if each.p50 is None else say("console.number", count=Number(round(each.p50))),
        needed=NONE if each.load is None else say("console.number", count=Number(ceil(each.load))),
        staffed=NONE if each.staffed is None else plain(each.staffed, language_of(words.language), digits=1),
        short=say("slots_page.missing", count=Number(ceil(each.short))) if each.short else "",
        why=", ".join(say(f"capacity_why.{word}") for word in each.why),
    )


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
        name = queue.name(look.language) if queue is not None else ""
        at = slot_grid.chosen_in(request.query.get("at", ""), found)
        booked, agents = await bookings(self.house, queue.id, at=at) if queue is not None else ((), ())
        values = {
            "page": present(name, found, words, mirrored=look.right_to_left),
            "grid": slot_grid.grid(found, words, queue=queue.id if queue is not None else "", chosen=at),
            "bookings": slot_grid.bookings(booked, {agent.id: agent.name for agent in agents}, words),
            "booked_at": _at(at, words),
            "queues": names,
            "queue": queue.id if queue is not None else "",
            "clock": minute(words.now, words.zone),
        }
        return self.pages.page(request, "console/slots.html", values, visitor=visitor)


def _at(at: datetime | None, words: Words) -> str:
    """Whose bookings are listed, in words; empty for everybody's."""
    if at is None:
        return ""
    day = day_of(at, words)
    return words.say("slot_grid.who_at", words=Text(", ".join(filter(None, (day, minute(at, words.zone))))))


def _chosen(queues: Sequence[Queue], wanted: str) -> Queue | None:
    """The queue asked for, else the first in which times are booked, else the first."""
    named = [each for each in queues if each.id == wanted]
    booking = [each for each in queues if each.rules.slots.enabled]
    return next(iter([*named, *booking, *queues]), None)


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the page."""
    app.router.add_get("/console/slots", access.only(Slots(house=house, pages=pages).page, *READERS))
