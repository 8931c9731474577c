"""The compiled roll-forward against one in plain Python, and against the closed forms of memoryless service."""

import math

import numpy as np
import pytest
from scipy.stats import beta, gamma

from vqueue.engine.wait.kernel import BUSY, FREE, PAUSING, starts

MASK = (1 << 64) - 1


class Plain:
    """The same chance as the kernel's, and the same rules said plainly."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def uniform(self) -> float:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (((z ^ (z >> 31)) >> 11) + 0.5) * 2.0**-53

    def rest(self, law: list[float], age: float) -> float:
        longer = [duration for duration in law if duration > age]
        if longer:
            return longer[int(self.uniform() * len(longer))] - age
        tenth = law[-max(1, len(law) // 10) :]
        return tenth[int(self.uniform() * len(tenth))] - tenth[0]

    def pause(self, gap: list[float]) -> float:
        return gap[int(self.uniform() * len(gap))]

    def path(self, state: "State") -> list[float]:
        free = [self.freed(doing, age, state) for doing, age in zip(state.doing, state.age, strict=True)]
        places = [(klass, index) for klass, size in enumerate(state.sizes) for index in range(size)]
        came, key = [], []
        for klass, size in enumerate(state.sizes):
            at = 0.0
            for index in range(size):
                if index < state.known[klass]:
                    came.append(0.0)
                    key.append(state.key[len(key)])
                    continue
                at += -math.log(self.uniform()) / state.rate[klass] if state.rate[klass] > 0 else math.inf
                came.append(at if at <= state.until[klass] else math.inf)
                key.append(came[-1] - state.credit[klass])
        gone = [
            came[place] - math.log(self.uniform()) / leaves if leaves > 0 else math.inf
            for place, leaves in enumerate(state.leaves)
        ]
        now = [index < state.known[klass] for klass, index in places]
        taken = [math.inf] * len(places)
        open_places = set(range(len(places)))
        while any(now[place] for place in open_places):
            at = min(free)
            if at == math.inf:
                break
            seat = free.index(at)
            mine = {place for place in open_places if state.may[seat][places[place][0]]}
            heads = []
            for klass in range(len(state.sizes)):
                line = [place for place in sorted(mine) if places[place][0] == klass]
                while line and gone[line[0]] <= at:
                    open_places.discard(line.pop(0))
                heads += line[:1]
            if not any(now[place] for place in open_places) and not heads:
                break
            there = [place for place in heads if came[place] <= at]
            if not there:
                free[seat] = min((came[place] for place in heads), default=math.inf)
                continue
            best = min(there, key=lambda place: key[place])
            taken[best] = at
            open_places.discard(best)
            free[seat] = at + self.rest(state.service, 0.0) + self.pause(state.gap)
        return taken

    def freed(self, doing: int, age: float, state: "State") -> float:
        if doing == BUSY:
            return self.rest(state.service, age) + self.pause(state.gap)
        return self.rest(state.gap, age) if doing == PAUSING else 0.0


class State:
    """A random one: seats with skills, classes with known and coming places."""

    def __init__(self, seed: int) -> None:
        chance = np.random.default_rng(seed)
        seats, classes = int(chance.integers(1, 6)), int(chance.integers(1, 4))
        self.doing = chance.integers(0, 3, seats).tolist()
        self.age = chance.exponential(150.0, seats).tolist()
        self.may = (chance.random((seats, classes)) < 0.7).tolist()
        self.known = chance.integers(0, 5, classes).tolist()
        self.sizes = [known + int(chance.integers(0, 6)) for known in self.known]
        self.key = [
            key
            for known, size in zip(self.known, self.sizes, strict=True)
            for key in [*np.sort(chance.uniform(-300.0, 0.0, known)), *[0.0] * (size - known)]
        ]
        self.leaves = np.where(chance.random(sum(self.sizes)) < 0.5, 0.003, 0.0).tolist()
        self.rate = chance.uniform(0.0, 0.02, classes).tolist()
        self.credit = chance.uniform(0.0, 90.0, classes).tolist()
        self.until = chance.uniform(0.0, 300.0, classes).tolist()
        self.service = np.sort(chance.exponential(180.0, 50)).tolist()
        self.gap = np.sort(chance.exponential(10.0, 30)).tolist()

    def rolled(self, paths: int, seed: int) -> np.ndarray:
        return starts(
            np.array(self.doing), np.array(self.age), np.array(self.may), np.array(self.key), np.array(self.leaves),
            np.concatenate([[0], np.cumsum(self.sizes)]), np.array(self.known), np.array(self.rate),
            np.array(self.credit), np.array(self.until), np.array(self.service), np.array(self.gap), paths, seed,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(150))
def test_the_kernel_does_what_plain_python_does(seed: int) -> None:
    state = State(seed)
    if not sum(state.sizes):
        return
    plain = Plain(seed + 1)
    told = np.array([plain.path(state) for _ in range(5)])
    np.testing.assert_allclose(state.rolled(5, seed + 1), told, rtol=1e-9)


def test_equal_seeds_roll_equally_and_others_do_not() -> None:
    state = State(4)
    assert np.array_equal(state.rolled(20, 9), state.rolled(20, 9), equal_nan=True)
    assert not np.array_equal(state.rolled(20, 9), state.rolled(20, 10))


@pytest.mark.parametrize(("agents", "ahead", "patience_s"), [(5, 3, None), (20, 10, None), (5, 4, 300.0)])
def test_memoryless_service_gives_the_closed_form(agents: int, ahead: int, patience_s: float | None) -> None:
    """Gamma(n+1, s mu) without abandonment; exp(-theta D) ~ Beta(s mu / theta, n + 1) with it."""
    mu, paths = 1 / 180.0, 40_000
    talk = np.sort(-np.log1p(-(np.arange(4000) + 0.5) / 4000) / mu)
    theta = 0.0 if patience_s is None else 1 / patience_s
    taken = starts(
        np.full(agents, BUSY), np.full(agents, 100.0), np.ones((agents, 1), dtype=np.bool_),
        np.arange(-ahead - 1.0, 0.0), np.concatenate([np.full(ahead, theta), [0.0]]), np.array([0, ahead + 1]),
        np.array([ahead + 1]), np.zeros(1), np.zeros(1), np.zeros(1), talk, np.zeros(1), paths, 7,
    )  # fmt: skip
    turn = taken[:, ahead]
    for p in (0.1, 0.5, 0.9):
        exact = (
            gamma.ppf(p, ahead + 1, scale=1 / (agents * mu))
            if not theta
            else -math.log(beta.ppf(1 - p, agents * mu / theta, ahead + 1)) / theta
        )
        assert np.mean(turn <= exact) == pytest.approx(p, abs=0.012)


def test_a_free_agent_takes_the_first_at_once() -> None:
    state = State(0)
    state.doing, state.age, state.may = [FREE], [0.0], [[True] * len(state.sizes)]
    taken = state.rolled(10, 1)
    assert (taken.min(axis=1) == 0.0).all()
