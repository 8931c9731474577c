"""Recorded calls quoted again by every predictor, each from what was known then, and scored by what came after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.replay import DAY_S, CallLog, Floats, Seen, told_again
from vqueue.learning import learned
from vqueue.learning.boosting import NoBooster, loaded
from vqueue.learning.features import ABOUT_ROLLED, HOUR_S, table
from vqueue.learning.laws import laws
from vqueue.learning.peers import PEERS
from vqueue.learning.rolling import all_turns
from vqueue.learning.samples import Sample, joined
from vqueue.learning.scoring import Quotes, Score, Waits, groups_of, offered_weights, score

TEST_FROM = 0.7
THREADS = 2
Progress = Callable[[str, int, int], None]
"""(stage, done, of so many), called often."""


class NothingToScore(ValueError):
    """The part to be tested holds no scored wait; the message is one sentence for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Calls to test on, and those that may be learned from besides the part of `trace` before `test_from`."""

    trace: CallLog
    train: tuple[CallLog, ...] = ()
    test_from: float = TEST_FROM
    """Share of the time from the first entry into the queue to the last."""
    hours: tuple[float, float] = (0.0, 24.0)
    """Of the local day; entries outside are not scored."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """`n` served waits scored. `notes` say what was left out. The arrays are for pictures, a row a scored wait."""

    n: int
    rows: tuple[Score, ...]
    virtual_rows: tuple[Score, ...]
    notes: tuple[str, ...]
    complete: bool
    """False when the learned rows are missing."""
    waits: Waits
    quotes: tuple[Quotes, ...]


def backtest(task: Task, *, progress: Progress = lambda stage, done, total: None) -> Outcome:
    """The whole table. Equal input gives equal output. Raises NothingToScore."""
    cut = cut_of(task.trace, task.test_from)
    known = [*(apart(log, task.trace, cut) for log in task.train), before(task.trace, cut)]
    sampled = _samples([*known[:-1], task.trace], task, known, progress)
    past, test = [*sampled[:-1], sampled[-1].rows(sampled[-1].ends <= cut)], sampled[-1].rows(sampled[-1].at > cut)
    if not test.served.any():
        raise NothingToScore("No customer who queued in the tested part was served in the hours that are scored.")
    untrained = [*_peers(test), _rolled(test)]
    served, virtual, notes, complete = _learned(past, test, progress)
    weight = offered_weights(test.wait_s, test.served, judged=test.wait_s)
    rows = [score(each.rows(test.served), _waits(test, np.ones(len(test.at)))) for each in [*untrained, *served]]
    offered = [score(each.rows(test.served), _waits(test, weight)) for each in [*untrained, *virtual]]
    return Outcome(
        n=int(test.served.sum()), rows=tuple(rows), virtual_rows=tuple(offered), notes=notes, complete=complete,
        waits=_waits(test, np.ones(len(test.at))),
        quotes=tuple(each.rows(test.served) for each in [*untrained, *served]),
    )  # fmt: skip


def cut_of(log: CallLog, share: float) -> float:
    """The moment so far between the first entry into the queue and the last."""
    entered = log.entered[log.queued]
    if not len(entered):
        raise NothingToScore("Nobody queued in this trace.")
    return float(entered.min() + share * (entered.max() - entered.min()))


def before(log: CallLog, cut: float) -> CallLog:
    """The calls that were over by then."""
    over = np.fmax(np.fmax(log.arrived, log.left), log.ended)
    return log.rows(over <= cut)


def apart(log: CallLog, trace: CallLog, cut: float) -> CallLog:
    """Without the calls that are in the tested part too: nobody is trained on what he is asked."""

    def keys(calls: CallLog) -> list[tuple[float, float, int, int]]:
        return list(zip(calls.arrived.tolist(), np.nan_to_num(calls.left).tolist(), calls.kind.tolist(),
                        calls.agent.tolist(), strict=True))  # fmt: skip

    asked = set(keys(trace.rows(np.fmax(trace.arrived, trace.entered) > cut)))
    return log.rows(np.array([key not in asked for key in keys(log)], dtype=np.bool_))


def _samples(logs: Sequence[CallLog], task: Task, known: Sequence[CallLog], progress: Progress) -> list[Sample]:
    """Each log told again and rolled forward by the laws of what is known."""
    past = laws(known)
    views: list[list[Seen]] = []
    queued, told = sum(int(log.queued.sum()) for log in logs), 0
    for log in logs:
        views.append([])
        for seen in told_again(log):
            told += 1
            if told % 500 == 0 or told == queued:
                progress("telling the calls again", told, queued)
            if _scored(seen, task.hours):
                views[-1].append(seen)
    total, done = sum(map(len, views)), 0
    samples = []
    for log, seens in zip(logs, views, strict=True):
        rolled = all_turns(
            ((seen, float(log.credit_s[seen.row])) for seen in seens), laws=past, threads=THREADS,
            done=lambda count, done=done: progress("rolling the queue forward", done + count, total),  # type: ignore[misc]
        )  # fmt: skip
        done += len(seens)
        samples.append(Sample.of(seens, log, table(seens, log, rolled)))
    return samples


def _scored(seen: Seen, hours: tuple[float, float]) -> bool:
    return seen.warm and seen.busy > 0 and hours[0] <= seen.at % DAY_S / HOUR_S < hours[1]


def _peers(test: Sample) -> list[Quotes]:
    return [
        Quotes.of_point(name, np.array([formula(seen) for seen in test.views], dtype=np.float64))
        for name, formula in PEERS.items()
    ]


def _rolled(test: Sample) -> Quotes:
    """The untrained layer: its median is its figure."""
    low, median, high = test.rolled
    return Quotes(predictor="rollforward", point=median, low=low, median=median, high=high)


def _learned(
    past: Sequence[Sample], test: Sample, progress: Progress
) -> tuple[list[Quotes], list[Quotes], tuple[str, ...], bool]:
    """Rows for the waits of those served, rows for the waits offered to all, notes, whether all are there."""
    try:
        loaded()
    except NoBooster as problem:
        return [], [], (str(problem),), False
    known = joined(past)
    if int(known.served.sum()) < learned.ENOUGH:
        note = (
            f"Too few served calls to learn from (under {learned.ENOUGH}): the quotes are the calibrated roll-forward."
        )
        quotes = [learned.without_trees(known, test)]
        return quotes, quotes, (note,), False
    steps = iter(range(1, 6))

    def step() -> None:
        progress("learning and calibrating", next(steps), 5)

    alone = learned.alone(known, test, columns=slice(ABOUT_ROLLED, None))
    step()
    here = learned.calibrated(known, test, offered=False, done=step)
    offered = learned.calibrated(known, test, offered=True, done=step)
    return [alone, here], [alone, offered], (), True


def _waits(test: Sample, weight: Floats) -> Waits:
    those: NDArray[np.bool_] = test.served
    groups = groups_of(test.kinds, test.priority, test.ahead)
    return Waits(
        wait_s=test.wait_s[those], at=test.at[those], weight=weight[those],
        groups={by: values[those] for by, values in groups.items()},
    )  # fmt: skip
