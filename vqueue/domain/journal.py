"""The catalogue of facts the journal keeps: append-only rows, sealed later into a hash chain."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Fact(StrEnum):
    """What happened. Data keys never hold a phone number or context."""

    CALL_STARTED = "call.started"
    CALL_ENDED = "call.ended"
    CALL_RECOVERED = "call.recovered"
    OFFER_MADE = "offer.made"
    QUEUE_ENTERED = "queue.entered"
    QUEUE_LEFT = "queue.left"
    REQUEST_MOVED = "request.moved"
    REQUEST_REFUSED = "request.refused"
    NEWS_IGNORED = "news.ignored"
    ATTEMPT_OPENED = "attempt.opened"
    ATTEMPT_CLOSED = "attempt.closed"
    RETRY_DECIDED = "retry.decided"
    LEG_NEWS = "leg.news"
    AGENT_MOVED = "agent.moved"
    AGENT_PROVEN = "agent.proven"
    PROMISE_MADE = "promise.made"
    PROMISE_SETTLED = "promise.settled"
    CLASS_LIFTED = "class.lifted"
    RULES_PUBLISHED = "rules.published"
    SWITCH_TURNED = "switch.turned"
    STAFF_ACTED = "staff.acted"
    PERSONAL_DATA_READ = "personal_data.read"
    BRIDGED_UNCONFIRMED = "alarm.bridged_unconfirmed"
    LEASE_TAKEN = "lease.taken"
    NOTICE_QUEUED = "notice.queued"
    NOTICE_DEAD = "notice.dead"
    PAGE_ACTED = "page.acted"
    MODEL_CHANGED = "model.changed"
    WEBHOOK_SET = "webhook.set"
    WEBHOOK_DISABLED = "alarm.webhook_disabled"
    PIN_LOCKED = "alarm.pin_locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRow:
    """One fact. `position` and `hash` are given when it is sealed, never at insert."""

    id: str
    at: datetime
    fact: Fact
    request: str | None = None
    attempt: str | None = None
    leg: str | None = None
    agent: str | None = None
    queue: str | None = None
    rules_version: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    position: int | None = None
    hash: str | None = None


def chained(previous: str, row: JournalRow) -> str:
    """SHA-256 (hex) over the previous hash and the row's content in canonical JSON, without position and hash."""
    content = [
        row.id,
        row.at.isoformat(),
        row.fact,
        row.request,
        row.attempt,
        row.leg,
        row.agent,
        row.queue,
        row.rules_version,
        dict(row.data),
    ]
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()
