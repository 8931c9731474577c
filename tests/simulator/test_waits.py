"""The remembering closed form says what the closed form says."""

import numpy as np
import pytest

from tests.engine.builders import NOON
from vqueue.engine.wait.closed import ClosedForm
from vqueue.engine.wait.model import Arrivals, Prior, QueueState
from vqueue.simulator.waits import Remembering

FIGURES = ("mean_s", "p5_s", "p10_s", "p50_s", "p90_s", "p95_s")


def states(seed: int) -> list[QueueState]:
    chance = np.random.default_rng(seed)
    return [
        QueueState(
            agents_serving=float(chance.integers(0, 60)),
            agents_ready=float(chance.integers(0, 3)),
            handled=float(handled := int(chance.integers(0, 200))),
            busy_seconds=handled * float(chance.uniform(60, 600)),
            prior=Prior(handling_s=float(chance.uniform(100, 400)), calls=float(chance.uniform(2, 8))),
            abandoned=float(chance.integers(0, 300)),
            queued_seconds=float(chance.uniform(0, 80_000)),
            leaving_share=float(chance.uniform(0, 1)),
            arrivals=tuple(
                Arrivals(float(chance.uniform(0, 900)), float(chance.uniform(0, 0.01))) for _ in range(seed)
            ),
            credit_s=float(chance.choice([0.0, 120.0])),
            setup_s=5.0,
            closing_s=float(chance.uniform(0, 3600)),
        )
        for _ in range(150)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_it_says_what_the_closed_form_says_to_one_part_in_a_hundred(seed: int) -> None:
    remembering, exact = Remembering(), ClosedForm()
    for i, state in enumerate(states(seed)):
        ahead = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)[i % 10]
        told, true = (each.wait(ahead=ahead, state=state, now=NOON) for each in (remembering, exact))
        for name in FIGURES:
            assert getattr(told, name) == pytest.approx(getattr(true, name), rel=0.02), (name, ahead, state)
        assert told.method == true.method
        if abs(true.p90_s - (state.closing_s or 0.0)) > 0.02 * true.p90_s:
            assert told.reasons == true.reasons


def test_what_it_says_does_not_depend_on_what_it_was_asked_before() -> None:
    asked = states(1)
    forth, back = Remembering(), Remembering()
    first = [forth.wait(ahead=7, state=state, now=NOON) for state in asked]
    assert first == [back.wait(ahead=7, state=state, now=NOON) for state in reversed(asked)][::-1]
