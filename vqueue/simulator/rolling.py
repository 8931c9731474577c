"""The roll-forward of the simulated queue, and what its promises have taught: what the live board is made from."""

from bisect import bisect_left
from collections.abc import Iterable, Set
from dataclasses import replace

from vqueue.domain.agent import Presence
from vqueue.domain.request import State
from vqueue.domain.rules import Rules
from vqueue.engine.board import SETUP_S
from vqueue.engine.order import ClassKey
from vqueue.engine.routing import unbucket
from vqueue.engine.wait.calibrating import Calibration
from vqueue.engine.wait.closed import patience
from vqueue.engine.wait.present import (
    BUSY,
    ENDING,
    FREE,
    Coming,
    Evidence,
    Grid,
    Line,
    Member,
    Post,
    Present,
    Rolled,
    newcomers,
)
from vqueue.engine.wait.roster import Plan, foreseen
from vqueue.simulator.floor import ON_DUTY, QUEUE, Chair, Floor, at
from vqueue.simulator.scenario import Scenario

ROLL_S = 15.0
"""Age at which the present is rolled forward anew; the numbers ahead are counted at each reading."""
AHEAD_S = 3600.0
"""Places that become ready within this are known to come, as the live service looks ahead."""
SIMULATED_PATHS = 100
"""Half as many as live: a day asks thousands of times."""


class Rolling:
    """Rolls the floor forward when somebody asks, and keeps what was learned of its promises."""

    def __init__(
        self, scenario: Scenario, rules: Rules, *, calibration: Calibration | None = None, paths: int = SIMULATED_PATHS
    ) -> None:
        self.rules, self.paths = rules, paths
        self.calibration = calibration or Calibration()
        self.wrap_up_s = scenario.wrap_up_s.mean
        self._classes: dict[ClassKey, Line] = {newcomers(QUEUE): Line(klass=newcomers(QUEUE), skills=rules.skills)}
        self._last: tuple[float, Rolled] | None = None

    def of(self, floor: Floor, now: float, *, samples: tuple[float, ...], abandoned: float, queued_s: float) -> Rolled:
        """At most a few seconds old; without grids where too little is known yet."""
        if self._last is None or now - self._last[0] >= ROLL_S:
            # Its compiler is slow to load, and days served again do without.
            from vqueue.engine.wait.rolling import rolled

            evidence = Evidence(samples=samples, patience=patience(abandoned, queued_s), setup_s=SETUP_S)
            present = self._present(floor, now)
            self._last = now, rolled(present, {QUEUE: evidence}, at(now), seed=int(now), paths=self.paths)
        return self._last[1]

    def _present(self, floor: Floor, now: float) -> Present:
        chairs = [chair for chair in floor.chairs.values() if chair.wanted and chair.presence in ON_DUTY]
        lines = dict(self._classes)
        coming = self._coming(floor, now)
        for klass in {*floor.order.classes, *coming} - set(lines):
            lines[klass] = self._classes[klass] = self._line(klass)
        callers = floor.order.callers
        for klass, places in floor.order.classes.items():
            members = tuple(Member(start - now, callers[each].state is State.HOLDING, each) for start, each in places)
            lines[klass] = replace(lines[klass], members=members)
        for klass, expected in coming.items():
            lines[klass] = replace(lines[klass], coming=tuple(expected))
        posts = foreseen([self._post(chair, now) for chair in chairs], (Plan.of(self.rules, at(now)),))
        return Present(posts=posts, lines=tuple(lines.values()))

    def _coming(self, floor: Floor, now: float) -> dict[ClassKey, list[Coming]]:
        """Retries and booked times that become ready within the hour."""
        found: dict[ClassKey, list[Coming]] = {}
        for when, caller in floor.coming.values():
            if now <= when <= now + AHEAD_S:
                member = Member(caller.virtual_start - now, False, caller.id)
                found.setdefault(caller.klass, []).append(Coming(when - now, member))
        return found

    def _line(self, klass: ClassKey) -> Line:
        skills, language = unbucket(klass.bucket)
        credit = float(self.rules.credits.get(klass.credit_class, 0))
        return Line(klass=klass, skills=skills, languages=(language,) if language else (), advantage_s=credit)

    def _post(self, chair: Chair, now: float) -> Post:
        doing, time_s = BUSY, now - chair.reserved_at
        if chair.presence is Presence.READY:
            doing, time_s = FREE, now - chair.since
        elif chair.presence is Presence.WRAPPING:
            doing, time_s = ENDING, max(0.0, self.wrap_up_s - (now - chair.since))
        return Post(
            agent=chair.id, skills=chair.skills, languages=chair.languages, doing=doing, time_s=time_s, queue=QUEUE
        )


def near(rolled: Rolled, asked: Iterable[int]) -> Rolled:
    """Of each grid the ranks between which these numbers ahead lie: whoever asks about them reads the same."""
    numbers = set(asked)
    return replace(rolled, grids={klass: _near(grid, numbers) for klass, grid in rolled.grids.items()})


def _near(grid: Grid, numbers: Set[int]) -> Grid:
    ranks = [rank for rank, _ in grid]
    found = {min(max(0, bisect_left(ranks, number) - step), len(ranks) - 1) for number in numbers for step in (0, 1)}
    return tuple(grid[i] for i in sorted(found))
