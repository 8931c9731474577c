"""Keys of the bank's systems: random secrets stored hashed, each with the scopes it was given."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from vqueue.domain.errors import Unauthenticated
from vqueue.services.house import House

PREFIX = "vq_"
"""By which a leaked key is recognised."""


class Scope(StrEnum):
    """What a key may do."""

    AGENTS_WRITE = "agents:write"
    RULES_WRITE = "rules:write"
    RULES_PUBLISH = "rules:publish"
    REQUESTS_READ = "requests:read"
    REQUESTS_READ_PII = "requests:read_pii"
    REQUESTS_WRITE = "requests:write"
    REPORTS_READ = "reports:read"
    JOURNAL_READ = "journal:read"
    WEBHOOKS_WRITE = "webhooks:write"
    CALLS_REPORT = "calls:report"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """The system whose key was good."""

    id: str
    name: str
    scopes: frozenset[Scope]


async def look_up(house: House, token: str, *, address: str) -> KeyHolder:
    """Whose key it is. Raises Unauthenticated for an unknown, revoked or expired one, RateLimited after many of them
    from one address."""
    if not token.startswith(PREFIX):
        raise Unauthenticated
    found = await house.database.read(lambda work: work.keys.by_secret(hashed(token)))
    now = house.clock.now()
    if found is None or found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= now):
        raise Unauthenticated
    return KeyHolder(id=found.id, name=found.name, scopes=frozenset(Scope(scope) for scope in found.scopes))


def hashed(token: str) -> str:
    """What is stored instead of the key: it is random and long, so one round is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
