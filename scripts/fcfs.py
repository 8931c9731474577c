"""An exact first-come first-served queue, event by event, to judge predictors by.

With first come, first served the offered wait (until one's turn, had one been patient without end) is known on arrival:
it is the earliest free agent's. So one pass over the arrivals tells all of it, for those who give up too.
"""

import heapq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.wait.compiled import compiled

Floats = NDArray[np.float64]


class Seen(NamedTuple):
    """Those who came while all agents were busy: what could be seen then, and the wait each was offered, seconds."""

    ahead: NDArray[np.int64]
    wait_s: Floats
    last_s: Floats
    """Wait of the last who entered service from the queue."""
    head_s: Floats
    """Age of the first in queue; with nobody in queue the wait of the last who entered service."""
    smoothed_s: Floats
    """Asterisk's moving average of the waits: (3 old + new) / 4."""


def simulate(
    *, agents: int, load: float, handling_s: float, patience_s: float | None, customers: int, seed: int
) -> Seen:
    """M/M/s, or M/M/s+M with patience; the first twentieth of the customers is not shown."""
    people = drawn(
        agents=agents, load=load, handling_s=handling_s, patience_s=patience_s, customers=customers, seed=seed
    )
    told = passed(*people, agents)
    shown = (told[1] > 0) & (np.arange(customers) > customers // 20)
    ahead, *times = (column[shown] for column in told)
    return Seen(ahead.astype(np.int64), *times)


def drawn(
    *, agents: int, load: float, handling_s: float, patience_s: float | None, customers: int, seed: int
) -> tuple[Floats, Floats, Floats]:
    """(arrivals, service, patience) in seconds, all laws exponential; without patience nobody leaves."""
    chance = np.random.default_rng(seed)
    arrivals = np.cumsum(chance.exponential(handling_s / (agents * load), customers))
    service = chance.exponential(handling_s, customers)
    patience = chance.exponential(patience_s, customers) if patience_s else np.full(customers, np.inf)
    return arrivals, service, patience


@compiled
def passed(arrivals: Floats, service: Floats, patience: Floats, agents: int) -> Floats:
    """Rows as the fields of `Seen`, columns as the arrivals (seconds, ascending), those who did not wait included."""
    count = len(arrivals)
    told = np.empty((5, count))
    free = [0.0] * agents
    leaving = [0.0]
    """When each in queue leaves it."""
    gone = np.empty(count)
    """When each who queued left the queue: `stood` of `queued` have."""
    came = np.empty(count)
    stood = queued = 0
    turns = np.empty(count)
    """When each will be served from the queue, in the order of arrival: `taken` of `served` have been."""
    waits = np.empty(count)
    taken = served = 0
    last = smoothed = 0.0
    for i in range(count):
        at = arrivals[i]
        while len(leaving) > 0 and leaving[0] <= at:
            heapq.heappop(leaving)
        while taken < served and turns[taken] <= at:
            last = waits[taken]
            smoothed = (3.0 * smoothed + last) / 4.0
            taken += 1
        while stood < queued and gone[stood] <= at:
            stood += 1
        turn = max(at, free[0])
        wait = turn - at
        head = at - came[stood] if stood < queued else last
        told[0, i], told[1, i], told[2, i], told[3, i], told[4, i] = len(leaving), wait, last, head, smoothed
        if wait > 0:
            leaves = at + min(wait, patience[i])
            heapq.heappush(leaving, leaves)
            came[queued], gone[queued] = at, leaves
            queued += 1
        if wait <= patience[i]:
            heapq.heapreplace(free, turn + service[i])
            if wait > 0:
                turns[served], waits[served] = turn, wait
                served += 1
    return told
