"""Learning from the ledger of promises: a model a queue, compared with the one in use, swapped when it is not worse."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.errors import Invalid, NotPossible
from vqueue.domain.journal import Fact
from vqueue.ports.clock import Chance
from vqueue.ports.database import Database, Work
from vqueue.ports.models import FittedModel, Lesson, Standing, Trainer
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=60)
MOST = 20_000
FEW = 400
"""Settled quotes without which nothing is learned."""
_BY = "housekeeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class School:
    """What learning needs."""

    database: Database
    trainer: Trainer
    chance: Chance


async def study(house: House) -> None:
    """Every queue's promises are learned from; a queue with few of them is left alone."""
    school = School(database=house.database, trainer=house.trainer, chance=house.chance)
    for queue in await house.database.read(lambda work: work.queues.all()):
        try:
            model = await learn(school, queue.id, now=house.clock.now(), by=_BY)
        except Invalid:
            continue
        log.info("a model was fitted for %s: %s, losses %s", queue.id, model.standing, dict(model.scores))


async def learn(school: School, queue: str, *, now: datetime, by: str) -> FittedModel:
    """The new version: in use, or refused because it is worse. Raises NotFound, Invalid (too few settled promises),
    Unavailable (this process learns nothing), StaleWrite when somebody else learned meanwhile."""
    lessons, used = await school.database.read(partial(_lessons, queue=queue, now=now))
    if len(lessons) < FEW:
        few = f"{len(lessons)} settled promises are too few to learn from: {FEW} are needed."
        raise Invalid(few, errors=(("/queue", "too_few"),))
    fitted = await school.trainer.fit(lessons, in_use=used.trees if used is not None else None)
    model = FittedModel(
        id=school.chance.id("md"),
        queue=queue,
        standing=Standing.IN_USE if fitted.better else Standing.REFUSED,
        fitted_at=now,
        lessons=len(lessons),
        learned_from=lessons[0].at,
        learned_until=lessons[-1].at,
        scores=fitted.scores,
        trees=fitted.trees,
        by=by,
    )
    seed = school.chance.id("j")
    await school.database.transact(lambda work: _kept(Clerk(work, at=now, seed=seed), model, used))
    return model


def _lessons(work: Work, queue: str, now: datetime) -> tuple[list[Lesson], FittedModel | None]:
    work.queues.get(queue)
    return work.models.lessons(queue, since=now - LOOK_BACK, limit=MOST), work.models.in_use(queue)


def _kept(clerk: Clerk, model: FittedModel, used: FittedModel | None) -> None:
    models = clerk.work.models
    if used is not None and model.standing is Standing.IN_USE:
        models.stand(used, Standing.SUPERSEDED)
    models.insert(model)
    _note(clerk, model)


def _note(clerk: Clerk, model: FittedModel) -> None:
    clerk.note(
        Fact.MODEL_CHANGED,
        queue=model.queue,
        model=model.id,
        standing=model.standing,
        lessons=model.lessons,
        scores=dict(model.scores),
        by=model.by,
    )
    clerk.topics.append("models")


def roll_back(clerk: Clerk, queue: str, *, by: str) -> FittedModel | None:
    """The model in use is withdrawn; the one before it is in use again, None where there was none (the roll-forward
    then speaks for itself). Raises NotFound, NotPossible when no model is in use."""
    clerk.work.queues.get(queue)
    models = clerk.work.models
    used = models.in_use(queue)
    if used is None:
        raise NotPossible("No model is in use.")
    before = next((each for each in models.listed(queue) if each.standing is Standing.SUPERSEDED), None)
    models.stand(used, Standing.WITHDRAWN)
    again = models.stand(before, Standing.IN_USE) if before is not None else None
    clerk.note(
        Fact.MODEL_CHANGED,
        queue=queue,
        model=used.id,
        standing=Standing.WITHDRAWN,
        now=again.id if again is not None else None,
        by=by,
    )
    clerk.topics.append("models")
    return again
