"""Gradient-boosted trees (LightGBM) for the mean wait and the quantiles .1, .5 and .9."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from vqueue.engine.replay import Floats

if TYPE_CHECKING:
    import lightgbm

TREES = 400
AT_ONCE = 2
"""Sets of trees grown side by side, each by one thread: threads that share one set wait for each other in a spin."""
SETTINGS: dict[str, object] = {
    "learning_rate": 0.03, "num_leaves": 15, "min_data_in_leaf": 80, "bagging_fraction": 0.7, "bagging_freq": 1,
    "feature_fraction": 0.5, "lambda_l2": 5.0, "seed": 1, "deterministic": True, "force_row_wise": True,
    "verbose": -1,
}  # fmt: skip
MEAN: dict[str, object] = {"objective": "tweedie", "tweedie_variance_power": 1.5}
"""A wait's variance grows faster than its mean; the law gives long waits their due weight and no more."""
LEVELS = (0.1, 0.5, 0.9)


class NoBooster(RuntimeError):
    """LightGBM cannot be loaded here; the message says in one sentence what is missing."""


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """A row a customer, seconds: never negative, low <= median <= high."""

    mean: Floats
    low: Floats
    median: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Booster:
    """The trees of the mean, and of each quantile of the square root of the wait."""

    mean: "lightgbm.Booster"
    levels: "tuple[lightgbm.Booster, ...]"

    def expected(self, features: Floats) -> Expected:
        mean = np.maximum(0.0, _told(self.mean, features))
        roots = np.sort([np.maximum(0.0, _told(level, features)) for level in self.levels], axis=0)
        low, median, high = roots**2
        return Expected(mean, low, median, high)


@dataclass(frozen=True, slots=True)
class Edges:
    """The trees of the lowest and the highest quantile alone."""

    low: "lightgbm.Booster"
    high: "lightgbm.Booster"

    def window(self, features: Floats) -> tuple[Floats, Floats]:
        """Never negative, low <= high."""
        roots = np.sort([np.maximum(0.0, _told(each, features)) for each in (self.low, self.high)], axis=0)
        low, high = roots**2
        return low, high


def loaded() -> None:
    """Raises NoBooster where LightGBM, or the system's OpenMP library it needs, is not installed."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError) as problem:
        raise NoBooster(
            f"The learned rows are left out: LightGBM cannot be loaded ({problem}); Debian has it work with libgomp1."
        ) from None


def fitted(features: Floats, wait_s: Floats, *, weight: Floats | None = None) -> Booster:
    """Trained on the waits of those served; equal input gives equal trees. Quantiles are learned on the square root,
    which keeps their order and evens their steps. Raises NoBooster."""
    loaded()
    roots = np.sqrt(wait_s)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        levels = [pool.submit(_trained, features, roots, weight, _quantile(level)) for level in LEVELS]
        mean = pool.submit(_trained, features, wait_s, weight, MEAN)
        return Booster(mean.result(), tuple(level.result() for level in levels))


def fitted_edges(features: Floats, wait_s: Floats, *, weight: Floats) -> Edges:
    """As `fitted`, without the mean and the median."""
    loaded()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        trees = [
            pool.submit(_trained, features, np.sqrt(wait_s), weight, _quantile(level))
            for level in (LEVELS[0], LEVELS[-1])
        ]
        return Edges(trees[0].result(), trees[1].result())


def _quantile(level: float) -> dict[str, object]:
    return {"objective": "quantile", "alpha": level}


def _trained(
    features: Floats, target: Floats, weight: Floats | None, objective: dict[str, object]
) -> "lightgbm.Booster":
    import lightgbm

    settings = {**SETTINGS, **objective, "num_threads": 1}
    data = lightgbm.Dataset(features, target, weight=weight, params={"verbose": -1})
    return lightgbm.train(settings, data, TREES)


def _told(trees: "lightgbm.Booster", features: Floats) -> Floats:
    return cast(Floats, np.asarray(trees.predict(features), dtype=np.float64))
