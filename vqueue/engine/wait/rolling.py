"""The second layer of the estimator: the present state rolled forward through the routing, told as waits by rank.

Busy times are drawn from the newest that ended, given how long the call in progress has lasted; each path also scales
them by what is not known of their mean, and draws with a patience of its own. Chance is a fixed stream under a seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from vqueue.domain.board import Wait
from vqueue.engine.order import ClassKey
from vqueue.engine.wait.arraying import arrays
from vqueue.engine.wait.closed import PROBABILITIES
from vqueue.engine.wait.forward import roll
from vqueue.engine.wait.model import RANKS
from vqueue.engine.wait.paths import Laws, Probes
from vqueue.engine.wait.present import BUSY, Evidence, Grid, Line, Present, Rolled

Floats = NDArray[np.float64]

METHOD = "roll_forward"
PATHS = 200
SETTLED_CALLS = 500
"""So many newest calls are seen at the most; fewer: all that ended since the opening."""
LONGEST_S = 4 * 3600.0
"""A turn that does not come within this is not foretold."""


def rolled(
    present: Present, evidence: Mapping[str, Evidence], now: datetime, *, seed: int, paths: int = PATHS
) -> Rolled:
    """The waits of every class at its ranks. Queues whose evidence is cold are rolled too, but not told."""
    lines = present.ranked()
    queues = sorted({line.klass.queue for line in lines})
    if not lines or not present.posts:
        return Rolled(as_of=now, grids={})
    laws = {queue: number for number, queue in enumerate(queues)}
    stream = arrays(present, lines, laws)
    ranks = [_ranks(len(stream.keys[line.klass.queue])) for line in lines]
    turns = roll(
        stream.seats, stream.places, stream.streams,
        _laws(
            [evidence[queue] for queue in queues], [_lasting(present, queue) for queue in queues],
            [laws[line.klass.queue] for line in lines], _standing_s(lines), paths,
        ),
        _probes(lines, ranks, stream.keys), stream.room, LONGEST_S, seed,
        np.zeros(len(stream.places.key)), np.zeros(len(stream.places.key), dtype=np.int64),
    )  # fmt: skip
    turns = np.minimum(np.sort(turns, axis=0), LONGEST_S)
    grids: dict[ClassKey, Grid] = {}
    at = 0
    for line, asked in zip(lines, ranks, strict=True):
        known = evidence[line.klass.queue]
        if not known.cold:
            grids[line.klass] = _grid(turns[:, at : at + len(asked)] + known.setup_s, asked, now)
        at += len(asked)
    bare = {line.klass: replace(line, members=(), coming=()) for line in lines}
    return Rolled(as_of=now, grids=grids, lines=bare)


def _ranks(ready: int) -> list[int]:
    """The ranks of the board below the number of ready places, and that number: the place of a newcomer."""
    return [*(rank for rank in RANKS if rank < ready), ready]


def _probes(lines: Sequence[Line], ranks: Sequence[list[int]], keys: Mapping[str, Floats]) -> Probes:
    """Just before the place that has so many ahead; behind everybody, as of now."""
    found: list[Floats] = []
    for line, asked in zip(lines, ranks, strict=True):
        ready = keys[line.klass.queue]
        last = max(-line.advantage_s, float(ready[-1]) if len(ready) else -np.inf)
        found.append(np.append(ready[asked[:-1]], np.nextafter(last, np.inf)))
    sizes = [len(asked) for asked in ranks]
    return Probes(first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), key=np.concatenate(found))


def _laws(
    evidence: Sequence[Evidence], lasting: Sequence[Sequence[float]], of: Sequence[int], standing_s: float, paths: int
) -> Laws:
    """The sample of each queue, with the prior's few calls among them; scale and patience of each path at a fixed,
    evenly spread net of joint quantiles."""
    samples = [_sample(each, ages) for each, ages in zip(evidence, lasting, strict=True)]
    steps = np.arange(1, paths + 1)
    u = np.asarray((0.5 + steps * 0.7548776662466927) % 1.0, dtype=np.float64)
    v = np.asarray((0.5 + steps * 0.5698402909980532) % 1.0, dtype=np.float64)
    many = sum(len(each.samples) for each in evidence) / max(1, len(evidence)) + 4.0
    spread = float(np.mean([np.std(each) / np.mean(each) for each in samples])) / np.sqrt(many)
    normal = NormalDist()
    scale = np.exp(spread * np.array([normal.inv_cdf(float(p)) for p in u]))
    sizes = [len(each) for each in samples]
    return Laws(
        sample=np.concatenate(samples),
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        of=np.array(of, dtype=np.int64),
        scale=scale,
        leaves=_leaves(evidence, standing_s, v),
    )


def _lasting(present: Present, queue: str) -> list[float]:
    """How long the calls under way have lasted."""
    return [post.time_s for post in present.posts if post.doing == BUSY and post.queue == queue]


def _standing_s(lines: Sequence[Line]) -> float:
    """How long those on the line have stood there, all together."""
    return sum(max(0.0, -member.start_s) for line in lines for member in line.members if member.holds)


def _sample(evidence: Evidence, lasting: Sequence[float]) -> Floats:
    """Equally likely busy times, sorted: the product-limit law (Kaplan, Meier 1958) of calls that ended and of those
    that last still, `lasting` so long already. Without the latter the short ones would rule after each opening, when
    only they have ended; later on those that ended are no such choice, and the others are left out. The prior's few
    calls are among them; what lies beyond all is drawn from the prior's law."""
    lasting = lasting if len(evidence.samples) < SETTLED_CALLS else ()
    prior, few = evidence.prior, int(evidence.prior.calls)
    believed = -prior.handling_s * np.log1p(-(np.arange(few) + 0.5) / few)
    ended = np.concatenate([np.maximum(1.0, np.asarray(evidence.samples, dtype=np.float64)), believed])
    times = np.concatenate([ended, np.asarray(lasting, dtype=np.float64)])
    over = np.concatenate([np.ones(len(ended), dtype=np.bool_), np.zeros(len(lasting), dtype=np.bool_)])
    order = np.lexsort((~over, times))
    times, over = times[order], over[order]
    at_risk = len(times) - np.arange(len(times))
    below = 1.0 - np.cumprod(np.where(over, 1.0 - 1.0 / at_risk, 1.0))
    points = (np.arange(len(ended)) + 0.5) / len(ended)
    found = np.searchsorted(below[over], points)
    known = found < int(over.sum())
    beyond = float(times[-1]) - prior.handling_s * np.log1p(-(np.arange((~known).sum()) + 0.5) / max(1, (~known).sum()))
    return np.sort(np.concatenate([times[over][found[known]], beyond]))


