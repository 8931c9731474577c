"""The learned correction of a quote: gradient-boosted trees on what the roll-forward said and what it was made from.

Quantiles are learned on the square root of the wait (which keeps their order), each with its own trees; what is learned
from are the bank's own promises, so that a row means the same when it is learned and when it is asked.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from vqueue.domain.errors import Unavailable
from vqueue.engine.replay import Floats
from vqueue.engine.wait.model import Asked
from vqueue.learning.boosting import AT_ONCE, SETTINGS, NoBooster, loaded
from vqueue.ports.models import LEVELS, Fitted, FittedModel, Lesson

if TYPE_CHECKING:
    import lightgbm

TREES = 200
HELD_BACK = 0.2
"""Share of the lessons, the latest ones, on which models are compared."""
NOT_WORSE = 1.0
FEW = 400
"""Lessons below which nothing is fitted."""
INPUTS = ("agents", "agents_ready", "handled", "handling_s", "abandoned", "queued_s", "leaving_share")
"""Of the board's inputs."""


def features(rows: Sequence[Asked], at: Sequence[datetime]) -> Floats:
    """A line a quote: its quantiles, the number ahead, the state it was made from, time of day and of week (UTC)."""
    return np.array(
        [
            [*quantiles, ahead, *(_number(inputs.get(name)) for name in INPUTS), *_when(moment)]
            for (quantiles, ahead, inputs), moment in zip(rows, at, strict=True)
        ],
        dtype=np.float64,
    ).reshape(len(rows), len(LEVELS) + 1 + len(INPUTS) + 2)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else np.nan


def _when(moment: datetime) -> tuple[float, float]:
    return moment.hour + moment.minute / 60.0, float(moment.weekday())


@dataclass(frozen=True, slots=True)
class Trees:
    """One set a level, and one of the mean."""

    levels: "tuple[lightgbm.Booster, ...]"
    mean: "lightgbm.Booster"

    @classmethod
    def read(cls, text: str) -> "Trees":
        """Raises ValueError for what `written` did not write, NoBooster where trees cannot be read here."""
        loaded()
        import lightgbm

        try:
            told = json.loads(zlib.decompress(base64.b64decode(text)))
            *levels, mean = [lightgbm.Booster(model_str=each) for each in told["trees"]]
        except (zlib.error, KeyError, TypeError, lightgbm.basic.LightGBMError) as problem:
            raise ValueError("not a model of this program") from problem
        return cls(tuple(levels), mean)

    def written(self) -> str:
        """As text: compressed, base64."""
        told = json.dumps({"trees": [each.model_to_string() for each in (*self.levels, self.mean)]})
        return base64.b64encode(zlib.compress(told.encode())).decode()

    def quantiles(self, rows: Floats) -> Floats:
        """(rows, LEVELS): never negative, ascending."""
        roots = [np.maximum(0.0, np.asarray(each.predict(rows, num_threads=1))) for each in self.levels]
        return np.asarray(np.sort(np.column_stack(roots), axis=1) ** 2, dtype=np.float64)

    def means(self, rows: Floats) -> Floats:
        return np.maximum(0.0, np.asarray(self.mean.predict(rows, num_threads=1), dtype=np.float64))


def grown(rows: Floats, waited_s: Floats) -> Trees:
    """Equal input gives equal trees. Raises NoBooster."""
    loaded()
    roots = np.sqrt(waited_s)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        levels = [pool.submit(_grown, rows, roots, {"objective": "quantile", "alpha": level}) for level in LEVELS]
        mean = pool.submit(_grown, rows, waited_s, {"objective": "regression"})
        return Trees(tuple(level.result() for level in levels), mean.result())


def _grown(rows: Floats, target: Floats, objective: dict[str, object]) -> "lightgbm.Booster":
    import lightgbm

    leaf = max(20, len(target) // 100)
    settings = {**SETTINGS, **objective, "min_data_in_leaf": min(80, leaf), "num_threads": 1}
    return lightgbm.train(settings, lightgbm.Dataset(rows, target, params={"verbose": -1}), TREES)


def pinball(quantiles: Floats, waited_s: Floats) -> float:
    """Mean over LEVELS and rows, seconds (Koenker & Bassett 1978)."""
    over = waited_s[:, None] - quantiles
    levels = np.array(LEVELS)
    return float(np.maximum(levels * over, (levels - 1.0) * over).mean())


def learned(lessons: Sequence[Lesson], in_use: str | None) -> Fitted:
    """The candidate, judged on the latest fifth against what is in use and against no model, and grown on everything
    when it is not worse than either. `lessons` ascend by time. Raises ValueError with too few, NoBooster."""
    if len(lessons) < FEW:
        raise ValueError(f"{len(lessons)} lessons are too few: {FEW} are needed")
    rows = features([(each.quantiles_s, each.ahead, each.inputs) for each in lessons], [each.at for each in lessons])
    waited = np.array([each.waited_s for each in lessons])
    past = int(len(lessons) * (1.0 - HELD_BACK))
    scores = {"none": pinball(rows[past:, : len(LEVELS)], waited[past:])}
    if in_use is not None:
        scores["in_use"] = pinball(Trees.read(in_use).quantiles(rows[past:]), waited[past:])
    scores["candidate"] = pinball(grown(rows[:past], waited[:past]).quantiles(rows[past:]), waited[past:])
    better = all(scores["candidate"] <= NOT_WORSE * score for name, score in scores.items() if name != "candidate")
    trees = grown(rows, waited).written() if better else ""
    return Fitted(trees=trees, scores={name: round(score, 3) for name, score in scores.items()}, better=better)


@dataclass(frozen=True, slots=True)
class Corrected:
    """`engine.wait.model.Correction`."""

    model: str
    trees: Trees

    def corrected(self, asked: Sequence[Asked], *, at: datetime) -> list[tuple[float, ...]]:
        if not asked:
            return []
        rows = features(asked, [at] * len(asked))
        told = np.column_stack((self.trees.quantiles(rows), self.trees.means(rows)))
        return [tuple(each) for each in told.tolist()]


class TreesAtWork:
    """`ports.models.Correctors`."""

    def of(self, model: FittedModel) -> Corrected:
        try:
            return Corrected(model.id, Trees.read(model.trees))
        except (NoBooster, ValueError) as problem:
            raise Unavailable(str(problem)) from None
