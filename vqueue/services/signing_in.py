"""Staff sign in and out: sessions are random tokens stored hashed, tries are limited per login and per address."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from vqueue.domain.errors import Invalid, RateLimited, StaleWrite, Unauthenticated
from vqueue.domain.journal import Fact
from vqueue.ports.database import Work
from vqueue.ports.identity import Passwords
from vqueue.ports.people import Staff, StaffSession
from vqueue.services import sessions
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.sessions import Browser

WINDOW_S = 300
"""Failed tries are counted in windows of this length, wall seconds."""
TRIES_PER_LOGIN_AND_ADDRESS = 5
TRIES_PER_LOGIN = 30
TRIES_PER_ADDRESS = 30
PASSWORD_MIN, PASSWORD_MAX = 12, 1024
_WRONG = "The login or the password is wrong."


class Role(StrEnum):
    """What a person who signs in may do: agents take calls, viewers read, supervisors change queues and requests,
    admins staff and keys too."""

    AGENT = "agent"
    VIEWER = "viewer"
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
    has_password: bool = True

    @property
    def may_act(self) -> bool:
        """Whether queues, agents and requests may be changed."""
        return self.role in (Role.SUPERVISOR, Role.ADMIN)


async def sign_in(
    house: House, passwords: Passwords, *, login: str, password: str, address: str, browser: Browser | None = None
) -> SignedIn:
    """A session for the right password; the one this browser had ends. Raises Unauthenticated (one text for whatever
    was wrong), RateLimited."""
    name = login.strip().casefold()
    keys = _keys(house, name, address)
    await _take_a_try(house, keys)
    staff = await house.database.read(lambda work: work.people.staff(name))
    usable = staff.password if staff is not None and not staff.disabled else None
    if not await _right(passwords, usable, password) or staff is None:
        raise Unauthenticated(_WRONG)
    where = browser or Browser()
    token, session = sessions.made(house, staff.id, browser=where)

    def open_session(clerk: Clerk) -> None:
        _give_back(clerk.work, keys)
        if clerk.work.people.member(staff.id) != staff:
            raise Unauthenticated(_WRONG)
        sessions.begin(clerk, session, former=where.former)

    await house.act(open_session)
    return SignedIn(token=token, session=session, staff=staff)


async def look_up(house: House, token: str) -> Visitor | None:
    """Whose token it is; None when it is unknown, signed out, over, idle, or its owner was disabled."""
    found = await sessions.live(house, token)
    if found is None:
        return None
    session, staff = found
    return Visitor(
        id=staff.id,
        login=staff.login,
        name=staff.name,
        role=Role(staff.role),
        csrf=session.csrf,
        session=session.id,
        has_password=bool(staff.password),
    )


async def sign_out(house: House, visitor: Visitor) -> None:
    """The token is worth nothing from now on."""

    def close_session(clerk: Clerk) -> None:
        clerk.work.sessions.close(visitor.session)
        clerk.note(Fact.STAFF_ACTED, act="signed_out", by=visitor.id)

    await house.act(close_session)


async def change_password(
    house: House, passwords: Passwords, visitor: Visitor, *, current: str, new: str, address: str
) -> None:
    """The new password counts, and every other browser of this person is signed out. Raises Invalid for a new one
    that is too short or too long, Unauthenticated when the current one is wrong, RateLimited."""
    if not PASSWORD_MIN <= len(new) <= PASSWORD_MAX:
        raise Invalid("A password has at least 12 characters.", errors=(("/new", "length"),))
    keys = _keys(house, visitor.login, address)
    await _take_a_try(house, keys)
    staff = await house.database.read(lambda work: work.people.member(visitor.id))
    if not await _right(passwords, staff.password, current):
        raise Unauthenticated("The password is wrong.")
    hashed = await asyncio.to_thread(passwords.hash, new)

    def change(clerk: Clerk) -> None:
        _give_back(clerk.work, keys)
        _put_password(clerk.work, staff, hashed)
        clerk.work.sessions.close_all(staff.id, but=visitor.session)
        clerk.note(Fact.STAFF_ACTED, act="changed_password", of=staff.id, by=staff.id)

    await house.act(change)


def _put_password(work: Work, staff: Staff, hashed: str) -> None:
    now = work.people.member(staff.id)
    if now.password != staff.password:
        raise StaleWrite
    work.people.change(now, replace(now, password=hashed))


async def _right(passwords: Passwords, stored: str | None, password: str) -> bool:
    return len(password) <= PASSWORD_MAX and await asyncio.to_thread(passwords.verify, stored, password)


def _keys(house: House, login: str, address: str) -> dict[str, int]:
    """The counters a try is taken from, with their ceilings. Logins are hashed: somebody may type a password there."""
    window = int(house.clock.now().timestamp() / house.clock.speed // WINDOW_S)
    who = sessions.hashed(login)[:24]
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


def _give_back(work: Work, keys: dict[str, int]) -> None:
    for key in keys:
        work.counters.give(key)
