"""The boards as families of metrics, queue by queue."""

import math
from collections.abc import Iterable
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from vqueue.domain.board import QueueBoard
from vqueue.domain.rules import Queue


def families(boards: Iterable[QueueBoard], *, now: datetime) -> list[Metric]:
    """Seconds are business seconds. A wait nobody can tell (nobody is at work) is +Inf."""
    waiting = _gauge("vqueue_waiting", "Open places by mode", "queue", "mode")
    ready = _gauge("vqueue_ready", "Places that could be served now", "queue")
    agents = _gauge("vqueue_agents", "Agents who serve the queue, by presence", "queue", "presence")
    longest = _gauge("vqueue_longest_wait_seconds", "Age of the oldest place in line", "queue")
    wait = _gauge("vqueue_estimated_wait_seconds", "Wait of whoever came now", "queue", "quantile")
    age = _gauge("vqueue_board_age_seconds", "How old the board is", "queue")
    is_open = _gauge("vqueue_queue_open", "1 in opening hours", "queue")
    for board in boards:
        for mode, count in sorted(board.waiting.items()):
            waiting.add_metric([board.queue, str(mode)], count)
        for presence, count in sorted(board.agents.items()):
            agents.add_metric([board.queue, str(presence)], count)
        ready.add_metric([board.queue], board.ready)
        longest.add_metric([board.queue], board.longest_s)
        age.add_metric([board.queue], max(0.0, board.age_s(now)))
        is_open.add_metric([board.queue], float(board.open))
        next_one = board.wait(board.ready)
        if next_one is not None:
            for quantile, seconds in (("0.5", next_one.p50_s), ("0.9", next_one.p90_s)):
                wait.add_metric([board.queue, quantile], math.inf if seconds is None else seconds)
    return [waiting, ready, agents, longest, wait, age, is_open]


def coverages(queues: Iterable[Queue]) -> Metric:
    """What share of promises each queue means to keep; what it does keep is in `vqueue_promises_total`."""
    meant = _gauge("vqueue_window_coverage", "Share of promises that are meant to be kept", "queue")
    for queue in queues:
        meant.add_metric([queue.id], queue.rules.deadlines.coverage)
    return meant


def _gauge(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, labels=list(labels))
