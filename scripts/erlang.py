"""Means of the queues that are known by heart, to judge the simulated bank by."""

import numpy as np


def erlang_c_wait(arrivals: float, finished: float, agents: int) -> float:
    """Mean wait of M/M/s (Erlang 1917); rates a second."""
    load, blocked = arrivals / finished, 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    busy = load / agents
    return blocked / (1 - busy * (1 - blocked)) / (agents * finished - arrivals)


def erlang_a(arrivals: float, finished: float, leave: float, agents: int) -> tuple[float, float]:
    """(mean wait of all, share who abandon) of M/M/s+M (Palm 1946)."""
    rates = [finished * min(k, agents) + leave * max(0, k - agents) for k in range(1, agents + 400)]
    logs = np.concatenate(([0.0], np.cumsum(np.log(arrivals / np.array(rates)))))
    shares = np.exp(logs - logs.max())
    shares /= shares.sum()
    queue = float((np.maximum(np.arange(len(shares)) - agents, 0) * shares).sum())
    return queue / arrivals, leave * queue / arrivals
