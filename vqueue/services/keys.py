"""Keys of the bank's systems: made once, shown once, stored as a hash, looked up at each call so that a revoked one
is worth nothing at once."""

import hashlib
import re
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from vqueue.domain.errors import Invalid, RateLimited, Unauthenticated
from vqueue.domain.journal import Fact
from vqueue.ports.bank import ApiKey
from vqueue.ports.clock import Chance
from vqueue.ports.database import Database, Work
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

PREFIX = "vq_"
"""By which a leaked key is recognised."""
WINDOW_S = 300
"""Failed tries are counted in windows of this length, wall seconds."""
TRIES_PER_ADDRESS = 30
NAME_MAX = 100
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_PUBLIC, _SECRET, _CHECK = 10, 52, 7
_TOKEN = re.compile(rf"{PREFIX}[{_LETTERS}]{{{_PUBLIC}}}_[{_LETTERS}]{{{_SECRET + _CHECK}}}\Z")


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
class MadeKey:
    """A new key. `token` is what the system sends; it is shown once and stored nowhere."""

    key: ApiKey
    token: str

    def __repr__(self) -> str:
        return f"MadeKey({self.key.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """The system that asks."""

    id: str
    name: str
    scopes: frozenset[Scope]


async def make_key(
    database: Database,
    chance: Chance,
    *,
    name: str,
    scopes: Collection[Scope],
    by: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> MadeKey:
    """A key with these scopes. Raises Invalid for an empty name or no scope."""
    named = " ".join(name.split())
    if not 0 < len(named) <= NAME_MAX:
        raise Invalid("A key has a name.", errors=(("/name", "required"),))
    if not scopes:
        raise Invalid("A key has at least one scope.", errors=(("/scopes", "required"),))
    key_id, seed = chance.id("key"), chance.id("j")
    token = _token(key_id, chance)
    key = ApiKey(
        id=key_id,
        name=named,
        secret=hashed(token),
        hint=token[: len(PREFIX) + _PUBLIC],
        scopes=tuple(sorted(scopes)),
        made_at=at,
        made_by=by,
        expires_at=expires_at,
    )

    def op(work: Work) -> None:
        work.keys.insert(key)
        Clerk(work, at=at, seed=seed).note(Fact.STAFF_ACTED, act="made_key", of=key.id, scopes=[*key.scopes], by=by)

    await database.transact(op)
    return MadeKey(key=key, token=token)


async def revoke(database: Database, chance: Chance, key: str, *, by: str, at: datetime) -> None:
    """The key is worth nothing from now on, everywhere. Raises NotFound."""
    seed = chance.id("j")

    def op(work: Work) -> None:
        work.keys.revoke(key, at=at)
        Clerk(work, at=at, seed=seed).note(Fact.STAFF_ACTED, act="revoked_key", of=key, by=by)

    await database.transact(op)


async def look_up(house: House, token: str, *, address: str) -> KeyHolder:
    """Whose key it is, as the database says now. Raises Unauthenticated (one text for whatever was wrong), and
    RateLimited after too many wrong ones from an address; a right one is never held up."""
    tries = _tries(house, address)
    secret = hashed(token) if well_formed(token) else ""

    def read(work: Work) -> tuple[ApiKey | None, int]:
        return (work.keys.by_secret(secret) if secret else None), work.counters.value(tries)

    key, failed = await house.database.read(read)
    if key is not None and usable(key, house.clock.now()):
        return KeyHolder(id=key.id, name=key.name, scopes=frozenset(map(Scope, key.scopes)))
    if failed >= TRIES_PER_ADDRESS:
        raise RateLimited(retry_after_s=WINDOW_S)
    await _count(house, tries)
    raise Unauthenticated("This key is not known, or its time is over.")


def usable(key: ApiKey, now: datetime) -> bool:
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def well_formed(token: str) -> bool:
    """Whether it is written like a key and its check letters fit: what a scanner for leaked secrets can tell."""
    return bool(_TOKEN.match(token)) and token[-_CHECK:] == _check(token[:-_CHECK])


def _token(key_id: str, chance: Chance) -> str:
    """`vq_`, ten letters of the id, 256 random bits, and a check sum over all of it."""
    random = int.from_bytes(urlsafe_b64decode(chance.token() + "="), "big")
    text = f"{PREFIX}{key_id[-_PUBLIC:]}_{_written(random, _SECRET)}"
    return text + _check(text)


def _check(text: str) -> str:
    return _written(zlib.crc32(text.encode()), _CHECK)


def _written(number: int, letters: int) -> str:
    """In Crockford's base 32, with leading zeros."""
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(letters)))


def hashed(token: str) -> str:
    """What is stored instead of the key: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _tries(house: House, address: str) -> str:
    return f"keys:{address}:{int(house.clock.now().timestamp() / house.clock.speed // WINDOW_S)}"


async def _count(house: House, tries: str) -> None:
    at = house.clock.now()
    over = at + timedelta(seconds=2 * WINDOW_S * house.clock.speed)
    await house.database.transact(
        lambda work: work.counters.take(tries, limit=TRIES_PER_ADDRESS, at=at, expires_at=over)
    )
