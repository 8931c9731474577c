"""Proving who somebody is: what the services need from the world for it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from vqueue.domain.phone import Phone


class Passwords(Protocol):
    """Slow on purpose (tens of milliseconds of one core): call it in a thread, never inside a transaction."""

    def hash(self, password: str) -> str:
        """What may be stored instead of the password."""
        ...

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password belongs to the stored hash. Without one it takes as long as any other and is False."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer whose token was good. `id` is issuer and subject; a guest is one who proved a number by a code."""

    id: str
    phone: Phone | None
    """The number the token vouches for; None when it names none, or does not say that it is verified."""
    name: str | None
    locale: str | None
    segment: str | None
    expires_at: datetime
    """Wall time: when the token ends."""
    guest: bool = False

    def __repr__(self) -> str:
        return f"Customer({'guest' if self.guest else 'app'})"


class AppTokens(Protocol):
    """Reads the tokens of the customers' app and the ones given to guests; gives out the latter."""

    async def read(self, token: str) -> Customer:
        """Raises Unauthenticated for anything but a good token, Unavailable when the issuer's keys cannot be had."""
        ...

    def for_guest(self, phone: Phone, *, proof: str) -> tuple[str, datetime]:
        """A guest's token, good for half an hour (wall time), and its end. The same number is the same customer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One sign-in at an issuer under way: what the browser must bring back. Chance, 43 characters each."""

    state: str
    nonce: str
    verifier: str

    def __repr__(self) -> str:
        return "Errand()"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffClaims:
    """What an issuer says about a person it has just seen."""

    issuer: str
    subject: str
    login: str
    name: str
    roles: tuple[str, ...]
    """Of our roles, those its words mean, highest first; empty when it gives none."""
    id_token: str = field(default="", repr=False)
    """What it wants to see again when the person signs out; empty where nobody signs out there."""


class StaffIssuer(Protocol):
    """Signs staff in elsewhere (OpenID Connect, authorisation code with PKCE)."""

    @property
    def name(self) -> str:
        """As the sign-in page shows it."""
        ...

    async def send_to(self, errand: Errand) -> str:
        """Where the browser goes. Raises Unavailable."""
        ...

    async def fetch(self, errand: Errand, *, code: str, issuer: str | None) -> StaffClaims:
        """Who came back with this code; `issuer` is what the answer itself said. Raises Unauthenticated,
        Unavailable."""
        ...

    async def send_out(self, *, id_token: str, state: str) -> str | None:
        """Where the browser goes to be signed out there too; it comes back with `state`. None where nobody signs out
        there. Raises Unavailable."""
        ...
