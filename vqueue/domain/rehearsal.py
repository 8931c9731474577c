"""A rehearsal: the days of the past served once by the rules in force and once by others, and what differs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class RehearsalState(StrEnum):
    """How far a rehearsal is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    """Nothing was heard of it for a while: the process that ran it has ended. Ask again."""


class Verdict(StrEnum):
    """What can be said of one figure."""

    SAME = "same"
    """The very same under both."""
    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "unclear"
    """No difference can be told: the interval holds zero."""
    NEITHER = "neither"
    """It differs, and neither direction is better in itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure under both rules; `change` = with the new rules minus with those in force, and its interval.
    None where there was nothing to make it from."""

    name: str
    unit: str
    """`s`, `share` or `count`."""
    in_force: float | None
    draft: float | None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    verdict: Verdict = Verdict.UNCLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a rehearsal found. `resampled` says what the intervals are made from: `half_hours` or `days`, so many."""

    figures: tuple[Figure, ...]
    calls: int
    """Customers of the days, each counted once."""
    repetitions: int
    """How often what the record does not say was drawn anew."""
    resampled: str
    units: int
    level: float
    remarks: tuple[str, ...] = ()
    """Codes of what the replay could not know."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One rehearsal as it is kept. `document` is the set of rules that was tried, whatever becomes of the draft."""

    id: str
    queue: str
    rules_version: int
    """The version tried: what the draft would become, or a former one."""
    compared_with: int
    """The version in force then."""
    draft_version: int | None
    """The draft's own version (its ETag); None for a former version of the rules."""
    document: Mapping[str, Any]
    days: tuple[str, ...]
    """Local dates, ISO."""
    repetitions: int
    state: RehearsalState
    progress: float
    asked_at: datetime
    asked_by: str
    heard_at: datetime
    """When its process last said how far it is."""
    ended_at: datetime | None = None
    problem: str | None = None
    """Why it failed."""
    result: Mapping[str, Any] = field(default_factory=dict)
    """The findings as JSON; empty until it is done."""
    version: int = 1
