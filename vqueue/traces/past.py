"""Recorded days out of a trace: who came, how patient he was, and who was serving when.

A trace names no shifts. An agent counts as at work from his first talk of a day to his last; while somebody waited and
he took nobody he was not free: for up to `WRITING_UP_S` he wrote up the talk before, for longer he was away.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from vqueue.domain.ids import AgentId
from vqueue.domain.past_day import PastDay, Stay, Visit, without
from vqueue.domain.rules import CallingWindows, Hours, Route, Rules
from vqueue.domain.rules import Condition as Test
from vqueue.domain.week import WEEK
from vqueue.traces.call import Call
from vqueue.traces.mapping import BEGINNING
from vqueue.traces.reading import Trace

WRITING_UP_S = 300.0
TAKING_S = 3.0
"""So long it takes to be connected with an agent who is free."""
IDLE_S = 1800.0
"""So long without a talk, with nobody waiting either: he may have been at work or not, and counts as away."""
DAY_S = 86_400.0
CLASS = "priority-"


def days_of(trace: Trace, zone: str) -> list[PastDay]:
    """Each local day of the trace. Visits are told apart by their place in it."""
    wanted = [call for call in trace.calls if call.entered == call.entered or call.started == call.started]
    wanted.sort(key=_came)
    numbered = enumerate(wanted)
    return [
        _day(BEGINNING.date() + timedelta(days=int(number)), list(calls), trace.name, zone)
        for number, calls in groupby(numbered, key=lambda one: _came(one[1]) // DAY_S)
    ]


def rules_of(trace: Trace, zone: str) -> Rules:
    """Rules under which the trace's desk is open while somebody calls, and its priorities are classes with credit."""
    credits_ = {f"{CLASS}{call.priority}": int(call.credit_s) for call in trace.calls if call.credit_s}
    seconds = [_came(call) % DAY_S for call in trace.calls if _came(call) == _came(call)]
    first, last = int(min(seconds) // 3600), int(max(seconds) // 3600) + 1
    week = dict.fromkeys(WEEK, ((f"{first:02}:00", f"{last:02}:00"),))
    rows = tuple(
        Route(when=(Test(attribute="segment", operator="is", value=name),), credit=name) for name in sorted(credits_)
    )
    return Rules(
        hours=Hours(zone=zone, week=week),
        calling_windows=CallingWindows(week=week),
        credits={"standard": 0, "booked": 120, "rescued": 600, **credits_},
        routing=rows,
    )


def _came(call: Call) -> float:
    """When he came to the queue: where nobody was before him he was served at once."""
    return call.entered if call.entered == call.entered else call.started


def _day(day: date, numbered: Sequence[tuple[int, Call]], name: str, zone: str) -> PastDay:
    calls = [call for _, call in numbered]
    standing = _Line(calls)
    wraps: dict[int, float] = {}
    stays = []
    for agent, served in _by_agent(calls):
        spells, found = _spells(calls, served, standing)
        wraps |= found
        stays.append(Stay(agent=AgentId(agent), skills={}, languages=(), spells=_moved(spells, zone)))
    visits = tuple(
        _visit(call, f"{name}:{number}", wraps.get(place), zone) for place, (number, call) in enumerate(numbered)
    )
    return PastDay(dates=(day,), visits=visits, stays=tuple(stays), inferred=True)


class _Line:
    """Who stood in line when."""

    def __init__(self, calls: Iterable[Call]) -> None:
        stood = [call for call in calls if call.left > call.entered]
        self._entered = sorted(call.entered for call in stood)
        self._left = sorted(call.left for call in stood)

    def last_waiting(self, start: float, end: float) -> float:
        """The last moment in (start, end) at which somebody waited who had just not come; `start` if there is none."""
        moment = end
        while moment > start:
            if bisect_left(self._entered, moment - TAKING_S) > bisect_left(self._left, moment):
                return moment
            place = bisect_left(self._left, moment) - 1
            if place < 0 or self._left[place] <= start:
                return start
            moment = self._left[place]
        return start


def _by_agent(calls: Sequence[Call]) -> Iterator[tuple[str, list[int]]]:
    """Each agent with the places of his calls, by when he took them."""
    taken = sorted(
        (call.agent, call.started, place) for place, call in enumerate(calls) if call.agent and _served(call)
    )
    for agent, rows in groupby(taken, key=lambda row: row[0]):
        yield agent, [place for _, _, place in rows]


def _served(call: Call) -> bool:
    return call.started == call.started


def _spells(
    calls: Sequence[Call], served: Sequence[int], line: _Line
) -> tuple[tuple[tuple[float, float], ...], dict[int, float]]:
    """(when he was at work, how long he wrote up each talk)."""
    wraps: dict[int, float] = {}
    away = []
    for before, after in pairwise(served):
        ended, next_began = calls[before].ended, calls[after].started
        busy_until = line.last_waiting(ended, next_began)
        if busy_until - ended <= WRITING_UP_S:
            wraps[before] = max(0.0, busy_until - ended)
        else:
            away.append((ended, busy_until))
        if next_began - busy_until > IDLE_S:
            away.append((busy_until, next_began))
    wraps[served[-1]] = 0.0
    # Sub-second overlaps of records are no reason to be in two places.
    return without([(calls[served[0]].started, max(calls[place].ended for place in served))], away), wraps


def _visit(call: Call, name: str, wrap_up_s: float | None, zone: str) -> Visit:
    stood = call.left - call.entered if call.left > call.entered else 0.0
    attributes = {"topic": call.kind, "channel": "ivr"}
    if call.credit_s:
        attributes["segment"] = f"{CLASS}{call.priority}"
    return Visit(
        id=name,
        arrived=_epoch(_came(call), zone),
        attributes=attributes,
        handling_s=call.ended - call.started if _served(call) else None,
        wrap_up_s=wrap_up_s if _served(call) else None,
        stood_s=stood,
        gave_up=not _served(call),
    )


def _moved(spells: Iterable[tuple[float, float]], zone: str) -> tuple[tuple[float, float], ...]:
    return tuple((_epoch(start, zone), _epoch(end, zone)) for start, end in spells)


def _epoch(local_s: float, zone: str) -> float:
    """Seconds since the epoch of a moment that is written as seconds on the local clock."""
    return (BEGINNING + timedelta(seconds=local_s)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).timestamp()
