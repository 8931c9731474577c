"""The present state of the bank as the roll-forward takes it, and what it tells: plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from vqueue.domain.board import Wait
from vqueue.engine.order import ClassKey
from vqueue.engine.wait.closed import COLD_BELOW, Gamma
from vqueue.engine.wait.model import Prior

FREE, BUSY, ENDING = 0, 1, 2
"""What a seat does at the start: nothing for so long, a call for so long, or something that ends in so many seconds."""
BELIEVED = Prior()
Grid = tuple[tuple[int, Wait], ...]
"""(number ahead, wait), ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An agent who takes the next call when he is free. `time_s`: idle (FREE) or on a call of `queue` (BUSY) for so
    long, or done in so long (ENDING)."""

    agent: str
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    doing: int
    time_s: float = 0.0
    queue: str = ""
    leaves_s: float = inf
    """From then on he takes no more calls."""
    comes: bool = False
    """He is not at work yet: he will be when `time_s` is over."""


@dataclass(frozen=True, slots=True)
class Member:
    """A place that is ready: seconds from now to its virtual start (negative), and whether he is on the line."""

    start_s: float
    holds: bool
    id: str = ""
    wanted: str = ""
    """The agent he would rather have."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A place that becomes ready in `comes_s` seconds: a retry, a booked time."""

    comes_s: float
    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A class: what it needs of an agent, credit and lift in seconds of age, and its places."""

    klass: ClassKey
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Any of these is good enough; none named: every agent's."""
    advantage_s: float = 0.0
    members: tuple[Member, ...] = ()
    coming: tuple[Coming, ...] = ()
    arrivals_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """All queues that share agents, at one moment."""

    posts: tuple[Post, ...]
    lines: tuple[Line, ...]

    def ranked(self) -> tuple[Line, ...]:
        """The classes by name."""
        return tuple(sorted(self.lines, key=lambda line: line.klass))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a queue: busy times of finished calls (seconds, newest first), and how fast people hang up."""

    samples: tuple[float, ...]
    patience: Gamma | None
    prior: Prior = BELIEVED
    setup_s: float = 0.0
    """From the reservation of an agent to his voice; part of every wait."""

    @property
    def cold(self) -> bool:
        return len(self.samples) < COLD_BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """Waits by class and number ahead, as of one moment. A queue without places of a class has its grid under the
    class with empty bucket and credit class: what an ordinary newcomer would wait."""

    as_of: datetime
    grids: Mapping[ClassKey, Grid]
    lines: Mapping[ClassKey, Line] = field(default_factory=dict)
    """The classes that were rolled, without their places."""

    def of(self, klass: ClassKey) -> Grid:
        return self.grids.get(klass) or self.grids.get(newcomers(klass.queue), ())


def newcomers(queue: str) -> ClassKey:
    """The class that stands for whoever joins the queue."""
    return ClassKey(queue, "", "")
