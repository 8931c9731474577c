"""Models by version: learned from the ledger, put in use when they are not worse, taken back by a person."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.db.builders import NOON, a_promise, a_queue, a_request
from vqueue.clock import SystemChance
from vqueue.db.open import open_database
from vqueue.domain.errors import Invalid, NotPossible, StaleWrite
from vqueue.domain.journal import Fact
from vqueue.domain.promise import Promise, Window
from vqueue.learning.training import BesideTrainer
from vqueue.ports.database import Database
from vqueue.ports.models import LEVELS, Fitted, Lesson, Standing
from vqueue.services import studying
from vqueue.services.clerk import Clerk
from vqueue.services.studying import School

NAMES = ("p5", "p10", "p50", "p90", "p95")
NOW = NOON + timedelta(days=3)


class Told:
    """A trainer whose verdicts are given."""

    def __init__(self, *better: bool) -> None:
        self.better = list(better)
        self.seen: list[tuple[Sequence[Lesson], str | None]] = []

    async def fit(self, lessons: Sequence[Lesson], *, in_use: str | None) -> Fitted:
        self.seen.append((lessons, in_use))
        better = self.better.pop(0)
        return Fitted(trees=f"trees-{len(self.seen)}" if better else "", scores={"candidate": 1.0}, better=better)


@pytest.fixture
async def database(fresh_url: str) -> AsyncIterator[Database]:
    opened = open_database(fresh_url)
    await opened.transact(lambda work: work.queues.insert(a_queue()))
    await opened.transact(lambda work: work.requests.insert(a_request()))
    yield opened
    await opened.close()


def quoted(number: int, **changes: Any) -> Promise:
    made = NOON + timedelta(minutes=number)
    values: dict[str, Any] = {
        "made_at": made,
        "window": Window(made, made + timedelta(minutes=20)),
        "quantiles_s": dict(zip(NAMES, (200.0, 240.0, 500.0, 800.0, 900.0), strict=True)),
        "inputs": {"ahead": number % 9, "agents": 3},
        "first_ring_at": made + timedelta(seconds=450),
        "settled_at": made + timedelta(seconds=450),
        "method": "roll_forward",
        "kept": True,
    }
    return a_promise(f"p{number}", **{**values, **changes})


async def promised(database: Database, *promises: Promise) -> None:
    def op(work: Any) -> None:
        for each in promises:
            work.promises.insert(each)

    await database.transact(op)


def school(database: Database, trainer: Any) -> School:
    return School(database=database, trainer=trainer, chance=SystemChance())


async def back(database: Database) -> Any:
    return await database.transact(lambda work: studying.roll_back(Clerk(work, at=NOW, seed="j_b"), "cards", by="sam"))


async def test_a_model_is_put_in_use_superseded_refused_and_taken_back(database: Database) -> None:
    await promised(database, *(quoted(number) for number in range(studying.FEW)))
    trainer = Told(True, True, False)
    first, second, third = [
        await studying.learn(school(database, trainer), "cards", now=NOW + timedelta(hours=hour), by="sam")
        for hour in range(3)
    ]
    assert [each.standing for each in (first, second, third)] == [Standing.IN_USE, Standing.IN_USE, Standing.REFUSED]
    assert [used for _, used in trainer.seen] == [None, "trees-1", "trees-2"]
    listed = await database.read(lambda work: work.models.listed("cards"))
    assert [each.standing for each in listed] == [Standing.REFUSED, Standing.IN_USE, Standing.SUPERSEDED]
    again = await back(database)
    assert again.id == first.id and again.standing is Standing.IN_USE
    assert (
        await database.transact(lambda work: studying.roll_back(Clerk(work, at=NOW, seed="j_c"), "cards", by="sam"))
        is None
    )
    with pytest.raises(NotPossible):
        await back(database)
    rows = await database.read(lambda work: work.journal.recent(facts=(Fact.MODEL_CHANGED,)))
    assert len(rows) == 5 and all(row.queue == "cards" for row in rows)


async def test_a_lesson_is_what_was_quoted_before_correction_and_when_the_phone_rang(database: Database) -> None:
    rolled = [100.0, 110.0, 300.0, 500.0, 600.0]
    late = quoted(1, first_ring_at=NOON + timedelta(minutes=31), kept=False, inputs={"ahead": 4, "rolled_s": rolled})
    opening, closed = quoted(2, quantiles_s={}), quoted(4, method="closed_form")
    await promised(
        database, quoted(0), late, opening, closed, quoted(3, first_ring_at=None, settled_at=None, kept=None)
    )
    told = await database.read(lambda work: work.models.lessons("cards", since=NOON, limit=10))
    assert [(each.ahead, each.waited_s) for each in told] == [(0, 450.0), (4, 1800.0)]
    assert [each.quantiles_s for each in told] == [(200.0, 240.0, 500.0, 800.0, 900.0), tuple(rolled)]
    assert len(told[0].quantiles_s) == len(LEVELS)
    latest = await database.read(lambda work: work.models.lessons("cards", since=NOON, limit=2))
    assert [each.ahead for each in latest] == [4]


async def test_few_promises_teach_nothing_and_of_two_who_learn_at_once_one_is_in_use(database: Database) -> None:
    await promised(database, *(quoted(number) for number in range(studying.FEW - 1)))
    with pytest.raises(Invalid):
        await studying.learn(school(database, Told(True)), "cards", now=NOW, by="sam")
    await promised(database, quoted(studying.FEW))

    class Overtaken(Told):
        async def fit(self, lessons: Sequence[Lesson], *, in_use: str | None) -> Fitted:
            if len(self.better) == 1:
                await studying.learn(school(database, Told(True)), "cards", now=NOW, by="other")
            return await super().fit(lessons, in_use=in_use)

    with pytest.raises(StaleWrite):
        await studying.learn(school(database, Overtaken(True)), "cards", now=NOW, by="sam")
    used = await database.read(lambda work: work.models.in_use("cards"))
    assert used is not None and used.by == "other"


async def test_a_model_is_fitted_in_a_process_of_its_own() -> None:
    import numpy as np

    chance = np.random.default_rng(1)
    some = [
        Lesson(
            at=NOON + timedelta(minutes=number), quantiles_s=(50.0, 60.0, 100.0, 160.0, 200.0), ahead=number % 7,
            inputs={"agents": 3}, waited_s=float(60 + 40 * (number % 7) + chance.exponential(10.0)),
        )
        for number in range(studying.FEW)
    ]  # fmt: skip
    fitted = await BesideTrainer().fit(some, in_use=None)
    assert fitted.better and fitted.scores["candidate"] < fitted.scores["none"] and fitted.trees
