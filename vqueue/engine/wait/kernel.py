"""The inner loop of the roll-forward, compiled: agents become free, each takes the place that the order gives him.

A place belongs to a class; inside a class places stand by rank key. A seat takes, among the classes it may serve, the
head with the smallest key that has come and has not left (`order.rank_key`; `plan` does the same with live places,
and a property test holds the two together). Draws come from a counter-based generator, so that a seed gives one
result, whatever runs beside it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.wait.compiled import compiled, lean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Words = NDArray[np.uint64]

BUSY, PAUSING, FREE = 0, 1, 2
"""What a seat does at the start: talking since its age, between two talks since its age, or free."""


class Line(NamedTuple):
    """Places by class, and inside a class by key; the first `known` of a class wait now, the rest may still come."""

    first: Ints
    last: Ints
    """Where each class begins, and where its customers who wait now end."""
    key: Floats
    came: Floats
    gone: Floats
    """When each place comes and leaves, seconds from now, as drawn for this path."""
    head: Ints
    """The place of each class that is next."""


@lean
def uniform(state: Words) -> float:
    """In (0, 1); splitmix64 (Steele, Lea, Flood 2014) on `state[0]`."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (np.float64(z >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


@compiled
def drawn(law: Floats, state: Words) -> float:
    """One of the sample."""
    return law[int(uniform(state) * len(law))]  # type: ignore[no-any-return]


@compiled
def rest(law: Floats, age: float, state: Words) -> float:
    """A draw of what is left of a duration that has lasted `age` already; `law` is the sorted sample.

    Beyond everything seen it is as long again as a draw of the longest tenth lasts beyond its start.
    """
    first = int(np.searchsorted(law, age, side="right"))
    left = len(law) - first
    if left <= 0:
        tenth = max(1, len(law) // 10)
        first = len(law) - tenth
        return law[first + int(uniform(state) * tenth)] - law[first]  # type: ignore[no-any-return]
    return law[first + int(uniform(state) * left)] - age  # type: ignore[no-any-return]


@compiled
def _seat(doing: Ints, age: Floats, service: Floats, gap: Floats, free: Floats, state: Words) -> None:
    """Draws when each seat becomes free."""
    for seat in range(len(doing)):
        if doing[seat] == BUSY:
            free[seat] = rest(service, age[seat], state) + drawn(gap, state)
        elif doing[seat] == PAUSING:
            free[seat] = rest(gap, age[seat], state)
        else:
            free[seat] = 0.0


@compiled
def _come(line: Line, rate: Floats, credit: Floats, until: Floats, state: Words) -> None:
    """Draws when the customers still to come arrive: a Poisson stream a class, none later than `until`."""
    for klass in range(len(line.last)):
        at = 0.0
        for place in range(line.last[klass], line.first[klass + 1]):
            at += -np.log(uniform(state)) / rate[klass] if rate[klass] > 0 else np.inf
            line.came[place] = at if at <= until[klass] else np.inf
            line.key[place] = line.came[place] - credit[klass]


@compiled
def _lose(line: Line, leaves: Floats, state: Words) -> None:
    """Draws when each place loses patience."""
    for place in range(len(leaves)):
        stays = leaves[place] <= 0
        line.gone[place] = np.inf if stays else line.came[place] - np.log(uniform(state)) / leaves[place]


@compiled
def _skip(line: Line, klass: int, at: float) -> int:
    """Passes over those of the class who have left by then; how many of them wait now."""
    place, passed = line.head[klass], 0
    while place < line.first[klass + 1] and line.gone[place] <= at:
        passed += place < line.last[klass]
        place += 1
    line.head[klass] = place
    return passed


@compiled
def _best(line: Line, may: Bools, at: float) -> int:
    """The class whose head this seat takes: the smallest key of those who have come; -1 when there is nobody."""
    best = -1
    for klass in range(len(line.last)):
        place = line.head[klass]
        if not may[klass] or place == line.first[klass + 1] or line.came[place] > at:
            continue
        if best < 0 or line.key[place] < line.key[line.head[best]]:
            best = klass
    return best


@compiled
def _soonest(line: Line, may: Bools) -> float:
    """When the next comes whom this seat may take; inf when nobody does."""
    soonest = np.inf
    for klass in range(len(line.last)):
        place = line.head[klass]
        if may[klass] and place < line.first[klass + 1]:
            soonest = min(soonest, line.came[place])
    return soonest


@compiled
def _roll(line: Line, may: Bools, free: Floats, service: Floats, gap: Floats, taken: Floats, state: Words) -> None:
    """One path: seat after seat as it becomes free, until nobody who waits now is left."""
    waiting = 0
    for klass in range(len(line.last)):
        line.head[klass] = line.first[klass]
        waiting += line.last[klass] - line.first[klass]
    while waiting > 0:
        seat = np.argmin(free)
        at = free[seat]
        if at == np.inf:
            break
        for klass in range(len(line.last)):
            if may[seat, klass]:
                waiting -= _skip(line, klass, at)
        best = _best(line, may[seat], at)
        if best < 0:
            free[seat] = _soonest(line, may[seat])
            continue
        place = line.head[best]
        taken[place] = at
        line.head[best] += 1
        waiting -= place < line.last[best]
        free[seat] = at + rest(service, 0.0, state) + drawn(gap, state)


@compiled
def starts(
    doing: Ints, age: Floats, may: Bools, key: Floats, leaves: Floats, first: Ints, known: Ints,
    rate: Floats, credit: Floats, until: Floats, service: Floats, gap: Floats, paths: int, seed: int,
) -> Floats:  # fmt: skip
    """When each place is taken, seconds from now: (paths, places), inf where it left or is never reached.

    doing, age (seats): BUSY, PAUSING or FREE, and since when. may (seats, classes). key, leaves (places, by class and
    key): rank key in seconds, now = 0, and patience rate a second (0: stays). first (classes + 1): where each class
    begins; its first `known` places wait now, the rest is room for those still to come (rate a second, credit, until).
    service, gap: sorted samples of durations, seconds. A path ends when nobody who waits now is left.
    """
    places = len(key)
    taken = np.full((paths, places), np.inf)
    state = np.full(1, seed, np.uint64)
    free = np.empty(len(doing))
    line = Line(
        first, first[:-1] + known, key.copy(), np.zeros(places), np.empty(places), np.empty(len(known), np.int64)
    )
    for path in range(paths):
        _seat(doing, age, service, gap, free, state)
        _come(line, rate, credit, until, state)
        _lose(line, leaves, state)
        _roll(line, may, free, service, gap, taken[path], state)
    return taken
