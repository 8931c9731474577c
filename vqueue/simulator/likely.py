"""What a recorded customer would have done where the record does not say: drawn from the empirical laws of his days.

Each visit's chance is keyed by its id, the seed and the repetition alone. So the same person behaves alike under both
sets of rules, and whoever else came or stayed away changes nothing about him.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.random import Generator, Philox
from numpy.typing import NDArray
from scipy.special import ndtri

from vqueue.domain.past_day import Visit
from vqueue.simulator.laws import Floats
from vqueue.simulator.scenario import Callback

FEWEST = 20
"""Fewer samples of a kind of customer than this, and those of all kinds are taken."""
USUAL_S = 240.0
"""A talk, where none is recorded at all."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The law of patience by Kaplan and Meier (1958): who was served, or took a callback, is a censored sample.

    Past the last customer who gave up it goes on as an exponential law with the whole record's hazard.
    """

    times: Floats
    left: Floats
    """The part that is still patient right after each of `times`."""
    hazard: float
    """Given up a second of standing in line; 0 = endless patience."""

    @classmethod
    def of(cls, visits: Sequence[Visit]) -> "Patience":
        stood = np.array([visit.stood_s for visit in visits], dtype=np.float64)
        gave_up = np.array([visit.gave_up for visit in visits], dtype=bool)
        times, counts = np.unique(stood[gave_up], return_counts=True)
        at_risk = len(stood) - np.searchsorted(np.sort(stood), times, side="left")
        left = np.asarray(np.cumprod(1.0 - counts / at_risk), dtype=np.float64)
        exposed = float(stood.sum())
        return cls(times, left, float(gave_up.sum()) / exposed if exposed > 0 else 0.0)

    def after(self, stood: Floats, chance: Floats) -> Floats:
        """How long each would have stood who has stood so long already. `chance` is uniform on [0, 1)."""
        if self.hazard <= 0 or not len(self.times):
            return np.full(len(stood), np.inf)
        padded = np.concatenate(([1.0], self.left))
        now = padded[np.searchsorted(self.times, stood, side="right")]
        wanted = now * (1.0 - chance)
        first = np.searchsorted(-self.left, -wanted, side="left")
        inside = first < len(self.times)
        last = self.left[-1]
        beyond = np.where(now > last, wanted / max(last, 1e-12), 1.0 - chance)
        tail = np.maximum(self.times[-1], stood) - np.log(np.clip(beyond, 1e-12, 1.0)) / self.hazard
        return np.where(inside, np.maximum(self.times[np.minimum(first, len(self.times) - 1)], stood), tail)


class Empirical:
    """A law of durations given by samples, by kind of customer where there are enough."""

    def __init__(self, samples: Sequence[tuple[int, float]], otherwise: float) -> None:
        self.all = np.array([seconds for _, seconds in samples], dtype=np.float64)
        self.otherwise = otherwise
        self.by_kind: dict[int, Floats] = {}
        for kind in {kind for kind, _ in samples}:
            own = np.array([seconds for of, seconds in samples if of == kind], dtype=np.float64)
            if len(own) >= FEWEST:
                self.by_kind[kind] = own

    def at(self, kinds: NDArray[np.intp], chance: Floats) -> Floats:
        """The value below which the part `chance` of the samples lies."""
        drawn = np.quantile(self.all, chance) if len(self.all) else np.full(chance.shape, self.otherwise)
        for kind, own in self.by_kind.items():
            drawn = np.where(kinds == kind, np.quantile(own, chance), drawn)
        return np.asarray(drawn, dtype=np.float64)


def uniforms(visits: Sequence[Visit], *, seed: int, repetition: int, columns: int) -> Floats:
    """A row of chance for each visit."""
    told = np.empty((len(visits), columns))
    stream = Philox(key=[0, seed])
    chance, state = Generator(stream), stream.state
    state["state"]["counter"][2] = repetition
    for row, visit in enumerate(visits):
        named = int.from_bytes(blake2b(visit.id.encode(), digest_size=8).digest())
        state["state"]["key"][:] = np.array([named, seed]).astype(np.uint64)
        stream.state = state
        chance.random(out=told[row])
    return told


def rings(samples: Sequence[float], chance: Floats) -> Floats:
    """Until a telephone is answered: as recorded, or by the law a scenario takes."""
    if len(samples) >= FEWEST:
        return np.asarray(np.quantile(np.asarray(samples), chance), dtype=np.float64)
    law = Callback().ring_s
    spread = np.log1p(law.scv)
    return np.asarray(np.exp(np.log(law.mean) - spread / 2 + np.sqrt(spread) * ndtri(np.clip(chance, 1e-9, 1 - 1e-9))))
