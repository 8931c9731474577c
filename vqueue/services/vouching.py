"""Staff whom the bank's own issuer has seen: sent there with an errand, admitted with the role it gives them."""

import hashlib
import hmac
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from vqueue.domain.errors import Forbidden, Unauthenticated, Unavailable
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Sealed
from vqueue.ports.identity import Errand, StaffClaims, StaffIssuer
from vqueue.ports.people import Staff
from vqueue.services import sessions, signing_in
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.sessions import Browser
from vqueue.services.signing_in import SignedIn, Visitor

ERRAND_S = 600
"""How long somebody may take at the issuer, wall seconds."""
NAME_MAX = 100
_OUT = "out"
"""Says of a note that it is a sign-out's."""
_STRANGE = re.compile(r"[^a-z0-9._@+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Where the browser goes, and the sealed note it keeps meanwhile."""

    address: str
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    signed_in: SignedIn
    onward: str
    """The page that was asked for before."""


async def leave(house: House, issuer: StaffIssuer, *, onward: str) -> Leaving:
    """A new errand. Raises Unavailable when the issuer cannot be reached."""
    chance = house.chance
    errand = Errand(state=chance.token(), nonce=chance.token(), verifier=chance.token())
    address = await issuer.send_to(errand)
    until = (house.clock.calendar() + timedelta(seconds=ERRAND_S)).timestamp()
    note = [errand.state, errand.nonce, errand.verifier, onward, until]
    return Leaving(address=address, note=house.vault.seal(json.dumps(note)).cipher)


async def arrive(
    house: House, issuer: StaffIssuer, *, note: str, state: str, code: str, said_by: str | None, browser: Browser
) -> Arrived:
    """A session for whom the issuer vouches. Raises Unauthenticated when note, state or code do not fit each other,
    Forbidden when the issuer gives no role or the person was disabled here, Unavailable."""
    errand, onward = _read(house, note)
    if not hmac.compare_digest(state.encode(errors="replace"), errand.state.encode()) or not code:
        raise Unauthenticated("This sign-in was not begun here.")
    await _once(house, errand)
    claims = await issuer.fetch(errand, code=code, issuer=said_by)
    if not claims.roles:
        raise Forbidden("The issuer gives this person no role here.")
    return Arrived(signed_in=await _admit(house, claims, browser), onward=onward)


async def leave_for_good(house: House, issuer: StaffIssuer | None, visitor: Visitor) -> Leaving | None:
    """Signs out here, whatever the issuer does; then where the browser goes to be signed out there too, where the
    issuer vouched for this sign-in and takes that word."""
    found = await house.database.read(lambda work: work.sessions.find(visitor.session))
    await signing_in.sign_out(house, visitor)
    sealed = found[0].id_token if found is not None else None
    if issuer is None or sealed is None:
        return None
    state, until = house.chance.token(), (house.clock.calendar() + timedelta(seconds=ERRAND_S)).timestamp()
    with suppress(Unavailable):
        address = await issuer.send_out(id_token=house.vault.open(sealed), state=state)
        if address is not None:
            return Leaving(address=address, note=house.vault.seal(json.dumps([_OUT, state, until])).cipher)
    return None


def is_out(house: House, *, note: str, state: str) -> bool:
    """Whether the browser is back from the sign-out it was sent to."""
    try:
        kind, known, until = json.loads(house.vault.open(Sealed(note)))
    except ValueError:
        return False
    fits = hmac.compare_digest(state.encode(errors="replace"), str(known).encode())
    return bool(kind == _OUT and fits and house.clock.calendar().timestamp() < until)


def _read(house: House, note: str) -> tuple[Errand, str]:
    try:
        state, nonce, verifier, onward, until = json.loads(house.vault.open(Sealed(note)))
    except ValueError:
        raise Unauthenticated("This sign-in was not begun here.") from None
    if house.clock.calendar().timestamp() >= until:
        raise Unauthenticated("This sign-in took too long.")
    return Errand(state=state, nonce=nonce, verifier=verifier), onward


async def _once(house: House, errand: Errand) -> None:
    """An errand is run once: a note and an answer that were copied are worth nothing."""
    key, at = f"errand:{sessions.hashed(errand.state)[:32]}", house.clock.now()
    over = at + timedelta(seconds=2 * ERRAND_S * house.clock.speed)
    if not await house.database.transact(lambda work: work.counters.take(key, limit=1, at=at, expires_at=over)):
        raise Unauthenticated("This sign-in was used already.")


async def _admit(house: House, claims: StaffClaims, browser: Browser) -> SignedIn:
    new = Staff(id=house.chance.id("st"), login=_login(claims), name=_name(claims), role=claims.roles[0], password="")
    token, session = sessions.made(house, new.id, browser=browser, issuer=claims.issuer, id_token=claims.id_token)

    def op(clerk: Clerk) -> Staff:
        staff = _known(clerk, claims, new)
        if staff.disabled:
            raise Forbidden("This person was disabled here.")
        sessions.begin(clerk, replace(session, staff=staff.id), former=browser.former)
        return staff

    staff = await house.act(op)
    return SignedIn(token=token, session=replace(session, staff=staff.id), staff=staff)


def _known(clerk: Clerk, claims: StaffClaims, new: Staff) -> Staff:
    """Who it is here: the one the issuer's subject was bound to, with the name and role it gives now; or somebody new.
    A login is never taken for proof: whoever has the same one here is somebody else."""
    people = clerk.work.people
    found = people.known_as(claims.issuer, claims.subject)
    if found is None:
        mark = hashlib.sha256(f"{claims.issuer}\n{claims.subject}".encode()).hexdigest()[:6]
        member = new if people.staff(new.login) is None else replace(new, login=f"{new.login}+{mark}")
        people.add(member)
        people.bind(claims.issuer, claims.subject, member.id, at=clerk.at)
        clerk.note(Fact.STAFF_ACTED, act="added_staff", of=member.id, role=member.role, by=claims.issuer)
        return member
    now = replace(found, name=new.name, role=new.role)
    if now != found:
        people.change(found, now)
        if now.role != found.role:
            clerk.work.sessions.close_all(found.id)
            clerk.note(Fact.STAFF_ACTED, act="gave_role", of=found.id, role=now.role, by=claims.issuer)
    return now


def _login(claims: StaffClaims) -> str:
    plain = _STRANGE.sub("-", claims.login.strip().casefold()).strip("-")[:90]
    return plain or hashlib.sha256(claims.subject.encode()).hexdigest()[:12]


def _name(claims: StaffClaims) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in claims.name).split())[:NAME_MAX] or _login(claims)
