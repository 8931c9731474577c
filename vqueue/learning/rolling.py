"""The roll-forward of what was seen: 200 ways in which the queue may go on until this customer's turn."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from vqueue.engine.replay import Floats, Seen
from vqueue.engine.wait.kernel import BUSY, PAUSING, starts
from vqueue.learning.laws import Laws

PATHS = 200
LONGEST_S = 3600.0
ROOM = 40
"""Least places kept for those who may still come and be served before."""


def turns(seen: Seen, *, laws: Laws, credit_s: float, seed: int, paths: int = PATHS) -> Floats:
    """When the customer's turn comes in each path, seconds from now, sorted and at most an hour.

    Those ahead leave by the law of patience; somebody with more credit may overtake all who wait, for as long as his
    credit is ahead of `credit_s`. At least one agent must be at work.
    """
    ahead, talking, idle = seen.ahead, len(seen.talking_s), len(seen.idle_s)
    overtaken_s = max(0.0, laws.credit_s - credit_s)
    room = ROOM + int(3.0 * seen.overtaking_per_s * overtaken_s) if overtaken_s and seen.overtaking_per_s else 0
    taken = starts(
        np.repeat(np.array([BUSY, PAUSING]), [talking, idle]),
        np.concatenate([seen.talking_s, seen.idle_s]),
        np.ones((talking + idle, 2), dtype=np.bool_),
        np.concatenate([np.arange(-ahead - 1.0, 0.0), np.zeros(room)]),
        np.concatenate([np.full(ahead, laws.patience_rate), np.zeros(1 + room)]),
        np.array([0, ahead + 1, ahead + 1 + room]),
        np.array([ahead + 1, 0]),
        np.array([0.0, seen.overtaking_per_s]),
        np.array([0.0, overtaken_s + ahead + 1.0]),
        np.array([0.0, overtaken_s]),
        laws.talk,
        laws.gap,
        paths,
        seed,
    )
    return np.sort(np.minimum(taken[:, ahead], LONGEST_S))


def all_turns(
    views: Iterable[tuple[Seen, float]], *, laws: Laws, threads: int, done: Callable[[int], object]
) -> list[Floats]:
    """`turns` of each (seen, credit), in order. The seed is the row, so that threads change nothing."""
    rolled: list[Floats] = []
    with ThreadPoolExecutor(threads) as pool:
        told = pool.map(lambda view: turns(view[0], laws=laws, credit_s=view[1], seed=view[0].row + 1), views)
        for number, each in enumerate(told, 1):
            rolled.append(each)
            done(number)
    return rolled
