"""A learned model at work on a running house's board: what it corrects, what is kept beside it, how it leaves again."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.boarding.test_live_estimate import _day, published
from tests.db.builders import NOON
from tests.web.house import HandClock
from vqueue.domain.errors import Unavailable
from vqueue.engine.wait.model import Asked, Correction
from vqueue.ports.models import FittedModel, Standing
from vqueue.services import boarding, quoting, studying
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

MODEL = FittedModel(
    id="md_1", queue="cards", standing=Standing.IN_USE, fitted_at=NOON, lessons=500, learned_from=NOON,
    learned_until=NOON, scores={"candidate": 1.0, "none": 2.0}, trees="good", by="sam",
)  # fmt: skip


class Doubling:
    """Everything takes twice as long, and the second rank not even that: it may not come before the first."""

    def __init__(self, model: str) -> None:
        self.model = model

    def corrected(self, asked: Sequence[Asked], *, at: object) -> list[tuple[float, ...]]:
        doubled = [(*(2 * each for each in quantiles), 2 * quantiles[2]) for quantiles, _, _ in asked]
        return [doubled[0], (0.0,) * 6, *doubled[2:]]


class Correctors:
    def of(self, model: FittedModel) -> Correction:
        if model.trees != "good":
            raise Unavailable("no such trees")
        return Doubling(model.id)


@pytest.fixture
async def taught(house: House) -> AsyncIterator[House]:
    await house.database.transact(lambda work: _day(work, ended=30))
    yield replace(house, correctors=Correctors())


async def test_what_was_rolled_is_corrected_and_both_are_kept_with_the_quote(taught: House, clock: HandClock) -> None:
    await taught.database.transact(lambda work: work.models.insert(MODEL))
    past, first = await published(taught, None)
    assert first.method == "closed_form", "what a model has not learned about it does not touch"
    clock.at += timedelta(seconds=1)
    past, wait = await published(taught, past)
    assert (wait.method, wait.model) == ("learned", "md_1")
    assert wait.rolled_s[2] < 0.6 * (wait.raw_s or wait.quantiles_s)[2]
    board = await taught.board.read("cards")
    assert board is not None
    middles = [wait.p50_s for _, wait in board.grid]
    assert middles == sorted(middles) and middles[0] == middles[1] > 0
    seen = await quoting.grounds(taught, "cards")
    decided = seen.decide(None, ahead=8)
    quote = quoting.quote(seen, decided, seen.window(wait))
    assert quote.model_version == "md_1" and len(quote.inputs["rolled_s"]) == 5


async def test_a_model_taken_back_leaves_the_roll_forward_to_speak(taught: House, clock: HandClock) -> None:
    await taught.database.transact(lambda work: work.models.insert(MODEL))
    past = await boarding.publish(taught)
    await taught.database.transact(
        lambda work: studying.roll_back(Clerk(work, at=clock.at, seed="j_back"), "cards", by="sam")
    )
    clock.at += timedelta(seconds=31)
    past, _ = await published(taught, past)
    clock.at += timedelta(seconds=1)
    _, wait = await published(taught, past)
    assert (wait.method, wait.model, wait.rolled_s) == ("roll_forward", "", ())


async def test_a_model_that_cannot_be_read_is_left_alone(taught: House, clock: HandClock) -> None:
    await taught.database.transact(lambda work: work.models.insert(replace(MODEL, trees="rotten")))
    past, _ = await published(taught, None)
    clock.at += timedelta(seconds=1)
    _, wait = await published(taught, past)
    assert wait.method == "roll_forward"
