"""The learned layer on the roll-forward's grid: each wait corrected, none shorter than that of a place before it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import isinf

from vqueue.domain.board import Wait
from vqueue.engine.wait.model import Correction

Grid = tuple[tuple[int, Wait], ...]
METHOD, ROLLED = "learned", "roll_forward"


def corrected(grid: Grid, *, correction: Correction | None, inputs: Mapping[str, float], at: datetime) -> Grid:
    """The same ranks. Untouched without a model, and where it has learned nothing about: another layer speaks, or nobody
    serves. What the roll-forward said stays beside it in `rolled_s`."""
    if correction is None or not all(_correctable(wait) for _, wait in grid):
        return grid
    told = correction.corrected([(wait.quantiles_s, rank, inputs) for rank, wait in grid], at=at)
    found: list[tuple[int, Wait]] = []
    least: tuple[float, ...] = (0.0,) * 6
    for (rank, wait), each in zip(grid, told, strict=True):
        least = tuple(max(pair) for pair in zip(least, each, strict=True))
        p5, p10, p50, p90, p95, mean = least
        found.append(
            (
                rank,
                replace(
                    wait, method=METHOD, mean_s=mean, p5_s=p5, p10_s=p10, p50_s=p50, p90_s=p90, p95_s=p95,
                    rolled_s=wait.quantiles_s, model=correction.model,
                ),
            )
        )  # fmt: skip
    return tuple(found)


def _correctable(wait: Wait) -> bool:
    return wait.method == ROLLED and not isinf(wait.p95_s)
