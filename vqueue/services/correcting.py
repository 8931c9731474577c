"""The learned models in use, put to work once each; a queue whose model cannot be read goes on without."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from vqueue.domain.errors import NotFound, Unavailable
from vqueue.engine.wait.model import Correction
from vqueue.ports.database import Work
from vqueue.ports.models import FittedModel
from vqueue.services.house import House

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Corrections:
    """Those at work now, by queue, and the ones that could not be read."""

    at_work: dict[str, Correction] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def of(self, queue: str) -> Correction | None:
        return self.at_work.get(queue)

    async def follow(self, house: House, used: Mapping[str, str]) -> None:
        """`used`: queue → id of the model that is in use now."""
        for queue in self.at_work.keys() - used.keys():
            del self.at_work[queue]
        for queue, model in used.items():
            known = self.at_work.get(queue)
            if model in self.broken or (known is not None and known.model == model):
                continue
            try:
                fitted = await house.database.read(partial(_of_id, model=model))
                self.at_work[queue] = await asyncio.to_thread(house.correctors.of, fitted)
            except (NotFound, Unavailable) as problem:
                self.broken.add(model)
                self.at_work.pop(queue, None)
                _log.warning("the model %s of %s is left alone: %s", model, queue, problem)


def _of_id(work: Work, model: str) -> FittedModel:
    return work.models.of_id(model)
