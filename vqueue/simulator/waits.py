"""The closed form for days on end: asked once about each kind of state, and read between these from then on."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from math import exp, floor, log, sqrt

from vqueue.domain.board import Wait
from vqueue.engine.wait.closed import COLD_BELOW, ENOUGH_QUEUED_S, METHOD, ClosedForm, handling_rate, patience_rate
from vqueue.engine.wait.model import Prior, QueueState

PLACES = (
    1, 2, 3, 4, 6, 8, 11, 15, 21, 28, 38, 51, 72, 101, 142, 201, 283, 401, 501, 708, 1001, 1416, 2003,
)  # fmt: skip
"""Places, one's own among them, that are asked about; between them the figures are read."""
_STEPS = tuple(log(above / below) for below, above in pairwise(PLACES))
_LAST = len(PLACES) - 2
PATIENCE_STEP = 0.35
"""Relative step of the patience that is asked about; between two the figures are read."""
SURE_STEP = 0.2
"""Relative step of how well the handling time and the patience are known."""
FEW = 30.0
"""Finished calls, or abandonments, below which each one tells."""
REMEMBERED = 2_000
STEPS, MOST_STEPS, SETTLED, STILL = 4, 7, 1e-2, 1e-3
"""How often the closed form reckons who overtakes: of a mean, of quantiles at the most, where little moves."""
_LEAVINGS = ENOUGH_QUEUED_S / 600.0
"""Abandonments the closed form's belief about patience is worth."""
_NORMAL = (-1.6448536, -1.2815516, 0.0, 1.2815516, 1.6448536)
"""Of the closed form's probabilities."""
Six = tuple[float, ...]
"""Mean and five quantiles."""


@dataclass(slots=True)
class _Law:
    """The wait without anybody who overtakes, in units of the time between two agents who get free, as the logarithm
    of what it is to the Gamma law with as many places."""

    model: ClosedForm
    calls: float
    leaving: tuple[float, float] | None
    """Shape and mean of the patience rate; None when nobody leaves."""
    known: dict[int, Six] = field(default_factory=dict)

    def at(self, node: int) -> Six:
        if node not in self.known:
            places = PLACES[node]
            shape, mean = self.leaving or (_LEAVINGS, 0.0)
            state = QueueState(
                agents_serving=1.0,
                prior=Prior(handling_s=1.0, calls=self.calls),
                abandoned=shape - _LEAVINGS,
                leaving_share=ENOUGH_QUEUED_S * mean / shape,
            )
            told = self.model.wait(ahead=places - 1, state=state, now=_EPOCH)
            exact = (told.mean_s, told.p5_s, told.p10_s, told.p50_s, told.p90_s, told.p95_s)
            self.known[node] = tuple(log(each / _gamma(n, places)) for n, each in enumerate(exact))
        return self.known[node]


_EPOCH = datetime.fromtimestamp(0).astimezone()


def _gamma(figure: int, places: float) -> float:
    """Mean (0) or quantile (1-5) of the Gamma law of so many unit waits, by Wilson and Hilferty (1931)."""
    if figure == 0:
        return places
    return places * (1.0 - 1.0 / (9.0 * places) + _NORMAL[figure - 1] / (3.0 * sqrt(places))) ** 3


@dataclass(frozen=True, slots=True)
class _Between:
    """Two laws of the lattice and how near the second is."""

    first: _Law
    second: _Law
    near: float
    read: dict[int, Six] = field(default_factory=dict)
    rises: dict[int, Six] = field(default_factory=dict)

    def figure(self, number: int, places: float) -> float:
        node = min(bisect_right(PLACES, places) - 1, _LAST)
        below, told = PLACES[node], (self.read.get(node) or self._at(node))[number]
        if places > below:
            told += (self.rises.get(node) or self._rise(node))[number] * log(places / below) / _STEPS[node]
        if number == 0:
            return places * exp(told)
        return places * (1.0 - 1.0 / (9.0 * places) + _NORMAL[number - 1] / (3.0 * sqrt(places))) ** 3 * exp(told)

    def six(self, places: float) -> list[float]:
        """Mean and quantiles."""
        node = min(bisect_right(PLACES, places) - 1, _LAST)
        told, below = self._at(node), PLACES[node]
        if places > below:
            rise, far, step = self.rises.get(node) or self._rise(node), log(places / below), _STEPS[node]
            told = tuple([one + more * far / step for one, more in zip(told, rise, strict=True)])
        return [_gamma(n, places) * exp(one) for n, one in enumerate(told)]

    def _at(self, node: int) -> Six:
        if node not in self.read:
            first, near = self.first.at(node), self.near
            second = self.second.at(node) if near else first
            self.read[node] = tuple([one + (other - one) * near for one, other in zip(first, second, strict=True)])
        return self.read[node]

    def _rise(self, node: int) -> Six:
        """What the next node has more."""
        here, following = self._at(node), self._at(node + 1)
        self.rises[node] = tuple([more - one for one, more in zip(here, following, strict=True)])
        return self.rises[node]


