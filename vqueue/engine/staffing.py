"""How many agents the callers of an interval need, and how many calls can be booked into what the others have free.

Erlang-A (Palm 1957; Garnett, Mandelbaum & Reiman 2002): Poisson arrivals, exponential handling and patience.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, sqrt

import numpy as np
from scipy.special import betainc, gammaincc, gammaln, pdtrik

ENDLESS_S = 360_000.0
"""The patience of customers of whom nobody hung up; Erlang-C would have no steady state when overloaded."""
MOST_AGENTS = 5000
NEGLIGIBLE_SD = 10.0
BUSIEST = 0.85
"""Part of its time that a free agent can be given calls in: people are not machines."""
RISK = 0.05
"""How likely more booked customers may answer than there is time for."""
PUNCTUAL_S = 300.0
"""A booked call begins no later than this after its time, but for the same risk."""
RING_S = 12.0
"""Until a customer answers, where nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The service level: this part of the callers is to be answered within so many seconds."""

    share: float = 0.8
    within_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Calls in a stretch of time, and how they go. `patience_s` None: nobody hangs up."""

    calls: float
    in_s: float
    handling_s: float
    patience_s: float | None = None

    @property
    def agents_busy(self) -> float:
        """Offered load, Erlang."""
        return self.calls / self.in_s * self.handling_s


def answered_within(callers: Callers, agents: int, within_s: float) -> float:
    """The share of callers for whom an agent would be free within so many seconds, in the long run.

    Whoever finds all agents busy and n waiting waits D, where exp(-theta D) has the law Beta(s mu / theta, n + 1).
    """
    if agents <= 0:
        return 0.0
    load, theta = callers.agents_busy, 1.0 / (callers.patience_s or ENDLESS_S)
    if load <= 0:
        return 1.0
    rate, served = callers.calls / callers.in_s, agents / callers.handling_s
    longest = max(0.0, (rate - served) / theta)
    waiting = np.arange(0.0, ceil(longest + NEGLIGIBLE_SD * sqrt(longest + rate / theta + 1.0)) + 200.0)
    busy = np.arange(0.0, agents + 1.0)
    logs = busy * np.log(load) - gammaln(busy + 1.0)
    further = logs[-1] + np.cumsum(np.log(rate / (served + waiting[1:] * theta)))
    peak = max(float(logs.max()), float(further.max()))
    full = np.concatenate(([np.exp(logs[-1] - peak)], np.exp(further - peak)))
    late = betainc(served / theta, waiting + 1.0, np.exp(-theta * within_s))
    whole = float(np.exp(logs[:-1] - peak).sum() + full.sum())
    return 1.0 - float(full @ late) / whole


@lru_cache(maxsize=8192)
def agents_needed(callers: Callers, level: Level) -> int:
    """The fewest agents who keep the service level."""
    if callers.calls <= 0:
        return 0
    load = callers.agents_busy
    agents = max(1, ceil(load))
    while agents > 1 and answered_within(callers, agents, level.within_s) >= level.share:
        agents -= 1
    while agents < MOST_AGENTS and answered_within(callers, agents, level.within_s) < level.share:
        agents += 1
    return agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a booked call takes: a talk with the share that answers, else the ring alone."""

    handling_s: float
    answered: float = 0.93
    ring_s: float = RING_S
    ring_out_s: float = 25.0
    again: float = 0.5
    """Of those who did not answer, the part that is called once more in the same time."""

    @property
    def work_s(self) -> float:
        """An agent's seconds for one booking, on the average."""
        talk = self.handling_s + self.ring_s
        missed = self.ring_out_s + self.again * talk
        return self.answered * talk + (1.0 - self.answered) * missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a slot holds beside its callers. `free` agents are there beyond the needed, `busy` ones talk to callers."""

    free_s: float
    free: float
    busy: float


def bookings(room: Room, each: Booked) -> int:
    """How many calls may be booked: as many as their work fits on the average; overbooked only as far as more than fit
    answer with `RISK` at the most; and no more than can begin within `PUNCTUAL_S`, but for that risk."""
    usable = room.free_s * BUSIEST
    fit = floor(usable / (each.handling_s + each.ring_s))
    if fit < 1:
        return 0
    most = fit
    while most < floor(usable / each.work_s) and 1.0 - _at_most(fit, most + 1, each.answered) <= RISK:
        most += 1
    return min(most, _punctual(room, each))


def _at_most(fit: int, booked: int, answered: float) -> float:
    """P(Bin(booked, answered) <= fit)."""
    return 1.0 if booked <= fit else float(betainc(booked - fit, fit + 1, 1.0 - answered))


def _punctual(room: Room, each: Booked) -> int:
    """Agents free as the slot begins, and those who become free soon enough, of whom the surest are counted."""
    comes = room.busy * PUNCTUAL_S / each.handling_s
    sure = int(pdtrik(RISK, comes)) + 1 if comes > 0 and gammaincc(1.0, comes) <= RISK else 0
    return floor(room.free) + sure
