"""A report: which there are, what is asked, and the table that is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Cell = str | int | float | None | Mapping[str, float]
"""None: there is nothing to divide by. A mapping only in `away_reasons_s`."""


class ReportName(StrEnum):
    """What can be reported."""

    INTERVALS = "intervals"
    """Each queue by quarter, hour or day of its own zone."""
    QUEUES = "queues"
    """Each queue by channel, and all channels together."""
    AGENTS = "agents"
    PROMISES = "promises"
    """Promises of each queue by quarter, hour or day."""
    LEDGER = "ledger"
    """The same by channel too."""
    ATTEMPTS = "attempts"
    """How attempts ended, by queue and way of calling."""
    SAVINGS = "savings"
    """What offering callbacks saves, by queue, where the offer is withheld from some by lot."""
    FEEDBACK = "feedback"
    """What customers said afterwards, by queue and channel."""


class Interval(StrEnum):
    """The length of a row of `intervals`, `promises` and `ledger`."""

    QUARTER = "15m"
    HOUR = "1h"
    DAY = "1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be reported: from `start` up to, not including, `end`."""

    name: ReportName
    start: datetime
    end: datetime
    queue: str | None = None
    channel: str | None = None
    agent: str | None = None
    """Requests this agent was asked to serve; his own talks and times."""
    interval: Interval = Interval.HOUR
    within_s: int = 20
    """Service level: answered within so many seconds."""
    short_s: int = 5
    """Whoever hung up sooner does not count as abandoned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer. Every row has every column."""

    question: Question
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Cell], ...] = field(default=())
