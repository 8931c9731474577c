"""What a customer may choose in a queue now: the wait, the options, the times that can be booked."""

from collections.abc import Set
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, StringConstraints

from vqueue.domain.board import Wait
from vqueue.domain.errors import Invalid
from vqueue.domain.promise import Window as Span
from vqueue.domain.request import Mode
from vqueue.domain.slots import Slot
from vqueue.services import availability, booking, quoting
from vqueue.services.availability import Availability, Choice
from vqueue.services.house import House
from vqueue.web.api.customer.queues import TAG
from vqueue.web.api.customer.shapes import Window
from vqueue.web.api.operation import AppCustomer, Ask, Moment, Operation, Reply, Shape

WEEK = timedelta(days=7)
LONGEST = timedelta(days=28)


class WaitShown(Shape):
    """How long a place taken now would wait: seconds, with how often it is at most `p90_s` and so on."""

    p10_s: float
    p50_s: float
    p90_s: float
    coverage: float
    """Of the windows that are promised."""
    method: str


class SlotShown(Shape):
    """A time that can be booked."""

    start: datetime
    end: datetime
    remaining: int


class Option(Shape):
    """One thing that may be chosen: `callback` with its window, `scheduled` with the next free slot, `call_in` and
    `hold` with the number to ring, `message`."""

    mode: Mode
    window: Window | None = None
    opening: Window | None = None
    """With `scheduled`, where closing comes before the turn: when a place kept until the next opening is called. It is
    asked for without `slot_start`."""
    next_slot: SlotShown | None = None
    bookable: bool | None = None
    """With `scheduled`: whether slots can be listed and chosen; else `next_slot` is the opening alone."""
    phone_number: str | None = None


class AvailabilityShown(Shape):
    """How the queue stands towards this customer."""

    queue: str
    state: str
    """`open`, `busy`, `closed`, `paused` or `full`."""
    as_of: datetime
    wait: WaitShown | None
    """Null where nothing honest can be said; `reasons` says why."""
    waiting: int
    options: tuple[Option, ...]
    reasons: tuple[str, ...]
    opens_at: datetime | None
    closes_at: datetime | None


class SlotQuery(Shape):
    """Which slots: those that begin in [from, to), at most 28 days; by default the next seven."""

    from_: Moment | None = Field(default=None, alias="from")
    to: Moment | None = None
    time_zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    """The zone in which the times are written, by default the queue's."""


class SlotList(Shape):
    """Slots in order, full ones too."""

    items: tuple[SlotShown, ...]
    time_zone: str
    next_cursor: str | None = None


def operations(house: House) -> tuple[Operation, ...]:
    async def read(ask: Ask) -> Reply:
        return Reply(body=shown(await availability.availability(house, ask.customer, ask.path["queue"])))

    async def slots(ask: Ask) -> Reply:
        query: SlotQuery = ask.query
        seen = await quoting.grounds(house, ask.path["queue"])
        start = query.from_ or seen.now
        end = query.to or start + WEEK
        if end < start or end - start > LONGEST:
            raise Invalid("At most 28 days, and `to` after `from`.", errors=(("/to", "range"),))
        zone = _zone(seen.zone if query.time_zone is None else query.time_zone)
        phone = ask.customer.phone
        number = quoting.verdict(seen, phone.e164) if phone is not None else None
        known = number if number is not None and number.allowed else None
        found = await booking.slots(house, seen.queue.id, start=start, end=end, zone=zone.key, number=known)
        return Reply(body=SlotList(items=tuple(_slot(one, zone) for one in found), time_zone=zone.key))

    return (
        Operation(
            method="GET", path="/v1/queues/{queue}/availability", name="read_availability",
            summary="The wait now, and what may be chosen", tag=TAG, who=AppCustomer(), handler=read,
            answer=AvailabilityShown,
        ),
        Operation(
            method="GET", path="/v1/queues/{queue}/slots", name="list_slots", summary="Times that can be booked",
            tag=TAG, who=AppCustomer(), handler=slots, query=SlotQuery, answer=SlotList,
        ),
    )  # fmt: skip


def _zone(name: str) -> ZoneInfo:
    """By its name in the IANA database: `localtime` of some machine's folder is none."""
    if name not in _zone_names():
        raise Invalid("There is no such time zone.", errors=(("/time_zone", "unknown"),))
    return ZoneInfo(name)


@cache
def _zone_names() -> Set[str]:
    return available_timezones() - {"localtime", "posixrules"}


def shown(seen: Availability) -> AvailabilityShown:
    return AvailabilityShown(
        queue=seen.queue,
        state=seen.state,
        as_of=seen.as_of,
        wait=_wait(seen.wait, seen.coverage),
        waiting=seen.waiting,
        options=tuple(_option(one, seen.coverage) for one in seen.options),
        reasons=seen.reasons,
        opens_at=seen.opens_at,
        closes_at=seen.closes_at,
    )


def _wait(wait: Wait | None, coverage: float) -> WaitShown | None:
    if wait is None:
        return None
    return WaitShown(
        p10_s=round(wait.p10_s, 1),
        p50_s=round(wait.p50_s, 1),
        p90_s=round(wait.p90_s, 1),
        coverage=coverage,
        method=wait.method,
    )


def _option(choice: Choice, coverage: float) -> Option:
    slot = choice.next_slot
    return Option(
        mode=choice.mode,
        window=_window(choice.window, coverage),
        opening=_window(choice.opening, coverage),
        bookable=choice.bookable if choice.mode is Mode.SCHEDULED else None,
        next_slot=SlotShown(start=slot.start, end=slot.end, remaining=slot.remaining) if slot else None,
        phone_number=choice.phone_number,
    )


def _window(span: Span | None, coverage: float) -> Window | None:
    return Window(**{"from": span.start}, to=span.end, coverage=coverage) if span is not None else None


def _slot(slot: Slot, zone: ZoneInfo) -> SlotShown:
    return SlotShown(start=slot.start.astimezone(zone), end=slot.end.astimezone(zone), remaining=slot.remaining)
