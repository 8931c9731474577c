"""What was quoted to a person, on what grounds, and later what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from vqueue.domain.ids import PromiseId, RequestId


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, start before end, aware UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a window ends after it starts")

    def holds(self, at: datetime) -> bool:
        return self.start <= at <= self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One quote. `window` is as spoken (outward to five minutes); `quantiles_s` are raw seconds from `made_at`."""

    id: PromiseId
    request: RequestId
    queue: str
    channel: str
    made_at: datetime
    window: Window
    coverage: float
    method: str
    quantiles_s: Mapping[str, float]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    rules_version: int = 1
    model_version: str = ""
    first_ring_at: datetime | None = None
    settled_at: datetime | None = None
    kept: bool | None = None
    """First ring inside the spoken window; None while open or withdrawn by the customer."""
    outcome: str | None = None
    version: int = 1

    def ring(self, at: datetime) -> "Promise":
        """Settled by the first ring. A broken one stays broken, and remembers when the ring came after all."""
        if self.settled_at:
            too_late = self.kept is False and self.first_ring_at is None
            return replace(self, first_ring_at=at) if too_late else self
        return replace(self, first_ring_at=at, settled_at=at, kept=self.window.holds(at), outcome="rung")

    def lapse(self, at: datetime) -> "Promise":
        """The window ended without a ring."""
        if self.settled_at or at <= self.window.end:
            return self
        return replace(self, settled_at=at, kept=False, outcome="late")

    def fail(self, at: datetime, outcome: str) -> "Promise":
        """We know before its window ends that it will not be kept."""
        if self.settled_at:
            return self
        return replace(self, settled_at=at, kept=False, outcome=outcome)

    def withdraw(self, at: datetime, outcome: str) -> "Promise":
        """The customer no longer needs it (cancelled, connected on the line, changed): neither kept nor broken."""
        if self.settled_at:
            return self
        return replace(self, settled_at=at, kept=None, outcome=outcome)
