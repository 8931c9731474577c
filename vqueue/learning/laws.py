"""What the past says about how long things last: talks, the gap to an agent's next talk, and patience."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from vqueue.engine.replay import DAY_S, SHORTEST_S, CallLog, Floats

LONGEST_GAP_S = 3600.0
UNKNOWN_TALK_S, UNKNOWN_GAP_S, UNKNOWN_PATIENCE_S = 180.0, 10.0, 600.0
"""Means believed while nothing has been seen."""
ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Laws:
    """Sorted samples of durations in seconds, and abandonments a queued second."""

    talk: Floats
    gap: Floats
    patience_rate: float
    credit_s: float
    """The largest credit a call had: so much later may somebody come and still be served before."""


def laws(logs: Sequence[CallLog]) -> Laws:
    """Of calls that are known to the end. With fewer than 20 of a sort an exponential law stands in."""
    talks = np.concatenate([(log.ended - log.started)[log.served & ~np.isnan(log.ended)] for log in logs])
    gaps = np.array([gap for log in logs for gap in _gaps(log)], dtype=np.float64)
    gone = sum(int((log.queued & ~log.served).sum()) for log in logs)
    queued_s = sum(float(np.nansum(log.wait_s)) for log in logs)
    return Laws(
        talk=np.sort(talks) if len(talks) >= ENOUGH else exponential(UNKNOWN_TALK_S),
        gap=np.sort(gaps) if len(gaps) >= ENOUGH else exponential(UNKNOWN_GAP_S),
        patience_rate=gone / queued_s if queued_s >= UNKNOWN_PATIENCE_S else 1.0 / UNKNOWN_PATIENCE_S,
        credit_s=max((float(log.credit_s.max()) for log in logs if len(log)), default=0.0),
    )


def exponential(mean_s: float) -> Floats:
    """Its 200 mid-quantiles."""
    return np.asarray(-mean_s * np.log1p(-(np.arange(200) + 0.5) / 200), dtype=np.float64)


def _gaps(log: CallLog) -> Iterator[float]:
    """From a talk's end to the same agent's next start on the same day, while somebody was queued."""
    entries = np.sort(log.entered[log.queued]).tolist()
    exits = np.sort(np.maximum(log.left, log.entered + SHORTEST_S)[log.queued]).tolist()
    ended: dict[int, float] = {}
    for row in np.argsort(log.started, kind="stable").tolist():
        start, agent = float(log.started[row]), int(log.agent[row])
        if np.isnan(start):
            return
        if agent < 0:
            continue
        end = ended.get(agent)
        same_day = end is not None and start >= end and start // DAY_S == end // DAY_S
        if end is not None and same_day and bisect_right(entries, end) > bisect_right(exits, end):
            yield min(start - end, LONGEST_GAP_S)
        ended[agent] = float(log.ended[row])
