"""Open browsers of staff: begun with a new token each, looked after, listed, ended by their owner or an admin."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from vqueue.domain.errors import NotFound
from vqueue.domain.journal import Fact
from vqueue.ports.people import Staff, StaffSession
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

SESSION_S = 12 * 3600
"""A shift: how long a browser stays signed in, wall seconds."""
IDLE_S = 3600
"""A browser that has asked for nothing for so long is signed out, wall seconds. An open page that shows live figures
asks by itself: a board on the wall stays for the shift."""
TOUCH_S = 300
"""When a browser was last seen is written down no more often than this, wall seconds."""
BROWSER_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where somebody signs in: what the browser calls itself, and the token it had so far."""

    name: str = ""
    former: str = ""

    def __repr__(self) -> str:
        return f"Browser({self.name!r})"


def made(
    house: House, staff: str, *, browser: Browser, issuer: str | None = None, id_token: str = ""
) -> tuple[str, StaffSession]:
    """A token nobody had before, and the session it opens once that is begun."""
    token, csrf, now = house.chance.token(), house.chance.token(), house.clock.now()
    shown = "".join(sign if sign.isprintable() else " " for sign in browser.name)[:BROWSER_MAX]
    session = StaffSession(
        id=hashed(token),
        staff=staff,
        csrf=csrf,
        created_at=now,
        expires_at=now + timedelta(seconds=SESSION_S * house.clock.speed),
        browser=shown,
        issuer=issuer,
        id_token=house.vault.seal(id_token) if id_token else None,
    )
    return token, session


def begin(clerk: Clerk, session: StaffSession, *, former: str) -> None:
    """Opens the session; the one the same browser had is over, so that no token outlives a sign-in."""
    if former:
        clerk.work.sessions.close(hashed(former))
    clerk.work.sessions.open(session)
    clerk.note(Fact.STAFF_ACTED, act="signed_in", by=session.staff, issuer=session.issuer)


async def live(house: House, token: str) -> tuple[StaffSession, Staff] | None:
    """The session and its owner while both may go on."""
    if not token:
        return None
    name = hashed(token)
    found = await house.browsers.ask(name, partial(_together, house))
    if found is None or found[1].disabled or not is_live(house, found[0]):
        return None
    now = house.clock.now()
    if now - found[0].last_seen >= timedelta(seconds=TOUCH_S * house.clock.speed):
        await house.database.transact(lambda work: work.sessions.touch(name, at=now))
    return found


async def _together(house: House, sessions: Collection[str]) -> Mapping[str, tuple[StaffSession, Staff]]:
    return await house.database.read(lambda work: work.sessions.those(sessions))


def is_live(house: House, session: StaffSession) -> bool:
    now, idle = house.clock.now(), timedelta(seconds=IDLE_S * house.clock.speed)
    return now < session.expires_at and now < session.last_seen + idle


async def of_staff(house: House, staff: str) -> list[StaffSession]:
    """The browsers that are signed in, newest first."""
    found = await house.database.read(lambda work: work.sessions.of_staff(staff))
    return [session for session in found if is_live(house, session)]


async def end(house: House, session: str, *, staff: str, by: str) -> None:
    """That browser of that person is signed out. Raises NotFound for another's."""

    def close(clerk: Clerk) -> None:
        found = clerk.work.sessions.find(session)
        if found is None or found[0].staff != staff:
            raise NotFound
        clerk.work.sessions.close(session)
        clerk.note(Fact.STAFF_ACTED, act="ended_session", of=staff, by=by)

    await house.act(close)


async def end_all(house: House, staff: str, *, by: str, but: str | None = None) -> None:
    """Every browser of that person is signed out, or every one but one."""

    def close(clerk: Clerk) -> None:
        ended = clerk.work.sessions.close_all(staff, but=but)
        clerk.note(Fact.STAFF_ACTED, act="ended_sessions", of=staff, by=by, count=ended)

    await house.act(close)


def hashed(token: str) -> str:
    """What is stored instead of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
