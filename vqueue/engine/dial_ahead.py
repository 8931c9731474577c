"""When to ring a customer before an agent is free for him: so that the two are ready at about the same moment.

Dialling waits for an agent cost the agent the ring; dialling ahead costs some customers a hold after they answered. It
is right to dial when the turn is more likely than not (weighed by what a second of either costs) to come while the
telephone rings, and only where the hold, should it come, is short.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaincc, gammaincinv

from vqueue.domain.attempt import Shape
from vqueue.domain.ids import RequestId
from vqueue.engine.plan import Reserve, Seat, Snapshot, plan

Floats = NDArray[np.float64]
SMALL_TEAM = 8
"""With so many agents or fewer the agent is rung first: one of them is a large part of all."""
AGENTS_SECOND, CUSTOMERS_SECOND = 1.0, 1.0
"""What a second of an idle agent costs, and one of a customer who holds after he answered."""
LONGEST_HOLD_S = 20.0
"""Nobody is rung ahead whose hold is expected to be longer."""
FIRST_RING_S, FIRST_SPREAD_S, FIRST_CALLS = 12.0, 6.0, 20.0
"""From dialling to the customer's key before anything was measured, and how many calls that weighs."""
FEWEST_HUNG_UP = 5
"""With fewer, nobody is taken to hang up."""
_POINTS = 9
"""Ring times, evenly likely, over which a chance is averaged."""
_SELDOM = 0.001
"""A hold that is less likely than this is not divided by its chance."""


@dataclass(frozen=True, slots=True)
class Ring:
    """From dialling to the customer's key, seconds: a Gamma law."""

    mean_s: float = FIRST_RING_S
    spread_s: float = FIRST_SPREAD_S

    def times(self) -> Floats:
        """Representative ring times, evenly likely."""
        shape = (self.mean_s / self.spread_s) ** 2
        chances = (np.arange(_POINTS) + 0.5) / _POINTS
        return np.asarray(gammaincinv(shape, chances) * self.mean_s / shape)


def learnt(samples: Sequence[float]) -> Ring:
    """The ring time as measured, the first guess weighing as much as `FIRST_CALLS` calls."""
    weight = len(samples) + FIRST_CALLS
    mean = (sum(samples) + FIRST_CALLS * FIRST_RING_S) / weight
    squares = sum((each - mean) ** 2 for each in samples)
    squares += FIRST_CALLS * (FIRST_SPREAD_S**2 + (FIRST_RING_S - mean) ** 2)
    return Ring(mean, sqrt(squares / weight))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast turns come: agents at work for the queue, handling time, and the share of a waiting customer's patience
    that a second takes (0: nobody hangs up)."""

    agents: float
    handling_s: float
    leaving: float = 0.0

    @property
    def frees_a_second(self) -> float:
        return self.agents / self.handling_s


def pace_of(inputs: Mapping[str, float]) -> Pace:
    """By what a board's waits were reckoned from."""
    patient = inputs["abandoned"] < FEWEST_HUNG_UP or inputs["queued_s"] <= 0
    leaving = 0.0 if patient else inputs["abandoned"] / inputs["queued_s"] * inputs["leaving_share"]
    return Pace(agents=inputs["agents"], handling_s=inputs["handling_s"], leaving=leaving)


def later_than(seconds: Floats, before: int, pace: Pace) -> Floats:
    """P(T > t) of the turn of a customer with so many before him, all agents being busy.

    exp(-theta T) has the law Beta(s mu / theta, n + 1); without impatience T is Gamma(n + 1, s mu).
    """
    if pace.leaving <= 0:
        return np.asarray(gammaincc(before + 1.0, pace.frees_a_second * seconds))
    shape = pace.frees_a_second / pace.leaving
    return np.asarray(betainc(shape, before + 1.0, np.exp(-pace.leaving * seconds)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether to dial now, and on what grounds; `why_not` is empty where it is right to."""

    late: float
    """How likely no agent is free when he answers."""
    hold_s: float
    """How long he is expected to hold then."""
    why_not: str = ""

    @property
    def dial(self) -> bool:
        return not self.why_not


def judge(before: int, flying: int, pace: Pace, ring: Ring, *, longest_hold_s: float = LONGEST_HOLD_S) -> Verdict:
    """Of a customer with `before` others to be served first, while `flying` who were rung ahead have no agent yet."""
    times, ahead = ring.times(), before + flying
    late = float(later_than(times, ahead, pace).mean())
    hold = _hold_s(times, ahead, pace) / max(late, _SELDOM)
    room = pace.frees_a_second * ring.mean_s
    why_not = ""
    if pace.agents <= SMALL_TEAM:
        why_not = "small_team"
    elif flying + 1 > max(1.0, room):
        why_not = "enough_flying"
    elif late > AGENTS_SECOND / (AGENTS_SECOND + CUSTOMERS_SECOND):
        why_not = "too_early"
    elif hold > longest_hold_s:
        why_not = "long_hold"
    return Verdict(late=late, hold_s=hold, why_not=why_not)


def _hold_s(times: Floats, before: int, pace: Pace) -> float:
    """E[(T - R)+]: the tail of T beyond each ring time, summed in steps that grow, to where nothing is left of it."""
    mean = (before + 1.0) / pace.frees_a_second
    grid = np.concatenate(([0.0], np.exp(np.linspace(log(0.05), log(20.0 + 12.0 * mean), 60))))
    tails = np.array([later_than(each + grid, before, pace) for each in times])
    steps = np.diff(grid)
    return float(((tails[:, 1:] + tails[:, :-1]) / 2 * steps).sum(axis=1).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Soon:
    """A queue whose rules let customers be rung ahead: `busy` are its agents who are expected to be free, soonest
    first, and `flying` who was rung ahead and has no agent yet."""

    queue: str
    busy: tuple[Seat, ...]
    flying: tuple[RequestId, ...]
    pace: Pace
    ring: Ring


def ahead(snapshot: Snapshot, taken: Sequence[Reserve], soon: Soon, now: datetime) -> tuple[Reserve, ...]:
    """Whom to ring ahead, in the order of service: those who would be served next if the agents expected first were
    free now, by the dispatcher's own plan. Whoever is on the line, or may not be rung, takes his turn unrung."""
    turns = [each for each in plan(_rest(snapshot, taken, soon), now) if isinstance(each, Reserve)]
    found: list[Reserve] = []
    for before, turn in enumerate(each for each in turns if each.queue == soon.queue):
        if turn.shape is Shape.HOLDER:
            continue
        verdict = judge(before - len(found), len(soon.flying) + len(found), soon.pace, soon.ring)
        if not verdict.dial:
            break
        reasons = ("ahead", *turn.reasons, f"late:{verdict.late:.2f}", f"hold:{verdict.hold_s:.0f}")
        found.append(replace(turn, shape=Shape.CUSTOMER_FIRST, reasons=reasons, ahead=True))
    return tuple(found)


def _rest(snapshot: Snapshot, taken: Sequence[Reserve], soon: Soon) -> Snapshot:
    """What is left when this tick's reservations are made, with the agents expected first as if they were free."""
    gone = {action.request for action in taken} | set(soon.flying)
    heads = tuple(
        replace(head, places=tuple(place for place in head.places if place.id not in gone)) for head in snapshot.heads
    )
    return replace(snapshot, heads=heads, seats=soon.busy, calls_in_a_second=len(soon.busy))
