"""The closed form for days on end: asked once about each kind of state, whatever the handling time of the moment is."""

from dataclasses import dataclass
from datetime import datetime
from math import exp, log

from vqueue.domain.board import Wait
from vqueue.engine.wait.closed import COLD_BELOW, ENOUGH_QUEUED_S, METHOD, ClosedForm, handling_rate, patience_rate
from vqueue.engine.wait.model import Arrivals, Prior, QueueState

FINE, COARSE = 0.05, 0.1
"""Relative steps of the lattice: of the patience and of what the wait depends on less."""
FEW = 50.0
"""Finished calls, or abandonments, below which each one tells."""
REMEMBERED = 20_000
_LEAVINGS = ENOUGH_QUEUED_S / 600.0
"""Abandonments the closed form's belief about patience is worth."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A state in units of the mean handling time, on the lattice."""

    before: int
    agents: float
    calls: float
    leaving: tuple[float, float] | None
    """Shape and mean of the patience rate; None when nobody leaves."""
    arrivals: tuple[tuple[float, float], ...]


class Remembering:
    """As `ClosedForm`, within one part in a hundred. The law scales with the handling time and looks at places ahead
    and ready agents only by their difference, at the talks in progress not at all, and at the closing only to say
    whether the wait may be longer; so a few hundred kinds of state are all that a day has."""

    def __init__(self) -> None:
        self._model = ClosedForm()
        self._known: dict[_Kind, Wait] = {}

    def wait(self, *, ahead: int, state: QueueState, now: datetime) -> Wait:
        """As `ClosedForm.wait`."""
        if state.agents_serving <= 0 or ahead < state.agents_ready:
            return self._model.wait(ahead=ahead, state=state, now=now)
        mu = handling_rate(state)
        kind = _kind(ahead, state, mu.shape, mu.rate / mu.shape)
        if kind not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[kind] = self._model.wait(ahead=kind.before, state=_unit(kind), now=now)
        return _scaled(self._known[kind], state, mu.rate / mu.shape, now)


def _on(value: float, step: float) -> float:
    """The nearest point of the lattice."""
    return exp(round(log(value) / step) * step)


def _known(count: float) -> float:
    return count if count < FEW else _on(count, COARSE)


def _kind(ahead: int, state: QueueState, calls: float, handling_s: float) -> _Kind:
    leave = patience_rate(state)
    gaps = ((each.credit_s - state.credit_s, each.per_s) for each in state.arrivals)
    return _Kind(
        before=ahead - int(state.agents_ready),
        agents=state.agents_serving,
        calls=_known(calls),
        leaving=None if leave is None else (_known(leave.shape), _on(leave.shape / leave.rate * handling_s, FINE)),
        arrivals=tuple(
            (_on(gap / handling_s, FINE), _on(rate * handling_s, FINE)) for gap, rate in gaps if gap > 0 and rate > 0
        ),
    )


def _unit(kind: _Kind) -> QueueState:
    """A state of this kind whose handling time is one second."""
    shape, mean = kind.leaving or (_LEAVINGS, 0.0)
    return QueueState(
        agents_serving=kind.agents,
        prior=Prior(handling_s=1.0, calls=kind.calls),
        abandoned=shape - _LEAVINGS,
        leaving_share=ENOUGH_QUEUED_S * mean / shape,
        arrivals=tuple(Arrivals(gap, rate) for gap, rate in kind.arrivals),
    )


def _scaled(unit: Wait, state: QueueState, handling_s: float, now: datetime) -> Wait:
    p90 = unit.p90_s * handling_s + state.setup_s
    cold = ("cold_start",) if state.handled < COLD_BELOW else ()
    late = ("closing",) if state.closing_s is not None and p90 > state.closing_s else ()
    return Wait(
        as_of=now,
        method=METHOD,
        mean_s=unit.mean_s * handling_s + state.setup_s,
        p5_s=unit.p5_s * handling_s + state.setup_s,
        p10_s=unit.p10_s * handling_s + state.setup_s,
        p50_s=unit.p50_s * handling_s + state.setup_s,
        p90_s=p90,
        p95_s=unit.p95_s * handling_s + state.setup_s,
        reasons=cold + late,
    )
