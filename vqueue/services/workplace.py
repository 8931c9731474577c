"""Everything an agent's desk shows, read at one moment: his call, the talk to write up, who waits, his day."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.attempt import Attempt
from vqueue.domain.errors import NotFound
from vqueue.domain.ids import AgentId, AttemptId
from vqueue.domain.phone import Sealed
from vqueue.domain.report import Interval, Question, ReportName
from vqueue.domain.request import Request
from vqueue.domain.rules import Queue
from vqueue.domain.slots import Slot
from vqueue.engine import slots as grids
from vqueue.engine.board import serves
from vqueue.ports.bank import Disposition
from vqueue.ports.database import Work
from vqueue.services import bank_code, booking, offering, promised, reporting
from vqueue.services.desk_views import Contact, Day, Talk, Task, Workplace
from vqueue.services.disposing import DRAFT
from vqueue.services.house import House
from vqueue.services.offering import Shown
from vqueue.services.promised import Names
from vqueue.services.reading import Boards, midnight
from vqueue.services.views import BoardView

WRITTEN_LATE = timedelta(minutes=30)
"""How long a talk without an outcome stays on the desk of an agent who is free again."""
CONTACTS = 5
"""Earlier contacts that are shown."""
REMEMBERED = 2000
"""Calls whose personal data one process has opened lately: each is journalled once, not with every look."""
WRAPS_FRESH_S = 60.0
"""How long (wall) the mean time of writing up is shared by all desks: it is counted over the whole team."""
TIMES_AHEAD = timedelta(days=7)


@dataclass(kw_only=True)
class Workplaces:
    """The desks of one process: the board is read once for all of them, personal data once a call."""

    house: House
    boards: Boards = field(init=False)
    names: Names = field(init=False)
    _opened: OrderedDict[tuple[str, str, bool], Shown] = field(default_factory=OrderedDict)
    _wraps: tuple[float, Mapping[str, float]] | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.boards = Boards(house=self.house)
        self.names = Names(house=self.house)

    async def agent_of(self, staff: str, login: str) -> AgentId | None:
        """Whose desk it is: the agent the member of staff is tied to, else the one with the same login."""
        return await self.house.database.read(partial(agent_of, staff=staff, login=login))

    async def look(self, agent: AgentId, *, by: str) -> Workplace:
        """The desk now; what is personal is journalled as read by `by`. Raises NotFound."""
        board = await self.boards.now()
        wraps = await self._wrap_means(board.at)
        read = partial(_seen, agent_id=agent, board=board, now=self.house.clock.now(), zone=self.house.line.zone)
        seen = await self.house.database.read(read)
        task = None if seen.task is None else await self._with_person(seen.task, by=by)
        callbacks = await self.names.told(seen.callbacks, by=by)
        return replace(seen, task=task, callbacks=callbacks, day=replace(seen.day, wrap_s=wraps.get(agent)))

    async def _with_person(self, task: Task, *, by: str) -> Task:
        key = (by, task.attempt.id, task.shown.proven)
        if key not in self._opened:
            self._opened[key] = await offering.opened(self.house, task.shown, by=by)
            while len(self._opened) > REMEMBERED:
                self._opened.popitem(last=False)
        vault, request = self.house.vault, task.request
        note = task.disposition.note if task.disposition is not None else None
        ruled = task.queue.rules.callback.bank_code
        return replace(
            task,
            shown=replace(task.shown, personal=self._opened[key].personal),
            note=vault.open(note) if note is not None else "",
            noted_before=vault.open(task.sealed_before) if task.sealed_before is not None else "",
            code=bank_code.drawn(self.house, request.id) if bank_code.spoken(request, ruled=ruled) else None,
        )

    async def _wrap_means(self, at: datetime) -> Mapping[str, float]:
        """By agent, of today so far."""
        async with self._lock:
            wall = self.house.clock.wall()
            if self._wraps is None or wall - self._wraps[0] >= WRAPS_FRESH_S:
                self._wraps = (wall, await _wraps(self.house, at))
            return self._wraps[1]


async def _wraps(house: House, at: datetime) -> Mapping[str, float]:
    start = midnight(at, house.line.zone)
    asked = Question(name=ReportName.AGENTS, interval=Interval.DAY, start=start, end=at + timedelta(seconds=1))
    told = await reporting.report(house.database, asked, now=at)
    return {
        str(row["agent"]): float(row["wrap_s"]) / int(row["handled"])
        for row in told.rows
        if isinstance(row["wrap_s"], int | float) and isinstance(row["handled"], int) and row["handled"]
    }


async def times(house: House, attempt_id: AttemptId, *, agent: AgentId) -> tuple[Slot, ...]:
    """Free times at which this call's customer may be called again, soonest first. Raises NotFound."""
    request = await house.database.read(partial(own_request, attempt_id=attempt_id, agent=agent))
    now = house.clock.now()
    found = await booking.slots(house, request.queue, start=now, end=now + TIMES_AHEAD, number=request)
    return tuple(slot for slot in found if slot.remaining)


