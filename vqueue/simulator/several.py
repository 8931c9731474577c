"""Several runs at once, each on a core of its own: the same days under other rules, or other days."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from multiprocessing.queues import SimpleQueue

from vqueue.domain.rules import Rules
from vqueue.engine.wait.model import WaitModel
from vqueue.simulator.people import Days
from vqueue.simulator.run import Outcome, Progress, simulate
from vqueue.simulator.scenario import Scenario

HEAR_EVERY_S = 0.2
"""How often the runs are asked how far they are."""
News = SimpleQueue[tuple[int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run, as `simulate` takes it. All of it goes to another process, so it can be pickled."""

    scenario: Scenario
    seed: int = 1
    rules: Rules | None = None
    model: WaitModel | None = None
    known: Days | None = None

    def outcome(self, progress: Progress | None = None) -> Outcome:
        return simulate(
            self.scenario, seed=self.seed, rules=self.rules, model=self.model, known=self.known, progress=progress
        )


def outcomes(runs: Sequence[Run], *, processes: int | None = None, progress: Progress | None = None) -> list[Outcome]:
    """What comes of each run, in their order, whichever is done first; equal to running them one after another.

    `processes` at once, by default as many as there are cores. `progress` hears the share of all that is done.
    """
    tell = progress or (lambda done: None)
    at_once = min(len(runs), processes or multiprocessing.cpu_count())
    if at_once <= 1:
        return [run.outcome(partial(_tell_part, tell, i, len(runs))) for i, run in enumerate(runs)]
    context = multiprocessing.get_context("spawn")
    news: News = context.SimpleQueue()
    with ProcessPoolExecutor(at_once, mp_context=context, initializer=_listened, initargs=(news,)) as pool:
        futures = [pool.submit(_outcome, run, i) for i, run in enumerate(runs)]
        shares, left = [0.0] * len(runs), set(futures)
        while left:
            left = wait(left, timeout=HEAR_EVERY_S).not_done
            while not news.empty():
                i, shares[i] = news.get()
            tell(sum(shares) / len(runs))
    return [future.result() for future in futures]


def _tell_part(tell: Progress, number: int, runs: int, done: float) -> None:
    tell((number + done) / runs)


class _Telling:
    """Where a process of the pool says how far it is."""

    news: News | None = None


def _listened(news: News) -> None:
    _Telling.news = news


def _outcome(run: Run, number: int) -> Outcome:
    return run.outcome(partial(_tell, number))


def _tell(number: int, done: float) -> None:
    if _Telling.news is not None:
        _Telling.news.put((number, done))
