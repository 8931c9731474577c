"""Staff sign in and out: sessions are random tokens stored hashed, tries are limited per login and per address."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from vqueue.domain.errors import RateLimited, Unauthenticated
from vqueue.domain.journal import Fact
from vqueue.ports.database import Work
from vqueue.ports.identity import Passwords
from vqueue.ports.people import Staff, StaffSession
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

SESSION_S = 12 * 3600
"""A shift: how long a browser stays signed in, wall seconds."""
WINDOW_S = 300
"""Failed tries are counted in windows of this length, wall seconds."""
TRIES_PER_LOGIN_AND_ADDRESS = 5
TRIES_PER_LOGIN = 30
TRIES_PER_ADDRESS = 30
PASSWORD_MAX = 1024


class Role(StrEnum):
    """What a person who signs in may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session. `token` goes into the cookie and is stored nowhere."""

    token: str
    session: StaffSession
    staff: Staff

    def __repr__(self) -> str:
        return f"SignedIn({self.staff.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whose browser it is, and the word its forms must carry."""

    id: str
    login: str
    name: str
    role: Role
    csrf: str
    session: str


async def sign_in(house: House, passwords: Passwords, *, login: str, password: str, address: str) -> SignedIn:
    """A session for the right password. Raises Unauthenticated (one text for whatever was wrong), RateLimited."""
    name = login.strip().casefold()
    keys = _keys(house, name, address)
    await _take_a_try(house, keys)
    staff = await house.database.read(lambda work: work.people.staff(name))
    usable = staff.password if staff is not None and not staff.disabled else None
    right = len(password) <= PASSWORD_MAX and await asyncio.to_thread(passwords.verify, usable, password)
    if staff is None or not right:
        raise Unauthenticated("The login or the password is wrong.")
    token, csrf = house.chance.token(), house.chance.token()
    now = house.clock.now()
    session = StaffSession(
        id=_hashed(token),
        staff=staff.id,
        csrf=csrf,
        created_at=now,
        expires_at=now + timedelta(seconds=SESSION_S * house.clock.speed),
    )

    def open_session(clerk: Clerk) -> None:
        for key in keys:
            clerk.work.counters.give(key)
        clerk.work.sessions.open(session)
        clerk.note(Fact.STAFF_ACTED, act="signed_in", by=staff.id)

    await house.act(open_session)
    return SignedIn(token=token, session=session, staff=staff)


async def look_up(house: House, token: str) -> Visitor | None:
    """Whose token it is; None when it is unknown, signed out, over, or its owner was disabled."""
    if not token:
        return None
    found = await house.database.read(lambda work: work.sessions.find(_hashed(token)))
    if found is None:
        return None
    session, staff = found
    if staff.disabled or session.expires_at <= house.clock.now():
        return None
    return Visitor(
        id=staff.id, login=staff.login, name=staff.name, role=Role(staff.role), csrf=session.csrf, session=session.id
    )


async def sign_out(house: House, visitor: Visitor) -> None:
    """The token is worth nothing from now on."""

    def close_session(clerk: Clerk) -> None:
        clerk.work.sessions.close(visitor.session)
        clerk.note(Fact.STAFF_ACTED, act="signed_out", by=visitor.id)

    await house.act(close_session)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _keys(house: House, login: str, address: str) -> dict[str, int]:
    """The counters a try is taken from, with their ceilings. Logins are hashed: somebody may type a password there."""
    window = int(house.clock.now().timestamp() / house.clock.speed // WINDOW_S)
    who = _hashed(login)[:24]
    return {
        f"sign_in:{who}:{address}:{window}": TRIES_PER_LOGIN_AND_ADDRESS,
        f"sign_in:{who}:{window}": TRIES_PER_LOGIN,
        f"sign_in::{address}:{window}": TRIES_PER_ADDRESS,
    }


async def _take_a_try(house: House, keys: dict[str, int]) -> None:
    """Counted before the password is checked, so that many tries at once cannot slip past; given back on success."""
    at = house.clock.now()
    over = at + timedelta(seconds=2 * WINDOW_S * house.clock.speed)

    def take(work: Work) -> None:
        for key, limit in keys.items():
            if not work.counters.take(key, limit=limit, at=at, expires_at=over):
                raise RateLimited(retry_after_s=WINDOW_S)

    await house.database.transact(take)
