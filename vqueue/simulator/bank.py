"""The simulated bank at one moment: rules, people, floor, books, and the agenda of what happens next."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from heapq import heappop, heappush
from itertools import count
from math import inf

from vqueue.domain.board import QueueBoard
from vqueue.domain.rules import Rules
from vqueue.engine import routing
from vqueue.engine.hours import calling_allowed, next_allowed
from vqueue.engine.order import ClassKey
from vqueue.engine.plan import Line
from vqueue.simulator.boards import Boards, Evidence
from vqueue.simulator.floor import HOLD, QUEUE, Caller, Floor, at
from vqueue.simulator.people import Days, People
from vqueue.simulator.scenario import Scenario
from vqueue.simulator.tally import Tally

Deed = Callable[[], None]
RINGS = 500


class Agenda:
    """What is going to happen, in the order of time, then of being written down. Times are seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 0.0
        self._entries: list[tuple[float, int, Caller | None, int, Deed]] = []
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def next_at(self) -> float:
        """When the next thing happens; infinite where nothing does."""
        return self._entries[0][0] if self._entries else inf

    def at(self, when: float, deed: Deed, caller: Caller | None = None) -> None:
        """`deed` at that moment, not before now; what is about a caller is dropped where he moved on meanwhile."""
        step = 0 if caller is None else caller.step
        heappush(self._entries, (when if when > self.now else self.now, next(self._numbers), caller, step, deed))

    def after(self, seconds: float, deed: Deed, caller: Caller | None = None) -> None:
        step = 0 if caller is None else caller.step
        heappush(self._entries, (self.now + max(0.0, seconds), next(self._numbers), caller, step, deed))

    def do_next(self) -> None:
        self.now, _, caller, step, deed = heappop(self._entries)
        if caller is None or caller.step == step:
            deed()


@dataclass(slots=True, kw_only=True)
class Bank:
    """Everything the simulation changes, in one place."""

    scenario: Scenario
    rules: Rules
    days: Days
    floor: Floor
    boards: Boards
    evidence: Evidence
    tally: Tally
    counted_from: float
    agenda: Agenda = field(default_factory=Agenda)
    open: bool = False
    opens_at: datetime | None = None
    closed_at: float = 0.0
    """The last closing."""
    asks_everybody: bool = False
    """Whether it is reckoned what those are offered who would take no callback, so that offers are counted."""
    phones: set[str] = field(default_factory=set)
    """Customers whose telephone has a live leg."""
    seen: int = -1
    """`order.changes` when a tick last looked."""
    looked_ahead: int = -1
    """`order.changes` when it was asked last whom to ring ahead."""
    rang_s: deque[float] = field(default_factory=lambda: deque(maxlen=RINGS))
    """How long the last customers took from dialling to the key."""
    slots: dict[datetime, int] = field(default_factory=dict)
    """Calls booked into each slot."""
    plans_all: bool = False
    """Whether even ticks that leave nothing to weigh are planned."""
    rings_ahead: bool = False
    """Whether the rules have customers rung before an agent is free."""
    kinds: tuple[tuple[ClassKey, tuple[str, ...]], ...] = ()
    """Class and skills of each kind of the scenario's customers."""
    _alike: dict[tuple[str, ...], bool] = field(default_factory=dict)
    _line: Line | None = None
    _window: tuple[float, datetime | None] = (float("-inf"), None)

    def __post_init__(self) -> None:
        self.rings_ahead = self.rules.callback.dial_ahead
        spoken, needed = self.rules.languages[:1], self.rules.skills
        skills = [tuple(dict.fromkeys((*needed, *kind.skills))) for kind in self.scenario.kinds]
        self.kinds = tuple(
            (ClassKey(QUEUE, routing.bucket(each, spoken[0] if spoken else ""), kind.credit), each)
            for kind, each in zip(self.scenario.kinds, skills, strict=True)
        )

    @property
    def now(self) -> float:
        return self.agenda.now

    def line(self, board: QueueBoard | None) -> Line:
        """The queue as a tick sees it."""
        if board is None and self._line and (self._line.open_now, self._line.opens_at) == (self.open, self.opens_at):
            return self._line
        line = Line(queue=QUEUE, rules=self.rules, open_now=self.open, opens_at=self.opens_at, board=board)
        self._line = line if board is None else self._line
        return line

    def people(self, caller: Caller) -> People:
        return self.days.people[caller.generation]

    def alike(self, skills: tuple[str, ...]) -> bool:
        """Whether every agent serves who needs these skills, and all of them equally well."""
        known = self._alike.get(skills)
        if known is None:
            levels = {tuple([chair.skills.get(skill, 0) for skill in skills]) for chair in self.floor.chairs.values()}
            known = self._alike[skills] = len(levels) == 1 and all(level >= 1 for one in levels for level in one)
        return known

    def not_before(self) -> datetime | None:
        """When people may be rung again; None while they may be. Looked up once a minute."""
        minute = self.now // 60
        if self._window[0] != minute:
            windows, zone, now = self.rules.calling_windows, self.rules.hours.zone, at(self.now)
            later = None if calling_allowed(windows, zone, None, now) else next_allowed(windows, zone, None, now) or now
            self._window = minute, later
        return self._window[1]

    def park(self, caller: Caller, until: float, deed: Deed | None = None) -> None:
        """Not ready until then; his place is kept."""
        self.floor.coming[caller.id] = until, caller
        self.agenda.at(until, deed or partial(self.line_up, caller), caller)

    def line_up(self, caller: Caller) -> None:
        """He is ready, at the place of his virtual start."""
        floor = self.floor
        if floor.coming:
            floor.coming.pop(caller.id, None)
        floor.order.add(caller, self.agenda.now)
        floor.holders += caller.mode is HOLD or caller.pressed_at > 0

    def settle(self, caller: Caller, rang_at: float | None) -> None:
        """The first ring, or the knowledge that there will be none: counted, and learned from."""
        rolling, window = self.boards.rolling, caller.window
        if caller.promised and caller.quoted is not None and window is not None and rolling is not None:
            kept = rang_at is not None and window.start.timestamp() <= rang_at <= window.end.timestamp()
            rang_s = None if rang_at is None else rang_at - caller.promised_at
            coverage = self.rules.deadlines.coverage
            rolling.calibration = rolling.calibration.learned(
                caller.quoted, rang_s=rang_s, kept=kept, coverage=coverage
            )
        self.tally.settle(caller, rang_at)

    def take_out(self, caller: Caller) -> None:
        """Out of the line, where he is in it."""
        floor = self.floor
        if caller.id in floor.order.callers:
            floor.order.remove(caller)
            floor.holders -= caller.mode is HOLD or caller.pressed_at > 0
