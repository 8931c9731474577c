"""A rehearsal: past days served by the rules in force and by others, side by side on several cores."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event

import numpy as np

from vqueue.domain.past_day import PastDay
from vqueue.domain.rehearsal import Findings
from vqueue.domain.rules import Rules
from vqueue.engine.wait.model import WaitModel
from vqueue.simulator.comparing import FEWEST_UNITS, LEVEL, compared
from vqueue.simulator.replaying import Served, served
from vqueue.simulator.waits import Remembering

HEAR_EVERY_S = 0.2
"""How often the runs are asked how far they are."""
SEED = 1
GIVES_WAY = 10
Tell = Callable[[float], None]
Key = tuple[int, int, int]
"""Which rules (0 in force, 1 the others), which day, which repetition."""


class Stopped(Exception):
    """It was asked to stop, or its processes were killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is rehearsed. All of it goes to other processes, so it can be pickled."""

    days: tuple[PastDay, ...]
    in_force: Rules
    draft: Rules
    repetitions: int = 3

    def keys(self) -> list[Key]:
        each = range(self.repetitions)
        return [(rules, day, again) for day in range(len(self.days)) for again in each for rules in (0, 1)]

    def run(self, key: Key, model: WaitModel, tell: Tell) -> Served:
        """The model remembers what it was asked, so that one for many runs is asked less."""
        rules, day, again = key
        decided = self.draft if rules else self.in_force
        return served(self.days[day], decided, seed=SEED, repetition=again, model=model, progress=tell)

    def found(self, done: dict[Key, Served]) -> Findings:
        both = [
            [[done[rules, day, again] for again in range(self.repetitions)] for day in range(len(self.days))]
            for rules in (0, 1)
        ]
        told = compared(both[0], both[1], chance=np.random.default_rng(SEED))
        turned = any(one.turned_away for one in done.values())
        return Findings(
            figures=told.figures, calls=sum(len(day.visits) for day in self.days), repetitions=self.repetitions,
            resampled=told.resampled, units=told.units, level=LEVEL, remarks=_remarks(self, told.units, turned),
        )  # fmt: skip


@dataclass(slots=True)
class _Here:
    """What a process of the pool works on, and where it says how far it is."""

    task: Task | None = None
    news: "SimpleQueue[tuple[Key, float]] | None" = None
    stop: Event | None = None
    model: WaitModel = field(default_factory=Remembering)


_here = _Here()


@dataclass(slots=True)
class Rehearsing:
    """Runs tasks; `stop` ends the one under way within a moment, from any thread."""

    processes: int
    """At once; 0 = in this process, one run after another, which `stop` does not end."""
    _stops: list[Event] = field(default_factory=list)

    def findings(self, task: Task, tell: Tell) -> Findings:
        """Raises Stopped."""
        keys = task.keys()
        if self.processes < 1:
            return task.found(_one_by_one(task, keys, tell))
        context = multiprocessing.get_context("spawn")
        news: SimpleQueue[tuple[Key, float]] = context.SimpleQueue()
        stop = context.Event()
        self._stops.append(stop)
        begin = (task, news, stop)
        try:
            with ProcessPoolExecutor(self.processes, mp_context=context, initializer=_begin, initargs=begin) as pool:
                futures = {pool.submit(_work, key): key for key in keys}
                _wait(futures, news, tell)
                return task.found({key: future.result() for future, key in futures.items()})
        except BrokenProcessPool:
            raise Stopped from None
        finally:
            self._stops.remove(stop)

    def stop(self) -> None:
        for each in self._stops:
            each.set()


def _one_by_one(task: Task, keys: Sequence[Key], tell: Tell) -> dict[Key, Served]:
    done, model = {}, Remembering()
    for i, key in enumerate(keys):
        done[key] = task.run(key, model, lambda share, i=i: tell((i + share) / len(keys)))  # type: ignore[misc]
    return done


def _wait(futures: dict["Future[Served]", Key], news: "SimpleQueue[tuple[Key, float]]", tell: Tell) -> None:
    shares = dict.fromkeys(futures.values(), 0.0)
    left = set(futures)
    while left:
        left = wait(left, timeout=HEAR_EVERY_S).not_done
        while not news.empty():
            key, share = news.get()
            shares[key] = max(shares[key], share)
        for future, key in futures.items():
            if future not in left:
                shares[key] = 1.0
        tell(sum(shares.values()) / len(shares))


def _begin(task: Task, news: "SimpleQueue[tuple[Key, float]]", stop: Event) -> None:
    """A process that works for others: it gives way to them, and ends with the one that began it."""
    _here.task, _here.news, _here.stop = task, news, stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(GIVES_WAY)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _work(key: Key) -> Served:
    def tell(share: float) -> None:
        assert _here.news is not None and _here.stop is not None
        if _here.stop.is_set():
            raise Stopped
        _here.news.put((key, share))

    assert _here.task is not None
    tell(0.0)
    return _here.task.run(key, _here.model, tell)


def _remarks(task: Task, units: int, turned_away: bool) -> tuple[str, ...]:
    """What the replay could not know, or what its figures leave out."""
    rows = (*task.in_force.routing, *task.draft.routing)
    told = {
        "rosters_inferred": any(day.inferred for day in task.days),
        "context_unknown": any(test.attribute.startswith("context.") for row in rows for test in row.when),
        "stays_here": any(row.queue is not None for row in rows),
        "turned_away": turned_away,
        "few_calls": units < FEWEST_UNITS,
    }
    return tuple(code for code, applies in told.items() if applies)
