"""Calibrated windows hold, also when the world drifts, and for each group."""

from collections.abc import Iterator

import numpy as np

from vqueue.learning.calibration import Asked, Calibrator, Window, told

COUNT = 12_000
RAW = Window(50.0, 100.0)


def drifting(seed: int) -> Iterator[Asked]:
    """Waits whose level doubles half-way, while the raw window never moves; a second group waits twice as long."""
    chance = np.random.default_rng(seed)
    for number in range(COUNT):
        group = int(chance.integers(2))
        wait = float(chance.exponential(60.0)) * (1 + group) * (2.0 if number > COUNT // 2 else 1.0)
        at = number * 10.0
        yield Asked(at=at, ends=at + wait, window=RAW, groups=((group,),), wait_s=wait)


def test_nine_of_ten_end_before_the_quoted_end_in_each_group_while_waits_drift() -> None:
    asked = list(drifting(seed=1))
    windows = list(told(asked, Calibrator.of(1)))
    late = slice(COUNT // 6, None)
    for group in (0, 1):
        those = [(a, w) for a, w in list(zip(asked, windows, strict=True))[late] if a.groups == ((group,),)]
        under = np.mean([a.wait_s is not None and a.wait_s <= w.high_s for a, w in those])
        inside = np.mean([a.wait_s is not None and w.low_s <= a.wait_s <= w.high_s for a, w in those])
        assert abs(under - 0.9) < 0.015
        assert abs(inside - 0.8) < 0.02


def test_a_wait_teaches_only_when_it_has_ended() -> None:
    long = Asked(at=0.0, ends=1000.0, window=RAW, groups=((),), wait_s=1000.0)
    during, after = (Asked(at=at, ends=at + 1, window=RAW, groups=((),), wait_s=60.0) for at in (999.0, 1000.0))
    first, second, third = told([long, during, after], Calibrator.of(1))
    assert first == second == RAW
    assert third.high_s > RAW.high_s


def test_who_left_before_his_turn_teaches_nothing() -> None:
    gone = Asked(at=0.0, ends=1.0, window=RAW, groups=((),), wait_s=None)
    after = Asked(at=5.0, ends=6.0, window=RAW, groups=((),), wait_s=60.0)
    assert list(told([gone, after], Calibrator.of(1))) == [RAW, RAW]


def test_a_group_never_seen_is_told_what_its_parent_learned() -> None:
    calibrator = Calibrator.of(1)
    taught = [Asked(at=float(n), ends=n + 0.5, window=RAW, groups=(("cards", "1"),), wait_s=200.0) for n in range(400)]
    new = Asked(at=1000.0, ends=1001.0, window=RAW, groups=(("cards", "9+"),), wait_s=1.0)
    assert list(told([*taught, new], calibrator))[-1].high_s >= 200.0


def test_a_window_is_never_negative_or_turned_around() -> None:
    calibrator = Calibrator.of(1)
    asked = [Asked(at=float(n), ends=n + 0.5, window=RAW, groups=((),), wait_s=0.0) for n in range(500)]
    for window in told(asked, calibrator):
        assert 0.0 <= window.low_s <= window.high_s
