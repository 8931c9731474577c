"""Windows that hold what they promise: offsets learned from the waits that have ended, group by group.

A score is how far a wait lies beyond the edge, in widths of the window, so that long waits do not rule short ones. The
edge moves by the scores' (1 - alpha) quantile (conformalised quantiles, Romano, Patterson, Candes 2019); alpha follows
the misses, alpha + gamma (target - missed) (Gibbs & Candes 2021). A score counts only once its wait has ended.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

GAMMA = 0.01
WINDOW = 1000
ENOUGH = 300
"""Scores a group needs to stand alone; below, it leans on its parent."""
MISS = 0.1
"""Share of waits that may lie beyond each edge."""
NARROWEST_S = 15.0
"""Width below which a window does not count as narrower still."""

Group = tuple[Hashable, ...]
"""A place in a tree of groups; its parent is the same without the last part, the root is ()."""


@dataclass(frozen=True, slots=True)
class Window:
    """Edges of which each is to be missed by one wait of ten, seconds."""

    low_s: float
    high_s: float

    @property
    def scale_s(self) -> float:
        return max(NARROWEST_S, self.high_s - self.low_s)


@dataclass(slots=True)
class _Edge:
    """The last scores of one group at one edge, and the share of misses it now allows itself."""

    alpha: float = MISS
    recent: deque[float] = field(default_factory=deque)
    ordered: list[float] = field(default_factory=list)

    def offset(self) -> float:
        """The ceil((N + 1)(1 - alpha))-th smallest score; 0 before the first."""
        if not self.ordered:
            return 0.0
        rank = -int(-(len(self.ordered) + 1) * (1.0 - self.alpha) // 1)
        return self.ordered[min(max(rank, 1), len(self.ordered)) - 1]

    def learn(self, score: float, *, missed: bool, weight: float) -> None:
        self.alpha = min(0.999, max(0.001, self.alpha + GAMMA * weight * (MISS - missed)))
        self.recent.append(score)
        insort(self.ordered, score)
        if len(self.recent) > WINDOW:
            del self.ordered[bisect_left(self.ordered, self.recent.popleft())]


@dataclass(slots=True)
class _Tree:
    """One edge of one tree of groups."""

    edges: dict[Group, _Edge] = field(default_factory=dict)

    def offset(self, group: Group) -> float:
        """The group's own, leaning on its parent's in the measure in which scores are missing."""
        own = self.edges.get(group)
        count = len(own.ordered) if own else 0
        share = min(1.0, count / ENOUGH) if group else 1.0
        mine = own.offset() if own else 0.0
        return mine if share == 1.0 else share * mine + (1.0 - share) * self.offset(group[:-1])

    def learn(self, group: Group, score: float, *, missed: bool, weight: float) -> None:
        for depth in range(len(group) + 1):
            self.edges.setdefault(group[:depth], _Edge()).learn(score, missed=missed, weight=weight)


@dataclass(slots=True)
class Calibrator:
    """Trees of groups side by side: each learns by all misses of its own groups, an edge moves by their mean."""

    low: list[_Tree]
    high: list[_Tree]

    @classmethod
    def of(cls, trees: int) -> "Calibrator":
        return cls([_Tree() for _ in range(trees)], [_Tree() for _ in range(trees)])

    def quote(self, window: Window, groups: Sequence[Group]) -> Window:
        """The window to be told. `groups`: one a tree. Never below 0, the low edge never above the high one."""
        low = window.low_s - window.scale_s * _mean(self.low, groups)
        high = max(0.0, window.high_s + window.scale_s * _mean(self.high, groups))
        return Window(min(max(0.0, low), high), high)

    def ended(self, window: Window, told: Window, groups: Sequence[Group], *, wait_s: float, weight: float) -> None:
        """A wait has ended for which `quote` made `told` of `window`."""
        below, above = (window.low_s - wait_s) / window.scale_s, (wait_s - window.high_s) / window.scale_s
        for low, high, group in zip(self.low, self.high, groups, strict=True):
            low.learn(group, below, missed=wait_s < told.low_s, weight=weight)
            high.learn(group, above, missed=wait_s > told.high_s, weight=weight)


def _mean(trees: Sequence[_Tree], groups: Sequence[Group]) -> float:
    offsets = [tree.offset(group) for tree, group in zip(trees, groups, strict=True)]
    return sum(offsets) / len(offsets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A quote to be given and what became of it. `wait_s` None: he left before his turn, which teaches nothing."""

    at: float
    ends: float
    window: Window
    groups: tuple[Group, ...]
    wait_s: float | None
    weight: float = 1.0
    """How many waits it stands for: more than one where others like it left before their turn."""


def told(asked: Iterable[Asked], calibrator: Calibrator) -> Iterator[Window]:
    """The window told to each, in the order of time; only waits that have ended by then have taught."""
    under_way: list[tuple[float, int, Asked, Window]] = []
    for number, each in enumerate(asked):
        while under_way and under_way[0][0] <= each.at:
            _learn(heappop(under_way), calibrator)
        window = calibrator.quote(each.window, each.groups)
        heappush(under_way, (each.ends, number, each, window))
        yield window
    while under_way:
        _learn(heappop(under_way), calibrator)


def _learn(entry: tuple[float, int, Asked, Window], calibrator: Calibrator) -> None:
    _, _, asked, window = entry
    if asked.wait_s is not None:
        calibrator.ended(asked.window, window, asked.groups, wait_s=asked.wait_s, weight=asked.weight)
