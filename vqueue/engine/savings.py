"""What offering callbacks saves: callers who were offered one against those from whom it was withheld by lot.

Compared as they were assigned, whatever they then did. Days are resampled with both sides together (bootstrap, Efron
1979), so that good and bad days weigh on the interval.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from vqueue.domain.report import Cell
from vqueue.engine.withholding import Arm

RESAMPLES = 2000
LEVEL = 0.95
SEED = 1
FEWEST_DAYS = 5
"""Of fewer days an interval would say nothing."""
COLUMNS = (
    "offered", "withheld", "days", "abandoned_offered", "abandoned_withheld", "abandoned_saved", "abandoned_saved_low",
    "abandoned_saved_high", "hold_offered_s", "hold_withheld_s", "hold_saved_s", "hold_saved_low_s",
    "hold_saved_high_s", "customers_saved", "hold_saved_min",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One caller who was compared: the local day, his side, whether he went without being served, his time on the
    line."""

    day: date
    arm: Arm
    abandoned: bool
    hold_s: float


def savings(callers: Sequence[Tried]) -> Mapping[str, Cell]:
    """Figures of one queue; differences are withheld minus offered, so that what is saved is positive. None where one
    side is empty, and intervals where there are too few days."""
    days = sorted({one.day for one in callers})
    place = {day: n for n, day in enumerate(days)}
    counts, gone, held = (np.zeros((2, len(days))) for _ in range(3))
    for one in callers:
        side = int(one.arm is Arm.WITHHELD)
        counts[side, place[one.day]] += 1
        gone[side, place[one.day]] += one.abandoned
        held[side, place[one.day]] += one.hold_s
    offered, without = (int(total) for total in counts.sum(axis=1))
    weights = _weights(len(days))
    lost, lost_low, lost_high = _difference(gone, counts, weights)
    stood, stood_low, stood_high = _difference(held, counts, weights)
    return {
        "offered": offered,
        "withheld": without,
        "days": len(days),
        "abandoned_offered": _mean(gone[0], counts[0]),
        "abandoned_withheld": _mean(gone[1], counts[1]),
        "abandoned_saved": lost,
        "abandoned_saved_low": lost_low,
        "abandoned_saved_high": lost_high,
        "hold_offered_s": _mean(held[0], counts[0]),
        "hold_withheld_s": _mean(held[1], counts[1]),
        "hold_saved_s": stood,
        "hold_saved_low_s": stood_low,
        "hold_saved_high_s": stood_high,
        "customers_saved": None if lost is None else round(lost * offered, 1),
        "hold_saved_min": None if stood is None else round(stood * offered / 60.0, 1),
    }


Floats = NDArray[np.float64]


def _weights(days: int) -> Floats:
    """How often each day comes in each resample; the same for the same number of days."""
    if not days:
        return np.zeros((0, 0))
    chance = np.random.default_rng(SEED)
    return chance.multinomial(days, np.full(days, 1.0 / days), RESAMPLES).astype(np.float64)


def _difference(sums: Floats, counts: Floats, weights: Floats) -> tuple[float | None, float | None, float | None]:
    """(withheld minus offered, and its interval)."""
    means = [_mean(sums[side], counts[side]) for side in (0, 1)]
    if means[0] is None or means[1] is None:
        return None, None, None
    change = round(means[1] - means[0], 4)
    if sums.shape[1] < FEWEST_DAYS:
        return change, None, None
    above, below = sums @ weights.T, counts @ weights.T
    drawn = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    known = (drawn[1] - drawn[0])[np.isfinite(drawn).all(axis=0)]
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return change, round(float(low), 4), round(float(high), 4)


def _mean(sums: Floats, counts: Floats) -> float | None:
    return round(float(sums.sum() / counts.sum()), 4) if counts.sum() else None
