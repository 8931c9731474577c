"""Two sets of rules on the same days: the change of each figure with an interval, from paired resampling."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from vqueue.domain.rehearsal import Figure, Verdict
from vqueue.simulator.laws import Floats
from vqueue.simulator.replaying import Served

BLOCK_S = 1800.0
LEVEL = 0.95
RESAMPLES = 1000
RESAMPLES_OF_QUANTILES = 300
"""Each sorts every wait; they are plainly dearer than sums."""
ENOUGH_DAYS = 7
"""From so many days on whole days are resampled, otherwise half-hours: those of one day hang together, so that their
intervals are rather too narrow than too wide."""
FEWEST_UNITS = 6
"""Of fewer half-hours with customers nothing is told."""
Column = tuple[Floats, NDArray[np.intp]]
"""Values, and the unit each belongs to."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One set of rules on all days and repetitions: what it did, each part with its unit."""

    parts: tuple[tuple[Served, NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]], ...]
    """Served, and the units of its customers, of its promises, of its minutes."""

    def column(self, of: Callable[[Served], tuple[Floats, str]]) -> Column:
        """The finite values of one thing in all parts."""
        found: list[Column] = []
        for part, customers, promises, minutes in self.parts:
            values, clock = of(part)
            units = {"customers": customers, "promises": promises, "minutes": minutes}[clock]
            known = np.isfinite(values)
            found.append((values[known], units[known]))
        return np.concatenate([values for values, _ in found]), np.concatenate([units for _, units in found])


def _of_customers(values: Floats | NDArray[np.bool_]) -> tuple[Floats, str]:
    return np.asarray(values, dtype=np.float64), "customers"


MEANS: dict[str, tuple[str, int, Callable[[Served], tuple[Floats, str]]]] = {
    "wait_mean_s": ("s", -1, lambda one: _of_customers(one.wait_s)),
    "hold_mean_s": ("s", -1, lambda one: _of_customers(one.hold_s)),
    "abandoned_share": ("share", -1, lambda one: _of_customers(one.abandoned)),
    "promise_coverage": ("share", 1, lambda one: (np.asarray(one.kept, dtype=np.float64), "promises")),
    "agent_idle_share": ("share", 0, lambda one: (_idle(one), "minutes")),
    "second_hold_mean_s": ("s", -1, lambda one: _of_customers(one.second_hold_s)),
}
"""Unit, which way is better (0: neither), and the values a mean is made of."""
QUANTILES = {"wait_p50_s": 0.5, "wait_p90_s": 0.9}
COUNTS: dict[str, tuple[int, Callable[[Served], tuple[Floats, str]]]] = {
    "callbacks_offered": (0, lambda one: _of_customers(one.offered)),
    "callbacks_accepted": (0, lambda one: _of_customers(one.accepted)),
    "served": (1, lambda one: _of_customers(np.isfinite(one.wait_s))),
}
ORDER = (
    "wait_mean_s", "wait_p50_s", "wait_p90_s", "hold_mean_s", "abandoned_share", "promise_coverage",
    "agent_idle_share", "second_hold_mean_s", "callbacks_offered", "callbacks_accepted", "served",
)  # fmt: skip


def _idle(one: Served) -> Floats:
    """Of each minute the part of the agents at work that is ready; a minute with nobody at work says nothing."""
    free, busy = one.minutes[:, 1], one.minutes[:, 2]
    there = free + busy
    return np.where(there > 0, free / np.maximum(there, 1.0), np.nan)


@dataclass(frozen=True, slots=True)
class Compared:
    """Figures in their order, and what their intervals are made from."""

    figures: tuple[Figure, ...]
    resampled: str
    units: int


def compared(in_force: Sequence[Sequence[Served]], draft: Sequence[Sequence[Served]], *, chance: Generator) -> Compared:
    """`in_force` and `draft` alike: for each day what each repetition came to. A unit is resampled with everything
    that happened in it under both rules and in all repetitions, so that what both share cancels."""
    by_day = len(in_force) >= ENOUGH_DAYS
    starts = [_start(day) for day in in_force]
    first, second = (_sample(rules, starts, by_day=by_day) for rules in (in_force, draft))
    used = np.unique(first.column(lambda one: _of_customers(one.abandoned))[1])
    resampling = _Resampling(first, second, used, chance, per=len(in_force) * max(1, len(in_force[0])))
    figures = {name: resampling.figure(name) for name in ORDER}
    return Compared(tuple(figures.values()), "days" if by_day else "half_hours", len(used))


