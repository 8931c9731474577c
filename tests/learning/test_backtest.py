"""The whole run on invented days: deterministic, without a look ahead, honest about what is missing."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.drawing.test_report import Elements
from tests.learning.invented import DAY_S, invented
from vqueue.cli_backtest import document
from vqueue.engine.replay import CallLog
from vqueue.learning.backtest import NothingToScore, Outcome, Task, apart, backtest, before
from vqueue.learning.page import found, page

PREDICTORS = "les hol mean10 asterisk ewt genesys google cisco ql qlm rollforward boosted vqueue".split()


@pytest.fixture(scope="module")
def days() -> CallLog:
    return invented(days=8, seed=5, agents=3)


@pytest.fixture(scope="module")
def tested(days: CallLog) -> Outcome:
    return backtest(Task(trace=days))


def test_every_predictor_has_its_row_for_served_and_for_offered_waits(tested: Outcome) -> None:
    assert [row.predictor for row in tested.rows] == PREDICTORS
    assert [row.predictor for row in tested.virtual_rows] == PREDICTORS
    assert {row.n for row in tested.rows} == {tested.n}
    assert {(group.by) for group in tested.rows[-1].groups} == {"type", "priority", "ahead"}


def test_ours_is_held_and_nearer_than_position_times_handling(tested: Outcome) -> None:
    rows = {row.predictor: row for row in tested.rows}
    assert rows["vqueue"].rmse < rows["ewt"].rmse
    assert 0.80 < rows["vqueue"].cover_p90 < 0.97
    assert 0.70 < rows["vqueue"].cover_p10_p90 < 0.90


def test_offered_waits_are_longer_than_those_of_the_served(tested: Outcome) -> None:
    """So that whoever quotes one figure falls further below them."""
    biases = {row.predictor: row.bias for row in tested.rows}
    assert all(row.bias < biases[row.predictor] for row in tested.virtual_rows if row.predictor in PREDICTORS[:10])


def test_the_same_calls_give_the_same_document(days: CallLog, tested: Outcome) -> None:
    again = backtest(Task(trace=days))
    told = [json.dumps(document(each, name="days", seconds=0.0)) for each in (tested, again)]
    assert told[0] == told[1]
    assert json.loads(told[0]).keys() == {"trace", "n", "rows", "virtual_rows", "seconds"}


def test_what_the_last_day_brings_changes_no_quote_before_it(days: CallLog, tested: Outcome) -> None:
    last = 7 * DAY_S
    late = np.fmax(days.arrived, days.entered) >= last
    slower = np.where(late & days.served, 3000.0, 0.0)
    other = backtest(Task(trace=replace(days, ended=days.ended + slower)))
    early, shared = tested.waits.at < last, other.waits.at < last
    assert early.sum() > 100
    for ours, theirs in zip(tested.quotes, other.quotes, strict=True):
        for column in ("point", "low", "median", "high"):
            assert np.array_equal(getattr(ours, column)[early], getattr(theirs, column)[shared])


def test_calls_that_are_tested_are_not_trained_on(days: CallLog) -> None:
    """The same file given as training teaches only the part before the test."""
    cut = 5 * DAY_S
    assert apart(days, days, cut).arrived.tolist() == days.arrived[days.arrived <= cut].tolist()
    assert before(days, cut).arrived.max() < cut


def test_with_few_calls_the_quotes_are_the_calibrated_roll_forward() -> None:
    tested = backtest(Task(trace=invented(days=2, seed=2, agents=2)))
    assert [row.predictor for row in tested.rows] == [name for name in PREDICTORS if name != "boosted"]
    assert not tested.complete
    assert "calibrated roll-forward" in tested.notes[0]


def test_nobody_queued_is_said() -> None:
    days = invented(days=1, seed=1)
    with pytest.raises(NothingToScore):
        backtest(Task(trace=days.rows(np.zeros(len(days), dtype=np.bool_))))


def test_the_page_says_whether_the_windows_hold_and_shows_every_method(tested: Outcome) -> None:
    html = page(tested, name="days <1>")
    drawn = Elements(html)
    charts = [json.loads(at["data-chart"] or "") for _, at in drawn.found if "data-chart" in at]

    assert found(tested) in drawn.words
    assert "Backtest of days <1>" in drawn.words
    assert [chart["kind"] for chart in charts] == ["dots", "dots", "dots", "lines", "lines"]
    assert len(charts[0]["x"]) == len(PREDICTORS)
    assert all(f'<th scope="row">{name}</th>' in html for name in PREDICTORS)
    assert "NaN" not in json.dumps(charts)


def test_without_the_booster_the_learned_rows_are_missing_and_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    told = backtest(Task(trace=invented(days=2, seed=2, agents=2)))
    assert [row.predictor for row in told.rows] == PREDICTORS[:-2]
    assert not told.complete
    assert "libgomp1" in told.notes[0]
