"""What reports, ledgers and alarms read: counts made by the database, pages of promises and of the journal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request

QUARTER_S = 900
"""Counts are made by quarters of an hour since 1970: every time zone's hour is made of whole ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `start` up to, not including, `end`; only of these queues, and of one channel or agent where they are named.

    Of an agent: requests he was asked to serve, and his own attempts, talks and times."""

    start: datetime
    end: datetime
    queues: tuple[str, ...]
    channel: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one queue, channel and quarter, by the figure's name. Times among them are microseconds (`…_us`)."""

    queue: str
    channel: str
    quarter: int
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Spread:
    """How often a duration of so many whole seconds came."""

    queue: str
    channel: str
    quarter: int
    seconds: int
    count: int


@dataclass(frozen=True, slots=True)
class Tries:
    """Attempts of one queue that were made in one way and ended alike."""

    queue: str
    shape: str
    outcome: str
    attempts: int
    joined: int
    talk_us: int


@dataclass(frozen=True, slots=True)
class AgentTally:
    """Counts of one agent: talks, misses, or time spent in a presence (and for what reason)."""

    agent: str
    figures: Mapping[str, int]
    presence: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRules:
    """How a version of the rules came into force. `former`: the version it brought back."""

    version: int
    at: datetime | None
    by: str | None
    reason: str | None = None
    former: int | None = None


class Fate(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


def fate(promise: Promise) -> Fate:
    if promise.settled_at is None:
        return Fate.OPEN
    if promise.kept is None:
        return Fate.WITHDRAWN
    return Fate.KEPT if promise.kept else Fate.BROKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseFilter:
    """Which promises are wanted, by when they were made. `after`: the last one seen, (made_at, id)."""

    queue: str | None = None
    channel: str | None = None
    agent: str | None = None
    """Who was asked to serve the request at least once."""
    fate: Fate | None = None
    start: datetime | None = None
    end: datetime | None = None
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What alarms are made from, beside the board and the agents."""

    tries: Mapping[str, tuple[int, int]]
    """By queue: (attempts that rang a customer and ended lately, those a machine answered)."""
    left: Sequence[tuple[str, datetime]]
    """(agent, when he went away or offline) lately."""
    due: Sequence[Request]
    """Callbacks promised to be rung soon and not rung yet, first end first."""
    webhooks: Sequence[tuple[str, int, datetime | None, str | None]]
    """(id, failures since the last success, disabled at, why) of subscriptions that fail."""
    outbox: tuple[int, datetime | None]
    """(notices overdue, when the oldest was due)."""
    unsealed: tuple[int, datetime | None]
    """(journal rows without a position, at most a thousand; the oldest)."""
    leader: str | None
    """Who holds the lease of dispatching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """How a request went through its queue. `left`: when it first came to a talk, or ended without one; None while it
    is in line."""

    queue: str
    came: datetime
    since: datetime
    """From when its wait counts: its virtual start, or the booked time."""
    left: datetime | None
    talked: bool
    abandoned: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A promise that was kept or broken, and when that was known."""

    queue: str
    at: datetime
    kept: bool


class Reports(Protocol):
    """Counts of one span. Durations are exact: both databases count microseconds as whole numbers.

    Raises Unavailable when a statement takes too long, Invalid when it finds too many rows.
    """

    def lines(self, span: Span, *, within_s: int, short_s: int) -> list[Tally]:
        """Requests by arrival, talks and wrap-ups by their end."""
        ...

    def second_holds(self, span: Span) -> list[Spread]:
        """Key 1 → joined, of talks that ended."""
        ...

    def promises(self, span: Span) -> list[Tally]:
        """Promises by when they were made."""
        ...

    def promise_widths(self, span: Span) -> list[Spread]: ...

    def attempts(self, span: Span) -> list[Tries]:
        """Attempts that ended."""
        ...

    def agents(self, span: Span, *, now: datetime) -> list[AgentTally]:
        """Talks of the span's queues; time spent, cut to the span, whatever the queue."""
        ...

    def versions(self, queue: str, *, limit: int) -> list[PublishedRules]:
        """Newest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Which rows of the journal are looked for; empty and None mean any."""

    facts: tuple[Fact, ...] = ()
    acts: tuple[str, ...] = ()
    """Of what staff did: beside `facts` only these."""
    without: tuple[Fact, ...] = ()
    moves: tuple[str, ...] = ()
    became: tuple[str, ...] = ()
    """Of moves only these, and those into one of these states; rows of other facts have neither."""
    queue: str | None = None
    request: str | None = None
    """An id, or (where it has no underscore) the five letters by which people name it."""
    person: str | None = None
    """A member of staff or an agent: who did it, or whom it was done to."""
    since: datetime | None = None
    until: datetime | None = None
    """In [since, until)."""


class Ledgers(Protocol):
    """Pages of what is kept for ever, and the signs of trouble."""

    def promises(self, wanted: PromiseFilter, *, limit: int) -> list[Promise]:
        """Newest first."""
        ...

    def made(self, requests: Sequence[str]) -> list[JournalRow]:
        """What the journal said when these requests were promised something."""
        ...

    def journal(
        self,
        *,
        after: int,
        limit: int,
        facts: Sequence[Fact] = (),
        request: str | None = None,
        queue: str | None = None,
    ) -> list[JournalRow]:
        """Sealed rows by position."""
        ...

    def noted(
        self, wanted: JournalFilter, *, before: tuple[datetime, str] | None = None, limit: int
    ) -> list[JournalRow]:
        """Newest first, sealed or not, from the one after (at, id) `before`: stable while more is noted."""
        ...

    def signs(self, *, since: datetime, until: datetime, shard: str, overdue: datetime) -> Signs:
        """`since`: how far back "lately" reaches; `until`: how far ahead "soon" does."""
        ...

    def passages(self, *, since: datetime) -> list[Passage]:
        """Of requests that are open, or ended since then."""
        ...

    def outcomes(self, *, since: datetime) -> list[Outcome]:
        """Of promises kept or broken since then."""
        ...
