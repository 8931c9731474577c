"""Recorded calls told again, event by event: what could be known at the moment each customer entered the queue.

Nothing here looks ahead. Events at equal times come in the order in which a switch reports them: arrivals and ends of
service, exits from the queue, starts of service, entries into the queue.
"""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DAY_S = 86_400.0
RECENT_S = 600.0
"""An agent seen within this time is at work."""
HANDLED = 200
"""Finished talks of which the handling time is the mean."""
FIRST_HANDLING_S, FIRST_HANDLED = 180.0, 20
FIRST_PATIENCE_S, FIRST_QUEUED_S = 600.0, 3600.0
SHORTEST_S = 0.5
"""Nobody leaves the queue sooner than this after he entered it."""
NEVER = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLog:
    """Recorded calls as columns, one row a call, ordered by `arrived`. Times in seconds from any one midnight.

    NaN stands for what did not happen. `kind` and `agent` are codes into `kinds` and `agents`; agent -1 is unknown.
    `credit_s` is the queue time a call is given in advance (a priority).
    """

    arrived: Floats
    entered: Floats
    left: Floats
    started: Floats
    ended: Floats
    kind: Ints
    priority: Ints
    credit_s: Floats
    agent: Ints
    customer: Ints
    kinds: tuple[str, ...]
    agents: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.arrived)

    @property
    def queued(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.entered)

    @property
    def served(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.started)

    @property
    def wait_s(self) -> Floats:
        """Seconds in the queue, NaN for who did not queue."""
        return self.left - self.entered

    def rows(self, which: NDArray[np.bool_]) -> "CallLog":
        """The calls picked, in the same order."""
        columns = (
            "arrived",
            "entered",
            "left",
            "started",
            "ended",
            "kind",
            "priority",
            "credit_s",
            "agent",
            "customer",
        )
        picked = {name: getattr(self, name)[which] for name in columns}
        return CallLog(**picked, kinds=self.kinds, agents=self.agents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The queue at the moment call `row` entered it, before it stood in line. Durations in seconds, ages at `at`."""

    row: int
    at: float
    ahead: int
    """Others in the queue who are served before it."""
    queue: int
    """All others in the queue."""
    busy: int
    active: int
    """Agents busy or seen lately, and talks whose agent is not known."""
    handling_s: float
    patience_rate: float
    last_wait_s: float
    """Of the last who entered service from the queue (LES)."""
    last_of_kind_s: float
    last_of_priority_s: float
    head_s: float
    """How long the head has waited (HOL)."""
    mean10_s: float
    smoothed_s: float
    """Asterisk's moving average of the waits of those served."""
    talking_s: Floats
    """How long each talk in progress has lasted."""
    idle_s: Floats
    """How long ago each agent who is at work and not talking ended his last talk."""
    ahead_kinds: Ints
    arrivals: tuple[int, int, int]
    """In the last 5, 15 and 30 minutes; likewise below."""
    starts: tuple[int, int, int]
    abandonments: tuple[int, int, int]
    overtaking_per_s: float
    """A quarter of the last quarter of an hour's arrival rate: those with credit who may still come."""
    queue_kinds: tuple[int, ...]
    warm: bool
    """There are a last wait, one of its kind and priority, and ten waits before it."""


WINDOWS_S = (300.0, 900.0, 1800.0)
_ARRIVED, _ENDED, _LEFT, _STARTED, _ENTERED = 0, 0, 1, 2, 3


@dataclass(slots=True)
class _Recent:
    """Times of the last half hour."""

    times: list[float] = field(default_factory=list)

    def add(self, at: float) -> None:
        self.times.append(at)
        if len(self.times) > 4096:
            del self.times[: bisect_left(self.times, at - WINDOWS_S[-1])]

    def counts(self, at: float) -> tuple[int, int, int]:
        a, b, c = (len(self.times) - bisect_right(self.times, at - window) for window in WINDOWS_S)
        return a, b, c


@dataclass(slots=True)
class _Hall:
    """The state of the center as events go by."""

    log: CallLog
    line: list[tuple[float, int]] = field(default_factory=list)
    """(rank key, row) of those who wait, in the order in which they are served."""
    by_entry: list[tuple[float, int]] = field(default_factory=list)
    talking: dict[int, float] = field(default_factory=dict)
    at_work: dict[int, int] = field(default_factory=dict)
    """Agent → his talk now (a row), for agents who are known."""
    last_seen: dict[int, float] = field(default_factory=dict)
    handling: deque[float] = field(default_factory=lambda: deque(maxlen=HANDLED))
    handling_sum: float = 0.0
    queued_s: float = 0.0
    abandoned: int = 0
    last_wait: float | None = None
    last_entry: float = 0.0
    """Wait of the last who entered service at all: 0 if he did not queue."""
    by_kind: dict[int, float] = field(default_factory=dict)
    by_priority: dict[int, float] = field(default_factory=dict)
    ten: deque[float] = field(default_factory=lambda: deque(maxlen=10))
    smoothed: float = 0.0
    arrivals: _Recent = field(default_factory=_Recent)
    starts: _Recent = field(default_factory=_Recent)
    abandonments: _Recent = field(default_factory=_Recent)

    def arrived(self, row: int, at: float) -> None:
        self.arrivals.add(at)

    def ended(self, row: int, at: float) -> None:
        self.talking.pop(row, None)
        agent = int(self.log.agent[row])
        if agent >= 0:
            self.last_seen[agent] = at
            if self.at_work.get(agent) == row:
                del self.at_work[agent]
        service = at - float(self.log.started[row])
        if len(self.handling) == HANDLED:
            self.handling_sum -= self.handling[0]
        self.handling.append(service)
        self.handling_sum += service

    def left(self, row: int, at: float) -> None:
        log = self.log
        self.line.remove((self._key(row), row))
        self.by_entry.remove((float(log.entered[row]), row))
        wait = float(log.left[row] - log.entered[row])
        self.queued_s += wait
        if np.isnan(log.started[row]):
            self.abandoned += 1
            self.abandonments.add(at)
            return
        self.last_wait = wait
        self.by_kind[int(log.kind[row])] = self.by_priority[int(log.priority[row])] = wait
        self.ten.append(wait)
        self.smoothed = (3.0 * self.smoothed + wait) / 4.0

    def started(self, row: int, at: float) -> None:
        log = self.log
        agent = int(log.agent[row])
        self.starts.add(at)
        if log.ended[row] > at:
            # A talk of no length has ended already: ends come before starts.
            self.talking[row] = at
            if agent >= 0:
                self.at_work[agent] = row
        if agent >= 0:
            self.last_seen[agent] = at
        self.last_entry = 0.0 if np.isnan(log.entered[row]) else float(log.left[row] - log.entered[row])

    def entered(self, row: int, at: float) -> None:
        insort(self.line, (self._key(row), row))
        insort(self.by_entry, (float(self.log.entered[row]), row))

    def _key(self, row: int) -> float:
        return float(self.log.entered[row] - self.log.credit_s[row])

    def seen(self, row: int, at: float) -> Seen:
        ahead = bisect_right(self.line, (self._key(row), 1 << 62))
        kinds = self.log.kind
        idle = self._idle(at)
        unknown = sum(int(self.log.agent[talk]) < 0 for talk in self.talking)
        known = len(self.at_work)
        kind, priority = int(kinds[row]), int(self.log.priority[row])
        head = at - self.by_entry[0][0] if self.by_entry else self.last_entry
        counts = self.arrivals.counts(at)
        waiting = [0] * len(self.log.kinds)
        for _, other in self.line:
            waiting[int(kinds[other])] += 1
        return Seen(
            row=row, at=at, ahead=ahead, queue=len(self.line), busy=len(self.talking),
            active=max(1, known + len(idle) + unknown),
            handling_s=self.handling_sum / len(self.handling) if len(self.handling) >= FIRST_HANDLED
            else FIRST_HANDLING_S,
            patience_rate=self.abandoned / self.queued_s if self.queued_s >= FIRST_QUEUED_S else 1 / FIRST_PATIENCE_S,
            last_wait_s=self.last_wait or 0.0,
            last_of_kind_s=self.by_kind.get(kind, 0.0),
            last_of_priority_s=self.by_priority.get(priority, 0.0),
            head_s=head, mean10_s=sum(self.ten) / len(self.ten) if self.ten else 0.0, smoothed_s=self.smoothed,
            talking_s=np.array([at - start for start in self.talking.values()]), idle_s=np.array(idle),
            ahead_kinds=np.array([int(kinds[other]) for _, other in self.line[:ahead]], dtype=np.int64),
            arrivals=counts, starts=self.starts.counts(at), abandonments=self.abandonments.counts(at),
            overtaking_per_s=counts[1] / WINDOWS_S[1] / 4.0, queue_kinds=tuple(waiting),
            warm=self.last_wait is not None and kind in self.by_kind and priority in self.by_priority
            and len(self.ten) == 10,
        )  # fmt: skip

    def _idle(self, at: float) -> list[float]:
        """Ages of the last activity of the agents who are at work today and not talking."""
        today = at // DAY_S
        return [
            at - seen
            for agent, seen in self.last_seen.items()
            if agent not in self.at_work and at - seen <= RECENT_S and seen // DAY_S == today
        ]


def told_again(log: CallLog) -> Iterator[Seen]:
    """What was known at each entry into the queue, in the order of time."""
    hall = _Hall(log)
    deeds = (hall.arrived, hall.ended, hall.left, hall.started)
    for at, _, deed, row in _events(log):
        if deed < len(deeds):
            deeds[deed](row, at)
        else:
            yield hall.seen(row, at)
            hall.entered(row, at)


def _events(log: CallLog) -> list[tuple[float, int, int, int]]:
    """(time, rank among equal times, deed, row), in order."""
    left = np.maximum(log.left, log.entered + SHORTEST_S)
    kinds = (
        (log.arrived, _ARRIVED, 0), (log.ended, _ENDED, 1), (left, _LEFT, 2), (log.started, _STARTED, 3),
        (log.entered, _ENTERED, 4),
    )  # fmt: skip
    events: list[tuple[float, int, int, int]] = []
    for times, rank, deed in kinds:
        rows = np.flatnonzero(~np.isnan(times))
        events += [(float(times[row]), rank, deed, int(row)) for row in rows]
    events.sort()
    return events
