"""The board of the simulated queue, made by the live code; only the waits that somebody asks about are reckoned."""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from math import inf

from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.phone import Sealed
from vqueue.domain.rules import Queue
from vqueue.engine import board as boards
from vqueue.engine.order import ClassKey
from vqueue.engine.team import Staff, presences
from vqueue.engine.wait.model import RANKS, QueueState, WaitModel
from vqueue.engine.wait.present import Rolled
from vqueue.simulator.floor import BUSY, Chair, Floor, at
from vqueue.simulator.rolling import Rolling, near

LOOK_BACK_S = 4 * 3600.0
"""What is older says nothing about now; as long as the live service looks back."""
FRESH_S = 60.0
"""How long the figures of the last hours are believed: they move slowly."""
BOARD_S = 1.0
"""Age at which a board is made anew."""
GLANCE_S = 15.0
"""How old one may be that only says that nothing is in danger by far."""
NEWEST = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """Evidence of the last hours, as `engine.board` asks for it."""

    handled: int = 0
    handling_s: float = 0.0
    handling_samples: tuple[float, ...] = ()
    abandoned: int = 0
    queued_s: float = 0.0


class Evidence:
    """What ended lately: handling times, and the seconds customers stood on the line."""

    def __init__(self) -> None:
        self._talked_at: deque[float] = deque()
        self._talks_s: deque[float] = deque()
        self._stood: deque[tuple[float, float, bool]] = deque()
        self._busy_s = self._queued_s = 0.0
        self._abandoned = 0
        self._read: tuple[float, Figures] = (float("-inf"), Figures())

    def handled(self, now: float, seconds: float) -> None:
        """An agent is free again after so long with one customer, from his reservation on."""
        self._talked_at.append(now)
        self._talks_s.append(seconds)
        self._busy_s += seconds

    def stood(self, now: float, seconds: float, *, abandoned: bool) -> None:
        """A customer stood on the line for so long."""
        self._stood.append((now, seconds, abandoned))
        self._queued_s += seconds
        self._abandoned += abandoned

    def figures(self, now: float) -> Figures:
        """Of the last hours, at most a minute old."""
        if now - self._read[0] >= FRESH_S:
            self._forget(now - LOOK_BACK_S)
            newest = tuple(islice(reversed(self._talks_s), NEWEST))
            self._read = now, Figures(len(self._talks_s), self._busy_s, newest, self._abandoned, self._queued_s)
        return self._read[1]

    def _forget(self, before: float) -> None:
        while self._talked_at and self._talked_at[0] < before:
            self._talked_at.popleft()
            self._busy_s -= self._talks_s.popleft()
        while self._stood and self._stood[0][0] < before:
            _, seconds, abandoned = self._stood.popleft()
            self._queued_s -= seconds
            self._abandoned -= abandoned


_NO_WAIT = Wait(as_of=at(0.0), method="", mean_s=0.0, p5_s=0.0, p10_s=0.0, p50_s=0.0, p90_s=0.0, p95_s=0.0)


class _Noted:
    """A wait model that only notes the state it is asked about."""

    def __init__(self) -> None:
        self.state: QueueState | None = None

    def wait(self, *, ahead: int, state: QueueState, now: datetime) -> Wait:
        self.state = state
        return _NO_WAIT


