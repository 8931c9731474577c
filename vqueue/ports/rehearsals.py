"""Rehearsals of rules: what the database remembers of past days and of rehearsals, and who serves the days again."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from vqueue.domain.errors import Unavailable
from vqueue.domain.past_day import PastDay
from vqueue.domain.rehearsal import Findings, Rehearsal
from vqueue.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Compared:
    """A caller who was offered a callback, or from whom the offer was withheld by lot."""

    queue: str
    at: datetime
    withheld: bool
    abandoned: bool
    """He went without being served, before or after he had a place."""
    hold_s: float
    """His time on the line in the queue."""


class PastDays(Protocol):
    """Days of a queue as they were, without anything personal."""

    def latest(self, queue: str, *, before: datetime) -> datetime | None:
        """When the last customer before then came; None where there was none."""
        ...

    def compared(self, queues: Sequence[str], *, start: datetime, end: datetime) -> list[Compared]:
        """Callers on both sides of the comparison who heard the decision then, each once. Raises as `day`."""
        ...

    def day(self, queue: str, *, on: date, start: datetime, end: datetime, now: datetime) -> PastDay:
        """What came from `start` up to `end`, and what became of it by now. Raises Unavailable when it takes too
        long, Invalid when it is too much."""
        ...


class Rehearsals(Protocol):
    def get(self, rehearsal: str) -> Rehearsal:
        """Raises NotFound."""
        ...

    def running(self) -> Rehearsal | None:
        """The one that runs, or was left running."""
        ...

    def latest(self, queue: str) -> Rehearsal | None:
        """The one asked for last, of this queue."""
        ...

    def insert(self, rehearsal: Rehearsal) -> None:
        """Raises StaleWrite while one runs."""
        ...

    def replace(self, rehearsal: Rehearsal) -> Rehearsal:
        """Raises StaleWrite."""
        ...


class Rehearser(Protocol):
    def findings(
        self, days: tuple[PastDay, ...], *, in_force: Rules, draft: Rules, repetitions: int
    ) -> AsyncGenerator[float | Findings, None]:
        """The days served under both, never in the event loop: every second or so the share that is done, at last what
        was found. Closing it ends the work. Raises Unavailable when the work was ended from elsewhere."""
        ...

    def close(self) -> None:
        """Ends what is under way."""
        ...


class NoRehearser:
    """Of a process that rehearses nothing."""

    def findings(
        self, days: tuple[PastDay, ...], *, in_force: Rules, draft: Rules, repetitions: int
    ) -> AsyncGenerator[float | Findings, None]:
        raise Unavailable("nothing is rehearsed here")

    def close(self) -> None:
        pass
