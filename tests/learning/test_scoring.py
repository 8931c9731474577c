"""Scores by hand, and waits that nobody sat out."""

import numpy as np
import pytest

from vqueue.learning.scoring import Quotes, Waits, groups_of, offered_weights, score


def waits(wait_s: list[float]) -> Waits:
    count = len(wait_s)
    return Waits(
        wait_s=np.array(wait_s),
        at=np.arange(count) * 86_400.0,
        weight=np.ones(count),
        groups=groups_of(["cards"] * count, np.zeros(count, dtype=np.int64), np.arange(count)),
    )


def test_a_row_by_hand() -> None:
    quotes = Quotes(
        predictor="vqueue", point=np.array([10.0, 10.0]), low=np.array([0.0, 0.0]), median=np.array([8.0, 8.0]),
        high=np.array([20.0, 20.0]),
    )  # fmt: skip
    row = score(quotes, waits([4.0, 40.0]))
    assert row.rmse == pytest.approx(np.sqrt((36 + 900) / 2))
    assert row.mae == pytest.approx((4 + 32) / 2)
    assert row.bias == pytest.approx((6 - 30) / 2)
    assert row.pinball["0.9"] == pytest.approx((0.1 * 16 + 0.9 * 20) / 2)
    assert (row.cover_p90, row.cover_p10_p90, row.width_p10_p90) == (0.5, 0.5, 20.0)
    assert [(g.by, g.value, g.n, g.cover_p90) for g in row.groups if g.by == "ahead"] == [
        ("ahead", "0", 1, 1.0),
        ("ahead", "1", 1, 0.0),
    ]
    low, high = row.intervals["rmse"]
    assert low <= row.rmse <= high


def test_the_wait_offered_to_all_is_found_behind_impatience() -> None:
    chance = np.random.default_rng(3)
    offered, patience = chance.exponential(100.0, 40_000), chance.exponential(200.0, 40_000)
    served = offered <= patience
    wait = np.minimum(offered, patience)
    weight = offered_weights(wait, served, judged=wait)[served]
    assert wait[served].mean() == pytest.approx(200 / 3, rel=0.03)
    assert (wait[served] * weight).sum() / weight.sum() == pytest.approx(100.0, rel=0.05)


def test_nobody_left_so_each_stands_for_himself() -> None:
    wait = np.array([1.0, 2.0, 3.0])
    assert offered_weights(wait, np.ones(3, dtype=np.bool_), judged=wait).tolist() == [1.0, 1.0, 1.0]
