"""An alert: what is wrong, how grave it is, and what helps."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What can be wrong, gravest first."""

    LEADER_MISSING = "leader_missing"
    PROMISE_AT_RISK = "promise_at_risk"
    NO_AGENTS = "no_agents"
    STAFF_LOSS = "staff_loss"
    MACHINE_WAVE = "machine_wave"
    BOARD_STALE = "board_stale"
    OUTBOX_STUCK = "outbox_stuck"
    JOURNAL_UNSEALED = "journal_unsealed"
    WEBHOOK_FAILING = "webhook_failing"
    PIN_LOCKED = "pin_locked"


class Severity(StrEnum):
    """`act`: customers are harmed now or soon. `watch`: look at it today."""

    ACT = "act"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Action:
    """What helps: `open` a page, `switch` something there, or `look` at a part of the service."""

    kind: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing wrong. `id` stays the same while it lasts; `since` is None where the facts do not tell."""

    kind: Kind
    severity: Severity
    figure: float
    unit: str
    action: Action
    queue: str | None = None
    subject: str | None = None
    """What it is about where that is no queue: a webhook's id."""
    since: datetime | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}.{self.queue or self.subject or 'bank'}"
