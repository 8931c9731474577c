"""How many calls each interval will bring: the level of the day, the shape of its weekday, and today's correction.

Brown et al. (2005) and Weinberg, Brown & Stroud (2007) found bank call centres to be so; counts scatter by the negative
binomial law, Var = m + phi m². Whoever asks gives only what was known at that moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import nbdtrik, pdtrik

Floats = NDArray[np.float64]
FEWEST_DAYS = 10
"""With fewer open days behind it nothing is said."""
FEWEST_OF_WEEKDAY = 2
LEVEL_DAYS, WEEKDAY_DAYS, SHAPE_DAYS = 3.0, 7.0, 10.0
"""Half-lives, in open days, of a day's say in the level, in what the weekdays differ by, and in the shape of a day."""
SHARED = 0.5
"""How much of a weekday's shape is the shape of all days: few days of one weekday are noisy."""
MEMORY = 0.5
"""What an interval earlier counts in today's correction."""
FADING = 0.95
"""The power of the correction falls by this for each interval further ahead."""
LEAST_PRIOR = 0.25
"""Today's correction starts from one: as sure of it as this many mean intervals, or as days scatter, make it."""
JUDGED_DAYS = 20
"""The scatter is measured on the newest days, each forecast from those before it."""
FIRST_FAR, FIRST_NEAR, FIRST_DAYS = 0.02, 0.005, 2.0
"""phi before anything was measured, and for how many days it counts."""
EDGES = ((0.8, 0.8416), (0.9, 1.2816))
"""(probability, standard deviations): the P80 and P90 that are asked for. The scatter is such that they hold: errors
have longer tails than the law, and their mean size would make those two too wide."""
ODD = 0.25
"""A day with less than this part of the usual calls was no day like others (a strike, an outage): left out."""
SURE_PHI = 1e-6


class PastDay(NamedTuple):
    """An open day that is over. `counts` has a number for each interval of its clock, NaN where it was closed."""

    weekday: int
    counts: Floats


@dataclass(frozen=True, slots=True)
class Expectation:
    """A count to come: its mean, and phi of its law."""

    mean: float
    phi: float

    def quantile(self, p: float) -> int:
        """The least count that is not exceeded with probability `p`."""
        if self.mean <= 0:
            return 0
        if self.phi < SURE_PHI:
            return max(0, ceil(float(pdtrik(p, self.mean)) - 1e-9))
        size = 1.0 / self.phi
        found = float(nbdtrik(p, size, size / (size + self.mean)))
        # Below the probability of no call at all the inverse is not defined.
        return max(0, ceil(found - 1e-9)) if np.isfinite(found) else 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """What was learnt from the past days. Rows are weekdays from Monday, columns intervals; NaN where none was seen."""

    usual: Floats
    """Calls expected in each interval, before today's correction."""
    days: int
    far: float
    """phi of a day that has not begun."""
    near: float
    """phi of the interval that begins now, today's correction made."""

    def expect(self, weekday: int, interval: int, observed: Floats | None = None) -> Expectation | None:
        """The interval of such a day; None for what was never seen. `observed` holds today's intervals that are over,
        from the day's first (NaN where closed); None for a day to come."""
        mean = float(self.usual[weekday, interval])
        if not np.isfinite(mean):
            return None
        if observed is None or len(observed) > interval:
            return Expectation(mean, self.far)
        lead = interval - len(observed)
        sure = FADING**lead
        factor = corrected(observed, self.usual[weekday], self.far) ** sure
        return Expectation(mean * factor, self.far + (self.near - self.far) * sure)


def learn(past: Sequence[PastDay]) -> Pattern | None:
    """From open days in their order; None while there are fewer than `FEWEST_DAYS`."""
    days = _ordinary(past)
    if len(days) < FEWEST_DAYS:
        return None
    far, near = _scatter(days)
    return Pattern(_usual(days), len(days), far, near)


