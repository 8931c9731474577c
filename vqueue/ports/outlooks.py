"""What is counted of each half hour, and what is expected of those to come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from vqueue.domain.outlook import Outlook, Seen


class Outlooks(Protocol):
    """Of one transaction, like the other stores. Half hours begin at whole ones since 1970."""

    def arrivals(self, *, since: datetime, until: datetime) -> dict[tuple[str, datetime], int]:
        """(queue, half hour) → customers who came to be served then; those who booked a time or left a message are not
        among them. Half hours without any are left out."""
        ...

    def note(self, seen: Sequence[Seen]) -> None:
        """Arrivals take the place of those noted before; staff and samples are added."""
        ...

    def seen(self, queue: str, *, since: datetime) -> list[Seen]:
        """Ascending."""
        ...

    def newest(self) -> datetime | None:
        """The last half hour that was noted, of any queue."""
        ...

    def ring_times(self, queue: str, *, since: datetime) -> list[float]:
        """From dialling a customer to his key, seconds, of the newest attempts; at most 200."""
        ...

    def put(self, outlook: Outlook) -> None:
        """One a queue: the last one counts."""
        ...

    def find(self, queue: str) -> Outlook | None: ...
