"""The learned layers put to use: trees alone, and trees on the roll-forward with calibrated windows."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from vqueue.engine.replay import Floats
from vqueue.learning.boosting import Expected, fitted, fitted_edges
from vqueue.learning.calibration import Asked, Calibrator, Group, Window, told
from vqueue.learning.samples import Sample
from vqueue.learning.scoring import Quotes, bucket, offered_weights

ENOUGH = 1000
"""Served calls below which no trees are grown."""
CALIBRATE_FROM = 0.85
"""Share of the training calls the windows' first trees are grown on; the rest calibrates."""


TREES_OF_GROUPS = 2


def groups(sample: Sample, row: int) -> tuple[Group, ...]:
    """The trees of groups whose windows are held: kinds of calls, and priorities with the number ahead."""
    return (sample.kinds[row],), (int(sample.priority[row]), bucket(int(sample.ahead[row])))


def alone(past: Sample, test: Sample, *, columns: slice) -> Quotes:
    """Trees on what was seen, without the roll-forward's columns, as they come."""
    trees = fitted(past.features[past.served][:, columns], past.wait_s[past.served])
    said = trees.expected(test.features[:, columns])
    return Quotes(predictor="boosted", point=said.mean, low=said.low, median=said.median, high=said.high)


def calibrated(past: Sample, test: Sample, *, offered: bool, done: Callable[[], object]) -> Quotes:
    """What the service would have quoted. `offered`: for the waits offered to all, not for those of the served alone.

    The windows' offsets are learned on the last part of the training calls from trees that have not seen it, and go on
    being learned through the test; the quotes come from trees grown on all of it.
    """
    weight = _weights(past, past, offered=offered)
    held = np.arange(len(past.at)) >= int(CALIBRATE_FROM * len(past.at))
    early = ~held & past.served
    edges = fitted_edges(past.features[early], past.wait_s[early], weight=weight[early])
    done()
    trees = fitted(past.features[past.served], past.wait_s[past.served], weight=weight[past.served])
    done()
    warmed = past.rows(held)
    expected = trees.expected(test.features)
    steps = [
        (warmed, _windows(*edges.window(warmed.features)), weight[held]),
        (test, _windows(expected.low, expected.high), _weights(past, test, offered=offered)),
    ]
    return _held("vqueue", expected, steps)


def without_trees(past: Sample, test: Sample) -> Quotes:
    """The calibrated roll-forward, where there is too little to grow trees on."""
    low, median, high = test.rolled
    expected = Expected(test.features[:, 0], low, median, high)
    steps = [(each, _windows(each.rolled[0], each.rolled[2]), np.ones(len(each.at))) for each in (past, test)]
    return _held("vqueue", expected, steps)


def _weights(past: Sample, asked: Sample, *, offered: bool) -> Floats:
    """How many offered waits each wait stands for, by the patience of the past."""
    return offered_weights(past.wait_s, past.served, judged=asked.wait_s) if offered else np.ones(len(asked.at))


def _windows(low: Floats, high: Floats) -> list[Window]:
    return [Window(*edges) for edges in zip(low.tolist(), high.tolist(), strict=True)]


def _held(name: str, expected: Expected, steps: Sequence[tuple[Sample, list[Window], Floats]]) -> Quotes:
    """The windows of the last step, calibrated by all that had ended before each."""
    calibrator = Calibrator.of(TREES_OF_GROUPS)
    held: list[Window] = []
    for sample, windows, weight in steps:
        held = list(told(_asked(sample, windows, weight), calibrator))
    low = np.array([window.low_s for window in held])
    high = np.array([window.high_s for window in held])
    median = np.clip(expected.median, low, high)
    return Quotes(predictor=name, point=expected.mean, low=low, median=median, high=high)


def _asked(sample: Sample, windows: Sequence[Window], weight: Floats) -> Iterator[Asked]:
    for row, window in enumerate(windows):
        yield Asked(
            at=float(sample.at[row]),
            ends=float(sample.ends[row]),
            window=window,
            groups=groups(sample, row),
            wait_s=float(sample.wait_s[row]) if sample.served[row] else None,
            weight=float(weight[row]),
        )
