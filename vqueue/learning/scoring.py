"""How well quotes were kept: errors, pinball losses, coverage and width, overall and by group, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.replay import DAY_S, Floats, Ints

LEVELS = (0.1, 0.5, 0.9)
DRAWS = 400
"""Of whole days with replacement, for the intervals."""
INTERVAL = (0.025, 0.975)
BUCKETS = ((0, "0"), (1, "1"), (2, "2"), (4, "3-4"), (8, "5-8"))
LAST_BUCKET = "9+"
HEAVIEST = 20.0
"""Most waits one may stand for."""


def bucket(ahead: int) -> str:
    """Of the number ahead."""
    return next((name for most, name in BUCKETS if ahead <= most), LAST_BUCKET)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quotes:
    """What one predictor said, a row a customer, seconds. Who names one figure says it at all levels."""

    predictor: str
    point: Floats
    """Scored by squared error and bias."""
    low: Floats
    median: Floats
    """Scored by absolute error."""
    high: Floats

    @classmethod
    def of_point(cls, predictor: str, point: Floats) -> "Quotes":
        return cls(predictor=predictor, point=point, low=point, median=point, high=point)

    def rows(self, which: NDArray[np.bool_]) -> "Quotes":
        """Those picked, in the same order."""
        return Quotes(
            predictor=self.predictor,
            point=self.point[which],
            low=self.low[which],
            median=self.median[which],
            high=self.high[which],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waits:
    """The waits to judge by. `weight`: how many waits each stands for; `groups`: dimension → value of each."""

    wait_s: Floats
    at: Floats
    weight: Floats
    groups: dict[str, NDArray[np.str_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    by: str
    value: str
    n: int
    cover_p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One row of the table. Seconds; `intervals` of 95 % by days drawn with replacement."""

    predictor: str
    n: int
    rmse: float
    mae: float
    bias: float
    pinball: dict[str, float]
    cover_p90: float
    cover_p10_p90: float
    width_p10_p90: float
    groups: tuple[GroupScore, ...]
    intervals: dict[str, tuple[float, float]]


def score(quotes: Quotes, waits: Waits) -> Score:
    """Needs at least one wait."""
    each = _losses(quotes, waits.wait_s)
    total = float(waits.weight.sum())
    means = {name: float((loss * waits.weight).sum() / total) for name, loss in each.items()}
    return Score(
        predictor=quotes.predictor,
        n=len(waits.wait_s),
        rmse=float(np.sqrt(means["rmse"])),
        mae=means["mae"],
        bias=means["bias"],
        pinball={f"{level:g}": means[f"pinball_{level:g}"] for level in LEVELS},
        cover_p90=means["cover_p90"],
        cover_p10_p90=means["cover_p10_p90"],
        width_p10_p90=means["width_p10_p90"],
        groups=tuple(_grouped(each["cover_p90"], waits)),
        intervals=_intervals(each, waits),
    )


def _losses(quotes: Quotes, wait_s: Floats) -> dict[str, Floats]:
    """A value a wait of everything that is a mean; `rmse` is the squared error."""
    error = quotes.point - wait_s
    under = wait_s <= quotes.high
    losses = {
        "rmse": error**2,
        "mae": np.abs(quotes.median - wait_s),
        "bias": error,
        "cover_p90": under.astype(np.float64),
        "cover_p10_p90": (under & (wait_s >= quotes.low)).astype(np.float64),
        "width_p10_p90": quotes.high - quotes.low,
    }
    for level, said in zip(LEVELS, (quotes.low, quotes.median, quotes.high), strict=True):
        short = wait_s - said
        losses[f"pinball_{level:g}"] = np.maximum(level * short, (level - 1.0) * short)
    return losses


def _grouped(covered: Floats, waits: Waits) -> list[GroupScore]:
    found = []
    for by, values in waits.groups.items():
        for value in sorted(set(values.tolist())):
            those = values == value
            share = float((covered * waits.weight)[those].sum() / waits.weight[those].sum())
            found.append(GroupScore(by=by, value=value, n=int(those.sum()), cover_p90=share))
    return found


def _intervals(each: dict[str, Floats], waits: Waits) -> dict[str, tuple[float, float]]:
    """By days drawn with replacement: waits of one day are alike. The draws are the same for every predictor."""
    _, day = np.unique(waits.at // DAY_S, return_inverse=True)
    days = int(day.max()) + 1
    times = np.random.default_rng(1).multinomial(days, np.full(days, 1.0 / days), size=DRAWS)
    weight = times @ np.bincount(day, waits.weight, days)
    spans = {}
    for name in ("rmse", "mae", "bias", "cover_p90", "cover_p10_p90", "width_p10_p90"):
        drawn = times @ np.bincount(day, each[name] * waits.weight, days) / weight
        low, high = np.quantile(np.sqrt(drawn) if name == "rmse" else drawn, INTERVAL)
        spans[name] = (float(low), float(high))
    return spans


def offered_weights(wait_s: Floats, served: NDArray[np.bool_], *, judged: Floats) -> Floats:
    """How many offered waits each served wait of `judged` stands for: 1 / P(patience >= wait), Kaplan & Meier 1958.

    `wait_s`, `served`: all who queued; who was not served shows his patience, who was served bounds it from below.
    """
    order = np.lexsort((served, wait_s))
    times, gone = wait_s[order], ~served[order]
    steps: Floats = np.where(gone, 1.0 - 1.0 / (len(times) - np.arange(len(times))), 1.0)
    stays = np.concatenate([[1.0], np.cumprod(steps)])
    before = np.searchsorted(times, judged, side="left")
    return np.asarray(1.0 / np.maximum(stays[before], 1.0 / HEAVIEST), dtype=np.float64)


def groups_of(kinds: Sequence[str], priority: Ints, ahead: Ints) -> dict[str, NDArray[np.str_]]:
    """The dimensions by which the table is broken down."""
    return {
        "type": np.array(kinds, dtype=np.str_),
        "priority": np.array([str(each) for each in priority], dtype=np.str_),
        "ahead": np.array([bucket(int(each)) for each in ahead], dtype=np.str_),
    }
