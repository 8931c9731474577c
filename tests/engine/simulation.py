"""An exact first-come first-served queue, event by event, to judge the closed form by."""

import heapq
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Seen:
    """A customer who came while all agents were busy: how many waited before him, and the wait he was offered
    (until his turn came, had he been patient without end)."""

    ahead: int
    wait_s: float


def simulate(
    *, agents: int, load: float, handling_s: float, patience_s: float | None, customers: int, seed: int
) -> list[Seen]:
    """M/M/s, or M/M/s+M with patience. With FCFS the offered wait is the earliest free agent's: known on arrival."""
    chance = np.random.default_rng(seed)
    arrivals = np.cumsum(chance.exponential(handling_s / (agents * load), customers))
    service = chance.exponential(handling_s, customers)
    patience = chance.exponential(patience_s, customers) if patience_s else np.full(customers, np.inf)
    free = [0.0] * agents
    leaving: list[float] = []
    seen = []
    for i, at in enumerate(arrivals):
        while leaving and leaving[0] <= at:
            heapq.heappop(leaving)
        turn = max(at, free[0])
        if turn > at and i > customers // 20:
            seen.append(Seen(len(leaving), float(turn - at)))
        if turn - at > patience[i]:
            heapq.heappush(leaving, float(at + patience[i]))
            continue
        heapq.heapreplace(free, turn + service[i])
        if turn > at:
            heapq.heappush(leaving, float(turn))
    return seen
