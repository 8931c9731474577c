"""What the promises of each queue have taught the estimator, as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from vqueue.domain.promise import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Of one queue (`id`): the calibration as JSON, and the promise settled last that it knows."""

    id: str
    document: Mapping[str, Any]
    upto: datetime
    upto_id: str
    version: int = 1


class Calibrations(Protocol):
    """One row a queue."""

    def all(self) -> list[Taught]: ...

    def find(self, queue: str) -> Taught | None: ...

    def insert(self, taught: Taught) -> None:
        """Raises StaleWrite when the queue has one already."""
        ...

    def replace(self, taught: Taught) -> Taught:
        """Raises StaleWrite."""
        ...

    def settled(self, *, queue: str, after: tuple[datetime, str], limit: int) -> list[Promise]:
        """Promises of the queue that were settled after (moment, id), in that order."""
        ...
