"""Windows that hold what they promise: what the first rings of past promises teach about the windows spoken next.

Two things are learned, group by group, only from promises whose first ring has happened or whose window has passed:
where the rings fell by the distribution that was quoted (their *scores*; the quantiles are moved to where so many
really fell, as conformalised quantiles are: Romano, Patterson, Candes 2019), and the *level*: the share of turns a
window has to hold by that distribution so that, rounded to the clock as it is spoken, it holds the coverage of the
rules in the long run (level + gamma (coverage - kept): Gibbs & Candes 2021). A group is a method, in it a bucket of the
number ahead, in it a class; below 300 promises it leans on its parent in the measure in which they are missing, a
method on the distribution as it was estimated. The state is a value, and survives JSON.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Any

from vqueue.domain.board import Wait
from vqueue.engine.wait.closed import PROBABILITIES
from vqueue.engine.wait.reading import score, scored_each

KEPT = 2000
"""Newest scores a group remembers."""
ENOUGH = 300
"""Promises a group needs for a level of its own."""
ENOUGH_SCORES = 2000
"""Scores a group needs to say alone where rings fall. Those of one hour err together: two thousand are a day or two,
worth some three hundred that know nothing of each other."""
GAMMA = 0.008
"""A step of the level. Larger ones chase the errors of an hour, which are over when they are known."""
LEVEL = 0.92
"""Of the share a window holds before it is rounded to the clock, where nothing was learned yet: a new bank's first
promises are rather too wide than broken. Some hundreds of them bring it to where the coverage is held, about 0.80."""
LEAST, MOST = 0.30, 0.995
BUCKETS = (1, 3, 8, 20, 50)
"""Numbers ahead at which a group of its own begins."""
_NORMAL = NormalDist()
_AS_ESTIMATED = tuple(_NORMAL.inv_cdf(p) for p in PROBABILITIES)


@dataclass(frozen=True, slots=True)
class Learned:
    """Of one group: scores, newest last, and the level."""

    scores: tuple[float, ...] = ()
    level: float = LEVEL
    seen: int = 0
    ordered: tuple[float, ...] = ()
    """The scores ascending, kept so that each quote need not sort them."""

    def after(self, fell: float | None, *, kept: bool, coverage: float) -> "Learned":
        """One promise more; `fell` is the score of its ring, None where nothing is known of it."""
        level = round(min(MOST, max(LEAST, self.level + GAMMA * (coverage - kept))), 5)
        if fell is None:
            return Learned(self.scores, level, self.seen + 1, self.ordered)
        ordered = list(self.ordered)
        for oldest in self.scores[: max(0, len(self.scores) + 1 - KEPT)]:
            del ordered[bisect_left(ordered, oldest)]
        insort(ordered, fell)
        return Learned((*self.scores, fell)[-KEPT:], level, self.seen + 1, tuple(ordered))

    def marks(self) -> tuple[float, ...]:
        """The ceil((N + 1) p)-th smallest score for each of the five probabilities."""
        count = len(self.ordered)
        return tuple(self.ordered[min(max(int(-(-(count + 1) * p // 1)), 1), count) - 1] for p in PROBABILITIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What a promise rested on: method and raw quantiles (seconds from when it was made), class, number ahead."""

    method: str
    quantiles_s: tuple[float, ...]
    klass: str
    ahead: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What one queue's promises have taught; empty: nothing yet."""

    groups: Mapping[str, Learned] = field(default_factory=dict)

    def told(self, wait: Wait, *, klass: str, ahead: int) -> Wait:
        """The wait with the quantiles at which so many rings really fell, the raw ones beside them, and the level.
        Untouched where there is nothing to calibrate: no wait, no agents, too little evidence for a distribution."""
        if wait.p95_s <= wait.p5_s or wait.p95_s == float("inf") or "cold_start" in wait.reasons:
            return wait
        raw, path = wait.quantiles_s, _path(wait.method, klass, ahead)
        marks, level = self._marks(path), self._level(path)
        p5, p10, p50, p90, p95 = scored_each(raw, marks)
        return replace(wait, p5_s=p5, p10_s=p10, p50_s=p50, p90_s=p90, p95_s=p95, raw_s=raw, klass=klass, level=level)

    def learned(
        self, quoted: Quoted, *, rang_s: float | None, kept: bool, coverage: float, passed_s: float | None = None
    ) -> "Calibration":
        """After one more promise: its first ring came `rang_s` after it was made, inside its window or not. Where the
        ring is not known (None) but the end of the window, `passed_s` after it was made, has passed: beyond it by as
        much as the standard normal law goes beyond on average."""
        groups = dict(self.groups)
        path = _path(quoted.method, quoted.klass, quoted.ahead)
        fell = _fell(quoted.quantiles_s, rang_s, passed_s)
        for depth in range(1, len(path) + 1):
            name = _name(path[:depth])
            groups[name] = groups.get(name, Learned()).after(fell, kept=kept, coverage=coverage)
        return Calibration(groups)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            name: {"scores": list(each.scores), "level": each.level, "seen": each.seen}
            for name, each in self.groups.items()
        }

    @classmethod
    def from_plain(cls, document: Mapping[str, Any]) -> "Calibration":
        """Of what `plain` gave; a group of another shape is left out."""
        groups = {}
        for name, each in document.items():
            if isinstance(each, Mapping) and {"scores", "level", "seen"} <= set(each):
                scores = tuple(float(score) for score in each["scores"])
                groups[name] = Learned(scores, float(each["level"]), int(each["seen"]), tuple(sorted(scores)))
        return cls(groups)

    def _marks(self, path: tuple[str, ...]) -> tuple[float, ...]:
        """The scores at the five probabilities."""
        if not path:
            return _AS_ESTIMATED
        own = self.groups.get(_name(path), Learned())
        share = min(1.0, len(own.scores) / ENOUGH_SCORES)
        if share == 0.0:
            return self._marks(path[:-1])
        mine = own.marks()
        if share == 1.0:
            return mine
        return tuple(share * a + (1.0 - share) * b for a, b in zip(mine, self._marks(path[:-1]), strict=True))

    def _level(self, path: tuple[str, ...]) -> float:
        if not path:
            return LEVEL
        own = self.groups.get(_name(path), Learned())
        share = min(1.0, own.seen / ENOUGH)
        return share * own.level + (1.0 - share) * self._level(path[:-1])


def _fell(quantiles_s: tuple[float, ...], rang_s: float | None, passed_s: float | None) -> float | None:
    """The score of the first ring."""
    if rang_s is not None:
        return round(score(quantiles_s, rang_s), 3)
    if passed_s is None:
        return None
    end = score(quantiles_s, passed_s)
    excess = _NORMAL.pdf(end) / max(1e-6, 1.0 - _NORMAL.cdf(end)) - end
    return round(end + max(0.1, excess), 3)


def _path(method: str, klass: str, ahead: int) -> tuple[str, ...]:
    return method, str(bisect_right(BUCKETS, ahead)), klass


def _name(path: tuple[str, ...]) -> str:
    return "|".join(path)
