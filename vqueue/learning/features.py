"""What the learned layer looks at: the queue as it was seen, and the roll-forward of it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from vqueue.engine.replay import DAY_S, CallLog, Floats, Seen

KINDS = 8
"""Kinds of calls that are told apart; the rest count together."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
ROLLED = 2 + len(QUANTILES)
"""The first columns are of the roll-forward: mean, spread and quantiles."""
LAST = (5, 15, 60)
HOUR_S = 3600.0
DAMPED_S = 60.0
"""Added above and below in a ratio of sums, so that few short waits say little."""


def of_turns(turns: Floats) -> list[float]:
    """`turns` are sorted."""
    return [float(turns.mean()), float(turns.std()), *_quantiles(turns)]


def _quantiles(ordered: Floats) -> list[float]:
    """Linear between neighbours; several times faster than numpy's on small samples."""
    found = []
    for share in QUANTILES:
        at = share * (len(ordered) - 1)
        low = int(at)
        high = min(low + 1, len(ordered) - 1)
        found.append(float(ordered[low] + (at - low) * (ordered[high] - ordered[low])))
    return found


def of_state(seen: Seen, log: CallLog) -> list[float]:
    """Counts, rates, earlier waits, ages of the talks in progress, time of day and week, the call's own kind."""
    talking, idle = seen.talking_s, seen.idle_s
    ages = [float(talking.mean()), float(talking.max()), float(np.median(talking))] if len(talking) else [0.0] * 3
    kind = int(log.kind[seen.row])
    return [
        seen.ahead, seen.queue, seen.busy, seen.active, seen.handling_s, seen.patience_rate * 1e3,
        seen.last_wait_s, seen.last_of_kind_s, seen.last_of_priority_s, seen.head_s, seen.mean10_s, seen.smoothed_s,
        *seen.arrivals, *seen.starts, *seen.abandonments,
        *ages, float((talking > 300.0).sum()), float((talking < 30.0).sum()),
        float(idle.min()) if len(idle) else 999.0, len(idle), float((idle < 60.0).sum()),
        seen.at % DAY_S / HOUR_S, seen.at // DAY_S % 7,
        min(kind, KINDS), float(log.priority[seen.row]), *_by_kind(seen.queue_kinds),
        (seen.ahead + 1) * seen.handling_s / seen.active,
        (seen.ahead + 1) * seen.handling_s / max(1, seen.busy),
    ]  # fmt: skip


def _by_kind(counts: Sequence[int]) -> list[float]:
    told = [float(count) for count in counts[:KINDS]]
    return [*told, *[0.0] * (KINDS - len(told))]


@dataclass(slots=True)
class Misjudged:
    """How the roll-forward's means compare with the waits that have ended since, and with those still going on."""

    ended: deque[tuple[float, float, float]] = field(default_factory=lambda: deque(maxlen=LAST[-1]))
    """(end, wait, mean) of those served, latest last."""
    waiting: dict[int, tuple[float, float]] = field(default_factory=dict)
    under_way: list[tuple[float, int, float, float, bool]] = field(default_factory=list)

    def told(self, at: float) -> list[float]:
        """Wait per mean and mean difference of the last 5, 15, 60; longest and summed excess of those who wait."""
        while self.under_way and self.under_way[0][0] <= at:
            end, row, wait, mean, served = heappop(self.under_way)
            del self.waiting[row]
            if served:
                self.ended.append((end, wait, mean))
        lately = [(wait, mean) for end, wait, mean in self.ended if at - end < HOUR_S]
        over = [at - entered - mean for entered, mean in self.waiting.values()]
        found: list[float] = []
        for count in LAST:
            last = lately[-count:]
            waits, means = sum(wait for wait, _ in last), sum(mean for _, mean in last)
            found += [(waits + DAMPED_S) / (means + DAMPED_S), (waits - means) / max(1, len(last))]
        return [*found, max(over, default=0.0), sum(max(0.0, each) for each in over), len(lately)]

    def add(self, seen: Seen, log: CallLog, mean_s: float) -> None:
        """A customer now waits of whom the roll-forward expects `mean_s`."""
        end, wait = float(log.left[seen.row]), float(log.wait_s[seen.row])
        self.waiting[seen.row] = (seen.at, mean_s)
        heappush(self.under_way, (end, seen.row, wait, mean_s, bool(log.served[seen.row])))


def table(views: Sequence[Seen], log: CallLog, rolled: Sequence[Floats]) -> Floats:
    """A row a view, in the order of time; the first `ROLLED` columns are the roll-forward's."""
    misjudged, rows = Misjudged(), []
    for seen, turns in zip(views, rolled, strict=True):
        expected = of_turns(turns)
        rows.append([*expected, *misjudged.told(seen.at), *of_state(seen, log)])
        misjudged.add(seen, log, expected[0])
    return np.array(rows, dtype=np.float64)


ABOUT_ROLLED = ROLLED + 2 * len(LAST) + 3
"""Columns before this one rest on the roll-forward."""
