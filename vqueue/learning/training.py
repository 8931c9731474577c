"""Fits corrections in a process of its own, so that the service never waits for it."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from vqueue.domain.errors import Unavailable
from vqueue.learning.boosting import NoBooster
from vqueue.learning.correcting import learned
from vqueue.ports.models import Fitted, Lesson


class BesideTrainer:
    """`ports.models.Trainer`: a process that is started for a fit and ends with it."""

    async def fit(self, lessons: Sequence[Lesson], *, in_use: str | None) -> Fitted:
        pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, learned, list(lessons), in_use)
        except NoBooster as missing:
            raise Unavailable(str(missing)) from None
        except BrokenProcessPool:
            raise Unavailable("the process that learns has ended") from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