def corrected(observed: Floats, usual: Floats, far: float) -> float:
    """How much busier than usual today is: the newest intervals count most, and the usual weighs as a Gamma prior."""
    expected = usual[: len(observed)]
    known = np.isfinite(observed) & np.isfinite(expected)
    if not known.any():
        return 1.0
    weight = np.where(known, MEMORY ** np.arange(len(observed) - 1, -1, -1.0), 0.0)
    prior = max(LEAST_PRIOR * float(np.nanmean(usual)), 1.0 / max(far, SURE_PHI))
    seen = float(weight @ np.where(known, observed, 0.0))
    meant = float(weight @ np.where(known, expected, 0.0))
    return (seen + prior) / (meant + prior)


def _ordinary(past: Sequence[PastDay]) -> list[PastDay]:
    totals = [float(np.nansum(day.counts)) for day in past]
    usual = float(np.median([total for total in totals if total > 0] or [0.0]))
    return [day for day, total in zip(past, totals, strict=True) if total > 0 and total >= ODD * usual]


def _usual(days: Sequence[PastDay]) -> Floats:
    """Weekday by interval: level times the weekday's factor times its shape, each a mean discounted by age."""
    counts = np.stack([day.counts for day in days])
    weekdays = np.array([day.weekday for day in days])
    age = np.arange(len(days), 0.0, -1.0)
    totals = np.nansum(counts, axis=1)
    by_level, by_weekday, by_shape = (0.5 ** (age / life) for life in (LEVEL_DAYS, WEEKDAY_DAYS, SHAPE_DAYS))
    of_all = _rates(counts, by_shape)
    factors, shapes = np.full(7, np.nan), np.full((7, counts.shape[1]), np.nan)
    for weekday in range(7):
        own = weekdays == weekday
        if own.sum() >= FEWEST_OF_WEEKDAY:
            rates = _rates(counts[own], by_shape[own])
            common = _shape(np.where(np.isfinite(rates), of_all, np.nan))
            factors[weekday] = np.average(totals[own], weights=by_weekday[own])
            shapes[weekday] = (1 - SHARED) * _shape(rates) + SHARED * common
    known = np.isfinite(factors[weekdays])
    level = np.average((totals / factors[weekdays])[known], weights=by_level[known]) if known.any() else np.nan
    return np.asarray(level * factors[:, None] * shapes, dtype=np.float64)


def _rates(counts: Floats, weight: Floats) -> Floats:
    """Mean calls of each interval over the days on which it was open; NaN where it never was."""
    opened = np.isfinite(counts)
    heard, weights = weight @ np.where(opened, counts, 0.0), weight @ opened
    return np.asarray(np.where(weights > 0, heard / np.where(weights > 0, weights, 1.0), np.nan))


def _shape(rates: Floats) -> Floats:
    """The rates as parts of one."""
    whole = float(np.nansum(rates))
    return rates / whole if whole > 0 else rates


def _scatter(days: Sequence[PastDay]) -> tuple[float, float]:
    """(far, near) of the newest days, each forecast from those before it."""
    errors: list[Floats] = []
    judged = range(max(FEWEST_DAYS, len(days) - JUDGED_DAYS), len(days))
    for n in judged:
        weekday, counts = days[n]
        usual = _usual(days[:n])[weekday]
        told = np.array([corrected(counts[:t], usual, FIRST_FAR) for t in range(len(counts))]) * usual
        known = np.isfinite(counts) & (usual > 0)
        errors.append(np.stack((usual, counts - usual, counts - told))[:, known])
    if not errors:
        return FIRST_FAR, FIRST_NEAR
    usual, *both = np.concatenate(errors, axis=1)
    trust = len(judged) / (len(judged) + FIRST_DAYS)
    measured = [_phi(usual, wrong) for wrong in both]
    found = [trust * phi + (1 - trust) * first for phi, first in zip(measured, (FIRST_FAR, FIRST_NEAR), strict=True)]
    return max(SURE_PHI, found[0]), max(SURE_PHI, min(found))


def _phi(usual: Floats, wrong: Floats) -> float:
    """phi with which as many counts stay below the edges as should; none where Poisson's law is wide enough."""
    if not len(usual):
        return 0.0
    over = np.maximum(0.0, wrong)
    at_edge = [((over / sigmas) ** 2 - usual) / usual**2 for _, sigmas in EDGES]
    phis = [float(np.quantile(each, share)) for each, (share, _) in zip(at_edge, EDGES, strict=True)]
    return max(0.0, sum(phis) / len(phis))
