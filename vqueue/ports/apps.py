"""What the customer's app brings with it: answers given before, codes, devices, proofs of a number, feedback."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from vqueue.domain.attempt import Attempt
from vqueue.domain.ids import RequestId
from vqueue.domain.phone import Sealed
from vqueue.domain.promise import Promise
from vqueue.domain.request import Request
from vqueue.ports.reports import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A stored answer to an idempotent request. `id` is a hash of principal, route and key."""

    id: str
    body_hash: str
    status: int
    answer: Mapping[str, Any]
    headers: Mapping[str, str]
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CallInCode:
    """The code by which a customer who rings the bank is recognised. Single use; `index` is its keyed index."""

    request: RequestId
    index: str
    code: Sealed
    expires_at: datetime
    tries: int = 0
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What the customer says afterwards: rating 1-5, NPS 0-10, whether it was solved."""

    request: RequestId
    at: datetime
    rating: int | None = None
    nps: int | None = None
    solved: bool | None = None
    comment: Sealed | None = None


class DeviceKind(StrEnum):
    """How a device is reached."""

    FCM = "fcm"
    WEB_PUSH = "web_push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a customer was last told about his turn, and on what grounds: a later answer is no worse without a word.

    `id` is the request. `why` says why the last change was for the worse, empty when it was not.
    """

    id: RequestId
    at: datetime
    position: int | None = None
    until: datetime | None = None
    """The later edge of the window."""
    queue: str = ""
    agents: int = 0
    rules_version: int = 1
    why: tuple[str, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where a customer's app can be told something. `address` is the token or the push subscription, sealed."""

    id: str
    customer: str
    kind: DeviceKind
    address: Sealed
    language: str
    put_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A guest proves a number by a code sent to it. `code` is the code's keyed index."""

    id: str
    phone: Sealed
    code: str
    made_at: datetime
    expires_at: datetime
    tries: int = 0
    verified_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """The page an SMS links to: one purpose, no number shown, worth nothing after `expires_at`. `id` is a hash."""

    id: str
    request: RequestId
    purpose: str
    expires_at: datetime


Mark = tuple[int | None, ...]
"""The versions of all rows that a customer is shown: where it is the same, so are they."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A customer's own request with what belongs to it, read at one moment."""

    request: Request
    promise: Promise | None
    attempts: tuple[Attempt, ...]
    told: Told | None

    @property
    def mark(self) -> Mark:
        promise = self.promise.version if self.promise is not None else None
        told = self.told.version if self.told is not None else None
        return self.request.version, promise, told, sum(one.version for one in self.attempts)


class Looks(Protocol):
    """Requests as their customers see them, many at once. What is not there is left out."""

    def known(self, requests: Collection[RequestId]) -> dict[RequestId, Known]: ...

    def marks(self, requests: Collection[RequestId]) -> dict[RequestId, Mark]: ...


class Answers(Protocol):
    """Answers to idempotent requests, kept at least a day."""

    def find(self, known: str) -> Answered | None: ...

    def keep(self, answered: Answered) -> None:
        """Raises StaleWrite when there is one already: the op runs again and finds it."""
        ...

    def purge(self, *, before: datetime, limit: int = 500) -> int: ...


class Codes(Protocol):
    def insert(self, code: CallInCode) -> None:
        """Replaces the request's former code. Raises StaleWrite when another request has the same live code."""
        ...

    def of_request(self, request: RequestId) -> CallInCode | None: ...

    def by_index(self, index: str) -> CallInCode | None:
        """The unused code of that index."""
        ...

    def use(self, code: CallInCode, *, at: datetime) -> bool:
        """Marks it used; False when somebody was quicker."""
        ...


class Tellings(Protocol):
    def find(self, request: RequestId) -> Told | None: ...

    def insert(self, told: Told) -> None:
        """Raises StaleWrite when something was told already."""
        ...

    def replace(self, told: Told) -> Told:
        """Raises StaleWrite."""
        ...


class Devices(Protocol):
    def get(self, device: str) -> Device: ...

    def put(self, device: Device) -> None:
        """Inserts, or replaces the one with this id of the same customer. Raises NotFound for another's."""
        ...

    def of_customer(self, customer: str) -> list[Device]: ...

    def remove(self, device: str) -> None: ...


class Verifications(Protocol):
    def get(self, verification: str) -> Verification: ...

    def insert(self, verification: Verification) -> None: ...

    def replace(self, verification: Verification) -> Verification:
        """Raises StaleWrite."""
        ...


class Feedbacks(Protocol):
    def put(self, feedback: Feedback) -> None:
        """One a request: the last one counts."""
        ...

    def of_request(self, request: RequestId) -> Feedback | None: ...

    def counts(self, span: Span) -> list[tuple[str, str, dict[str, int]]]:
        """(queue, channel, figures) of what was said in the span, of an agent by those he talked with: how many rated,
        the sum of their ratings, how many rated 4 or 5; how many answered the 0-10 question, promoters (9, 10),
        detractors (0-6); how many said whether it was solved, and that it was."""
        ...


class PageLinks(Protocol):
    def insert(self, link: PageLink) -> None: ...

    def find(self, known: str) -> PageLink | None: ...
