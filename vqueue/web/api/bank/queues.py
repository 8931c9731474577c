"""Queues as the bank's systems see them: who waits, what is promised, who serves, and the two switches."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.rules import Queue, Switches
from vqueue.services import lines, reading, switching
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.services.switching import Switch
from vqueue.services.views import QueueView
from vqueue.web.api import cursor
from vqueue.web.api.bank.revealing import by
from vqueue.web.api.mounting import etag
from vqueue.web.api.operation import Ask, Bank, Moment, Operation, Reply, Shape, ShortPage

TAG = "Queues of the bank"
ONE = "/v1/admin/queues/{queue}"

OnOff = Literal["on", "off"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class QueuePut(Shape):
    """A queue's names by language."""

    names: Annotated[
        dict[Language, Annotated[str, StringConstraints(min_length=1, max_length=100)]], Field(min_length=1)
    ]


class SwitchPut(Shape):
    """What is turned. Off falls back to hold: callers wait on the line as ever."""

    registering: OnOff | None = None
    """Whether callbacks and bookings are taken."""
    dialing: OnOff | None = None
    """Whether customers are rung."""
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    until: Moment | None = None
    """When what is off is turned on again by itself."""


class SwitchesShown(Shape):
    """The switches now."""

    registering: OnOff
    dialing: OnOff
    reason: str
    until: datetime | None


class WaitingShown(Shape):
    """Open places: on the line, virtual (callbacks, messages), booked."""

    hold: int
    virtual: int
    booked: int


class WaitShown(Shape):
    """The wait of one who joins now, and how old that knowledge is."""

    p10_s: float | None
    p50_s: float | None
    p90_s: float | None
    method: str
    as_of: datetime


class DayShown(Shape):
    """Since the bank's midnight."""

    promises_settled: int
    promises_kept: int
    answered: int
    answered_in_20_s: int
    abandoned: int


class BoardQueue(Shape):
    """One queue with its figures."""

    id: str
    names: Mapping[str, str]
    rules_version: int
    switches: SwitchesShown
    open: bool
    opens_at: datetime | None
    waiting: WaitingShown
    ready: int
    """Places that could be connected at this moment."""
    longest_since: datetime | None
    """Virtual start of the place that has waited longest."""
    wait: WaitShown | None
    agents: Mapping[str, int]
    """Agents who could serve it, by presence."""
    at_risk: int
    """Callbacks whose promised end comes before their expected turn."""
    today: DayShown
    version: int


class BoardQueueList(Shape):
    """All queues."""

    at: datetime
    items: tuple[BoardQueue, ...]
    next_cursor: str | None = None


def operations(house: House) -> tuple[Operation, ...]:
    boards = reading.Boards(house=house)
    reads, writes, turns = Bank(Scope.REPORTS_READ), Bank(Scope.RULES_WRITE), Bank(Scope.RULES_PUBLISH)
    return (
        Operation(
            method="GET", path="/v1/admin/queues", name="list_board_queues", summary="All queues with their figures",
            tag=TAG, who=reads, handler=partial(_list, boards), query=ShortPage, answer=BoardQueueList,
        ),
        Operation(
            method="GET", path=ONE, name="read_board_queue", summary="One queue with its figures",
            tag=TAG, who=reads, handler=partial(_read, boards), answer=BoardQueue, headers=("ETag",),
        ),
        Operation(
            method="PUT", path=ONE, name="put_queue", summary="A queue, new with careful rules, or renamed",
            tag=TAG, who=writes, handler=partial(_put, house, boards), body=QueuePut, answer=BoardQueue,
            headers=("ETag",), alternatives={201: "It is new; its rules are version 1."},
        ),
        Operation(
            method="PUT", path=ONE + "/switch", name="turn_switch", summary="Turn registering or dialling on or off",
            description="Heard by the next caller and by whoever holds; every replica goes by it at once.",
            tag=TAG, who=turns, handler=partial(_switch, house, boards), body=SwitchPut, answer=SwitchesShown,
        ),
    )  # fmt: skip


async def _list(boards: reading.Boards, ask: Ask) -> Reply:
    board = await boards.now()
    page, more = cursor.cut([shown(view) for view in board.queues], ask.query)
    return Reply(body=BoardQueueList(at=board.at, items=page, next_cursor=more))


async def _read(boards: reading.Boards, ask: Ask) -> Reply:
    view = await _view(boards, ask.path["queue"])
    return Reply(body=shown(view), headers=etag(view.queue.version))


async def _put(house: House, boards: reading.Boards, ask: Ask) -> Reply:
    body: QueuePut = ask.body
    name = ask.path["queue"]
    queue, new = await lines.put(house, name, body.names, by=by(ask))
    await boards.forget()
    view = await _view(boards, name)
    return Reply(body=shown(view), status=201 if new else 200, headers=etag(queue.version))


async def _switch(house: House, boards: reading.Boards, ask: Ask) -> Reply:
    body: SwitchPut = ask.body
    given = {Switch.REGISTERING: body.registering, Switch.DIALING: body.dialing}
    wanted = {switch: on == "on" for switch, on in given.items() if on is not None}
    if not wanted:
        raise Invalid("Name a switch: registering, dialing.", errors=(("/registering", "missing"),))
    queue: Queue = await switching.put(
        house, ask.path["queue"], wanted, reason=body.reason, until=body.until, by=by(ask)
    )
    await boards.forget()
    return Reply(body=_switches(queue.switches))


async def _view(boards: reading.Boards, queue: str) -> QueueView:
    board = await boards.now()
    found = next((view for view in board.queues if view.queue.id == queue), None)
    if found is None:
        raise NotFound("There is no such queue.")
    return found


def _switches(switches: Switches) -> SwitchesShown:
    return SwitchesShown(
        registering="on" if switches.registering else "off",
        dialing="on" if switches.dialing else "off",
        reason=switches.reason,
        until=datetime.fromisoformat(switches.until) if switches.until else None,
    )


def shown(view: QueueView) -> BoardQueue:
    """One queue with its figures; a wait without an end has no seconds."""
    queue, wait, day = view.queue, view.wait, view.day
    return BoardQueue(
        id=queue.id,
        names=queue.names,
        rules_version=queue.rules_version,
        switches=_switches(queue.switches),
        open=view.open,
        opens_at=view.opens_at,
        waiting=WaitingShown(hold=view.waiting.hold, virtual=view.waiting.virtual, booked=view.waiting.booked),
        ready=view.ready_places,
        longest_since=view.longest_since,
        wait=None
        if wait is None
        else WaitShown(
            p10_s=_finite(wait.p10_s),
            p50_s=_finite(wait.p50_s),
            p90_s=_finite(wait.p90_s),
            method=wait.method,
            as_of=wait.as_of,
        ),
        agents={str(presence): count for presence, count in view.agents.items()},
        at_risk=view.risk.count if view.risk is not None else 0,
        today=DayShown(
            promises_settled=day.settled,
            promises_kept=day.kept,
            answered=day.answered,
            answered_in_20_s=day.answered_in_20,
            abandoned=day.abandoned,
        ),
        version=queue.version,
    )


def _finite(seconds: float) -> float | None:
    return round(seconds, 1) if seconds < 1e9 else None
