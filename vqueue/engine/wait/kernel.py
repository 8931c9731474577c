"""The inner loop of the roll-forward, compiled: agents become free, each takes the place that the order gives him.

A place belongs to a class; inside a class places stand by rank key. A seat takes, among the classes it may serve, the
head with the smallest key that has come and has not left (`order.rank_key`; `plan` does the same with live places,
and a property test holds the two together). Draws come from a counter-based generator, so that a seed gives one
result, whatever runs beside it.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BUSY, PAUSING, FREE = 0, 1, 2
"""What a seat does at the start: talking since its age, between two talks since its age, or free."""


@njit(cache=True, nogil=True)
def _uniform(state: Ints) -> float:
    """In (0, 1); splitmix64 (Steele, Lea, Flood 2014) on `state[0]`."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (float(z >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


@njit(cache=True, nogil=True)
def _rest(law: Floats, age: float, state: Ints) -> float:
    """A draw of what is left of a duration that has lasted `age` already; `law` is the sorted sample.

    Beyond everything seen it is as long again as a draw of the longest tenth lasts beyond its start.
    """
    first = np.searchsorted(law, age, side="right")
    left = len(law) - first
    if left <= 0:
        tenth = max(1, len(law) // 10)
        first = len(law) - tenth
        return law[first + int(_uniform(state) * tenth)] - law[first]
    return law[first + int(_uniform(state) * left)] - age


@njit(cache=True, nogil=True)
def _come(
    first: Ints, known: Ints, rate: Floats, credit: Floats, until: Floats, came: Floats, key: Floats, state: Ints
) -> None:  # fmt: skip
    """Draws when the customers still to come arrive: a Poisson stream a class, none later than `until`."""
    for klass in range(len(first) - 1):
        at = 0.0
        for place in range(first[klass] + known[klass], first[klass + 1]):
            at += -np.log(_uniform(state)) / rate[klass] if rate[klass] > 0 else np.inf
            came[place] = at if at <= until[klass] else np.inf
            key[place] = came[place] - credit[klass]


@njit(cache=True, nogil=True)
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
    seats, classes, places = len(doing), len(first) - 1, len(key)
    taken = np.full((paths, places), np.inf)
    state = np.array([np.uint64(seed)])
    free, head, gone, came = np.empty(seats), np.empty(classes, np.int64), np.empty(places), np.zeros(places)
    key = key.copy()
    last = first[:-1] + known
    for path in range(paths):
        for seat in range(seats):
            if doing[seat] == BUSY:
                free[seat] = _rest(service, age[seat], state) + gap[int(_uniform(state) * len(gap))]
            elif doing[seat] == PAUSING:
                free[seat] = _rest(gap, age[seat], state)
            else:
                free[seat] = 0.0
        _come(first, known, rate, credit, until, came, key, state)
        for place in range(places):
            gone[place] = came[place] - np.log(_uniform(state)) / leaves[place] if leaves[place] > 0 else np.inf
        waiting = 0
        for klass in range(classes):
            head[klass] = first[klass]
            waiting += known[klass]
        while waiting > 0:
            seat = np.argmin(free)
            at = free[seat]
            if at == np.inf:
                break
            best, soonest = -1, np.inf
            for klass in range(classes):
                if not may[seat, klass]:
                    continue
                place = head[klass]
                while place < first[klass + 1] and gone[place] <= at:
                    waiting -= place < last[klass]
                    place += 1
                head[klass] = place
                if place == first[klass + 1]:
                    continue
                if came[place] > at:
                    soonest = min(soonest, came[place])
                elif best < 0 or key[place] < key[head[best]]:
                    best = klass
            if best < 0:
                free[seat] = soonest
                continue
            place = head[best]
            taken[path, place] = at
            head[best] += 1
            waiting -= place < last[best]
            free[seat] = at + _rest(service, 0.0, state) + gap[int(_uniform(state) * len(gap))]
    return taken
