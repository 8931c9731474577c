"""An invented month of calls in one pool: agents by number, patience, talks; simple enough to reason about."""

import heapq

import numpy as np

from vqueue.engine.replay import CallLog

DAY_S = 86_400.0
OPENS_S, CLOSES_S = 9 * 3600.0, 17 * 3600.0


def invented(*, days: int, seed: int, agents: int = 5, talk_s: float = 180.0, load: float = 1.0) -> CallLog:
    """First come, first served; every call queues, those who wait less than a second as well."""
    chance = np.random.default_rng(seed)
    rows: list[tuple[float, float, float, float, int]] = []
    for day in range(days):
        free = [(day * DAY_S + OPENS_S, agent) for agent in range(agents)]
        at = day * DAY_S + OPENS_S
        while (at := at + chance.exponential(talk_s / agents / load)) < day * DAY_S + CLOSES_S:
            turn, agent = free[0]
            turn, patience = max(at, turn), chance.exponential(400.0)
            if turn - at > patience:
                rows.append((at, at + patience, np.nan, np.nan, -1))
                continue
            ended = turn + chance.exponential(talk_s)
            heapq.heapreplace(free, (ended, agent))
            rows.append((at, turn, turn, ended, agent))
    arrived, left, started, ended_at, who = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    count = len(rows)
    return CallLog(
        arrived=arrived, entered=arrived, left=left, started=started, ended=ended_at,
        kind=np.arange(count) % 2, priority=np.zeros(count, dtype=np.int64), credit_s=np.zeros(count),
        agent=who.astype(np.int64), customer=np.arange(count), kinds=("cards", "loans"),
        agents=tuple(f"A{number}" for number in range(agents)),
    )  # fmt: skip
