"""The one read service of all faces: the board, the list of requests, one request, the agents."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import isinf
from zoneinfo import ZoneInfo

from vqueue.domain.agent import Agent, AgentMove, Presence
from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.ids import RequestId
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, Request, State
from vqueue.domain.rules import Queue
from vqueue.engine import hours
from vqueue.engine.board import serves
from vqueue.engine.offer import STALE_S, spoken_window
from vqueue.ports.database import Work
from vqueue.ports.reports import JournalFilter
from vqueue.ports.subjects import Wanted
from vqueue.services import ledger
from vqueue.services.house import House
from vqueue.services.views import BoardView, Day, Listed, QueueView, RequestList, RequestView, Risk, Waiting

TOLD = (
    Fact.QUEUE_ENTERED,
    Fact.REQUEST_MOVED,
    Fact.PROMISE_SETTLED,
)
"""What becomes of requests: many rows a minute."""
EVENTS = 120
RARE = JournalFilter(
    facts=(
        Fact.SWITCH_TURNED,
        Fact.RULES_PUBLISHED,
        Fact.MODEL_CHANGED,
        Fact.BRIDGED_UNCONFIRMED,
        Fact.PIN_LOCKED,
        Fact.WEBHOOK_DISABLED,
        Fact.NOTICE_DEAD,
    )
)
"""What a supervisor wants to see for hours, however many calls come and go meanwhile."""
RARE_FOR, RARE_MOST = timedelta(hours=8), 12
WENT = JournalFilter(
    facts=(Fact.AGENT_MOVED,),
    moves=(AgentMove.SIGN_ON, AgentMove.ASK_READY),
    became=(Presence.AWAY, Presence.OFFLINE),
)
"""Agents who come and go; what a call makes of them is none of it."""
WENT_FOR, WENT_MOST = timedelta(minutes=30), 12
AT_RISK_MOST = 500
"""Callbacks of one queue that are looked at for promises at risk."""
LISTED_MOST = 100
UNKNOWN = "-"
"""The index of no number: what a request has whose number is forgotten or was never known."""
FRESH_S = 0.5
"""Boards read within this time (wall) are shared by everybody who looks."""
DAY_FRESH_S = 3.0
"""Counts of the whole day are shared for so long (wall): each costs a walk through the day."""
_IN_LINE = (State.HOLDING, State.WAITING)


@dataclass(kw_only=True)
class Boards:
    """Reads the board at most every FRESH_S, however many people look at it."""

    house: House
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _last: tuple[float, BoardView] | None = None
    _days: tuple[float, Mapping[str, Day]] | None = None

    async def now(self) -> BoardView:
        async with self._lock:
            wall = self.house.clock.wall()
            if self._last is None or wall - self._last[0] >= FRESH_S:
                if self._days is None or wall - self._days[0] >= DAY_FRESH_S:
                    self._days = (wall, await days(self.house))
                self._last = (wall, await board(self.house, self._days[1]))
            return self._last[1]

    async def forget(self) -> None:
        """Something was done here: whoever looks next sees it."""
        async with self._lock:
            self._last = None


async def days(house: House) -> Mapping[str, Day]:
    """What today came to so far, by queue. Raises Unavailable."""
    since = midnight(house.clock.now(), house.line.zone)
    return await house.database.read(lambda work: {each.id: _day(work, each.id, since) for each in work.queues.all()})


async def board(house: House, today: Mapping[str, Day]) -> BoardView:
    """All queues, agents and the newest events. Raises Unavailable."""
    now = house.clock.now()
    boards = {each.queue: each for each in await house.board.read_all()}
    return await house.database.read(partial(_board, now=now, boards=boards, today=today))


def midnight(now: datetime, zone: str) -> datetime:
    """When today began in the zone."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)


async def requests(
    house: House, wanted: Wanted, *, alike: RequestId | None = None, before: tuple[datetime, str] | None = None
) -> RequestList:
    """The newest of those looked for, from the one after (made at, id) `before`; with `alike` only those with the
    number of that request. Raises NotFound."""
    look = partial(_requests, now=house.clock.now(), wanted=wanted, alike=alike, before=before)
    return await house.database.read(look)


async def request(house: House, request_id: RequestId) -> RequestView:
    """One request with all that is known of it. Raises NotFound."""
    now = house.clock.now()
    boards = {each.queue: each for each in await house.board.read_all()}
    return await house.database.read(partial(_request, request_id=request_id, now=now, boards=boards))


def _day(work: Work, queue: str, since: datetime) -> Day:
    settled, kept = work.promises.kept(since=since, queue=queue)
    counted = work.figures.today(queue=queue, since=since)
    return Day(
        settled=settled,
        kept=kept,
        answered=counted["answered"],
        answered_in_20=counted["answered_in_20"],
        abandoned=counted["abandoned"],
    )


def _board(work: Work, *, now: datetime, boards: Mapping[str, QueueBoard], today: Mapping[str, Day]) -> BoardView:
    agents = work.agents.all()
    queues = tuple(
        _queue(work, each, agents, boards.get(each.id), now=now, day=today.get(each.id, Day()))
        for each in work.queues.all()
    )
    return BoardView(at=now, queues=queues, agents=tuple(agents), events=_events(work, now))


def _events(work: Work, now: datetime) -> tuple[JournalRow, ...]:
    """Newest first: of what comes in crowds the newest, of what is rare all that is not long ago."""
    rare = work.ledgers.noted(replace(RARE, since=now - RARE_FOR), limit=RARE_MOST)
    went = work.ledgers.noted(replace(WENT, since=now - WENT_FOR), limit=WENT_MOST)
    rows = [*work.journal.recent(facts=TOLD, limit=EVENTS), *rare, *went]
    return tuple(sorted(rows, key=lambda row: (row.at, row.id), reverse=True))