def agent_of(work: Work, staff: str, login: str) -> AgentId | None:
    """The agent the member of staff is tied to, else the one with the same login."""
    tied = work.people.member(staff).agent
    try:
        found = work.agents.get(tied) if tied is not None else work.agents.by_login(login)
    except NotFound:
        return None
    return found.id if found is not None and found.removed_at is None else None


def own_request(work: Work, attempt_id: AttemptId, agent: AgentId) -> Request:
    """The request of an attempt of his. Raises NotFound for anybody else's."""
    attempt = work.attempts.get(attempt_id)
    if attempt.agent != agent:
        raise NotFound("This is no call of yours.")
    return work.requests.get(attempt.request)


def _seen(work: Work, agent_id: AgentId, board: BoardView, now: datetime, zone: str) -> Workplace:
    agent = work.agents.get(agent_id)
    queues = {queue.id: queue for queue in work.queues.all()}
    day = _day(work, agent, queues, since=midnight(now, zone))
    current = _current(agent, day, now)
    return Workplace(
        at=now,
        agent=agent,
        task=_task(work, current, queues) if current is not None else None,
        queues=tuple(view for view in board.queues if serves(agent, view.queue)),
        day=day,
        elsewhere=tuple(view for view in board.queues if view.open and view.queue.switches.registering),
        callbacks=tuple(promised.callbacks(work, agent, queues, now, zone=zone)),
    )


def _current(agent: Agent, day: Day, now: datetime) -> AttemptId | None:
    """The call he is offered or on; else the talk he has not said the outcome of, or is still writing up."""
    if agent.attempt is not None or not day.talks:
        return agent.attempt
    last = day.talks[0]
    ended = last.attempt.closed_at or now
    owed = last.code == DRAFT and now - ended < WRITTEN_LATE
    return last.attempt.id if owed or agent.presence is Presence.WRAPPING else None


def _day(work: Work, agent: Agent, queues: Mapping[str, Queue], *, since: datetime) -> Day:
    ended = [one for one in work.attempts.of_agent(agent.id, since=since) if one.joined_at is not None]
    return Day(since=since, talks=tuple(_talk(work, one, queues) for one in ended))


def _talk(work: Work, attempt: Attempt, queues: Mapping[str, Queue]) -> Talk:
    request = work.requests.get(attempt.request)
    said = _said(work, request)
    return Talk(
        attempt=attempt,
        request=request,
        queue=queues[request.queue],
        promise=work.promises.get(request.promise) if request.promise is not None else None,
        code=next((one.code for one in said if one.attempt == attempt.id), DRAFT),
    )


def _said(work: Work, request: Request) -> Sequence[Disposition]:
    return work.dispositions.of_request(request.id)


def _task(work: Work, attempt_id: AttemptId, queues: Mapping[str, Queue]) -> Task:
    shown = offering.call(work, attempt_id)
    request = shown.request
    return Task(
        shown=shown,
        queue=queues[request.queue],
        legs=tuple(work.legs.of_attempt(attempt_id)),
        disposition=next((one for one in _said(work, request) if one.attempt == attempt_id), None),
        contacts=_contacts(work, request, queues) if shown.proven else (),
        sealed_before=_before(work, request) if shown.proven else None,
        bookable=request.phone is not None and grids.offered(queues[request.queue].rules),
    )


def _before(work: Work, request: Request) -> Sealed | None:
    """The last note of the talk that this one follows."""
    said = work.dispositions.of_request(request.follows) if request.follows is not None else []
    return next((one.note for one in reversed(said) if one.note is not None), None)


def _contacts(work: Work, request: Request, queues: Mapping[str, Queue]) -> tuple[Contact, ...]:
    """By his number and by his identity in the app; newest first, without this one."""
    index = request.phone.index if request.phone is not None else ""
    by_number = work.requests.search(phone_index=index, limit=CONTACTS + 1) if index else []
    by_name = (
        work.requests.of_customer(request.customer, open_only=None, before=None, limit=CONTACTS + 1)
        if request.customer is not None
        else []
    )
    found = {one.id: one for one in (*by_number, *by_name) if one.id != request.id}
    newest = sorted(found.values(), key=lambda one: (one.created_at, one.id), reverse=True)[:CONTACTS]
    return tuple(
        Contact(
            request=one,
            queue=queues[one.queue],
            code=next((said.code for said in reversed(_said(work, one)) if said.code != DRAFT), DRAFT),
        )
        for one in newest
    )