class Boards:
    """The board, at most a second old. `reading` gives it with the part of its grid that a reader of these places sees:
    the same figures as the whole grid has, and the same interpolation between them."""

    def __init__(
        self, queue: Queue, floor: Floor, evidence: Evidence, model: WaitModel, rolling: Rolling | None = None
    ) -> None:
        self.queue, self.floor, self.evidence, self.model = queue, floor, evidence, model
        self.rolling = rolling
        self._team = _team(queue, floor)
        self.open_callbacks = 0
        self.offers: dict[ClassKey, tuple[float, bool]] = {}
        """When somebody of this class last came, and whether a callback was offered to him."""
        self._board: QueueBoard | None = None
        self._made_at = float("-inf")
        self._waits: dict[int, Wait] = {}
        self._state: QueueState | None = None
        self._last_p90: dict[int, tuple[float, float]] = {}
        """When its board was made, and the P90, by the number ahead."""

    def now(self, now: float, *, anew_s: float = BOARD_S) -> QueueBoard:
        """Counts and agents, made anew from this age on; its grid is empty."""
        if self._board is None or now - self._made_at >= anew_s:
            noted = _Noted()
            made = boards.staffed(
                queue=self.queue,
                counts=self._counts(),
                staff=self._staff,
                history=self.evidence.figures(now),
                now=at(now),
                model=noted,
                open_callbacks=self.open_callbacks,
            )
            self._board, self._made_at = replace(made, grid=()), now
            self._state, self._waits = noted.state, {}
        return self._board

    def reading(
        self, now: float, ahead: Callable[[QueueBoard], Iterable[int]], *, anew_s: float = BOARD_S
    ) -> QueueBoard:
        """With the waits of the places that `ahead` names on this board."""
        board = self.now(now, anew_s=anew_s)
        rolled = self._rolled(now)
        if self.rolling is not None and rolled is not None:
            return boards.told(board, near(rolled, ahead(board)), self.rolling.calibration)
        ranks = sorted({rank for each in ahead(board) for rank in _around(each)})
        made = replace(board, grid=tuple((rank, self._wait(rank)) for rank in ranks))
        return boards.told(made, None, self.rolling.calibration) if self.rolling is not None else made

    def plainly_within(self, now: float, ahead: int, slack_s: float) -> bool:
        """Whether the P90 of this place is less than half of the slack by a board of the last seconds: nobody need look
        closer."""
        told = self._last_p90.get(ahead)
        if told is None or now - told[0] > GLANCE_S:
            wait = self.reading(now, lambda board: (ahead,), anew_s=GLANCE_S).wait(ahead)
            told = self._last_p90[ahead] = self._made_at, wait.p90_s if wait is not None else inf
        return 2 * told[1] <= slack_s

    def _rolled(self, now: float) -> Rolled | None:
        """None where the closed form has to do: nothing is rolled here, or too little is known."""
        if self.rolling is None:
            return None
        seen = self.evidence.figures(now)
        made = self.rolling.of(
            self.floor, now, samples=seen.handling_samples, abandoned=seen.abandoned, queued_s=seen.queued_s
        )
        return made if made.grids else None

    def _wait(self, rank: int) -> Wait:
        assert self._state is not None
        if rank not in self._waits:
            self._waits[rank] = self.model.wait(ahead=rank, state=self._state, now=at(self._made_at))
        return self._waits[rank]

    def _staff(self, ready: int) -> Staff:
        """There is one queue only, so each agent counts in full, however many are ready."""
        found = [chair.presence for chair in self._team]
        leaving = [chair.presence for chair in self._team if not chair.on_shift or chair.lost]
        ready, told = found.count(Presence.READY), presences(found)
        busy = sum([told[presence] for presence in BUSY]) - sum([leaving.count(presence) for presence in BUSY])
        return Staff(float(ready + busy), float(ready), told)

    def _counts(self) -> boards.Counts:
        return {
            (str(state), str(mode), klass.bucket, klass.credit_class, True): tuple(minutes.items())
            for (state, mode, klass), minutes in self.floor.order.minutes.items()
        }


def _team(queue: Queue, floor: Floor) -> list[Chair]:
    """Who can serve the queue; what they can do does not change."""
    return [chair for chair in floor.chairs.values() if boards.serves(_agent(chair), queue)]


def _agent(chair: Chair) -> Agent:
    return Agent(
        id=chair.id,
        name="",
        address_kind=AddressKind.SIP,
        address=Sealed(""),
        skills=chair.skills,
        languages=chair.languages,
        presence=chair.presence,
        since=at(0.0),
    )


def _around(ahead: int) -> tuple[int, ...]:
    """The ranks of the grid between which this one lies."""
    i = bisect_left(RANKS, ahead)
    if i == len(RANKS):
        return (RANKS[-1],)
    return (RANKS[i],) if RANKS[i] == ahead or i == 0 else (RANKS[i - 1], RANKS[i])
