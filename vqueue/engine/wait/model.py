"""What a wait is estimated from, and the one question every estimator answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vqueue.domain.board import Wait

RANKS = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Numbers ahead for which a board carries the wait; readers interpolate between them."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before a queue has handled anything: mean handling time, worth so many finished calls."""

    handling_s: float = 240.0
    calls: float = 4.0

    def __post_init__(self) -> None:
        if self.handling_s <= 0 or self.calls <= 1:
            raise ValueError("the prior has a positive handling time and weighs more than one call")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Customers of one class who still come: their credit (with lift) in seconds of age, and how many a second."""

    credit_s: float
    per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue as an estimator sees it. Durations in business seconds.

    `agents_serving` counts those who take the next call when they are free: ready, reserved, talking, wrapping up;
    not the ones who are away or leave after their call. A fraction stands for agents shared with other queues.
    """

    agents_serving: float
    agents_ready: float = 0.0
    busy: float = 0.0
    handled: float = 0.0
    """Finished talks on which `busy_seconds` (reservation to ready again: talk, wrap-up, gap) were spent."""
    busy_seconds: float = 0.0
    prior: Prior = Prior()
    abandoned: float = 0.0
    queued_seconds: float = 0.0
    leaving_share: float = 1.0
    """Share of the places ahead that may lose patience: who holds may, who is to be called back does not."""
    arrivals: tuple[Arrivals, ...] = ()
    credit_s: float = 0.0
    """Credit and lift of the class the question is about."""
    setup_s: float = 0.0
    """From the reservation of a free agent to his voice on the line; part of every wait."""
    closing_s: float | None = None
    """Seconds until the queue closes; None when it does not close."""


Asked = tuple[tuple[float, ...], int, Mapping[str, float]]
"""What is known of a place: its five quantiles, how many are ahead of it, what the board was made from."""


class Correction(Protocol):
    """A learned model at work: what the layer below says, corrected."""

    @property
    def model(self) -> str:
        """Its id."""
        ...

    def corrected(self, asked: Sequence[Asked], *, at: datetime) -> list[tuple[float, ...]]:
        """For each its five quantiles, ascending, and the mean; seconds."""
        ...


class WaitModel(Protocol):
    """Answers for one place now."""

    def wait(self, *, ahead: int, state: QueueState, now: datetime) -> Wait:
        """The wait of a place with `ahead` ready places before it (0 = next)."""
        ...


def grid(
    model: WaitModel, state: QueueState, now: datetime, ranks: tuple[int, ...] = RANKS
) -> tuple[tuple[int, Wait], ...]:
    """(number ahead, wait) for each rank, ascending: what a board publishes."""
    return tuple((ahead, model.wait(ahead=ahead, state=state, now=now)) for ahead in sorted(ranks))