def _queue(
    work: Work, queue: Queue, agents: Iterable[Agent], seen: QueueBoard | None, *, now: datetime, day: Day
) -> QueueView:
    team = [agent for agent in agents if serves(agent, queue)]
    heads = work.requests.heads(queue=queue.id, limit=1)
    waiting, ready_places = _counted(work.requests.counts(queue=queue.id))
    open_now = hours.is_open(queue.rules.hours, now)
    wait = seen.wait(seen.ready) if seen is not None else None
    return QueueView(
        queue=queue,
        open=open_now,
        opens_at=None if open_now else hours.next_opening(queue.rules.hours, now),
        waiting=waiting,
        ready_places=ready_places,
        longest_since=min((place.virtual_start for head in heads for place in head.places), default=None),
        board=seen,
        wait=wait,
        window=_window(queue, wait, now) if open_now else None,
        coverage=queue.rules.deadlines.coverage,
        agents={presence: sum(agent.presence is presence for agent in team) for presence in Presence},
        away=tuple(sorted((agent for agent in team if agent.presence is Presence.AWAY), key=_since)),
        day=day,
        risk=_risk(work, queue.id, seen, now),
    )


def _since(agent: Agent) -> tuple[datetime, str]:
    return agent.since, agent.id


def _counted(counts: Mapping[tuple[str, str, str, str, bool], Sequence[tuple[int, int]]]) -> tuple[Waiting, int]:
    """Open places by kind, and how many of them are ready."""
    hold = virtual = booked = ready_places = 0
    for (state, _mode, _bucket, _class, ready), minutes in counts.items():
        many = sum(count for _, count in minutes)
        hold += many if state == State.HOLDING else 0
        virtual += many if state == State.WAITING else 0
        booked += many if state == State.BOOKED else 0
        ready_places += many if ready and state in _IN_LINE else 0
    return Waiting(hold=hold, virtual=virtual, booked=booked), ready_places


def _window(queue: Queue, wait: Wait | None, now: datetime) -> Window | None:
    """What a request made now would be told; None without fresh facts or with a wait that has no end."""
    if wait is None or isinf(wait.p95_s) or (now - wait.as_of).total_seconds() > STALE_S:
        return None
    return spoken_window(wait, now, float(queue.rules.callback.ring_s), queue.rules.deadlines.coverage)


def _risk(work: Work, queue: str, seen: QueueBoard | None, now: datetime) -> Risk | None:
    """Unrung callbacks whose promised end comes before their turn is expected."""
    if seen is None or seen.age_s(now) > STALE_S:
        return None
    waiting = work.requests.search(queue=queue, states=(State.WAITING,), mode=Mode.CALLBACK, limit=AT_RISK_MOST)
    late = [(each.deadline, each) for each in waiting if each.deadline is not None and _late(each, seen)]
    if not late:
        return None
    end, first = min(late, key=lambda one: (one[0], one[1].id))
    wait = seen.wait(_ahead(first, seen))
    expected = None if wait is None or isinf(wait.p50_s) else wait.as_of + timedelta(seconds=wait.p50_s)
    return Risk(count=len(late), first=end, request=first.id, expected=expected)


def _late(place: Request, seen: QueueBoard) -> bool:
    if not place.ready or place.rings or place.deadline is None:
        return False
    wait = seen.wait(_ahead(place, seen))
    return wait is not None and (isinf(wait.p50_s) or wait.as_of + timedelta(seconds=wait.p50_s) > place.deadline)


def _requests(
    work: Work, *, now: datetime, wanted: Wanted, alike: RequestId | None, before: tuple[datetime, str] | None
) -> RequestList:
    model = work.requests.get(alike) if alike is not None else None
    if model is not None:
        wanted = replace(wanted, phone_index=model.phone.index if model.phone is not None else UNKNOWN)
    found = work.subjects.find(wanted, before=before, limit=LISTED_MOST + 1)
    rows = tuple(
        Listed(request=each, promise=work.promises.get(each.promise) if each.promise else None)
        for each in found[:LISTED_MOST]
    )
    return RequestList(
        at=now,
        rows=rows,
        queues=tuple(work.queues.all()),
        agents={agent.id: agent.name for agent in work.agents.all()},
        complete=len(found) <= LISTED_MOST,
        alike=model,
    )


def _request(work: Work, *, request_id: RequestId, now: datetime, boards: Mapping[str, QueueBoard]) -> RequestView:
    found = work.requests.get(request_id)
    attempts = work.attempts.of_request(request_id)
    seen = boards.get(found.queue)
    in_order = found.state in _IN_LINE and found.ready and seen is not None
    promises, journal = work.promises.of_request(request_id), work.journal.of_request(request_id)
    return RequestView(
        at=now,
        request=found,
        queue=work.queues.get(found.queue),
        promises=tuple(promises),
        replays={each.promise.id: each.replay for each in ledger.entries(promises, journal)},
        attempts=tuple(attempts),
        legs=tuple(leg for attempt in attempts for leg in work.legs.of_attempt(attempt.id)),
        journal=tuple(journal),
        agents={agent.id: agent.name for agent in work.agents.all()},
        staff={member.id: member.name for member in work.people.all_staff()},
        ahead=_ahead(found, seen) if in_order and seen is not None else None,
    )


def _ahead(place: Request, seen: QueueBoard) -> int:
    return seen.ahead(virtual_start=place.virtual_start, credit_class=place.credit_class, bucket=place.bucket)