def _start(day: Sequence[Served]) -> float:
    return min((float(one.arrived[0]) for one in day if len(one.arrived)), default=0.0) // BLOCK_S * BLOCK_S


def _sample(rules: Sequence[Sequence[Served]], starts: Sequence[float], *, by_day: bool) -> Sample:
    def units(at: Floats, day: int) -> NDArray[np.intp]:
        block = np.zeros(len(at)) if by_day else np.clip((at - starts[day]) // BLOCK_S, 0, 99)
        return np.asarray(day * 100 + block, dtype=np.intp)

    return Sample(
        tuple(
            (one, units(one.arrived, day), units(one.promised_at, day), units(one.minutes[:, 0], day))
            for day, repetitions in enumerate(rules)
            for one in repetitions
        )
    )


class _Resampling:
    """The same draws of units for every figure and both rules."""

    def __init__(self, first: Sample, second: Sample, used: NDArray[np.intp], chance: Generator, *, per: int) -> None:
        self.samples, self.used, self.per = (first, second), used, per
        size = len(used)
        self.weights = chance.multinomial(size, np.full(size, 1.0 / size), RESAMPLES).astype(np.float64)

    def figure(self, name: str) -> Figure:
        if name in QUANTILES:
            return self._quantile(name, QUANTILES[name])
        if name in COUNTS:
            better, of = COUNTS[name]
            return self._told(name, "count", better, *(self._sums(sample.column(of)) for sample in self.samples))
        unit, better, of = MEANS[name]
        return self._told(name, unit, better, *(self._means(sample.column(of)) for sample in self.samples))

    def _rows(self, column: Column) -> tuple[Floats, NDArray[np.intp]]:
        """Values with the places of their units among those used; what happened in no unit with customers is left."""
        values, units = column
        place = np.searchsorted(self.used, units)
        there = (place < len(self.used)) & (self.used[np.minimum(place, len(self.used) - 1)] == units)
        return values[there], place[there]

    def _means(self, column: Column) -> tuple[float | None, Floats]:
        values, place = self._rows(column)
        size = len(self.used)
        sums, counts = np.bincount(place, values, size), np.bincount(place, minlength=size).astype(np.float64)
        below = self.weights @ counts
        drawn = np.where(below > 0, (self.weights @ sums) / np.maximum(below, 1.0), np.nan)
        return (float(sums.sum() / counts.sum()) if counts.sum() else None), drawn

    def _sums(self, column: Column) -> tuple[float | None, Floats]:
        values, place = self._rows(column)
        sums = np.bincount(place, values, len(self.used))
        return float(sums.sum()) / self.per, (self.weights @ sums) / self.per

    def _quantile(self, name: str, p: float) -> Figure:
        both = []
        for sample in self.samples:
            values, place = self._rows(sample.column(lambda one: _of_customers(one.wait_s)))
            order = np.argsort(values, kind="stable")
            values, place = values[order], place[order]
            drawn = np.full(RESAMPLES_OF_QUANTILES, np.nan)
            for i, weights in enumerate(self.weights[:RESAMPLES_OF_QUANTILES]):
                heaped = np.cumsum(weights[place])
                if len(heaped) and heaped[-1] > 0:
                    drawn[i] = values[np.searchsorted(heaped, p * heaped[-1])]
            point = float(values[max(0, int(np.ceil(p * len(values))) - 1)]) if len(values) else None
            both.append((point, drawn))
        return self._told(name, "s", -1, *both)

    def _told(
        self, name: str, unit: str, better: int, old: tuple[float | None, Floats], new: tuple[float | None, Floats]
    ) -> Figure:
        if old[0] is None or new[0] is None:
            return Figure(name=name, unit=unit, in_force=_rounded(old[0]), draft=_rounded(new[0]))
        change = new[0] - old[0]
        low, high = _interval(new[1] - old[1])
        same = change == 0.0 and low == 0.0 and high == 0.0
        if len(self.used) < FEWEST_UNITS and not same:
            low = high = None
        if same:
            verdict = Verdict.SAME
        elif low is None or high is None or low <= 0 <= high:
            verdict = Verdict.UNCLEAR
        elif better == 0:
            verdict = Verdict.NEITHER
        else:
            verdict = Verdict.BETTER if (change > 0) == (better > 0) else Verdict.WORSE
        return Figure(
            name=name, unit=unit, in_force=_rounded(old[0]), draft=_rounded(new[0]), change=_rounded(change),
            low=_rounded(low), high=_rounded(high), verdict=verdict,
        )  # fmt: skip


def _interval(drawn: Floats) -> tuple[float | None, float | None]:
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return None, None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
