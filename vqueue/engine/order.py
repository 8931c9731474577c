"""The order of service: rank keys, lifts that rescue a class, positions, and inversions against the order.

All of it works on plain numbers (seconds since the epoch), one at a time or as numpy arrays, so that the tick of the
dispatcher and the roll-forward of the estimator call the very same rule.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Seconds = TypeVar("Seconds", float, NDArray[np.float64])
else:
    Seconds = TypeVar("Seconds")


class ClassKey(NamedTuple):
    """A class: fixed when a request joins, changed only by a journalled move."""

    queue: str
    bucket: str
    credit_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One ready place as the order sees it; times are seconds since the epoch."""

    id: str
    klass: ClassKey
    virtual_start: float
    deadline: float | None = None
    """The later edge of the spoken window; None where nothing was promised."""


def rank_key(virtual_start: "Seconds", credit: "Seconds", lift: "Seconds") -> "Seconds":
    """Smaller goes first: entry time less the credit and the lift of the class."""
    return virtual_start - credit - lift


def able(levels: Mapping[str, int], languages: Sequence[str], *, needed: Iterable[str], spoken: Sequence[str]) -> bool:
    """Whether an agent of these skills and languages serves who needs those skills, and one of those languages."""
    speaks = not spoken or any(each in languages for each in spoken)
    return speaks and all(levels.get(skill, 0) >= 1 for skill in needed)


def level(levels: Mapping[str, int], needed: Iterable[str]) -> int:
    """How well: the higher goes first."""
    return sum(levels[skill] for skill in needed)


def order_key(place: Standing, advantage: Mapping[ClassKey, float]) -> tuple[float, float, str]:
    """Total order over all ready places. Inside a class it is (virtual start, id), whatever credit and lift are."""
    key = rank_key(place.virtual_start, advantage.get(place.klass, 0.0), 0.0)
    return key, place.virtual_start, place.id


def serve_order(places: Iterable[Standing], advantage: Mapping[ClassKey, float]) -> list[Standing]:
    """Ready places as one seat that may take any of them would; `advantage` is credit + lift by class."""
    return sorted(places, key=lambda place: order_key(place, advantage))


def position(place: Standing, places: Iterable[Standing], advantage: Mapping[ClassKey, float]) -> int:
    """1 + the ready places that would be served before this one now."""
    own = order_key(place, advantage)
    return 1 + sum(order_key(other, advantage) < own for other in places if other.id != place.id)


def lifts(
    places: Iterable[Standing],
    now: float,
    wait90: Callable[[int], float],
    lift_max: float,
    *,
    credits: Mapping[ClassKey, float],
) -> dict[ClassKey, float]:
    """Seconds of age lent to each class whose promises are in danger; classes without danger are left out.

    A place whose slack is smaller than P90 of its remaining wait (by the order without lifts, so that a lift does not
    undo itself) lends what it lacks to its whole class: the head goes, and nobody is overtaken inside the class.
    `wait90(ahead)` is that P90 in seconds. An overdue class gets the most.
    """
    lent: dict[ClassKey, float] = {}
    for ahead, place in enumerate(serve_order(places, credits)):
        if place.deadline is None:
            continue
        lacking = wait90(ahead) - (place.deadline - now)
        if lacking > 0:
            lent[place.klass] = min(lift_max, max(lent.get(place.klass, 0.0), LEND * lacking))
    return lent


LEND = 2.0
"""Seconds of age lent for a second lacking: places are thinner in the line than arrivals were (some left, some were
served), so a second of age buys less than a second of time."""


class Turn(NamedTuple):
    """One time a place was taken: ready from `ready_at` without a break until `taken_at`; seconds since the epoch."""

    klass: Hashable
    virtual_start: float
    id: str
    ready_at: float
    taken_at: float


def inversions(history: Sequence[Turn]) -> int:
    """Pairs of one class, both ready, the later place taken first. Taken at one instant is no inversion."""
    by_class: dict[Hashable, list[Turn]] = {}
    for turn in sorted(history, key=attrgetter("taken_at")):
        by_class.setdefault(turn.klass, []).append(turn)
    return sum(_inversions(turns) for turns in by_class.values() if not _in_order(turns))


def _in_order(turns: list[Turn]) -> bool:
    """Whether the turns of a class were taken as its places stand: nobody need be compared."""
    places = [turn[1:3] for turn in turns]
    return places == sorted(places)


def _inversions(turns: list[Turn]) -> int:
    """Sweeps one class in the time of taking, keeping the ready places sorted."""
    joins = sorted(turns, key=attrgetter("ready_at"))
    takes = groupby(turns, key=attrgetter("taken_at"))
    ready: list[tuple[float, str]] = []
    joined = found = 0
    for at, group in takes:
        while joined < len(joins) and joins[joined].ready_at <= at:
            insort(ready, (joins[joined].virtual_start, joins[joined].id))
            joined += 1
        taken = [(turn.virtual_start, turn.id) for turn in group]
        for place in taken:
            ready.pop(bisect_left(ready, place))
        found += sum(bisect_left(ready, place) for place in taken)
    return found
