"""Finding requests by anything the bank may ask for, and the people they belong to: what is held, and forgetting it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from vqueue.domain.ids import RequestId
from vqueue.domain.request import Request
from vqueue.ports.apps import Device, Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests are looked for; empty and None mean any."""

    queue: str | None = None
    states: tuple[str, ...] = ()
    mode: str | None = None
    channel: str | None = None
    customer: str | None = None
    agent: str | None = None
    """Who was asked to serve it at least once."""
    phone_index: str | None = None
    phone_ends: str | None = None
    """The last digits of the number, as many of them as a masked number shows."""
    code: str | None = None
    """What people read to each other: the last random characters of the id."""
    since: datetime | None = None
    until: datetime | None = None
    """Made in [since, until)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person: by the keyed index of a number, or by a customer's id."""

    phone_index: str | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held of a person besides what hangs on the requests."""

    requests: tuple[Request, ...]
    devices: tuple[Device, ...] = ()
    verifications: tuple[Verification, ...] = ()
    notices: tuple[tuple[str, str, datetime, datetime | None], ...] = field(default=())
    """(kind, prompt, due, sent) of what he was or is to be told."""
    calls: tuple[tuple[str, datetime, datetime | None], ...] = field(default=())
    """(the provider's name, begun, ended) of the calls he made to the bank."""


class Subjects(Protocol):
    """Of one transaction, like the other stores."""

    def find(self, wanted: Wanted, *, before: tuple[datetime, str] | None, limit: int) -> list[Request]:
        """Newest first, from the one after (created_at, id) `before`: stable while others are made."""
        ...

    def held(self, subject: Subject) -> Held:
        """Everything of this person; requests oldest first."""
        ...

    def forget(self, subject: Subject, requests: Collection[RequestId]) -> None:
        """Empties every column of these requests, and of all that hangs on them or on the person, that says who he is
        or what he said. What happened and when stays."""
        ...
