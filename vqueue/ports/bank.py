"""What the bank's systems bring with them: keys with scopes, webhook subscriptions, drafts of rules, dispositions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from vqueue.domain.ids import AgentId, AttemptId, RequestId
from vqueue.domain.phone import Sealed
from vqueue.domain.request import Request
from vqueue.domain.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of one of the bank's systems. `secret` is a hash of it, `hint` its first characters."""

    id: str
    name: str
    secret: str
    hint: str
    scopes: tuple[str, ...]
    made_at: datetime
    made_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A subscription by Standard Webhooks. `secret` signs; `former` signs too until `former_until` (rotation)."""

    id: str
    url: str
    events: tuple[str, ...]
    """Event types; empty means all."""
    queues: tuple[str, ...]
    """Only of these queues; empty means all."""
    secret: Sealed
    made_at: datetime
    made_by: str
    former: Sealed | None = None
    former_until: datetime | None = None
    disabled_at: datetime | None = None
    reason: str | None = None
    failures: int = 0
    """Failed tries since the last one that was taken."""
    failing_since: datetime | None = None
    retry_at: datetime | None = None
    """After several failures nothing is sent before then."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesDraft:
    """The rules a supervisor is writing: what would become version `based_on` + 1. One a queue."""

    id: str
    """The queue."""
    document: Mapping[str, Any]
    based_on: int
    saved_at: datetime
    saved_by: str
    asked_by: str | None = None
    """Who asked to publish, where a second person has to agree."""
    reason: str | None = None
    """Why it is to be published, where that was asked or decided."""
    publish_at: datetime | None = None
    """When it comes into force by itself, once somebody who may has agreed."""
    agreed_by: str | None = None
    """Who decided that it comes into force at `publish_at`."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """What the agent says became of a talk."""

    attempt: AttemptId
    request: RequestId
    code: str
    at: datetime
    by: str
    note: Sealed | None = None
    line_dropped: bool = False


class ApiKeys(Protocol):
    def insert(self, key: ApiKey) -> None: ...

    def by_secret(self, secret: str) -> ApiKey | None:
        """By the hash of the secret; revoked and expired ones too."""
        ...

    def all(self) -> list[ApiKey]: ...

    def revoke(self, key: str, *, at: datetime) -> None:
        """Raises NotFound."""
        ...


class Webhooks(Protocol):
    def get(self, webhook: str) -> Webhook: ...

    def all(self) -> list[Webhook]: ...

    def insert(self, webhook: Webhook) -> None: ...

    def replace(self, webhook: Webhook) -> Webhook:
        """Raises StaleWrite."""
        ...

    def remove(self, webhook: str) -> None: ...

    def failed(self, webhook: str, *, at: datetime, retry_at: datetime | None) -> None:
        """One more failure, whatever else changed meanwhile; the version stays."""
        ...

    def recovered(self, webhook: str) -> None:
        """It took something again."""
        ...


class Drafts(Protocol):
    def find(self, queue: str) -> RulesDraft | None: ...

    def insert(self, draft: RulesDraft) -> None:
        """Raises StaleWrite when the queue has one."""
        ...

    def replace(self, draft: RulesDraft) -> RulesDraft:
        """Raises StaleWrite."""
        ...

    def remove(self, draft: RulesDraft) -> None:
        """Raises StaleWrite when it changed meanwhile."""
        ...

    def due(self, now: datetime) -> list[RulesDraft]:
        """Those agreed on whose time has come."""
        ...

    def rules(self, draft: RulesDraft) -> Rules:
        """Its document, read. Raises Invalid for one that this program does not understand."""
        ...


class Dispositions(Protocol):
    def put(self, disposition: Disposition) -> None:
        """One an attempt: the last one counts."""
        ...

    def of_request(self, request: RequestId) -> list[Disposition]: ...

    def follow_ups(self, agent: AgentId, *, since: datetime, limit: int = 50) -> list[Request]:
        """Requests made since then that follow a talk this agent ended since then, or that are to be served by him;
        newest first."""
        ...
