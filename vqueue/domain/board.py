"""What everybody reads about a queue: who waits, who serves, and how long it takes from each place."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long one place still waits, seconds from `as_of`, as a distribution; `method` names the estimator's layer.

    `reasons` says what makes it uncertain (`cold_start`, `no_agents`, `closing`); with `no_agents` the numbers are inf.
    """

    as_of: datetime
    method: str
    mean_s: float
    p5_s: float
    p10_s: float
    p50_s: float
    p90_s: float
    p95_s: float
    reasons: tuple[str, ...] = ()
    raw_s: tuple[float, ...] = ()
    """The five quantiles as they were before they were calibrated; empty where they were not."""
    rolled_s: tuple[float, ...] = ()
    """The five quantiles as they were before a learned model corrected them, …"""
    model: str = ""
    """… which has this id; both empty where none did."""
    klass: str = ""
    """The class whose promises it was calibrated by (`bucket|credit class`; empty: any of the queue)."""
    level: float | None = None
    """Share of turns that a spoken window has to hold by this distribution, so that in the long run it holds what is
    promised; None where that is not known: the edges of the coverage are rounded outward then."""

    @property
    def quantiles_s(self) -> tuple[float, ...]:
        return self.p5_s, self.p10_s, self.p50_s, self.p90_s, self.p95_s


_LEAST_S = 1e-6


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """Ready places of one class: how many joined in each minute (`epoch minute`, `count`), oldest first."""

    bucket: str
    credit_class: str
    advantage_s: float
    """credit + lift of the class, seconds of age."""
    minutes: tuple[tuple[int, int], ...]
    grid: tuple[tuple[int, Wait], ...] = ()
    """(number ahead, wait) of this class, where its agents are not simply the queue's."""

    def before(self, key: float, as_of: float) -> float:
        """Places whose rank key (virtual start - advantage, epoch seconds) is smaller than `key`. Of its own minute
        they are a part: spread over it, or over what of it had passed at `as_of`. So who comes later has all of them
        before him, and nobody is before himself."""
        limit = key + self.advantage_s
        minute = int(limit // 60)
        passed = min(60.0, max(_LEAST_S, as_of - 60.0 * minute))
        share = 1.0 if limit > as_of else (limit - 60.0 * minute) / passed - _LEAST_S
        return sum(count if at < minute else share * count for at, count in self.minutes if at <= minute)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueBoard:
    """One queue now. `grid` holds (number ahead, wait), ascending; a reader interpolates for its own place."""

    queue: str
    as_of: datetime
    open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Open places by mode, callbacks not ready included."""
    ready: int = 0
    agents: Mapping[str, int] = field(default_factory=dict)
    """Agents who can serve this queue, by presence."""
    grid: tuple[tuple[int, Wait], ...] = ()
    classes: tuple[ClassCounts, ...] = ()
    oldest: datetime | None = None
    longest_s: float = 0.0
    open_callbacks: int = 0
    rules_version: int = 1
    inputs: Mapping[str, float] = field(default_factory=dict)
    """What the estimate was made from: agents, handling time, patience rate, …"""

    def ahead(self, *, virtual_start: datetime, credit_class: str, bucket: str) -> int:
        """Ready places that would be served before one with this virtual start (0 = next)."""
        own = next((c.advantage_s for c in self.classes if c.credit_class == credit_class and c.bucket == bucket), 0.0)
        key = virtual_start.timestamp() - own
        return max(0, int(sum(c.before(key, self.as_of.timestamp()) for c in self.classes)))

    def wait(self, ahead: int, klass: tuple[str, str] | None = None) -> Wait | None:
        """The wait of a place with `ahead` others before it, interpolated on the grid of its class (bucket, credit
        class) where that has one, else on the queue's; None on an empty board."""
        own = next((each.grid for each in self.classes if (each.bucket, each.credit_class) == klass), ())
        return _on(own or self.grid, ahead)

    def age_s(self, now: datetime) -> float:
        return (now - self.as_of).total_seconds()


def _on(grid: tuple[tuple[int, Wait], ...], ahead: int) -> Wait | None:
    if not grid:
        return None
    ranks = [rank for rank, _ in grid]
    i = bisect_left(ranks, ahead)
    if i < len(ranks) and ranks[i] == ahead:
        return grid[i][1]
    if i == 0:
        return grid[0][1]
    if i == len(ranks):
        return _stretched(grid[-1][1], (ahead + 1) / (ranks[-1] + 1))
    low, high = grid[i - 1][1], grid[i][1]
    return _between(low, high, (ahead - ranks[i - 1]) / (ranks[i] - ranks[i - 1]))


def _between(low: Wait, high: Wait, share: float) -> Wait:
    def mix(a: float, b: float) -> float:
        return a if a == b else a + (b - a) * share

    both = low.level is not None and high.level is not None
    return replace(
        low,
        mean_s=mix(low.mean_s, high.mean_s),
        p5_s=mix(low.p5_s, high.p5_s),
        p10_s=mix(low.p10_s, high.p10_s),
        p50_s=mix(low.p50_s, high.p50_s),
        p90_s=mix(low.p90_s, high.p90_s),
        p95_s=mix(low.p95_s, high.p95_s),
        raw_s=tuple(mix(a, b) for a, b in zip(low.raw_s, high.raw_s, strict=True)) if both else low.raw_s,
        rolled_s=tuple(mix(a, b) for a, b in zip(low.rolled_s, high.rolled_s, strict=False)),
        level=mix(low.level, high.level) if low.level is not None and high.level is not None else low.level,
    )


def _stretched(last: Wait, factor: float) -> Wait:
    return replace(
        last,
        mean_s=last.mean_s * factor,
        p5_s=last.p5_s * factor,
        p10_s=last.p10_s * factor,
        p50_s=last.p50_s * factor,
        p90_s=last.p90_s * factor,
        p95_s=last.p95_s * factor,
        raw_s=tuple(each * factor for each in last.raw_s),
        rolled_s=tuple(each * factor for each in last.rolled_s),
    )
