"""Learned corrections of waits: what the ledger of promises teaches, the models that were fitted, who fits them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from vqueue.domain.errors import Unavailable
from vqueue.engine.wait.model import Correction

LEVELS = (0.05, 0.1, 0.5, 0.9, 0.95)
"""Of the quantiles that are quoted and learned."""


class Standing(StrEnum):
    """What became of a fitted model."""

    IN_USE = "in_use"
    REFUSED = "refused"
    """It was no better on the latest days than what was in use."""
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    """Rolled back by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One quote and how long it then was until the first ring, seconds."""

    at: datetime
    quantiles_s: tuple[float, ...]
    """As the roll-forward (or the closed form) had them, at LEVELS."""
    ahead: int
    inputs: Mapping[str, float]
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedModel:
    """One version. `scores` are mean pinball losses on the latest days: its own, of what was in use, of no model."""

    id: str
    queue: str
    standing: Standing
    fitted_at: datetime
    lessons: int
    learned_from: datetime
    learned_until: datetime
    scores: Mapping[str, float]
    trees: str = field(repr=False)
    by: str = "housekeeping"
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What a fit came to."""

    trees: str = field(repr=False)
    scores: Mapping[str, float]
    better: bool
    """Not worse on the latest days than what is in use, and than no model."""


class Models(Protocol):
    def lessons(self, queue: str, *, since: datetime, limit: int) -> list[Lesson]:
        """The latest, in the order in which they were quoted."""
        ...

    def used(self) -> dict[str, str]:
        """Queue → id of the model in use."""
        ...

    def in_use(self, queue: str) -> FittedModel | None: ...

    def of_id(self, model: str) -> FittedModel:
        """Raises NotFound."""
        ...

    def listed(self, queue: str, *, limit: int = 20) -> list[FittedModel]:
        """Newest first."""
        ...

    def insert(self, model: FittedModel) -> None:
        """Raises StaleWrite where another one is in use."""
        ...

    def stand(self, model: FittedModel, standing: Standing) -> FittedModel:
        """Raises StaleWrite."""
        ...


class Trainer(Protocol):
    """Fits models beside the service, never in its loop."""

    async def fit(self, lessons: Sequence[Lesson], *, in_use: str | None) -> Fitted:
        """On all but the latest fifth, judged on that fifth; grown on everything when it is better. Raises Unavailable
        where it cannot be done here."""
        ...


class NoTrainer:
    """Of a process that learns nothing."""

    async def fit(self, lessons: Sequence[Lesson], *, in_use: str | None) -> Fitted:
        raise Unavailable("nothing is learned here")


class Correctors(Protocol):
    """Puts models to work."""

    def of(self, model: FittedModel) -> Correction:
        """Takes a while. Raises Unavailable where the model cannot be read here."""
        ...


class NoCorrectors:
    """Of a process that corrects nothing."""

    def of(self, model: FittedModel) -> Correction:
        raise Unavailable("no learned model can be put to work here")
