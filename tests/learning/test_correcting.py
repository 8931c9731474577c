"""The learned correction: what the roll-forward gets wrong is learned; where nothing is to be learned it is refused."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.stats import norm

from vqueue.learning.correcting import FEW, Corrected, Trees, learned
from vqueue.ports.models import LEVELS, Lesson

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SPREAD = 0.4


def lessons(count: int, *, slow: float = 1.0, seed: int = 1) -> Iterator[Lesson]:
    """Lognormal waits whose true quantiles are quoted, except that with few agents the wait is `slow` times as long."""
    chance = np.random.default_rng(seed)
    steps = np.exp(SPREAD * norm.ppf(LEVELS))
    for number in range(count):
        ahead, agents = int(chance.integers(1, 30)), int(chance.integers(2, 9))
        middle = 60.0 * (ahead + 1) / agents
        wait = middle * float(np.exp(SPREAD * chance.standard_normal())) * (slow if agents < 5 else 1.0)
        yield Lesson(
            at=START + timedelta(minutes=number), quantiles_s=tuple((middle * steps).tolist()), ahead=ahead,
            inputs={"agents": agents}, waited_s=wait,
        )  # fmt: skip


@pytest.fixture(scope="module")
def taught() -> Trees:
    fitted = learned(list(lessons(3000, slow=2.0)), None)
    assert fitted.better and fitted.scores["candidate"] < 0.9 * fitted.scores["none"]
    return Trees.read(fitted.trees)


def test_what_is_wrong_for_few_agents_is_corrected_for_them_and_left_alone_for_others(taught: Trees) -> None:
    model = Corrected("md_1", taught)
    quoted = 600.0 * np.exp(SPREAD * norm.ppf(LEVELS))
    rows = [(tuple((quoted / agents * 2).tolist()), 19, {"agents": agents}) for agents in (3, 8)]
    few, many = model.corrected(rows, at=START + timedelta(hours=3))
    assert few[2] / rows[0][0][2] == pytest.approx(2.0, rel=0.25)
    assert many[2] / rows[1][0][2] == pytest.approx(1.0, rel=0.25)
    assert all(list(each[: len(LEVELS)]) == sorted(each[: len(LEVELS)]) for each in (few, many))


def test_quantiles_hold_what_they_say_on_days_that_were_not_learned_from(taught: Trees) -> None:
    later = list(lessons(3000, slow=2.0, seed=2))
    model = Corrected("md_1", taught)
    told = np.array(model.corrected([(each.quantiles_s, each.ahead, each.inputs) for each in later], at=START))
    waited = np.array([each.waited_s for each in later])
    shares = [(waited <= told[:, level]).mean() for level in range(len(LEVELS))]
    assert shares == pytest.approx(LEVELS, abs=0.04)


def test_where_the_quotes_are_right_already_trees_are_refused() -> None:
    fitted = learned(list(lessons(FEW)), None)
    assert not fitted.better and fitted.trees == ""


def test_a_model_is_refused_where_the_one_in_use_is_better() -> None:
    """The one in use has seen the very days on which they are compared."""
    some = list(lessons(1000, slow=2.0))
    again = learned(some, learned(some, None).trees)
    assert again.scores["in_use"] < again.scores["candidate"] < again.scores["none"]
    assert not again.better and again.trees == ""


def test_equal_lessons_give_equal_trees_and_too_few_give_none() -> None:
    some = list(lessons(500, slow=2.0))
    assert learned(some, None) == learned(some, None)
    with pytest.raises(ValueError, match="too few"):
        learned(some[: FEW - 1], None)


def test_what_a_board_did_not_know_when_it_quoted_is_missing_not_zero() -> None:
    some = [replace(each, inputs={}) for each in lessons(500, slow=2.0)]
    assert learned(some, None).scores["candidate"] > 0


@pytest.mark.parametrize("text", ["", "no model", "e30="])
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Trees.read(text)
