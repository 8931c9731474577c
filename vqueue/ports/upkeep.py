"""What keeps the database small and watched: rows whose time is over, and the totals its journal tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Perishable(StrEnum):
    """Rows that are worth nothing after some time."""

    COUNTERS = "counters"
    """Expired, or fallen to zero: a counter that is not there is zero."""
    SESSIONS = "sessions"
    ANSWERS = "answers"
    VERIFICATIONS = "verifications"
    PAGE_LINKS = "page_links"
    CONVERSATIONS = "conversations"
    """Of calls that ended before then."""
    NOTICES = "notices"
    """Sent, or given up, and due before then."""
    HALF_HOURS = "half_hours"
    """Counts older than any forecast looks at."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """Totals of the sealed journal up to `position`; `whole` when nothing sealed lies beyond it."""

    position: int = 0
    whole: bool = False
    requests: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(queue, mode they came with) → how many entered."""
    attempts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(queue, cause) → how many closed."""
    promises: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(queue, `kept`, `broken` or `withdrawn`) → how many were settled."""
    legs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(role, cause) → how many ended."""

    def plus(self, later: "Tallies") -> "Tallies":
        """Both together, as far as the later one reaches."""
        return Tallies(
            later.position,
            later.whole,
            _sum(self.requests, later.requests),
            _sum(self.attempts, later.attempts),
            _sum(self.promises, later.promises),
            _sum(self.legs, later.legs),
        )


def _sum(one: Mapping[tuple[str, str], int], other: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in (*one, *other)}


class Upkeep(Protocol):
    """Of one transaction, like the other stores."""

    def purge(self, what: Perishable, *, before: datetime, limit: int = 500) -> int:
        """Deletes at most `limit` such rows whose time was over before then; how many."""
        ...

    def tallies(self, *, after: int = 0, rows: int = 100_000) -> Tallies:
        """Totals of the next `rows` sealed rows of the journal."""
        ...

    def outbox(self) -> tuple[int, datetime | None]:
        """(notices that wait to be sent, when the oldest was due)."""
        ...
