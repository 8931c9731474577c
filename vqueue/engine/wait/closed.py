"""The wait in closed form: n ahead, s agents, customers who lose patience, and rates that are not known well.

With handling rate mu an agent and patience rate theta a customer, D is a sum of exponentials with rates s*mu + k*theta,
k = 0..n, so that exp(-theta D) ~ Beta(s mu / theta, n + 1). The rates have Gamma posteriors; their uncertainty is mixed
in over a fixed net of quantiles, never over chance. Without abandonment the predictive law is a scaled F, exactly.
How long the talks in progress have already lasted is not used: the closed form takes service as memoryless.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from vqueue.domain.board import Wait
from vqueue.engine.wait.model import QueueState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PROBABILITIES = (0.05, 0.10, 0.50, 0.90, 0.95)
DRAWS = 200
COARSE = 5
"""Every which point of the net the first steps of the inversion look at."""
PATIENCE_S = 600.0
"""Mean patience believed before enough has been seen."""
ENOUGH_QUEUED_S = 3600.0
"""Queued seconds the belief about patience is worth."""
NOBODY_LEAVES_S = 36000.0
"""After so many queued seconds without one abandonment nobody is expected to leave."""
COLD_BELOW = 10
"""Finished talks below which the estimate rests on the prior."""
SETTLED = 1e-2
"""Relative step below which the next one, over the whole net, is the last (Newton converges quadratically)."""
METHOD = "closed_form"


@dataclass(frozen=True, slots=True)
class Gamma:
    """A Gamma law by shape and rate."""

    shape: float
    rate: float


def handling_rate(state: QueueState) -> Gamma:
    """Posterior of the calls one busy agent finishes a second."""
    return Gamma(
        state.prior.calls + state.handled, state.prior.calls * state.prior.handling_s + max(0.0, state.busy_seconds)
    )


def patience(abandoned: float, queued_seconds: float) -> Gamma | None:
    """Posterior of the abandonments a second of one who holds; None when nobody leaves."""
    if abandoned <= 0 and queued_seconds >= NOBODY_LEAVES_S:
        return None
    return Gamma(ENOUGH_QUEUED_S / PATIENCE_S + abandoned, ENOUGH_QUEUED_S + max(0.0, queued_seconds))


def patience_rate(state: QueueState) -> Gamma | None:
    """Posterior of the abandonments a queued second of the places ahead; None when nobody leaves.

    Of those who hold, times their share of the line: a place that is to be called back waits without a line.
    """
    held = patience(state.abandoned, state.queued_seconds)
    if state.leaving_share <= 0 or held is None:
        return None
    return Gamma(held.shape, held.rate / state.leaving_share)


class ClosedForm:
    """The first layer of the estimator: needs no training, answers at once, never fails."""

    def wait(self, *, ahead: int, state: QueueState, now: datetime) -> Wait:
        """Reasons: `no_agents` (all figures inf), `cold_start` (prior only), `closing` (may end after closing)."""
        if state.agents_serving <= 0:
            return _wait(now, float("inf"), (float("inf"),) * 5, ("no_agents",))
        cold = ("cold_start",) if state.handled < COLD_BELOW else ()
        if ahead < state.agents_ready:
            return _wait(now, state.setup_s, (state.setup_s,) * 5, cold)
        before = ahead - int(state.agents_ready)
        theta = patience_rate(state)
        law = _steady(before, state) if theta is None else _mixed(before, state, theta)
        mean, quantiles = law[0] + state.setup_s, tuple(q + state.setup_s for q in law[1:])
        late = state.closing_s is not None and quantiles[3] > state.closing_s
        return _wait(now, mean, quantiles, cold + (("closing",) if late else ()))


def _wait(now: datetime, mean: float, quantiles: tuple[float, ...], reasons: tuple[str, ...]) -> Wait:
    p5, p10, p50, p90, p95 = quantiles
    return Wait(
        as_of=now,
        method=METHOD,
        mean_s=mean,
        p5_s=p5,
        p10_s=p10,
        p50_s=p50,
        p90_s=p90,
        p95_s=p95,
        reasons=reasons,
    )


def _overtakers(state: QueueState, within: "Floats") -> "Floats":
    """Customers still to come within these waits who rank before this class: sum of rate x min(D, credit gap)."""
    import numpy as np

    total = np.zeros_like(within)
    for stream in state.arrivals:
        total += stream.per_s * np.minimum(within, max(0.0, stream.credit_s - state.credit_s))
    return total


def _steady(before: int, state: QueueState) -> tuple[float, ...]:
    """Mean and quantiles when nobody leaves: (b/s) (n+1)/a F(2(n+1), 2a), n raised by those who overtake."""
    import numpy as np
    from scipy.special import fdtri

    mu = handling_rate(state)
    scale = mu.rate / state.agents_serving
    p = np.array(PROBABILITIES)
    mean, times = np.zeros(1), np.zeros(len(p))
    for _ in range(5 if state.arrivals else 1):
        places = before + 1 + _overtakers(state, times)
        times = scale * places / mu.shape * fdtri(2 * places, 2 * mu.shape, p)
        mean = scale * (before + 1 + _overtakers(state, mean)) / (mu.shape - 1)
    return (float(mean[0]), *(float(t) for t in times))


@lru_cache(maxsize=256)
def _spread(shape: float, *, first: bool) -> "Floats":
    """Quantiles of Gamma(shape, 1) at the first or second coordinate of a fixed, evenly spread net of points in the
    unit square (additive recurrence, Roberts 2018)."""
    import numpy as np
    from scipy.special import gammaincinv

    plastic = 1.32471795724474602596
    points = (0.5 + np.arange(1, DRAWS + 1) / (plastic if first else plastic**2)) % 1.0
    if first:
        # Laid on exact mid-quantiles (same order), so that the rate that matters most has no gaps.
        points[np.argsort(points)] = (np.arange(DRAWS) + 0.5) / DRAWS
    return np.asarray(gammaincinv(shape, points), dtype=np.float64)


def _net(mu: Gamma, theta: Gamma) -> "tuple[Floats, Floats]":
    """The rates (mu, theta) at the joint quantiles of the net."""
    return _spread(mu.shape, first=True) / mu.rate, _spread(theta.shape, first=False) / theta.rate


def _mixed(before: int, state: QueueState, theta: Gamma) -> tuple[float, ...]:
    """Mean and quantiles when customers lose patience, mixed over both unknown rates."""
    import numpy as np
    from scipy.special import digamma

    mu, leave = _net(handling_rate(state), theta)
    c = state.agents_serving * mu / leave
    mean = np.zeros(1)
    for _ in range(5 if state.arrivals else 1):
        places = before + 1 + _overtakers(state, mean)
        mean = np.array([np.mean((digamma(c + places) - digamma(c)) / leave)])
    times = _invert(before, state, c, leave)
    return (float(mean[0]), *(float(t) for t in times))


def _invert(before: int, state: QueueState, c: "Floats", leave: "Floats") -> "Floats":
    """Quantiles of the mixture, by Newton's steps on log F (lower half) and log(1 - F) (upper half).

    The start is the Gamma law with the mixture's mean and variance. All steps but the last look at a part of the net,
    which is as evenly spread; those who overtake are counted anew at each step.
    """
    import numpy as np

    p = np.array(PROBABILITIES)
    part, leaving = c[::COARSE], leave[::COARSE]
    times = _matched(before + 1.0, part, leaving, p)
    density = np.ones_like(p)
    for _ in range(6 if state.arrivals else 3):
        places = before + 1.0 + _overtakers(state, times)[:, None]
        density = _density(times, places, part, leaving)
        better = _step(times, _below(times, places, part, leaving), density, p)
        moved = float(np.max(np.abs(better / times - 1.0)))
        times = better
        if moved < SETTLED:
            break
    places = before + 1.0 + _overtakers(state, times)[:, None]
    return np.maximum.accumulate(_step(times, _below(times, places, c, leave), density, p))


def _step(times: "Floats", below: "Floats", density: "Floats", p: "Floats") -> "Floats":
    """One step of Newton towards F = p, at most by a factor of two."""
    import numpy as np

    rising = np.log(below / p) * below / density
    falling = -np.log((1.0 - below) / (1.0 - p)) * (1.0 - below) / density
    return np.clip(times - np.where(p < 0.5, rising, falling), times / 2, times * 2)


def _below(times: "Floats", places: "Floats", c: "Floats", leave: "Floats") -> "Floats":
    """Distribution function of the mixture."""
    import numpy as np
    from scipy.special import betainc

    gone = -np.expm1(-leave[None, :] * times[:, None])
    below: Floats = np.asarray(betainc(places, c[None, :], gone), dtype=np.float64)
    return np.asarray(np.clip(below.mean(axis=1), 1e-12, 1.0 - 1e-12), dtype=np.float64)


def _density(times: "Floats", places: "Floats", c: "Floats", leave: "Floats") -> "Floats":
    """Density of the mixture, never quite zero."""
    import numpy as np
    from scipy.special import betaln

    decay = leave[None, :] * times[:, None]
    logs: Floats = (places - 1.0) * np.log(-np.expm1(-decay)) - c * decay - betaln(c[None, :], places)
    dense: Floats = (leave * np.exp(logs)).mean(axis=1)
    return np.maximum(dense, np.finfo(np.float64).tiny)


def _matched(places: float, c: "Floats", leave: "Floats", p: "Floats") -> "Floats":
    """Quantiles of the Gamma law with the mixture's mean and variance."""
    import numpy as np
    from scipy.special import digamma, gammaincinv, zeta

    each = (digamma(c + places) - digamma(c)) / leave
    spread = (zeta(2.0, c) - zeta(2.0, c + places)) / leave**2
    mean = float(each.mean())
    variance = float(spread.mean() + each.var())
    shape = mean * mean / variance
    return np.asarray(gammaincinv(shape, p) * mean / shape)