def _leaves(evidence: Sequence[Evidence], standing_s: float, v: Floats) -> Floats:
    """Patience rates by path, of all queues together; 0 where nobody is seen to leave. Who stands in line now has been
    patient for so long: without their `standing_s`, people would seem to leave the faster the longer the line grows,
    for who leaves is counted at once."""
    from scipy.special import gammaincinv

    known = [each.patience for each in evidence if each.patience is not None]
    if not known:
        return np.zeros(len(v))
    shape, rate = sum(each.shape for each in known), sum(each.rate for each in known) + standing_s
    return np.asarray(gammaincinv(shape, v) / rate, dtype=np.float64)


def _grid(turns: Floats, ranks: Sequence[int], now: datetime) -> Grid:
    """Quantiles of each rank's turns, sorted by path; a place further back never waits less."""
    told = np.maximum.accumulate(np.quantile(turns, PROBABILITIES, axis=0), axis=1)
    means = np.maximum.accumulate(turns.mean(axis=0))
    return tuple((rank, _wait(now, float(means[i]), *(float(q) for q in told[:, i]))) for i, rank in enumerate(ranks))


def _wait(now: datetime, mean: float, p5: float, p10: float, p50: float, p90: float, p95: float) -> Wait:
    return Wait(as_of=now, method=METHOD, mean_s=mean, p5_s=p5, p10_s=p10, p50_s=p50, p90_s=p90, p95_s=p95)