class Remembering:
    """As `ClosedForm`, within one part in a hundred (but where those who overtake come faster than agents get free: its
    own steps settle nowhere there). The law scales with the time between two agents who get free, looks at places ahead
    and ready agents only by their difference, at the talks in progress not at all, at who still comes only as places
    that are added, and at the closing only to say whether the wait may be longer; so a few hundred kinds of state are
    all that a day has."""

    def __init__(self) -> None:
        self._model = ClosedForm()
        self._laws: dict[tuple[float, float, int], _Law] = {}

    def wait(self, *, ahead: int, state: QueueState, now: datetime) -> Wait:
        """As `ClosedForm.wait`."""
        places = ahead - int(state.agents_ready) + 1
        if state.agents_serving <= 0 or ahead < state.agents_ready or places >= PLACES[-1]:
            return self._model.wait(ahead=ahead, state=state, now=now)
        mu = handling_rate(state)
        unit_s = mu.rate / mu.shape / state.agents_serving
        gaps = ((each.credit_s - state.credit_s, each.per_s) for each in state.arrivals)
        streams = [(gap / unit_s, rate * unit_s) for gap, rate in gaps if gap > 0 and rate > 0]
        law = self._law(state, mu.shape, unit_s)
        figures = _overtaken(law, places, streams, steady=law.first.leaving is None) if streams else law.six(places)
        return _scaled(figures, state, unit_s, now)

    def _law(self, state: QueueState, calls: float, unit_s: float) -> _Between:
        leave, sure = patience_rate(state), _sure(calls)
        if leave is None:
            law = self._remembered(sure, 0.0, 0)
            return _Between(law, law, 0.0)
        place = log(leave.shape / leave.rate * unit_s) / PATIENCE_STEP
        below, shape = floor(place), _sure(leave.shape)
        return _Between(
            self._remembered(sure, shape, below), self._remembered(sure, shape, below + 1), place - below
        )  # fmt: skip

    def _remembered(self, calls: float, shape: float, patience: int) -> _Law:
        key = calls, shape, patience
        if key not in self._laws:
            if len(self._laws) >= REMEMBERED:
                self._laws.clear()
            leaving = (shape, exp(patience * PATIENCE_STEP)) if shape else None
            self._laws[key] = _Law(self._model, calls, leaving)
        return self._laws[key]


def _sure(count: float) -> float:
    """The nearest point of the lattice."""
    return count if count < FEW else exp(round(log(count) / SURE_STEP) * SURE_STEP)


def _overtaken(law: _Between, places: float, streams: Sequence[tuple[float, float]], *, steady: bool) -> list[float]:
    """Those who come within the wait and go before count as places, reckoned as often as the closed form does; not
    again where they are as many as the last time."""
    told = law.six(places)
    counted, moved, moving = [0.0] * 6, [0.0] * 6, [0, 1, 2, 3, 4, 5]
    for step in range(1, MOST_STEPS + 1):
        for n in moving:
            wait, more = told[n], 0.0
            for gap, rate in streams:
                more += rate * (wait if wait < gap else gap)
            if more != counted[n]:
                counted[n], told[n] = more, law.figure(n, places + more)
            moved[n] = abs(told[n] / wait - 1.0)
        moving = [n for n in moving if moved[n] > STILL and step < (STEPS if steady or n == 0 else MOST_STEPS)]
        if not (moving and (steady or 0 in moving or max(moved) >= SETTLED)):
            break
        moved = [moved[n] if n in moving else 0.0 for n in range(6)]
    return told


def _scaled(figures: Sequence[float], state: QueueState, unit_s: float, now: datetime) -> Wait:
    mean, p5, p10, p50, p90, p95 = (each * unit_s + state.setup_s for each in figures)
    cold = ("cold_start",) if state.handled < COLD_BELOW else ()
    late = ("closing",) if state.closing_s is not None and p90 > state.closing_s else ()
    return Wait(
        as_of=now, method=METHOD, mean_s=mean, p5_s=p5, p10_s=p10, p50_s=p50, p90_s=p90, p95_s=p95, reasons=cold + late,
    )  # fmt: skip
