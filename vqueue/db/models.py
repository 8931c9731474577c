"""Learned models as they are kept, and the settled quotes they are learned from."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from vqueue.db.promises import PROMISE
from vqueue.db.record import Record
from vqueue.db.store import Store
from vqueue.db.tables import promises
from vqueue.db.tables_models import models
from vqueue.domain.promise import Promise
from vqueue.ports.models import LEVELS, FittedModel, Lesson, Standing

MODEL = Record(FittedModel, models)
_NAMES = tuple(f"p{round(100 * level)}" for level in LEVELS)
METHODS = ("roll_forward", "learned")
"""Of the quotes that teach: those a model would correct."""
ROLLED = "rolled_s"
"""Among a promise's inputs: its quantiles before they were corrected, where they were."""


class StoredModels(Store):
    """`ports.models.Models`."""

    def lessons(self, queue: str, *, since: datetime, limit: int) -> list[Lesson]:
        rung = PROMISE.all.where(
            promises.c.queue == queue,
            promises.c.made_at >= since,
            promises.c.first_ring_at.is_not(None),
            promises.c.method.in_(METHODS),
        )
        latest = self.all_of(PROMISE, rung.order_by(promises.c.made_at.desc(), promises.c.id).limit(limit))
        return [lesson for each in reversed(latest) if (lesson := _lesson(each)) is not None]

    def used(self) -> dict[str, str]:
        query = select(models.c.queue, models.c.id).where(models.c.standing == Standing.IN_USE)
        return {row.queue: row.id for row in self.connection.execute(query)}

    def in_use(self, queue: str) -> FittedModel | None:
        return self.one_of(MODEL, MODEL.all.where(models.c.queue == queue, models.c.standing == Standing.IN_USE))

    def of_id(self, model: str) -> FittedModel:
        return self.named(MODEL, model)

    def listed(self, queue: str, *, limit: int = 20) -> list[FittedModel]:
        newest = MODEL.all.where(models.c.queue == queue).order_by(models.c.fitted_at.desc(), models.c.id.desc())
        return self.all_of(MODEL, newest.limit(limit))

    def insert(self, model: FittedModel) -> None:
        self.add_new(MODEL, model)

    def stand(self, model: FittedModel, standing: Standing) -> FittedModel:
        return self.swap(MODEL, replace(model, standing=standing))


def _lesson(promise: Promise) -> Lesson | None:
    """None for a quote that rests on no wait: a booked time, an opening."""
    rolled = promise.inputs.get(ROLLED) or [promise.quantiles_s.get(name) for name in _NAMES]
    if promise.first_ring_at is None or len(rolled) != len(LEVELS) or None in rolled:
        return None
    return Lesson(
        at=promise.made_at,
        quantiles_s=tuple(rolled),
        ahead=int(promise.inputs.get("ahead", 0)),
        inputs=promise.inputs,
        waited_s=(promise.first_ring_at - promise.made_at).total_seconds(),
    )
