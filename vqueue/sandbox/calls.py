"""Holds one leg of a call: who, where, in what state, what was heard and pressed on it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from vqueue.sandbox.line import Line
from vqueue.sandbox.source import Source

if TYPE_CHECKING:
    from vqueue.sandbox.bridge import Bridge
    from vqueue.sandbox.party import Party


class Status(StrEnum):
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


FINAL = frozenset({Status.COMPLETED, Status.BUSY, Status.NO_ANSWER, Status.FAILED, Status.CANCELED})


class Direction(StrEnum):
    INBOUND = "inbound"
    API = "outbound-api"
    DIAL = "outbound-dial"


@dataclass(frozen=True, slots=True)
class StatusHook:
    """Where news of a leg goes, and which."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Detection:
    """Answering machine detection: `message_end` waits for the tone; `callback` gets the verdict while TwiML runs."""

    message_end: bool = False
    callback: str | None = None
    callback_method: str = "POST"
    asynchronous: bool = False


@dataclass(slots=True)
class Utterance:
    """A line of the transcript: something said to this leg, or keys pressed on it."""

    at: datetime
    said: str | None = None
    language: str | None = None
    pressed: str | None = None
    by: str = "bank"

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(timespec="milliseconds"),
            "said": self.said,
            "language": self.language,
            "pressed": self.pressed,
            "by": self.by,
        }


@dataclass(eq=False, slots=True)
class Call:
    """One leg. `telephone` is the far end's true number, also when `from_` withholds it."""

    sid: str
    account_sid: str
    direction: Direction
    from_: str
    to: str
    telephone: str
    created_at: datetime
    source: Source
    parent: "Call | None" = None
    fallback: Source | None = None
    hook: StatusHook | None = None
    detection: Detection | None = None
    send_digits: str = ""
    ring_s: float = 60.0
    limit_s: float = 14_400.0
    status: Status = Status.QUEUED
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    updated_at: datetime | None = None
    answered_by: str | None = None
    cause: str | None = None
    ended_by: str | None = None
    queue_time_s: int = 0
    transcript: list[Utterance] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    sequence: int = 0
    party: "Party | None" = None
    bridge: "Bridge | None" = None
    record: bool = False
    recording_hook: StatusHook | None = None
    join: Any = None

    @property
    def parent_sid(self) -> str | None:
        return self.parent.sid if self.parent else None

    @property
    def is_over(self) -> bool:
        return self.status in FINAL

    def duration_s(self) -> int:
        """Whole seconds between answer and end; 0 when never answered."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(0, round((self.ended_at - self.answered_at).total_seconds()))

    def fields(self) -> list[tuple[str, str]]:
        """The standard fields of every webhook about this leg."""
        told = [
            ("CallSid", self.sid),
            ("AccountSid", self.account_sid),
            ("From", self.from_),
            ("To", self.to),
            ("Caller", self.from_),
            ("Called", self.to),
            ("CallStatus", self.status.value),
            ("ApiVersion", "2010-04-01"),
            ("Direction", self.direction.value),
        ]
        if self.parent is not None:
            told.append(("ParentCallSid", self.parent.sid))
        if self.answered_by is not None:
            told.append(("AnsweredBy", self.answered_by))
        return told
