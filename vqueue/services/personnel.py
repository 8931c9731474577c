"""Admins look after staff: who may sign in, as what, and with which password. Whoever loses something is signed out."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from vqueue.domain.errors import Forbidden, Invalid
from vqueue.domain.journal import Fact
from vqueue.ports.clock import Chance
from vqueue.ports.database import Database, Work
from vqueue.ports.identity import Passwords
from vqueue.ports.people import Staff
from vqueue.services.clerk import Clerk
from vqueue.services.signing_in import Role

T = TypeVar("T")
NAME_MAX = 100
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}\Z")
_PASSWORD_LETTERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A password made for somebody: shown once, stored as a hash."""

    staff: Staff
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Personnel:
    """The staff's register, opened by one admin (`by`, a staff id) at one moment."""

    database: Database
    chance: Chance
    at: datetime
    by: str

    async def add(self, passwords: Passwords, *, login: str, name: str, role: Role) -> NewPassword:
        """Somebody new. Raises Invalid for a login that is taken or no login, and for an empty name."""
        told, called = login.strip().casefold(), " ".join(name.split())
        if not _LOGIN.match(told):
            raise Invalid(
                "A login has letters, digits, dots, hyphens, underscores, @ or plus.", errors=(("/login", "invalid"),)
            )
        if not 0 < len(called) <= NAME_MAX:
            raise Invalid("A person has a name.", errors=(("/name", "required"),))
        password, hashed = await self._new_password(passwords)
        member = Staff(id=self.chance.id("st"), login=told, name=called, role=role, password=hashed)

        def op(clerk: Clerk) -> None:
            if clerk.work.people.staff(told) is not None:
                raise Invalid("This login is taken.", errors=(("/login", "taken"),))
            clerk.work.people.add(member)
            clerk.note(Fact.STAFF_ACTED, act="added_staff", of=member.id, role=role, by=self.by)

        await self._act(op)
        return NewPassword(staff=member, password=password)

    async def give_role(self, staff: str, role: Role) -> Staff:
        """From now on this role. Raises NotFound, and Forbidden for oneself."""
        return await self._change(staff, "gave_role", lambda was: replace(was, role=role), role=role)

    async def disable(self, staff: str) -> Staff:
        """May not sign in any more. Raises NotFound, and Forbidden for oneself."""
        return await self._change(staff, "disabled_staff", lambda was: replace(was, disabled=True))

    async def enable(self, staff: str) -> Staff:
        """May sign in again. Raises NotFound."""
        return await self._change(staff, "enabled_staff", lambda was: replace(was, disabled=False))

    async def reset_password(self, passwords: Passwords, staff: str) -> NewPassword:
        """A new password, made here; the one before is worth nothing. Raises NotFound, and Forbidden for oneself."""
        password, hashed = await self._new_password(passwords)
        changed = await self._change(staff, "reset_password", lambda was: replace(was, password=hashed))
        return NewPassword(staff=changed, password=password)

    async def end_sessions(self, staff: str) -> Staff:
        """Every browser of this person is signed out. Raises NotFound."""
        return await self._change(staff, "ended_sessions", lambda was: was, oneself=True)

    async def _change(
        self, staff: str, act: str, how: Callable[[Staff], Staff], *, role: Role | None = None, oneself: bool = False
    ) -> Staff:
        if staff == self.by and not oneself:
            raise Forbidden("Another admin has to do this for you.")

        def op(clerk: Clerk) -> Staff:
            was = clerk.work.people.member(staff)
            now = how(was)
            clerk.work.people.change(was, now)
            clerk.work.sessions.close_all(staff)
            clerk.note(Fact.STAFF_ACTED, act=act, of=staff, role=role, by=self.by)
            return now

        return await self._act(op)

    async def _act(self, deed: Callable[[Clerk], T]) -> T:
        seed = self.chance.id("j")

        def op(work: Work) -> T:
            return deed(Clerk(work, at=self.at, seed=seed))

        return await self.database.transact(op)

    async def _new_password(self, passwords: Passwords) -> tuple[str, str]:
        """About 118 random bits, and their hash."""
        password = self.chance.token().replace("-", "x").replace("_", "y")[:_PASSWORD_LETTERS]
        return password, await asyncio.to_thread(passwords.hash, password)
