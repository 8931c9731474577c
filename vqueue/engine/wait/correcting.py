"""The learned layer on the roll-forward's grid: each wait corrected, none shorter than that of a place before it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite

from vqueue.domain.board import Wait
from vqueue.engine.wait.model import Correction

Grid = tuple[tuple[int, Wait], ...]
METHOD, ROLLED = "learned", "roll_forward"
MISSING = "model_missing"
"""A model was asked and had no answer: the wait is that of the layer before."""
_TOLD = 6


def corrected(grid: Grid, *, correction: Correction | None, inputs: Mapping[str, float], at: datetime) -> Grid:
    """The same ranks. Untouched without a model, and where it has learned nothing about: another layer speaks, or
    nobody serves. What the roll-forward said stays beside it in `rolled_s`."""
    if correction is None or not all(wait.method == ROLLED and isfinite(wait.p95_s) for _, wait in grid):
        return grid
    told = correction.corrected([(wait.quantiles_s, rank, inputs) for rank, wait in grid], at=at)
    if not _usable(told, len(grid)):
        return tuple((rank, replace(wait, reasons=(*wait.reasons, MISSING))) for rank, wait in grid)
    found: list[tuple[int, Wait]] = []
    least: tuple[float, ...] = (0.0,) * _TOLD
    for (rank, wait), (*quantiles, mean) in zip(grid, told, strict=True):
        least = tuple(max(pair) for pair in zip(least, (*sorted(quantiles), mean), strict=True))
        found.append((rank, _as_learned(wait, least, correction.model)))
    return tuple(found)


def _usable(told: list[tuple[float, ...]], ranks: int) -> bool:
    return len(told) == ranks and all(len(each) == _TOLD and all(map(isfinite, each)) for each in told)


def _as_learned(wait: Wait, told: tuple[float, ...], model: str) -> Wait:
    p5, p10, p50, p90, p95, mean = told
    return replace(
        wait, method=METHOD, p5_s=p5, p10_s=p10, p50_s=p50, p90_s=p90, p95_s=p95, mean_s=mean,
        rolled_s=wait.quantiles_s, model=model,
    )  # fmt: skip
