"""Reads any quantile or probability off a wait that carries five of them."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from math import exp, inf, isinf, log
from statistics import NormalDist

from vqueue.domain.board import Wait

_NORMAL = NormalDist()
_SCORES = tuple(_NORMAL.inv_cdf(p) for p in (0.05, 0.10, 0.50, 0.90, 0.95))
_LEAST_S = 1e-3


def _knots(wait: Wait) -> list[float]:
    """Logarithms of the five quantiles, ascending."""
    return _known(wait.quantiles_s)


@lru_cache(maxsize=1024)
def _known(quantiles_s: tuple[float, ...]) -> list[float]:
    """Read, not written to, by whoever asks; one offer asks five times."""
    return _logs(quantiles_s)


def _logs(quantiles_s: Sequence[float]) -> list[float]:
    return sorted(log(max(_LEAST_S, each)) for each in quantiles_s)


def score(quantiles_s: Sequence[float], seconds: float) -> float:
    """How far out a wait of `seconds` lies by five quantiles, as a quantile of the standard normal law: -1.28 at the
    P10, 1.28 at the P90, and on by the same slope beyond them."""
    knots = _logs(quantiles_s)
    at = log(max(_LEAST_S, seconds))
    i = min(max(bisect_right(knots, at), 1), len(knots) - 1)
    width = max(knots[i] - knots[i - 1], _LEAST_S)
    return _SCORES[i - 1] + (at - knots[i - 1]) / width * (_SCORES[i] - _SCORES[i - 1])


def scored(quantiles_s: Sequence[float], at: float) -> float:
    """The wait whose `score` is `at`."""
    return scored_each(quantiles_s, (at,))[0]


def scored_each(quantiles_s: Sequence[float], marks: Sequence[float]) -> list[float]:
    """The waits with these scores."""
    knots = _logs(quantiles_s)
    found = []
    for at in marks:
        i = min(max(bisect_right(_SCORES, at), 1), len(_SCORES) - 1)
        share = (at - _SCORES[i - 1]) / (_SCORES[i] - _SCORES[i - 1])
        found.append(exp(knots[i - 1] + share * max(knots[i] - knots[i - 1], _LEAST_S)))
    return found


def quantile(wait: Wait, p: float) -> float:
    """Seconds the wait stays below with probability `p`, 0 < p < 1; log-normal between and beyond the five carried."""
    if isinf(wait.p50_s):
        return inf
    if wait.p95_s <= 0:
        return 0.0
    knots, score = _knots(wait), _NORMAL.inv_cdf(p)
    i = min(max(bisect_right(_SCORES, score), 1), len(_SCORES) - 1)
    share = (score - _SCORES[i - 1]) / (_SCORES[i] - _SCORES[i - 1])
    return exp(knots[i - 1] + share * (knots[i] - knots[i - 1]))


def probability(wait: Wait, within_s: float) -> float:
    """How likely the wait is over within `within_s` seconds."""
    if isinf(wait.p50_s) or within_s < 0:
        return 0.0
    knots, at = _knots(wait), log(max(_LEAST_S, within_s))
    if knots[0] == knots[-1]:
        return 1.0 if at >= knots[0] else 0.0
    i = min(max(bisect_right(knots, at), 1), len(knots) - 1)
    width = knots[i] - knots[i - 1]
    if width <= 0:
        return _NORMAL.cdf(_SCORES[i] if at >= knots[i] else _SCORES[i - 1])
    return _NORMAL.cdf(_SCORES[i - 1] + (at - knots[i - 1]) / width * (_SCORES[i] - _SCORES[i - 1]))
