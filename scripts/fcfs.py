"""An exact first-come first-served queue, event by event, to judge predictors by.

With first come, first served the offered wait (until one's turn, had one been patient without end) is known on arrival:
it is the earliest free agent's. So one pass over the arrivals tells all of it, for those who give up too.
"""

import heapq
from collections import deque
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Seen:
    """A customer who came while all agents were busy: what could be seen then, and the wait he was offered, seconds."""

    ahead: int
    wait_s: float
    last_s: float
    """Wait of the last who entered service from the queue."""
    head_s: float
    """Age of the first in queue; with nobody in queue the wait of the last who entered service."""
    smoothed_s: float
    """Asterisk's moving average of the waits: (3 old + new) / 4."""


def simulate(
    *, agents: int, load: float, handling_s: float, patience_s: float | None, customers: int, seed: int
) -> list[Seen]:
    """M/M/s, or M/M/s+M with patience; the first twentieth of the customers is not shown."""
    chance = np.random.default_rng(seed)
    arrivals = np.cumsum(chance.exponential(handling_s / (agents * load), customers)).tolist()
    service = chance.exponential(handling_s, customers).tolist()
    patience = chance.exponential(patience_s, customers).tolist() if patience_s else [float("inf")] * customers
    free = [0.0] * agents
    leaving: list[float] = []
    standing: deque[tuple[float, float]] = deque()
    """Who queued: (arrival, when he leaves the queue), in the order of arrival."""
    turns: deque[tuple[float, float]] = deque()
    """Who will be served from the queue: (his turn, his wait)."""
    last = smoothed = 0.0
    seen = []
    for i, at in enumerate(arrivals):
        while leaving and leaving[0] <= at:
            heapq.heappop(leaving)
        while turns and turns[0][0] <= at:
            last = turns.popleft()[1]
            smoothed = (3.0 * smoothed + last) / 4.0
        while standing and standing[0][1] <= at:
            standing.popleft()
        turn = max(at, free[0])
        wait = turn - at
        if wait > 0 and i > customers // 20:
            head = at - standing[0][0] if standing else last
            seen.append(Seen(len(leaving), wait, last, head, smoothed))
        leaves = at + min(wait, patience[i])
        if wait > 0:
            heapq.heappush(leaving, leaves)
            standing.append((at, leaves))
        if wait <= patience[i]:
            heapq.heapreplace(free, turn + service[i])
            if wait > 0:
                turns.append((turn, wait))
    return seen
