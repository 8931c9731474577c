"""What a path of the roll-forward is made of: its arrays, and the heap of busy seats by the time they are free."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.wait.compiled import lean

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Seats(NamedTuple):
    """Seats, by agent id. `time_s` is what `doing` says; `law` is that of the call a busy one is on."""

    doing: Ints
    time_s: Floats
    law: Ints
    may: Bools
    level: Ints
    """(seats, classes): whether, and how well, he serves the class."""
    leaves: Floats
    """From then on he takes nobody; inf where nothing is known of his leaving."""


class Places(NamedTuple):
    """Everybody who waits or is known to come. `first[c]:first[c + 1]` are those of class c who wait now, in the order
    (virtual start, id); from `first[-1]` on stand those who come later, by the time they come. Seconds, now = 0."""

    first: Ints
    key: Floats
    order: Ints
    """The number of each in the order (virtual start, id): who goes first where keys are equal."""
    holds: Bools
    """On the line: he may lose patience."""
    wanted: Ints
    """The seat he would rather have, -1 for any."""
    klass: Ints
    comes: Floats


class Streams(NamedTuple):
    """Who may still come and stand before somebody who waits: a Poisson stream a class, none later than `until`."""

    rate: Floats
    credit: Floats
    until: Floats


class Laws(NamedTuple):
    """Busy times, sorted, one law after the other; `of` names each class's. Each path scales them and has a patience
    rate of its own: what is not known about both."""

    sample: Floats
    first: Ints
    of: Ints
    scale: Floats
    leaves: Floats


class Probes(NamedTuple):
    """Rank keys asked about, class after class, ascending inside a class."""

    first: Ints
    key: Floats


class Path(NamedTuple):
    """One way in which it may go on, while it is being rolled."""

    free: Floats
    seat: Ints
    busy: Ints
    """A heap: when which busy seat is free, and how many there are."""
    idlers: Ints
    """How many seats are idle."""
    idle: Floats
    """Since when it has been idle, inf while it is not."""
    head: Ints
    late: Ints
    """Those who came meanwhile and still wait, class by class, foremost first; -1 beyond."""
    lates: Ints
    """How many of them in each class."""
    key: Floats
    order: Ints
    gone: Floats
    asked: Ints
    """The next probe of each class that has no turn yet."""


@lean
def occupy(path: Path, seat: int, until: float) -> None:
    """Into the heap of seats by the time they are free."""
    child = path.busy[0]
    path.busy[0] += 1
    while child > 0:
        parent = (child - 1) // 2
        if path.free[parent] <= until:
            break
        path.free[child], path.seat[child] = path.free[parent], path.seat[parent]
        child = parent
    path.free[child], path.seat[child] = until, seat


@lean
def freed(path: Path) -> int:
    """The seat that is free next, out of the heap."""
    seat = path.seat[0]
    path.busy[0] -= 1
    count = path.busy[0]
    free, last, parent = path.free[count], path.seat[count], 0
    while 2 * parent + 1 < count:
        child = 2 * parent + 1
        if child + 1 < count and path.free[child + 1] < path.free[child]:
            child += 1
        if path.free[child] >= free:
            break
        path.free[parent], path.seat[parent] = path.free[child], path.seat[child]
        parent = child
    path.free[parent], path.seat[parent] = free, last
    return seat  # type: ignore[no-any-return]
