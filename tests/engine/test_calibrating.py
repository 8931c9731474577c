"""Calibrated waits, the windows spoken of them, and the place of the learned layer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from tests.engine.builders import NOON, wait
from vqueue.domain.board import Wait
from vqueue.engine.offer import spoken_window
from vqueue.engine.wait.calibrating import ENOUGH, ENOUGH_SCORES, LEVEL, Calibration, Quoted
from vqueue.engine.wait.correcting import corrected
from vqueue.engine.wait.model import Asked
from vqueue.engine.wait.reading import quantile, score, scored

QUANTILES = (500.0, 600.0, 900.0, 1300.0, 1500.0)


def quoted(*, ahead: int = 10, klass: str = "") -> Quoted:
    return Quoted(method="roll_forward", quantiles_s=QUANTILES, klass=klass, ahead=ahead)


def estimate() -> Wait:
    p5, p10, p50, p90, p95 = QUANTILES
    return Wait(as_of=NOON, method="roll_forward", mean_s=950.0, p5_s=p5, p10_s=p10, p50_s=p50, p90_s=p90, p95_s=p95)


def taught(rings: list[float | None], *, kept: bool = True, passed_s: float | None = None) -> Calibration:
    calibration = Calibration()
    for rang_s in rings:
        calibration = calibration.learned(quoted(), rang_s=rang_s, kept=kept, coverage=0.9, passed_s=passed_s)
    return calibration


def test_a_score_and_its_wait_are_one_and_the_same_within_the_quantiles_and_beyond() -> None:
    for seconds in (100.0, 500.0, 777.0, 900.0, 1450.0, 4000.0):
        assert scored(QUANTILES, score(QUANTILES, seconds)) == pytest.approx(seconds)
    assert score(QUANTILES, 900.0) == pytest.approx(0.0)


def test_before_anything_was_learned_the_quantiles_are_those_estimated() -> None:
    told = Calibration().told(estimate(), klass="", ahead=10)
    assert told.quantiles_s == pytest.approx(QUANTILES)
    assert (told.raw_s, told.level) == (QUANTILES, LEVEL)


def test_waits_that_prove_longer_move_the_quantiles_in_the_measure_in_which_they_are_known() -> None:
    chance = np.random.default_rng(1)
    rings = [1.4 * scored(QUANTILES, float(z)) for z in chance.normal(size=ENOUGH_SCORES)]
    half, whole = (taught(list(part)).told(estimate(), klass="", ahead=10) for part in (rings[::2], rings))
    assert whole.p50_s == pytest.approx(1.4 * 900.0, rel=0.03)
    assert whole.p95_s == pytest.approx(1.4 * 1500.0, rel=0.06)
    assert 900.0 < half.p50_s < whole.p50_s


def test_the_level_follows_what_was_kept() -> None:
    broken, kept = (taught([900.0] * ENOUGH, kept=so).told(estimate(), klass="", ahead=10) for so in (False, True))
    assert broken.level is not None and kept.level is not None
    assert broken.level > LEVEL > kept.level


def test_a_ring_that_never_came_counts_as_later_than_the_window() -> None:
    late = taught([None] * ENOUGH_SCORES, kept=False, passed_s=1200.0).told(estimate(), klass="", ahead=10)
    assert late.p10_s > 1200.0
    unknown = taught([None] * ENOUGH_SCORES, kept=False).told(estimate(), klass="", ahead=10)
    assert unknown.quantiles_s == pytest.approx(QUANTILES)


def test_a_group_that_nobody_was_promised_in_leans_on_its_method() -> None:
    calibration = taught([1400.0] * ENOUGH_SCORES)
    other = calibration.told(estimate(), klass="loans/en|standard", ahead=300)
    assert other.p50_s == pytest.approx(1400.0, rel=0.01)
    closed = calibration.told(Wait(**{**_fields(estimate()), "method": "closed_form"}), klass="", ahead=10)
    assert closed.quantiles_s == pytest.approx(QUANTILES)


def _fields(value: Wait) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.__slots__}


def test_what_was_learned_survives_json_and_what_is_no_calibration_is_left_out() -> None:
    calibration = taught([700.0, 1000.0, None, 1900.0])
    again = Calibration.from_plain(json.loads(json.dumps(calibration.plain())))
    assert again == calibration
    assert Calibration.from_plain({"roll_forward": {"other": 1}, "x": 3}) == Calibration()


def test_nothing_is_calibrated_where_nothing_is_known() -> None:
    cold = wait(600.0, reasons=("cold_start",))
    endless = wait(float("inf"))
    for each in (cold, endless):
        assert Calibration().told(each, klass="", ahead=1) == each


@pytest.mark.parametrize("level", [0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("offset_s", [0, 61, 170, 299])
def test_the_spoken_window_is_the_shortest_between_two_marks_of_the_clock_that_holds_the_level(
    level: float, offset_s: int
) -> None:
    now = NOON + timedelta(seconds=offset_s)
    said = Calibration().told(estimate(), klass="", ahead=10)
    said = Wait(**{**_fields(said), "level": level, "as_of": now})  # type: ignore[arg-type]
    window = spoken_window(said, now, 25, 0.9)
    assert window is not None
    assert window.start == now or window.start.timestamp() % 300 == 0
    assert window.end.timestamp() % 300 == 0
    rings = [now + timedelta(seconds=quantile(said, (n + 0.5) / 1000)) for n in range(1000)]
    step = timedelta(seconds=300)

    def held(start: object, end: object) -> float:
        return sum(start <= ring <= end for ring in rings) / 1000  # type: ignore[operator]

    assert held(window.start, window.end) >= level - 0.005
    marks = [NOON - step + n * step for n in range(24)]
    width = max(window.end - window.start, step)
    shorter = [held(a, b) for a in marks for b in marks if a < b and b - a < width and b - a <= width - step]
    assert all(part < level + 0.005 for part in shorter)


@dataclass
class Told:
    """A model with given answers."""

    answers: list[tuple[float, ...]]
    model: str = "md_1"

    def corrected(self, asked: Sequence[Asked], *, at: datetime) -> list[tuple[float, ...]]:
        return self.answers


def _grid() -> tuple[tuple[int, Wait], ...]:
    return tuple((rank, replace(estimate(), method="roll_forward")) for rank in (0, 1))


def test_what_a_model_says_is_put_in_order_and_no_place_waits_less_than_one_before_it() -> None:
    model = Told([(90.0, 20.0, 30.0, 40.0, 50.0, 35.0), (-5.0, 1.0, 2.0, 3.0, 4.0, 2.0)])
    grid = corrected(_grid(), correction=model, inputs={}, at=NOON)
    assert [(rank, wait.quantiles_s, wait.mean_s) for rank, wait in grid] == [
        (rank, (20.0, 30.0, 40.0, 50.0, 90.0), 35.0) for rank in (0, 1)
    ]
    assert {(wait.method, wait.model, wait.rolled_s) for _, wait in grid} == {
        ("learned", "md_1", estimate().quantiles_s)
    }


@pytest.mark.parametrize("odd", [(float("nan"),) * 6, (float("inf"),) * 6, (1.0, 2.0)])
def test_a_model_without_a_usable_answer_leaves_the_roll_forward_and_says_so(odd: tuple[float, ...]) -> None:
    (_, wait), _ = corrected(_grid(), correction=Told([odd, odd]), inputs={}, at=NOON)
    assert (wait.method, wait.quantiles_s, wait.reasons[-1]) == (
        "roll_forward",
        estimate().quantiles_s,
        "model_missing",
    )


def test_without_a_model_or_below_the_roll_forward_the_layer_stands_as_it_is() -> None:
    assert corrected(_grid(), correction=None, inputs={}, at=NOON) == _grid()
    closed = tuple((rank, replace(wait, method="closed_form")) for rank, wait in _grid())
    assert corrected(closed, correction=Told([]), inputs={}, at=NOON) == closed
